# benign: a hundred thousand calls deep in a thread with a stack of 512 MB
# policy: strict, project
# expect: 100000
# verdicts: OK

import sys
import threading

sys.setrecursionlimit(10**6)
threading.stack_size(512 << 20)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


thread = threading.Thread(target=lambda: print(depth(10**5)))
thread.start()
thread.join()
