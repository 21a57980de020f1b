# hostile: ten thousand errors, each the cause of the next
# policy: strict
# limits: cpu=4 wall=15
# verdicts: RE OLE TLE MLE

error = ValueError("first")
for number in range(10_000):
    following = ValueError(number)
    following.__cause__ = error
    error = following
raise error
