"""Names that a program binds and names that it needs, as far as its text tells."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from atlas_tui.syntax import tree
from atlas_tui.syntax.definitions import defined, name_of

_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_BINDERS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "function_definition": "name",
    "class_definition": "name",
}
_NOT_VARIABLES = {"attribute": "attribute", "keyword_argument": "name"}
"""Names after a dot and before the equals sign of an argument."""

_PATTERNS = ("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern")
_WHOLLY_BOUND = ("parameters", "lambda_parameters", "as_pattern_target", "case_pattern", *_IMPORTS)


def bound_names(source: bytes) -> frozenset[str]:
    """Every name that running the source binds at its top level: definitions, assignments, imports."""
    parsed = tree.parse(source)
    if parsed is None:
        return frozenset()
    names = {name_of(node, source) for _, node in defined(parsed.root_node)}
    for statement in parsed.root_node.children:
        if statement.type in _IMPORTS:
            names.update(_imported(statement, source))
        if statement.type == "expression_statement":
            names.update(_assigned(statement, source))
    return frozenset(names)


def needed_names(source: bytes) -> frozenset[str]:
    """Names that the source reads and binds nowhere itself; builtins are among them."""
    parsed = tree.parse(source)
    if parsed is None:
        return frozenset()
    seen: set[str] = set()
    bound: set[str] = set()
    no_variables: set[int] = set()
    for node in tree.walk(parsed.root_node):
        if node.type == "identifier" and node.id not in no_variables:
            seen.add(tree.text(node, source))
        elif node.type in _WHOLLY_BOUND:
            bound.update(tree.text(each, source) for each in tree.walk(node) if each.type == "identifier")
        elif node.type in _BINDERS:
            bound.update(_targets(node.child_by_field_name(_BINDERS[node.type]), source))
        elif node.type in _NOT_VARIABLES:
            word = node.child_by_field_name(_NOT_VARIABLES[node.type])
            no_variables.update([word.id] if word is not None else [])
    return frozenset(seen - bound)


def _assigned(statement: Node, source: bytes) -> Iterator[str]:
    """Names on the left of ``a = b = …`` and ``a, b = …``."""
    node: Node | None = statement.children[0] if statement.children else None
    while node is not None and node.type == "assignment":
        yield from _targets(node.child_by_field_name("left"), source)
        node = node.child_by_field_name("right")


def _imported(statement: Node, source: bytes) -> Iterator[str]:
    for imported in statement.children_by_field_name("name"):
        alias = imported.child_by_field_name("alias")
        yield tree.text(alias, source) if alias is not None else tree.text(imported, source).split(".")[0]


def _targets(target: Node | None, source: bytes) -> Iterator[str]:
    """Names bound by a target; ``a.b`` and ``a[i]`` bind none."""
    stack = [target] if target is not None else []
    while stack:
        node = stack.pop()
        if node.type == "identifier":
            yield tree.text(node, source)
        elif node.type in _PATTERNS:
            stack.extend(node.named_children)
