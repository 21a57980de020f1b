# benign: recursion without recursion, by generators that are sent values
# policy: strict
# expect: 50000
# verdicts: OK

from types import GeneratorType


def bootstrap(f, stack=[]):
    def wrapped(*arguments):
        if stack:
            return f(*arguments)
        to = f(*arguments)
        while True:
            if type(to) is GeneratorType:
                stack.append(to)
                to = next(to)
            else:
                stack.pop()
                if not stack:
                    return to
                to = stack[-1].send(to)

    return wrapped


@bootstrap
def depth(n):
    yield 0 if n == 0 else 1 + (yield depth(n - 1))


print(depth(50_000))
