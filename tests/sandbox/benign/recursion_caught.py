# benign: goes one too deep and says so
# policy: strict
# expect: too deep
# verdicts: OK


def again():
    again()


try:
    again()
except RecursionError:
    print("too deep")
