# benign: remembers every value of a function
# policy: strict, project
# expect: 222232244629420445529739893461909967206666939096499764990979600
# verdicts: OK

from functools import cache


@cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print(fibonacci(300))
