# hostile: eight threads that print without end, and one that waits for them
# policy: strict
# verdicts: OLE

import os
import threading


def flood():
    while True:
        os.write(1, b"x" * 65536)


threads = [threading.Thread(target=flood) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
