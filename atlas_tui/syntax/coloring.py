"""What each stretch of a Python program is, for colouring it. Other languages stay plain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tree_sitter import Language, Query, QueryCursor

from atlas_tui.syntax import tree

MAX_BYTES = tree.MAX_CHARS
"""A program longer than this is not coloured."""

Stretch = tuple[int, int, str]
"""First character, the one after the last, and what it is: comment, keyword, name, number or string."""

_PLAIN = "plain"
_QUERY = """
(comment) @comment
(string) @string
(interpolation) @plain
[(integer) (float)] @number
[(none) (true) (false)] @keyword
(function_definition name: (identifier) @name)
(class_definition name: (identifier) @name)
(decorator "@" @name)
(decorator [(identifier) (attribute)] @name)
(decorator (call function: (_) @name))
(call function: (identifier) @builtin)
["and" "as" "assert" "async" "await" "break" "case" "class" "continue" "def" "del" "elif" "else" "except"
 "finally" "for" "from" "global" "if" "import" "in" "is" "is not" "lambda" "match" "nonlocal" "not" "not in"
 "or" "pass" "raise" "return" "try" "type" "while" "with" "yield"] @keyword
"""
_BUILTINS = frozenset(
    b"abs all any bool bytearray bytes callable chr complex dict dir divmod enumerate filter float format "
    b"frozenset getattr hasattr hash hex id input int isinstance issubclass iter len list map max min next "
    b"object open ord pow print property range repr reversed round set setattr slice sorted staticmethod str "
    b"sum super tuple type vars zip".split()
)


class Coloring:
    """A program parsed once, asked for the stretches of some of its lines. For one thread at a time."""

    def __init__(self, lines: Sequence[str]) -> None:
        """``lines`` are without line ends. A program that is too long, or too odd to parse, stays plain."""
        self._lines = [tree.encode(line) for line in lines]
        self._source = b"\n".join(self._lines)
        self._tree = tree.parse(self._source) if len(self._source) <= MAX_BYTES else None

    def stretches(self, first: int, end: int) -> list[tuple[Stretch, ...]]:
        """For each of the lines from ``first`` to before ``end``: its stretches, rising and apart."""
        end = min(end, len(self._lines))
        if self._tree is None or first >= end:
            return [()] * max(0, end - first)
        rows = [bytearray(len(line)) for line in self._lines[first:end]]
        names: list[str] = [""]
        for (row, column), (last_row, last_column), name in self._found(first, end):
            if name not in names:
                names.append(name)
            for line in range(max(row, first), min(last_row + 1, end)):
                painted = rows[line - first]
                start = column if line == row else 0
                stop = min(last_column, len(painted)) if line == last_row else len(painted)
                painted[start:stop] = bytes([names.index(name)]) * max(0, stop - start)
        return [
            _runs(painted, line, names)
            for painted, line in zip(rows, self._lines[first:end], strict=True)
        ]  # fmt: skip

    def _found(self, first: int, end: int) -> list[tuple[tuple[int, int], tuple[int, int], str]]:
        """Places by row and byte, outer ones before those inside them."""
        assert self._tree is not None
        cursor = QueryCursor(_query(self._tree.language))
        cursor.set_point_range((first, 0), (end, 0))
        found = []
        for name, nodes in cursor.captures(self._tree.root_node).items():
            for node in nodes:
                if name == "builtin" and self._source[node.start_byte : node.end_byte] not in _BUILTINS:
                    continue
                shown = "name" if name == "builtin" else name
                found.append((node.start_byte, -node.end_byte, node.start_point, node.end_point, shown))
        found.sort(key=lambda place: place[:2])
        return [
            ((start.row, start.column), (stop.row, stop.column), name)
            for _, _, start, stop, name in found
        ]  # fmt: skip


@cache
def _query(language: Language) -> Query:
    return Query(language, _QUERY)


def _runs(painted: bytearray, line: bytes, names: Sequence[str]) -> tuple[Stretch, ...]:
    """Equal neighbours together, in characters."""
    stretches: list[Stretch] = []
    start = 0
    plain = line.isascii()
    while start < len(painted):
        kind, stop = painted[start], start + 1
        while stop < len(painted) and painted[stop] == kind:
            stop += 1
        if kind and names[kind] != _PLAIN:
            left, right = (start, stop) if plain else (_chars(line, start), _chars(line, stop))
            stretches.append((left, right, names[kind]))
        start = stop
    return tuple(stretches)


def _chars(line: bytes, at: int) -> int:
    return len(line[:at].decode("utf-8", "replace"))
