"""Parse Python with tree-sitter: bounded, and without ever running or compiling what is read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

MAX_CHARS = 1_000_000
"""Most characters of a reply or a program that are looked at."""

PARSE_SECONDS = 2.0
"""Hostile text can make error recovery slow; ordinary programs take milliseconds."""

_CHUNK = 1 << 16
_local = threading.local()


@cache
def _language() -> Language:
    return Language(tree_sitter_python.language())


def _parser() -> Parser:
    # A parser keeps state between calls, so each thread has its own.
    if not hasattr(_local, "parser"):
        _local.parser = Parser(_language())
    parser: Parser = _local.parser
    return parser


def parse(source: bytes) -> Tree | None:
    """The syntax tree of ``source``, or None when it cannot be parsed within ``PARSE_SECONDS``."""
    parser = _parser()
    deadline = time.monotonic() + PARSE_SECONDS
    try:
        return parser.parse(
            lambda offset, _point: source[offset : offset + _CHUNK],
            progress_callback=lambda _offset, _error: time.monotonic() > deadline,
        )
    except ValueError:
        parser.reset()
        return None


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
