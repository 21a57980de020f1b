# benign: as many calls deep as the interpreter allows by itself
# policy: strict, project
# expect: 985
# verdicts: OK


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(985))
