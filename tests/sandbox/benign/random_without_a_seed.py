# benign: numbers from the system
# policy: strict, project
# expect: 16 36 True True
# verdicts: OK

import os
import random
import secrets
import uuid

print(len(secrets.token_hex(8)), len(str(uuid.uuid4())), len(os.urandom(9)) == 9, 0 <= random.random() < 1)
