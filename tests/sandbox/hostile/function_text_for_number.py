# hostile: the right digits as text
# policy: strict
# entry: f
# expect: 43
# verdicts: WA


def f():
    return "43"
