import pytest

from shop import Cart, Coupon


class TestOneCart:
    def test_total(self):
        assert Cart([("pen", 100, 1)]).add("ink", 250, 2).total() == 600

    def test_length(self):
        assert len(Cart([("pen", 100, 3)])) == 3

    def test_the_list_that_is_given_stays(self):
        given = [("pen", 100, 1)]
        Cart(given).add("ink", 250)
        assert given == [("pen", 100, 1)]


class TestTwoCarts:
    def test_items_are_not_shared(self):
        Cart().add("pen", 100)
        second = Cart()
        second.add("ink", 250)
        assert second.items == [("ink", 250, 1)]

    def test_coupons_are_not_shared(self):
        Cart([]).use(Coupon("HALF", 50))
        assert Cart([("pen", 100, 1)]).total() == 100


class TestCoupons:
    def test_percent(self):
        assert Coupon("X", 10).apply(1000) == 900

    @pytest.mark.parametrize("percent", [0, -5, 101])
    def test_nonsense(self, percent):
        with pytest.raises(ValueError):
            Coupon("X", percent)
