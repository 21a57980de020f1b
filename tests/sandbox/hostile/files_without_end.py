# hostile: makes empty files without end
# policy: strict
# limits: cpu=0.25 wall=4
# verdicts: RE TLE MLE

number = 0
while True:
    open("%d" % number, "w").close()
    number += 1
