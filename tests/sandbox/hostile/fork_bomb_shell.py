# hostile: the fork bomb of the shell
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts strict: RE
# verdicts project: TLE RE OK
# gone-within: 1

import os

os.execv("/bin/sh", ["sh", "-c", "bomb() { bomb | bomb & }; bomb; while :; do :; done"])
