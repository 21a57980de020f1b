# hostile: numbers that are none
# policy: strict
# entry: f
# expect: [0, 0, 0]
# verdicts: RE WA


def f():
    return [float("nan"), float("inf"), float("-inf")]
