# benign: random numbers, text hashes and set orders that no two runs share
# policy: strict, project
# expect: True
# verdicts: OK

import random

numbers = {random.getrandbits(64) for _ in range(100)}
print(len(numbers) == 100)
