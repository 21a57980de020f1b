# hostile: a constant that is folded to a gigabyte while it is compiled
# policy: strict
# limits: cpu=3 wall=15 memory=256
# verdicts: CE MLE RE TLE OK

x = (((1,) * 250 * 250) * 250) * 250
