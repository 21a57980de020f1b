# hostile: exact arithmetic on a million digits
# policy: strict
# limits: cpu=0.25 wall=4
# verdicts: TLE MLE

from decimal import Decimal, getcontext

getcontext().prec = 10**6
value = Decimal(2)
while True:
    value = value.sqrt() + 1
