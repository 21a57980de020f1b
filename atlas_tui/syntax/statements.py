"""The statements at the top of a source, whatever they are: what a file of tests is taken apart by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from atlas_tui.syntax import tree

LONGEST = 20_000
"""Characters of a source that is looked at: no more is expected in one reply."""
_QUOTED = re.compile(r"(['\"`])(?P<text>.*)\1", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One of them."""

    kind: str
    """As the grammar names it, such as ``import_declaration``."""
    text: str
    """With the comment directly above it."""
    name: str = ""
    """What it declares, or calls: ``test``, ``describe.each``; empty where it does neither."""
    title: str = ""
    """The first argument of what it calls, where that is a plain string."""


def statements(code: str, language: str) -> tuple[Statement, ...]:
    """The statements of ``code`` in their order; none where it is too long or the grammar cannot read it."""
    source = tree.encode(code)
    parsed = tree.parse(source, language) if len(code) <= LONGEST else None
    if parsed is None or parsed.root_node.has_error:
        return ()
    return tuple(_read(parsed.root_node, source))


def _read(root: Node, source: bytes) -> Iterator[Statement]:
    remarks = ""
    for node in root.children:
        text = tree.text(node, source)
        if node.type in ("comment", "hash_bang_line"):
            remarks += f"{text}\n"
        elif text.strip(" ;\n"):
            yield Statement(node.type, remarks + text, *_named(node, source))
            remarks = ""


def _named(node: Node, source: bytes) -> tuple[str, str]:
    declared = node.child_by_field_name("name")
    if declared is not None:
        return tree.text(declared, source), ""
    inner = node.children[0] if node.type == "expression_statement" and node.children else None
    if inner is not None and inner.type == "await_expression":
        inner = inner.children[-1]
    if inner is None or inner.type != "call_expression":
        return "", ""
    arguments, called = inner.child_by_field_name("arguments"), inner.child_by_field_name("function")
    while called is not None and called.type == "call_expression":  # test.each(rows)("…", …)
        called = called.child_by_field_name("function")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    quoted = _QUOTED.fullmatch(tree.text(first, source)) if first is not None else None
    return tree.text(called, source) if called is not None else "", quoted["text"] if quoted else ""
