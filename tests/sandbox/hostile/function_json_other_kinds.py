# hostile: values that JSON has no form for
# policy: strict
# entry: f
# expect: [1]
# verdicts: RE


def f():
    return [1, {2}, b"3", 4j, object(), (number for number in range(3))]
