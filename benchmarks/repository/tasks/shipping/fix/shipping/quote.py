import math
from dataclasses import dataclass

from shipping.rates import price
from shipping.zones import zone_of

INSURANCE = 0.02
"""Share of the value."""


@dataclass(frozen=True)
class Parcel:
    grams: int
    country: str
    value: float = 0.0

    @property
    def kilos(self):
        """Each kilo that is begun counts."""
        return math.ceil(self.grams / 1000)


def quote(parcel, insured=False):
    """What one parcel costs."""
    total = price(zone_of(parcel.country), parcel.kilos)
    if insured:
        total += parcel.value * INSURANCE
    return round(total, 2)


def quote_all(parcels, insured=False):
    """What several parcels cost; from the fifth on each is 10 % cheaper."""
    total = 0.0
    for number, parcel in enumerate(parcels, 1):
        cost = quote(parcel, insured)
        total += cost * 0.9 if number >= 5 else cost
    return round(total, 2)
