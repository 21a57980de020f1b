"""Time and memory limits that a statement gives."""

from __future__ import annotations

import re
from dataclasses import replace

from atlas_tui.problem import Limits

_TIME = re.compile(
    r"\btime[ \t]+limits?(?:[ \t]+per[ \t]+test(?:[ \t]+case)?)?[ \t*_`]*[:=]?[ \t*_`]*\n?[ \t*_`]*"
    r"(?P<value>\d{1,6}(?:\.\d{1,3})?)[ \t]*(?P<unit>milliseconds?|msecs?|ms|seconds?|secs?|s)\b",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"\bmemory[ \t]+limits?(?:[ \t]+per[ \t]+test(?:[ \t]+case)?)?[ \t*_`]*[:=]?[ \t*_`]*\n?[ \t*_`]*"
    r"(?P<value>\d{1,9}(?:\.\d{1,3})?)[ \t]*"
    r"(?P<unit>kilobytes?|megabytes?|gigabytes?|[kmg]i?b)\b",
    re.IGNORECASE,
)
_SIZES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_CPU_SECONDS = (0.5, 60.0)
_MEMORY_BYTES = (64 << 20, 4 << 30)
_WALL_FACTOR = 3.0
"""Wall time beyond CPU time, as in the defaults of ``Limits``: the machine is shared."""


def read_limits(statement: str, default: Limits) -> Limits:
    """``default`` with what the statement says, within bounds that an interpreter can live in."""
    limits = default
    time, memory = _TIME.search(statement), _MEMORY.search(statement)
    if time is not None:
        seconds = float(time["value"]) / (1000 if time["unit"].lower().startswith("m") else 1)
        seconds = min(max(seconds, _CPU_SECONDS[0]), _CPU_SECONDS[1])
        limits = replace(limits, cpu_seconds=seconds, wall_seconds=seconds * _WALL_FACTOR)
    if memory is not None:
        size = int(float(memory["value"]) * _SIZES[memory["unit"][0].lower()])
        limits = replace(limits, memory_bytes=min(max(size, _MEMORY_BYTES[0]), _MEMORY_BYTES[1]))
    return limits
