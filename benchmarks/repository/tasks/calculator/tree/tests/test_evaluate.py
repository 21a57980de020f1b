import pytest

from calc import CalcError, evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("8 / 4 / 2", 1),
        ("10 - 3 - 2", 5),
        ("2 ^ 3", 8),
        ("2.5*2", 5),
    ],
)
def test_values(text, value):
    assert evaluate(text) == value


def test_powers_are_grouped_from_the_right():
    assert evaluate("2 ^ 3 ^ 2") == 512


@pytest.mark.parametrize(
    ("text", "value"),
    [("-3", -3), ("--3", 3), ("2 * -3", -6), ("2 ^ -1", 0.5), ("-2 ^ 2", -4), ("-(1 + 2)", -3), ("1 - -1", 2)],
)
def test_minus_in_front(text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize("text", ["", "1 +", "(1", "1 2", "1 $ 2", "*1", "1 / 0", ")"])
def test_errors(text):
    with pytest.raises(CalcError):
        evaluate(text)
