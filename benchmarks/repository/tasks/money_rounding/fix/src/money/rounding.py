from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(value: Decimal) -> Decimal:
    """Rounded to whole cents."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)
