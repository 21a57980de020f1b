# hostile: says that it is written in an encoding that it is not
# policy: strict
# verdicts: OK CE
# expect: 42

# coding: utf-16
print(42)
