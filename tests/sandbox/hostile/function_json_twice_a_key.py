# hostile: an object with the same key twice, as a number and as a text
# policy: strict
# entry: f
# expect: {"1": "b"}
# verdicts: RE WA


def f():
    return {1: "a", "1": "b"}
