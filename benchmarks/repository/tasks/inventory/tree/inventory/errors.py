class UnknownProduct(KeyError):
    """No product has that number."""


class OutOfStock(Exception):
    """More was asked for than is free."""

    def __init__(self, sku, wanted, free):
        super().__init__(f"{sku}: {wanted} wanted, {free} free")
        self.sku = sku
        self.wanted = wanted
        self.free = free
