# benign: its home is its folder
# policy: strict
# expect: True
# verdicts: OK

import os
from pathlib import Path

print(os.path.expanduser("~") == os.getcwd() == str(Path.home()))
