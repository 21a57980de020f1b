# hostile: says that it is written in an encoding that there is not
# policy: strict
# verdicts: OK CE
# expect: 42

# coding: nothing-there
print(42)
