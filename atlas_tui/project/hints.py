"""What is known of a problem before its repository is looked into, and the files that this names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_PATH = re.compile(r"(?<![\w.@~+/\\-])[/\\]*[\w.@~+-]+(?:[/\\]+[\w.@~+-]+)*\.\w{1,5}")
"""Begun nowhere within a word: a long one, as of an encoded file, would be read again from each letter."""
_SIGNS = re.compile(r"[/\\]+")
_MOST_ALIKE = 3
"""A name that more files have does not tell which is meant."""
_LINE = re.compile(r"""(?:["'`]?,\s+line\s+|:|\()(\d{1,6})\b""")
"""After the path: in a traceback of Python, in most others, and of compilers with ``(line,column)``."""
_LARGEST_LINE = 100_000
_SYMBOL = re.compile(r"::([^\W\d]\w*(?:(?:\.|::)[^\W\d]\w*)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known of a problem."""

    text: str
    """As the person wrote it."""
    failures: str = ""
    """What the required tests said."""
    places: tuple[tuple[str, int], ...] = ()
    """Files and lines of tracebacks, innermost first."""
    targets: tuple[str, ...] = ()
    """Files, or ``file::symbol``, that the person named."""
    tests: tuple[str, ...] = ()
    """The tests that decide as ``file::name``, or their ids where their files are not known."""

    @property
    def deciding(self) -> tuple[str, ...]:
        """The files of the tests that decide, each once."""
        return tuple(dict.fromkeys(test.partition("::")[0] for test in self.tests))


def targets_of(hints: Hints) -> dict[str, tuple[str, ...]]:
    """By file, in the order they were named: the symbols of it."""
    found: dict[str, tuple[str, ...]] = {}
    for target in hints.targets:
        path, _, symbol = target.partition("::")
        found[path] = (*found.get(path, ()), *([symbol] if symbol else ()))
    return found


class Mentioned:
    """The files that a text names by their path, the end of it, or an unmistakable name."""

    def __init__(self, paths: Iterable[str], text: str) -> None:
        ends: dict[str, list[str]] = {}
        for path in paths:
            ends.setdefault(path.rpartition("/")[2], []).append(path)
        self.paths: dict[str, None] = {}
        """In the order of the text."""
        self.places: list[tuple[str, int]] = []
        """Those with a line, as tracebacks name them."""
        self.symbols: list[tuple[str, str]] = []
        """Those with a name in them, as in ``@file.py::Class.method``."""
        for match in _PATH.finditer(text):
            name = _SIGNS.sub("/", match[0]).lstrip("@/")
            same = _meant(name, ends.get(PurePosixPath(name).name, ()))
            self.paths.update(dict.fromkeys(same))
            symbol = _SYMBOL.match(text, match.end())
            if symbol and len(same) == 1:
                self.symbols.append((same[0], symbol[1]))
            line = _LINE.match(text, match.end())
            if line and len(same) == 1 and int(line[1]) < _LARGEST_LINE:
                self.places.append((same[0], int(line[1])))


def _meant(name: str, alike: Iterable[str]) -> list[str]:
    """Of files with that last part of a name; one of exactly this path alone, where there is one."""
    same = [path for path in alike if path.endswith(f"/{name}") or f"/{name}".endswith(f"/{path}")]
    exact = [path for path in same if path == name]
    return exact or (same if len(same) <= _MOST_ALIKE else [])
