"""What a source defines at its top level, and where."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from atlas_tui.syntax import recovery, tree

_DEFINITIONS = ("function_definition", "class_definition")
CONDITIONAL = (
    "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "except_group_clause",
    "finally_clause", "block", "with_statement", "for_statement", "while_statement", "match_statement",
    "case_clause",
)  # fmt: skip


# One source is asked about many names in a row.
_parsed = lru_cache(maxsize=2)(tree.parse)


def definition_span(source: bytes, name: str) -> tuple[int, int] | None:
    """Byte offsets of the definition of ``name`` (a function or class, or ``Class.method``).

    Decorators belong to it; the indentation before it and the line end after it do not. Of several
    definitions the last one counts, as it does in Python. None when there is none, or no name.
    """
    spans = definition_spans(source, name)
    return spans[-1] if spans else None


def definition_spans(source: bytes, name: str, role: str = "") -> tuple[tuple[int, int], ...]:
    """The spans that have to change for ``name`` to mean something else, in the order of the source.

    That is the last definition and, where it stands in one branch of a condition, those in the others. Stubs
    (bodies of ``...`` alone, as of overloads) stay, unless there is nothing else. ``role`` is what a
    decorator of the form ``@name.role`` gives to it, such as ``setter``; without any definition of that
    role, all are looked at. Faults elsewhere in the source do not matter.
    """
    parsed = _parsed(source)
    if parsed is None or not name:
        return ()
    scope: Node | None = parsed.root_node
    parts = name.split(".")
    for depth, part in enumerate(parts):
        found = [pair for pair in defined(scope) if name_of(pair[1], source) == part] if scope else []
        if not found and scope is not None and scope.has_error and not depth:
            return recovery.spans(source, parsed.root_node, parts, definition_spans)
        if not found:
            return ()
        scope = found[-1][1].child_by_field_name("body")
    return tuple(recovery.span(outer, source) for outer, _ in _that_count(found, source, parts[-1], role))


def definition_roles(source: bytes, name: str) -> tuple[str, ...]:
    """The roles in which ``name`` (``Class.method``) is defined: empty for the plain one, ``setter`` …"""
    parsed = _parsed(source)
    scope: Node | None = parsed.root_node if parsed else None
    found: list[tuple[Node, Node]] = []
    for part in name.split("."):
        found = [pair for pair in defined(scope) if name_of(pair[1], source) == part] if scope else []
        scope = found[-1][1].child_by_field_name("body") if found else None
    return tuple(dict.fromkeys(_role(outer, source, name.rpartition(".")[2]) for outer, _ in found))


def _that_count(
    found: list[tuple[Node, Node]], source: bytes, name: str, role: str
) -> list[tuple[Node, Node]]:
    pairs = [pair for pair in found if _role(pair[0], source, name) == role] or found
    pairs = [pair for pair in pairs if not _is_stub(pair[1])] or pairs
    return [pair for pair in pairs[:-1] if _alternatives(pair[0], pairs[-1][0])] + pairs[-1:]


def _role(outer: Node, source: bytes, name: str) -> str:
    for each in outer.children:
        word = tree.text(each, source).removeprefix("@").strip() if each.type == "decorator" else ""
        if word.startswith(f"{name}."):
            return word.removeprefix(f"{name}.")
    return ""


def _is_stub(node: Node) -> bool:
    body = node.child_by_field_name("body")
    if body is None or node.type == "class_definition":
        return False
    said = [child for child in body.named_children if child.type != "comment"]
    inside = [child.named_children[0].type if child.named_children else "" for child in said]
    return bool(said) and inside[-1] == "ellipsis" and all(kind in ("ellipsis", "string") for kind in inside)


def _alternatives(one: Node, other: Node) -> bool:
    """Whether the two stand in different branches of one condition, so that at most one of them runs."""
    above = {each.id for each in _ancestors(one)}
    common = next((each for each in _ancestors(other) if each.id in above), None)
    if common is None:
        return False
    cases = common.type == "block" and common.parent is not None and common.parent.type == "match_statement"
    return cases or common.type in ("if_statement", "try_statement")


def _ancestors(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def definitions(source: bytes) -> tuple[str, ...]:
    """Names of functions and classes at the top level and, dotted, of the methods of those classes."""
    parsed = _parsed(source)
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
        elif node.type in CONDITIONAL:
            stack.extend(reversed(node.children))


def name_of(node: Node, source: bytes) -> str:
    name = node.child_by_field_name("name")
    return tree.text(name, source) if name is not None else ""
