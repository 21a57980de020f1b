# benign: a value of half a megabyte
# policy: strict
# entry: f
# expect: 0
# verdicts: OK


def f():
    numbers = list(range(70_000))
    return sum(numbers) - 70_000 * 69_999 // 2
