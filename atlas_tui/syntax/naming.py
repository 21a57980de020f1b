"""What a node that may define something is called, which languages tell in different ways."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from atlas_tui.syntax import tree
from atlas_tui.syntax.definitions import name_of
from atlas_tui.syntax.grammars import PYTHON

_FUNCTIONS = ("arrow_function", "function_expression", "generator_function", "function")
_DECLARED = (
    "identifier", "field_identifier", "type_identifier", "qualified_identifier", "operator_name",
    "destructor_name", "operator_cast",
)  # fmt: skip
_DEEPEST = 40
"""Steps down a declarator; ``****x`` is one for each star."""
_LONGEST = 200
"""Characters of a name; a longer one is none."""


@dataclass(frozen=True, slots=True)
class Named:
    """A definition as far as naming goes."""

    text: str
    """The name, dotted where the language writes it with what it belongs to."""
    kind: str
    body: Node | None
    """What follows its signature."""
    members_of: str = ""
    """What its members are said to belong to."""


def named(node: Node, source: bytes, language: str, kind: str) -> Named | None:
    """The name of a node of a kind that ``forms`` lists; None where it defines nothing that has one."""
    if language == PYTHON:
        found = _python(node, source, kind)
    elif language in ("javascript", "typescript", "tsx"):
        found = _javascript(node, source, kind)
    elif language == "go":
        found = _go(node, source, kind)
    elif language == "rust":
        found = _rust(node, source, kind)
    elif language in ("c", "cpp"):
        found = _c(node, source, kind)
    else:
        found = _plain(node, source, kind)
    usable = found is not None and found.text and len(found.text) <= _LONGEST and "\n" not in found.text
    return found if usable else None


def _plain(node: Node, source: bytes, kind: str) -> Named:
    name = name_of(node, source)
    return Named(name, kind, node.child_by_field_name("body"), name)


def _python(node: Node, source: bytes, kind: str) -> Named | None:
    if kind != "variable":
        return _plain(node, source, kind)
    left = node.child_by_field_name("left")
    if left is None or left.type != "identifier":
        return None
    return Named(tree.text(left, source), kind, None)


def _javascript(node: Node, source: bytes, kind: str) -> Named | None:
    if node.type == "assignment_expression":
        return _assigned(node, source)
    if node.type not in ("variable_declarator", "field_definition", "public_field_definition", "pair"):
        return _plain(node, source, kind)
    name = next(
        (each for field in ("name", "property", "key") if (each := node.child_by_field_name(field))), None
    )
    value = node.child_by_field_name("value")
    if name is None or name.type not in ("identifier", "property_identifier", "private_property_identifier"):
        return None
    text = tree.text(name, source)
    if value is not None and value.type in (*_FUNCTIONS, "class"):
        kind = "class" if value.type == "class" else "function"
        return Named(text, kind, value.child_by_field_name("body"), text)
    is_require = value is not None and tree.text(value, source).startswith("require(")
    return None if is_require or node.type == "pair" else Named(text, kind, None)


def _assigned(node: Node, source: bytes) -> Named | None:
    """``exports.name = function …``, ``Class.prototype.name = …``; members of ``module.exports = {…}``."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if (
        left is None
        or right is None
        or left.type != "member_expression"
        or len(tree.text(left, source)) > _LONGEST
    ):
        return None
    parts = tree.text(left, source).split(".")
    if parts == ["module", "exports"]:
        return Named("module.exports", "module", right) if right.type == "object" else None
    parts = [part for part in parts if part not in ("module", "exports", "prototype", "this")]
    if right.type not in (*_FUNCTIONS, "class") or not all(map(str.isidentifier, parts)):
        return None
    kind = "class" if right.type == "class" else "function"
    return Named(".".join(parts), kind, right.child_by_field_name("body"), ".".join(parts))


def _go(node: Node, source: bytes, kind: str) -> Named:
    if kind == "type":
        form = node.child_by_field_name("type")
        shape = {"struct_type": "struct", "interface_type": "interface"}.get(form.type if form else "", kind)
        body = form if form is not None and shape != kind else None
        return Named(name_of(node, source), shape, body, name_of(node, source))
    receiver = node.child_by_field_name("receiver")
    owner = (
        next((each for each in tree.walk(receiver) if each.type == "type_identifier"), None)
        if receiver
        else None
    )
    name = name_of(node, source)
    text = f"{tree.text(owner, source)}.{name}" if owner is not None else name
    return Named(text, kind, node.child_by_field_name("body"))


def _rust(node: Node, source: bytes, kind: str) -> Named | None:
    body = node.child_by_field_name("body")
    if kind == "module" and body is None:
        return None  # it is in a file of its own
    if kind != "impl":
        return _plain(node, source, kind)
    of, trait = node.child_by_field_name("type"), node.child_by_field_name("trait")
    while of is not None and of.type in ("generic_type", "reference_type"):
        of = of.child_by_field_name("type")
    if of is None:
        return None
    owner = tree.text(of, source).replace("::", ".")
    text = f"impl {tree.text(trait, source).replace('::', '.')} for {owner}" if trait else f"impl {owner}"
    return Named(text, kind, body, owner)


def _c(node: Node, source: bytes, kind: str) -> Named | None:
    body = node.child_by_field_name("body")
    if kind in ("struct", "class", "enum", "namespace"):
        name = name_of(node, source).replace("::", ".")
        # Without a body it is only mentioned; the values of an enumeration are no members.
        return Named(name, kind, body, name) if body is not None or kind == "namespace" else None
    if kind in ("macro", "type") and node.child_by_field_name("name") is not None:
        return Named(name_of(node, source), kind, node.child_by_field_name("value"))
    declarator = node.child_by_field_name("declarator")
    is_function = False
    for _ in range(_DEEPEST):
        if declarator is None or declarator.type in _DECLARED:
            break
        is_function = is_function or declarator.type == "function_declarator"
        inner = declarator.child_by_field_name("declarator")
        declarator = inner or next(iter(declarator.named_children), None)
    if declarator is None or declarator.type not in _DECLARED:
        return None
    text = tree.text(declarator, source).replace("::", ".")
    if kind == "declaration" and not is_function:
        kind = "variable"
    return Named(text, kind, body)
