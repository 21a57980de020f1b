# hostile: sends itself the signal by which the filter ends programs, after the right answer
# policy: strict, project
# verdicts: SV RE
# expect: 42

import os
import signal

print(42, flush=True)
os.kill(os.getpid(), signal.SIGSYS)
