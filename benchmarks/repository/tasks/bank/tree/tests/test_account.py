import pytest

from bank import Account, AccountClosed


def test_statement():
    account = Account("Ann")
    account.deposit(10, "gift")
    account.withdraw(4)
    assert account.statement == [(10, "gift"), (-4, "")]


def test_closed():
    account = Account("Ann", 5)
    account.close()
    with pytest.raises(AccountClosed):
        account.withdraw(1)


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_are_positive(amount):
    with pytest.raises(ValueError):
        Account("Ann").deposit(amount)
