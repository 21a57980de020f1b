"""Which lines belong to a string, and so must not be indented anew."""

from __future__ import annotations

from atlas_tui.syntax import tree


def lines_in_strings(source: bytes) -> frozenset[int]:
    """Numbers (from 0) of the lines that begin inside a string of several lines; docstrings do not count."""
    parsed = tree.parse(source)
    found: set[int] = set()
    for node in tree.walk(parsed.root_node) if parsed else ():
        first, last = node.start_point.row, node.end_point.row
        if node.type != "string" or first == last:
            continue
        # A docstring may move: Python and people read it without the indentation that its lines share.
        if node.parent is None or node.parent.type != "expression_statement":
            found.update(range(first + 1, last + 1))
    return frozenset(found)
