"""What a source defines at its top level, and where."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from atlas_tui.syntax import tree

_DEFINITIONS = ("function_definition", "class_definition")
_CONDITIONAL = (
    "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "finally_clause", "block",
    "with_statement",
)  # fmt: skip


def definition_span(source: bytes, name: str) -> tuple[int, int] | None:
    """Byte offsets of the definition of ``name`` (a function or class, or ``Class.method``).

    Decorators belong to it; the indentation before it and the line end after it do not. Of several
    definitions the last one counts, as it does in Python. None when there is none, or no name.
    """
    parsed = tree.parse(source)
    if parsed is None or not name:
        return None
    scope: Node | None = parsed.root_node
    found: Node | None = None
    for part in name.split("."):
        if scope is None:
            return None
        found = None
        for outer, inner in defined(scope):
            if name_of(inner, source) == part:
                found, scope_of = outer, inner.child_by_field_name("body")
        if found is None:
            return None
        scope = scope_of
    return None if found is None else (found.start_byte, found.end_byte)


def definitions(source: bytes) -> tuple[str, ...]:
    """Names of functions and classes at the top level and, dotted, of the methods of those classes."""
    parsed = tree.parse(source)
    if parsed is None:
        return ()
    names: list[str] = []
    for _, node in defined(parsed.root_node):
        name = name_of(node, source)
        names.append(name)
        body = node.child_by_field_name("body")
        if node.type == "class_definition" and body is not None:
            names.extend(f"{name}.{name_of(method, source)}" for _, method in defined(body))
    return tuple(dict.fromkeys(names))


def defined(scope: Node) -> Iterator[tuple[Node, Node]]:
    """Definitions directly in ``scope``, conditional ones included: (with decorators, without)."""
    stack = list(reversed(scope.children))
    while stack:
        node = stack.pop()
        inner = node.child_by_field_name("definition") if node.type == "decorated_definition" else node
        if inner is not None and inner.type in _DEFINITIONS:
            yield node, inner
        elif node.type in _CONDITIONAL:
            stack.extend(reversed(node.children))


def name_of(node: Node, source: bytes) -> str:
    name = node.child_by_field_name("name")
    return tree.text(name, source) if name is not None else ""
