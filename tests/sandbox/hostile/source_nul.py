# hostile: a NUL in the middle
# policy: strict, project
# insert: NUL "\u0000" 1
# verdicts: CE

print("aNULb")
