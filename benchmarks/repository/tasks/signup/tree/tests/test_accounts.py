import pytest

from accounts import Accounts, Invalid, NameTaken

GOOD = {"name": "Ann", "email": "ann@example.org", "password": "correct horse"}


@pytest.fixture
def accounts():
    return Accounts()


def test_sign_up(accounts):
    assert accounts.sign_up(**GOOD)["name"] == "Ann"
    assert accounts.user("Ann")["email"] == "ann@example.org"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "an"),
        ("name", "7up"),
        ("email", "ann"),
        ("email", "ann@x@y.org"),
        ("email", "ann@localhost"),
        ("email", "ann@example."),
        ("password", "short"),
        ("password", "          "),
        ("password", "  short  "),
    ],
)
def test_invalid(accounts, field, value):
    with pytest.raises(Invalid) as caught:
        accounts.sign_up(**{**GOOD, field: value})
    assert caught.value.field == field


def test_subdomains(accounts):
    accounts.sign_up("bob", "bob@mail.example.org", "12345678")


def test_the_same_name(accounts):
    accounts.sign_up(**GOOD)
    with pytest.raises(NameTaken):
        accounts.sign_up(**GOOD)


@pytest.mark.parametrize("name", ["ann", "ANN"])
def test_a_name_in_other_capitals(accounts, name):
    accounts.sign_up(**GOOD)
    with pytest.raises(NameTaken):
        accounts.sign_up(**{**GOOD, "name": name})


def test_the_name_is_shown_as_written(accounts):
    accounts.sign_up(**GOOD)
    assert accounts.user("Ann")["name"] == "Ann"
