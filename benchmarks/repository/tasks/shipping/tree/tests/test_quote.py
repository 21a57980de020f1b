import pytest

from shipping import Parcel, quote, quote_all


@pytest.mark.parametrize(
    ("grams", "country", "cost"),
    [(1000, "DE", 5.00), (1500, "AT", 9.50), (3000, "es", 15.00), (2000, "SE", 13.50), (10000, "DE", 9.50), (200, "FR", 8.50)],
)
def test_quote(grams, country, cost):
    assert quote(Parcel(grams, country)) == cost


def test_insurance():
    assert quote(Parcel(900, "DE", value=50.0), insured=True) == 6.00


def test_several():
    assert quote_all([Parcel(1000, "DE")] * 5) == 24.50


def test_unknown_country():
    with pytest.raises(LookupError):
        quote(Parcel(1000, "XX"))
