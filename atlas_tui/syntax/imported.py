"""What an import names, as one string a module, in the words of its language."""

from __future__ import annotations

import re

from tree_sitter import Node

from atlas_tui.syntax import tree
from atlas_tui.syntax.grammars import PYTHON

_STRINGS = (
    "string",
    "string_literal",
    "system_lib_string",
    "interpreted_string_literal",
    "raw_string_literal",
)
_MOST = 200
"""Names of one statement."""


def imported(node: Node, source: bytes, language: str) -> tuple[str, ...]:
    """The modules that a node names, which is of a type that forms lists; none where it imports nothing.

    Python: ``a.b``, and ``a.b.name`` for ``from a.b import name`` (with leading dots where it is relative).
    Rust: paths such as ``crate::a::b``, and ``self::a`` for ``mod a;``. Java: ``a.b.C`` or ``a.b.*``.
    Go, JavaScript, C: the string, and ``<a.h>`` for a header of the system.
    """
    if language == PYTHON:
        return _python(node, source)
    if language == "rust":
        return _rust(node, source)
    if language == "java":
        words = tree.text(node, source).removeprefix("import").rstrip(" \t\r\n;").split()
        return ("".join(word for word in words if word != "static"),) if words else ()
    named = node.child_by_field_name("path" if language in ("go", "c", "cpp") else "source")
    if node.type == "call_expression":
        named = _required(node, source)
    if named is None or named.type not in _STRINGS:
        return ()
    text = tree.text(named, source).strip("\"'`")
    return (text,) if text and "\n" not in text else ()


def _required(node: Node, source: bytes) -> Node | None:
    """The first argument of ``require(…)`` and ``import(…)``."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or function.type not in ("identifier", "import"):
        return None
    return arguments.named_child(0) if tree.text(function, source) in ("require", "import") else None


def _python(node: Node, source: bytes) -> tuple[str, ...]:
    names = []
    for child in node.children_by_field_name("name"):
        inner = child.child_by_field_name("name") if child.type == "aliased_import" else child
        names.append(_joined(inner, source))
    if node.type == "import_statement":
        return tuple(name for name in names[:_MOST] if name)
    module = _joined(node.child_by_field_name("module_name"), source)
    if not module:
        return ()
    dot = "" if module.endswith(".") else "."
    return tuple(f"{module}{dot}{name}" for name in names[:_MOST] if name) or (module,)


def _joined(node: Node | None, source: bytes) -> str:
    return re.sub(r"\s+|\\", "", tree.text(node, source)) if node is not None else ""


def _rust(node: Node, source: bytes) -> tuple[str, ...]:
    if node.type == "mod_item":
        name = node.child_by_field_name("name")
        in_its_own_file = node.child_by_field_name("body") is None
        return (f"self::{tree.text(name, source)}",) if name is not None and in_its_own_file else ()
    argument = node.child_by_field_name("argument")
    if argument is None:
        return ()
    text = re.sub(r"//[^\n]*", "", tree.text(argument, source))
    return tuple(_spread(re.sub(r"\bas\s+\w+|\s+", "", text)))


def _spread(path: str) -> list[str]:
    """``a::{b,c::{d,e}}`` written out."""
    found: list[str] = []
    prefixes = [""]
    current = ""
    for letter in path:
        if letter == "{":
            prefixes.append(prefixes[-1] + current)
            current = ""
        elif letter in ",}":
            found += [prefixes[-1] + current] if current else []
            current = ""
            if letter == "}" and len(prefixes) > 1:
                prefixes.pop()
        else:
            current += letter
        if len(found) >= _MOST or len(prefixes) > _MOST:
            return found
    return [*found, prefixes[-1] + current] if current else found
