import pytest

from inifile import as_bool, as_list


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("OFF", False), ("1", True)])
def test_bool(text, value):
    assert as_bool(text) is value


def test_no_bool():
    with pytest.raises(ValueError):
        as_bool("maybe")


def test_list():
    assert as_list("a, b,,c ") == ["a", "b", "c"]
