"""Time and memory limits that a statement gives."""

from __future__ import annotations

import re
from dataclasses import replace

from atlas_tui.problem import Limits

_PER = r"(?:[ \t]+(?:per[ \t]+test(?:[ \t]+case)?|на[ \t]+тест))?"
_BETWEEN = r"[ \t*_`]{0,20}[:：=]?[ \t*_`]{0,20}\n?[ \t*_`]{0,20}(?:\d{1,9}/)?"
_TIME = re.compile(
    rf"(?:\btime[ \t]+limits?|ограничение по времени|(?:実行)?時間制限|时间限制|時間限制){_PER}{_BETWEEN}"
    r"(?P<value>\d{1,6}(?:\.\d{1,3})?)[ \t]*"
    r"(?P<unit>milliseconds?|msecs?|ms|мс|毫秒|seconds?|secs?|s|секунд[аы]?|с|秒)(?![a-zа-я])",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    rf"(?:\bmemory[ \t]+limits?|ограничение по памяти|メモリ制限|内存限制|空间限制|記憶體限制)"
    rf"{_PER}{_BETWEEN}"
    r"(?P<value>\d{1,9}(?:\.\d{1,3})?)[ \t]*"
    r"(?P<unit>kilobytes?|megabytes?|gigabytes?|[kmg]i?b|[km]|килобайт|мегабайт|гигабайт|мб|кб|гб)"
    r"(?![a-zа-я])",
    re.IGNORECASE,
)
_SIZES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "к": 1 << 10, "м": 1 << 20, "г": 1 << 30}
_THOUSANDTHS = ("m", "мс", "毫")
_CPU_SECONDS = (0.5, 60.0)
_MEMORY_BYTES = (64 << 20, 4 << 30)
_WALL_FACTOR = 3.0
"""Wall time beyond CPU time, as in the defaults of ``Limits``: the machine is shared."""


def read_limits(statement: str, default: Limits) -> Limits:
    """``default`` with what the statement says, within bounds that an interpreter can live in."""
    limits = default
    time, memory = _TIME.search(statement), _MEMORY.search(statement)
    if time is not None:
        seconds = float(time["value"]) / (1000 if time["unit"].lower().startswith(_THOUSANDTHS) else 1)
        seconds = min(max(seconds, _CPU_SECONDS[0]), _CPU_SECONDS[1])
        limits = replace(limits, cpu_seconds=seconds, wall_seconds=seconds * _WALL_FACTOR)
    if memory is not None:
        size = int(float(memory["value"]) * _SIZES[memory["unit"][0].lower()])
        limits = replace(limits, memory_bytes=min(max(size, _MEMORY_BYTES[0]), _MEMORY_BYTES[1]))
    return limits
