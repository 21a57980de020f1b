# hostile: numbers that print as something else
# policy: strict
# entry: f
# expect: [1, 2]
# verdicts: WA RE


class Odd(int):
    def __repr__(self):
        return "1, 2], [3"

    __str__ = __repr__

    def __len__(self):
        return 2


class OddFloat(float):
    def __repr__(self):
        return "1, 2"


def f():
    return [Odd(7), OddFloat(7.5)]
