"""Spans of time as people write them."""

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
MONTH = 30 * UNITS["d"]
DURATION = re.compile(r"(\d+)\s*([dhms])")


def parse_duration(text):
    """Seconds of a text such as "1h30m". Raises ValueError."""
    match = DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration")
    number, unit = match.groups()
    return float(number) * (MONTH if unit == "m" else UNITS[unit])


def format_duration(seconds):
    """The shortest text of a whole number of seconds."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    parts = []
    for unit, size in UNITS.items():
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
