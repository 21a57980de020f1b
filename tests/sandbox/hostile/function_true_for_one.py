# hostile: true where one is asked for
# policy: strict
# entry: f
# expect: 1
# verdicts: WA


def f():
    return True
