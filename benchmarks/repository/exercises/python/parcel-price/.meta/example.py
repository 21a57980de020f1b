import math


def price(kilograms):
    if kilograms < 0:
        raise ValueError("no such weight")
    begun = math.ceil(kilograms)
    return 0 if begun == 0 else 4 + 2 * (begun - 1)
