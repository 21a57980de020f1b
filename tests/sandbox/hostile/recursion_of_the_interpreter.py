# hostile: overflows the stack of the interpreter itself
# policy: strict, project
# limits: cpu=4 wall=15 memory=512
# verdicts: RE MLE

import itertools

chain = iter(())
for _ in range(1_000_000):
    chain = itertools.chain(chain)
next(chain)
print("not reached")
raise SystemExit(1)
