# benign: the same numbers each time
# policy: strict, project
# runs: 3
# expect: 138 583
# verdicts: OK

import random

random.seed(1)
print(random.randint(1, 1000), random.randint(1, 1000))
