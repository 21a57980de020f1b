# benign: assertions that hold and errors that are caught
# policy: strict
# expect: caught 1
# verdicts: OK

try:
    assert 1 == 2, "no"
except AssertionError:
    print("caught", end=" ")
try:
    1 / 0
except ZeroDivisionError as error:
    print(len(error.args))
