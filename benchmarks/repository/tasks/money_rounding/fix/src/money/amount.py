from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .rounding import CENT, to_cents


@dataclass(frozen=True, order=True)
class Money:
    """An amount in whole cents."""

    value: Decimal

    @classmethod
    def of(cls, text: str | int | Decimal) -> Money:
        return cls(to_cents(Decimal(text)))

    def __add__(self, other: Money) -> Money:
        return Money(self.value + other.value)

    def __sub__(self, other: Money) -> Money:
        return Money(self.value - other.value)

    def times(self, factor: str | int | Decimal) -> Money:
        return Money(to_cents(self.value * Decimal(factor)))

    def percent(self, rate: str | int) -> Money:
        return self.times(Decimal(rate) / 100)

    def split(self, count: int) -> list[Money]:
        """Parts that are as equal as can be and add up to the whole."""
        if count < 1:
            raise ValueError("at least one part")
        cents, left = divmod(int(self.value / CENT), count)
        return [Money(CENT * (cents + (1 if number < left else 0))) for number in range(count)]

    def __str__(self) -> str:
        return f"{self.value:.2f}"
