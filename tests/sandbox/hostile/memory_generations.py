# hostile: a cycle that makes twice as much each time it is collected
# policy: strict
# limits: cpu=2 wall=10 memory=256
# verdicts: MLE TLE

import gc


class Grows:
    kept = []

    def __del__(self):
        for _ in range(2):
            new = Grows()
            new.itself = new
            new.block = bytes(1 << 16) + b"x"
            Grows.kept.append(new.block)


first = Grows()
first.itself = first
del first
while True:
    gc.collect()
