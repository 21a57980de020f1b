# benign: a child with a session of its own that is ended by its parent
# tiers: full
# policy: project
# expect: -15
# verdicts: OK

import os
import signal
import subprocess

child = subprocess.Popen(["sleep", "600"], start_new_session=True)
os.killpg(child.pid, signal.SIGTERM)
print(child.wait())
