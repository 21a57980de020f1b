from __future__ import annotations

from dataclasses import dataclass, field

from .amount import Money


@dataclass(frozen=True)
class Item:
    title: str
    price: Money
    quantity: int = 1

    @property
    def total(self) -> Money:
        return self.price.times(self.quantity)


@dataclass
class Invoice:
    vat: str = "19"
    items: list[Item] = field(default_factory=list)

    @property
    def net(self) -> Money:
        return sum((item.total for item in self.items), Money.of(0))

    @property
    def gross(self) -> Money:
        return self.net + self.net.percent(self.vat)
