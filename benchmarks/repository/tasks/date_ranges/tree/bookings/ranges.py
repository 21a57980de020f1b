from datetime import date, timedelta
from typing import Iterator, NamedTuple


class DateRange(NamedTuple):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def overlaps(self, other: "DateRange") -> bool:
        return self.first <= other.last and other.first <= self.last

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)
