from bookings.ranges import DateRange
from bookings.repeating import add_months, monthly

__all__ = ["DateRange", "add_months", "monthly"]
