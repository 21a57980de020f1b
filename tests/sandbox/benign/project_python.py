# benign: starts another Python
# policy: project
# expect: 42
# verdicts: OK

import subprocess
import sys

print(subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True, check=True).stdout.strip())
