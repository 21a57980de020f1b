from dataclasses import dataclass


@dataclass
class StockLine:
    """How much of one product is there, and how much of that is promised."""

    sku: str
    on_hand: int = 0
    reserved: int = 0

    @property
    def free(self):
        return self.on_hand - self.reserved

    def can_reserve(self, quantity):
        return quantity <= self.free

    def can_ship(self, quantity):
        return quantity <= self.reserved
