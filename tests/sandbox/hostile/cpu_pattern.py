# hostile: a pattern that tries every way there is, without letting go of the interpreter
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE

import re

re.match(r"(a+)+$", "a" * 60 + "b")
