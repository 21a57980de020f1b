from itertools import islice

from again import constant, doubling


def test_constant():
    assert list(islice(constant(2), 3)) == [2, 2, 2]


def test_doubling():
    assert list(islice(doubling(10, most=25), 4)) == [10, 20, 25, 25]
