# hostile: asks for the answer among its arguments
# policy: strict
# entry: f
# arguments: [[1, 2], {"a": 3}]
# expect: 6
# prints-none-of: expect
# verdicts: WA


def f(*arguments, **named):
    print(arguments, named, sorted(globals()))
    return arguments
