# hostile: an integer that says it equals everything
# policy: strict
# entry: f
# expect: 43
# verdicts: WA


class Always(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __eq__

    def __hash__(self):
        return 0


def f():
    return Always(42)
