# hostile: a list, a dictionary and a text that say they equal everything
# policy: strict
# entry: f
# expect: [[43], {"a": 43}, "43"]
# verdicts: WA RE


def always(kind):
    return type("Always", (kind,), {"__eq__": lambda self, other: True, "__ne__": lambda self, other: False})


def f():
    return always(list)([always(list)([42]), always(dict)(a=42), always(str)("42")])
