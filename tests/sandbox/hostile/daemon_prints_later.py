# hostile: a daemon that floods standard output after its parent has ended
# policy: strict, project
# verdicts strict: RE
# verdicts project: OK WA OLE
# expect project: right

import os

print("right", flush=True)
if os.fork() == 0:
    os.setsid()
    while True:
        os.write(1, b"wrong\n" * 1000)
