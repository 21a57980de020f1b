# benign: imports itself
# policy: strict, project
# expect: 5
# verdicts: OK

import __main__

value = 5
print(__main__.value)
