from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta, timezone

EVERY_DAY = frozenset(range(7))


def hours(offset: float) -> timezone:
    """The zone so many hours east of Greenwich."""
    return timezone(timedelta(hours=offset))


@dataclass(frozen=True)
class Job:
    name: str
    at: time
    zone: timezone = timezone.utc
    weekdays: frozenset[int] = EVERY_DAY
    """0 is Monday."""

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError(f"{self.name} would never run")
