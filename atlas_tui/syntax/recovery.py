"""Where a definition stands and ends in a source with syntax faults, where the tree alone is not reliable."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tree_sitter import Node

from atlas_tui.syntax import tree

_STRINGS = ("string", "string_content", "string_start", "string_end", "comment")
_TRIPLE = re.compile(rb"\"\"\"|'''")

Find = Callable[[bytes, str], tuple[tuple[int, int], ...]]


def span(node: Node, source: bytes) -> tuple[int, int]:
    """Start and end of a definition; one with a fault inside ends where its indentation does.

    The tree of a broken definition may end too early, or hold what comes after it.
    """
    start, end = node.start_byte, node.end_byte
    if not node.has_error:
        sound = node.parent is None or not node.parent.has_error
        return (start if sound else _with_decorators(source, start)), end
    by_lines = _end_by_lines(source, start)
    return (start, end) if _TRIPLE.search(source, start, max(end, by_lines)) else (start, by_lines)


def spans(source: bytes, root: Node, parts: Sequence[str], find: Find) -> tuple[tuple[int, int], ...]:
    """The spans of a dotted name at the top level that the broken tree does not show as a definition.

    Looked for by the words it begins with, at the beginning of a line outside of strings; ``find`` is asked
    about the members of a class, in the lines of that class alone.
    """
    words = rb"^(?:async[ \t]+def|def|class)[ \t]+%s(?!\w)" % re.escape(parts[0].encode())
    starts = [
        match.start()
        for match in re.finditer(words, source, re.MULTILINE)
        if not _in_string(root, match.start())
    ]
    if not starts:
        return ()
    start = starts[-1]
    end = _end_by_lines(source, start)
    if _TRIPLE.search(source, start, end):
        # A string may reach to the margin: the end is only known where the rest of the file can be read.
        alone = tree.parse(source[start:])
        first = alone.root_node.named_children[:1] if alone else []
        if not first or first[0].has_error or not first[0].type.endswith("_definition"):
            return ()
        end = start + first[0].end_byte
    if len(parts) > 1:
        inner = find(source[start:end], ".".join(parts))
        return tuple((start + one, start + other) for one, other in inner)
    return ((_with_decorators(source, start), end),)


def _in_string(root: Node, offset: int) -> bool:
    node = root.descendant_for_byte_range(offset, offset + 1)
    return node is not None and node.type in _STRINGS


def _end_by_lines(source: bytes, start: int) -> int:
    """The end of the last line that is indented deeper than the one at ``start`` (or closes a bracket)."""
    line = source.rfind(b"\n", 0, start) + 1
    depth = _depth(source[line:])
    header = _header_of(source, start)
    end = at = _line_end(source, header)
    while at < len(source):
        following = _line_end(source, at + 1)
        text = source[at + 1 : following]
        if text.strip() and not (text.startswith(b"#") and depth == 0):
            deeper = _depth(text) > depth
            closes = _depth(text) == depth and text.lstrip()[:1] in (b")", b"]", b"}")
            if not deeper and not closes:
                break
            end = following
        at = following
    return len(source[:end].rstrip())


def _header_of(source: bytes, start: int) -> int:
    """Where the ``def`` or ``class`` is; decorators stand before it."""
    found = re.compile(rb"^[ \t]*(?:async[ \t]+def|def|class)\b", re.MULTILINE).search(
        source, source.rfind(b"\n", 0, start) + 1
    )
    return found.end() if found else start


def _line_end(source: bytes, at: int) -> int:
    end = source.find(b"\n", at)
    return len(source) if end < 0 else end


def _depth(text: bytes) -> int:
    head = text[: len(text) - len(text.lstrip(b" \t"))]
    return len(head.expandtabs(8))


def _with_decorators(source: bytes, start: int) -> int:
    """Decorators of one line each that stand directly above; a fault before them may have split them off."""
    indent = source[source.rfind(b"\n", 0, start) + 1 : start]
    line = start - len(indent)
    while line > 0 and not indent.strip():
        above = source.rfind(b"\n", 0, line - 1) + 1
        if not source[above:line].startswith(indent + b"@"):
            break
        line, start = above, above + len(indent)
    return start
