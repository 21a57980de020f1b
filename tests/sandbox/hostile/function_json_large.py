# hostile: a text of fifty megabytes
# policy: strict
# limits: cpu=4 wall=15 memory=512
# entry: f
# expect: 43
# verdicts: OLE


def f():
    return "x" * 50_000_000
