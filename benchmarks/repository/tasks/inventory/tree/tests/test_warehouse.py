import pytest

from inventory import OutOfStock, UnknownProduct, Warehouse


@pytest.fixture
def warehouse():
    house = Warehouse()
    house.receive("lamp", 5)
    return house


def test_receiving_adds_up(warehouse):
    warehouse.receive("lamp", 2)
    assert warehouse.free("lamp") == 7


def test_a_reservation_is_no_longer_free(warehouse):
    warehouse.reserve("lamp", 4)
    assert warehouse.free("lamp") == 1


def test_everything_can_be_reserved(warehouse):
    warehouse.reserve("lamp", 5)
    assert warehouse.free("lamp") == 0


def test_the_last_one_can_be_reserved(warehouse):
    warehouse.reserve("lamp", 3)
    warehouse.reserve("lamp", 1)
    warehouse.reserve("lamp", 1)
    with pytest.raises(OutOfStock):
        warehouse.reserve("lamp", 1)


def test_too_much_is_refused(warehouse):
    with pytest.raises(OutOfStock) as caught:
        warehouse.reserve("lamp", 6)
    assert caught.value.free == 5


def test_shipping(warehouse):
    warehouse.reserve("lamp", 2)
    warehouse.ship("lamp", 2)
    assert warehouse.free("lamp") == 3


def test_unknown(warehouse):
    with pytest.raises(UnknownProduct):
        warehouse.reserve("chair", 1)
