import pytest

from shipping.rates import NotPossible, price


def test_price():
    assert price(3, 2) == 13.50


@pytest.mark.parametrize(("zone", "kilos"), [(1, 0), (1, 31), (9, 1)])
def test_not_possible(zone, kilos):
    with pytest.raises(NotPossible):
        price(zone, kilos)
