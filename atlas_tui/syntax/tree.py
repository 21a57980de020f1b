"""Parse programs with tree-sitter: bounded, and without ever running or compiling what is read."""

from __future__ import annotations

import re
import resource
import sys
import threading
import time
from collections.abc import Iterator

from tree_sitter import Node, Parser, Tree

from atlas_tui.syntax.grammars import PYTHON, grammar

MAX_CHARS = 1_000_000
"""Most characters of a reply or a program that are looked at."""

PARSE_SECONDS = 2.0
"""Hostile text can make error recovery slow; ordinary programs take milliseconds."""

PARSE_BYTES = 256 << 20
"""Memory by which the whole process may grow meanwhile: with some grammars error recovery takes gigabytes."""

_LOOK_SECONDS = 0.005
_CHUNK = 1 << 16
_STATEMENT_ENDS = re.compile(rb"[;{}]")
_TANGLING = {"java": re.compile(rb"<|=>"), "c": re.compile(rb"=>"), "cpp": re.compile(rb"=>")}
_MOST_SIGNS = 500
_local = threading.local()


def _parser(language: str) -> Parser:
    # A parser keeps state between calls, so each thread has its own.
    if not hasattr(_local, "parsers"):
        _local.parsers = {}
    parsers: dict[str, Parser] = _local.parsers
    if language not in parsers:
        parsers[language] = Parser(grammar(language))
    return parsers[language]


def parse(source: bytes, language: str = PYTHON, seconds: float = PARSE_SECONDS) -> Tree | None:
    """The syntax tree of ``source``; None when that takes more than ``seconds`` or ``PARSE_BYTES``."""
    if language in _TANGLING and _is_tangled(source, _TANGLING[language]):
        return None
    parser = _parser(language)
    watch = _Watch(seconds)
    try:
        return parser.parse(
            lambda offset, _point: source[offset : offset + _CHUNK],
            progress_callback=lambda _offset, _error: watch.has_enough(),
        )
    except ValueError:
        parser.reset()
        return None


class _Watch:
    """Looks at the clock at each step, and at the memory every few milliseconds: to ask for that takes longer
    than most steps do, and most programs are parsed before."""

    def __init__(self, seconds: float) -> None:
        now = time.monotonic()
        self._deadline, self._look = now + seconds, now + _LOOK_SECONDS
        self._most = 0

    def has_enough(self) -> bool:
        """Whether the time is over or too much memory taken."""
        now = time.monotonic()
        if now < self._look:
            return now > self._deadline
        self._look = now + _LOOK_SECONDS
        peak = _peak_bytes()
        self._most = self._most or peak + PARSE_BYTES
        return now > self._deadline or peak > self._most


def _is_tangled(source: bytes, signs: re.Pattern[bytes]) -> bool:
    """Whether one statement holds more of these signs than any person writes.

    At the end of such a file these grammars take gigabytes, or minutes, in a single step that nothing ends.
    """
    return any(len(signs.findall(part)) > _MOST_SIGNS for part in _STATEMENT_ENDS.split(source))


def _peak_bytes() -> int:
    """The most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def encode(code: str) -> bytes:
    """UTF-8 of the code; half of a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""
    return code.encode("utf-8", "replace")


def text(node: Node, source: bytes) -> str:
    """What stands at the node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def walk(root: Node) -> Iterator[Node]:
    """Every node in the order of the text, parents first. Not recursive: nesting may be very deep."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is None:
            return
        yield node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
