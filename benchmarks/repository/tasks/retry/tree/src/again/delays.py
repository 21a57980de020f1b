from itertools import repeat


def constant(seconds):
    return repeat(seconds)


def doubling(first, most=60.0):
    """first, twice that, and so on, but never more than ``most``."""
    while True:
        yield min(first, most)
        first *= 2
