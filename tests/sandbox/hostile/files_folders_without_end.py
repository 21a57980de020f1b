# hostile: goes down into a new folder without end
# policy: strict
# limits: cpu=0.25 wall=4
# verdicts: RE TLE MLE

import os

while True:
    os.mkdir("deeper")
    os.chdir("deeper")
