from inventory.errors import OutOfStock, UnknownProduct
from inventory.stock import StockLine


class Warehouse:
    def __init__(self):
        self._lines = {}

    def receive(self, sku, quantity):
        """Goods came in."""
        if quantity <= 0:
            raise ValueError("quantity must be positive")
        self._lines.setdefault(sku, StockLine(sku)).on_hand += quantity

    def free(self, sku):
        return self._line(sku).free

    def reserve(self, sku, quantity):
        """Promise goods to a customer."""
        line = self._line(sku)
        if not line.can_reserve(quantity):
            raise OutOfStock(sku, quantity, line.free)
        line.reserved += quantity

    def ship(self, sku, quantity):
        """Promised goods leave the house."""
        line = self._line(sku)
        if not line.can_ship(quantity):
            raise OutOfStock(sku, quantity, line.reserved)
        line.reserved -= quantity
        line.on_hand -= quantity

    def _line(self, sku):
        try:
            return self._lines[sku]
        except KeyError:
            raise UnknownProduct(sku) from None
