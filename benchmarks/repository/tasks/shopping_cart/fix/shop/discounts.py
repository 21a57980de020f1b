class Coupon:
    """Takes some percent off."""

    def __init__(self, code, percent):
        if not 0 < percent <= 100:
            raise ValueError("percent must lie between 0 and 100")
        self.code = code
        self.percent = percent

    def apply(self, cents):
        return cents - cents * self.percent // 100


class Discounts:
    def __init__(self, coupons=None):
        self._coupons = {} if coupons is None else dict(coupons)

    def add(self, coupon):
        """Each code counts once."""
        self._coupons[coupon.code] = coupon

    def apply(self, cents):
        for coupon in self._coupons.values():
            cents = coupon.apply(cents)
        return cents
