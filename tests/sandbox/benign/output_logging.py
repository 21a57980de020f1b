# benign: logs what it does
# policy: strict
# expect: right
# verdicts: OK

import logging

logging.basicConfig(level=logging.DEBUG)
logging.debug("begins")
print("right")
