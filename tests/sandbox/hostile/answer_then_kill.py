# hostile: the right answer and then its own death
# policy: strict, project
# expect: 42
# verdicts: RE

import os
import signal

print(42, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
