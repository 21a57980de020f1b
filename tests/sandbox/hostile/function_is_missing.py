# hostile: has no function of that name but makes up any that is asked for
# policy: strict
# entry: f
# expect: 43
# verdicts: CE RE WA


class Anything(type):
    def __getattr__(cls, name):
        return lambda *_: 42


class Solution(metaclass=Anything):
    pass
