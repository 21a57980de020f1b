# benign: fifty exact digits
# policy: strict
# expect: 0.14285714285714285714285714285714285714285714285714
# verdicts: OK

from decimal import *

getcontext().prec = 50
print(Decimal(1) / 7)
