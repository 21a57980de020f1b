from shop.discounts import Discounts


class Cart:
    def __init__(self, items=[]):
        self.items = items
        self.discounts = Discounts()

    def add(self, title, cents, quantity=1):
        self.items.append((title, cents, quantity))
        return self

    def use(self, coupon):
        self.discounts.add(coupon)
        return self

    def total(self):
        """In cents."""
        return self.discounts.apply(sum(cents * quantity for _, cents, quantity in self.items))

    def __len__(self):
        return sum(quantity for _, _, quantity in self.items)
