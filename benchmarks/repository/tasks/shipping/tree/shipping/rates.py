"""What it costs to send a parcel."""

BASE = {1: 4.50, 2: 7.50, 3: 10.50}
PER_KILO = {1: 0.50, 2: 1.00, 3: 1.50}
HEAVIEST = 30


class NotPossible(ValueError):
    pass


def price(zone, kilos):
    """Price for a number of whole kilos. Raises NotPossible."""
    if zone not in BASE:
        raise NotPossible(f"zone {zone} is not known")
    if not 0 < kilos <= HEAVIEST:
        raise NotPossible(f"{kilos} kg cannot be sent")
    return BASE[zone] + PER_KILO[zone] * kilos
