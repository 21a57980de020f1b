# hostile: closes every descriptor there may be, those it was given as well
# policy: strict, project
# verdicts: OK RE

import os

os.closerange(0, 4096)
