# hostile: forks without end and takes no error for an answer
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts strict: TLE
# verdicts project: TLE MLE RE
# gone-within: 1

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
