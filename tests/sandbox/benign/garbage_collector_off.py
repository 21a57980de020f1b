# benign: turns the collector off and freezes what there is
# policy: strict
# expect: 100000
# verdicts: OK

import gc

gc.disable()
gc.freeze()
print(len([[number] for number in range(100_000)]))
