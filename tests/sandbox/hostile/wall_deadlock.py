# hostile: two threads that wait for each other
# policy: strict
# limits: cpu=1 wall=0.5
# verdicts: TLE

import threading

one, other, both = threading.Lock(), threading.Lock(), threading.Barrier(2)


def lock(first, second):
    with first:
        both.wait()
        with second:
            pass


threading.Thread(target=lock, args=(one, other)).start()
lock(other, one)
