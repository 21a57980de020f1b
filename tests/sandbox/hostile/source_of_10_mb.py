# hostile: a program of ten megabytes
# policy: strict, project
# limits: cpu=6 wall=20 memory=512
# insert: MORE "a = 1 + 1\n" 1000000
# verdicts: CE OK MLE TLE RE

MORE
