"""Definitions that a reply repeats without their bodies, as a model is shown what had no room: left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from atlas_tui.workspace.pieces import parsed

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def without_stubs(code: str, old: str) -> tuple[str, bool]:
    """The code without what has ``...`` for a body and a real one in ``old``; and whether it had any."""
    module, was = parsed(code), parsed(old)
    if module is None or was is None or "..." not in code:
        return code, False
    real = {name for name, node in _named(was) if not _is_stub(node)}
    gone: set[int] = set()
    for name, node in _named(module):
        repeated = name in real and _is_stub(node)
        inside = node.body if isinstance(node, ast.ClassDef) else []
        said = [each for each in inside if not _says_nothing(each)]
        stubs = [each for each in said if isinstance(each, _Function) and _is_stub(each)]
        # A class of which nothing else is left would be an empty one.
        alone = (
            bool(said) and len(stubs) == len(said) and all(f"{name}.{each.name}" in real for each in stubs)
        )
        gone |= _lines(node) if repeated or alone else set()
    kept = [line for number, line in enumerate(code.split("\n"), 1) if number not in gone]
    return "\n".join(kept), bool(gone)


def changed_overloads(code: str, old: str) -> tuple[str, ...]:
    """Functions of which ``without_stubs`` leaves out an ``@overload`` that ``old`` does not have."""
    module, was = parsed(code), parsed(old)
    if module is None or was is None or "overload" not in code:
        return ()
    there = {(name, ast.dump(node)) for name, node in _named(was)}
    real = {name for name, node in _named(was) if not _is_stub(node)}
    fresh = (
        name
        for name, node in _named(module)
        if name in real and _is_stub(node) and _is_overload(node) and (name, ast.dump(node)) not in there
    )
    return tuple(dict.fromkeys(fresh))


def _is_overload(node: _Function | ast.ClassDef) -> bool:
    return any(ast.unparse(each).rpartition(".")[2] == "overload" for each in node.decorator_list)


def _named(module: ast.Module) -> Iterator[tuple[str, _Function | ast.ClassDef]]:
    for node in module.body:
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from (
                (f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, _Function)
            )


def _is_stub(node: _Function | ast.ClassDef) -> bool:
    dots = [each for each in node.body if isinstance(each, ast.Expr) and _value(each) is ...]
    return bool(dots) and all(map(_says_nothing, node.body))


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _value(node: ast.Expr) -> object:
    return node.value.value if isinstance(node.value, ast.Constant) else None


def _lines(node: _Function | ast.ClassDef) -> set[int]:
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return set(range(first, (node.end_lineno or node.lineno) + 1))
