# benign: wants to see crashes
# policy: strict, project
# expect: right
# verdicts: OK

import faulthandler

faulthandler.enable()
print("right")
