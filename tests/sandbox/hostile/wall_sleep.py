# hostile: sleeps for ten minutes
# policy: strict, project
# limits: cpu=1 wall=0.5
# verdicts: TLE

import time

time.sleep(600)
