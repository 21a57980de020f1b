# benign: asks for the quiet end of broken pipes
# policy: strict
# expect: right
# verdicts: OK

import signal

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
print("right")
