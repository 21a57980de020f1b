# hostile: a class in the place of the function
# policy: strict
# entry: f
# expect: 43
# verdicts: CE RE WA


class f(int):
    def __new__(cls, *_):
        return 42
