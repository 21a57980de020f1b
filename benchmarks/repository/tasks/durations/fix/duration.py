"""Spans of time as people write them."""

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
NUMBER = r"(\d+(?:\.\d+)?)"
DURATION = re.compile(r"\s*".join(f"(?:{NUMBER}\\s*{unit})?" for unit in UNITS))


def parse_duration(text):
    """Seconds of a text such as "1h30m". Raises ValueError."""
    match = DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration")
    return sum(float(number) * seconds for number, seconds in zip(match.groups(), UNITS.values()) if number)


def format_duration(seconds):
    """The shortest text of a whole number of seconds."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    parts = []
    for unit, size in UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
