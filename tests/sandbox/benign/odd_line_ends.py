# benign: a program written on another system
# policy: strict, project
# insert: RETURN "\r" 1
# expect: 42
# verdicts: OK

x = 42RETURN
print(x)RETURN
