# hostile: a constant that takes for ever to fold
# policy: strict
# limits: cpu=0.25 wall=4
# verdicts: CE MLE RE TLE

x = 9 ** 9 ** 9 ** 9
