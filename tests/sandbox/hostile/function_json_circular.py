# hostile: a value that holds itself
# policy: strict
# entry: f
# expect: []
# verdicts: RE


def f():
    value = {}
    value["value"] = [value]
    return value
