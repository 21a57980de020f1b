# hostile: a text that is six times as long as JSON
# policy: strict
# entry: f
# expect: 43
# verdicts: OLE


def f():
    return "\x00" * 500_000
