# hostile: a value nested a hundred thousand times
# policy: strict
# entry: f
# expect: []
# verdicts: RE WA


def f():
    value = []
    for _ in range(10**5):
        value = [value]
    return value
