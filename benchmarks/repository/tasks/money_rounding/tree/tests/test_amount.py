import pytest

from money import Money


def test_adding():
    assert Money.of("0.10") + Money.of("0.20") == Money.of("0.30")


@pytest.mark.parametrize(
    ("amount", "rate", "tax"),
    [("0.50", "19", "0.10"), ("0.50", "7", "0.04"), ("2.50", "5", "0.13"), ("-0.50", "5", "-0.03"), ("9.99", "19", "1.90")],
)
def test_percent(amount, rate, tax):
    assert Money.of(amount).percent(rate) == Money.of(tax)


@pytest.mark.parametrize(
    ("amount", "count", "parts"),
    [
        ("90.00", 3, ["30.00"] * 3),
        ("100.00", 3, ["33.34", "33.33", "33.33"]),
        ("0.02", 3, ["0.01", "0.01", "0.00"]),
    ],
)
def test_split(amount, count, parts):
    assert [str(part) for part in Money.of(amount).split(count)] == parts


def test_no_parts():
    with pytest.raises(ValueError):
        Money.of(1).split(0)
