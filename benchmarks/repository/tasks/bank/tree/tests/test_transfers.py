import pytest

from bank import Account, AccountClosed, NotEnough, transfer, transfer_all


@pytest.fixture
def ann():
    return Account("Ann", 1000)


@pytest.fixture
def bob():
    return Account("Bob", 50)


def test_transfer(ann, bob):
    transfer(ann, bob, 300, "rent")
    assert (ann.balance, bob.balance) == (700, 350)
    assert ann.statement == [(-300, "rent")]
    assert bob.statement == [(300, "rent")]


def test_not_enough(ann, bob):
    with pytest.raises(NotEnough):
        transfer(bob, ann, 51)
    assert (ann.balance, bob.balance) == (1000, 50)


def test_closed_receiver(ann, bob):
    bob.close()
    with pytest.raises(AccountClosed):
        transfer(ann, bob, 300)
    assert (ann.balance, bob.balance) == (1000, 50)
    assert ann.statement == bob.statement == []


def test_all(ann, bob):
    cid = Account("Cid")
    transfer_all(ann, [(bob, 100), (cid, 200), (bob, 1)])
    assert (ann.balance, bob.balance, cid.balance) == (699, 151, 200)


def test_all_or_none(ann, bob):
    cid = Account("Cid")
    with pytest.raises(NotEnough):
        transfer_all(ann, [(bob, 100), (cid, 950)])
    assert (ann.balance, bob.balance, cid.balance) == (1000, 50, 0)
    assert ann.statement == bob.statement == []


def test_all_to_a_closed_one(ann, bob):
    cid = Account("Cid")
    cid.close()
    with pytest.raises(AccountClosed):
        transfer_all(ann, [(bob, 100), (cid, 100)])
    assert (ann.balance, bob.balance) == (1000, 50)
