# hostile: works without end inside one call
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE

print(sum(range(10**12)))
