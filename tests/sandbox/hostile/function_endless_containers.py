# hostile: a dictionary and a list that never come to an end
# policy: strict
# limits: cpu=0.25 wall=4 memory=256
# entry: f
# expect: {}
# verdicts: TLE MLE RE WA OLE


class Endless(dict):
    def items(self):
        number = 0
        while True:
            yield str(number), number
            number += 1

    def __iter__(self):
        while True:
            yield "a"

    def __len__(self):
        return 1


def f():
    return Endless(a=1)
