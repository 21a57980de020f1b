# benign: starts programs of the system, joined by pipes
# policy: project
# expect: a b
# expect: 7
# verdicts: OK

import os
import subprocess

done = subprocess.run("printf 'b\\na\\n' | sort", shell=True, capture_output=True, text=True, check=True)
print(*done.stdout.split())
print(os.waitstatus_to_exitcode(os.system("exit 7")))
