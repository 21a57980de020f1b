"""Replies with tests taken apart: each test as a source of its own, with all that it needs. Pure."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from atlas_tui.syntax.fences import next_block
from atlas_tui.syntax.statements import Statement, statements

LONGEST = 4_000
"""Most characters of one test with what it needs."""
_FORM, _ARGUMENTS, _LARGE = "not in the form asked for", "it asks for arguments", "too large"
_OTHERS = "it needs declarations that other tests could have as well"
_TESTS = re.compile(r"(test|it|describe|suite)(\.(each|concurrent|sequential))*")
_LIKE_TESTS = re.compile(r"(\bdef test|\bfunc Test|#\[test\]|\b(test|it|describe)(\.\w+)*\s*\()")
_IMPORTED = re.compile(r'^\s*(?:import\s+)?(?P<alias>[\w.]+\s+)?"(?P<path>[^"]+)"', re.MULTILINE)
_VERSION = re.compile(r"/v\d+$")
_GO_TEST = re.compile(r"Test(?![a-z])\w*")

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Piece:
    """One test."""

    name: str
    """Its function, ``Class.method``, or its title."""
    source: str
    form: str
    """Equal for tests that differ in nothing but their name and layout."""


def codes_of(reply: str) -> list[str]:
    """The blocks of code in a reply that hold tests, each after those before it that hold none; all of the
    reply where it has no blocks."""
    lines, found, head, at = reply.split("\n"), list[str](), "", 0
    while (block := next_block(lines, at)) is not None and block.ends:
        at, code = block.ends[0]
        if _LIKE_TESTS.search(code):
            found.append(head + code)
        else:
            head += f"{code}\n\n"
    return found or [head or reply]


def _pieces(name: str, source: str, text: str, dropped: Counter[str]) -> list[Piece]:
    """The test of this name, with ``text`` for itself and ``source`` with what it needs; none too large."""
    if len(source) > LONGEST:
        dropped[_LARGE] += 1
        return []
    return [Piece(name, source, "".join(text.replace(name, "", 1).split()))]


# --- Python


def of_python(code: str, dropped: Counter[str], *, classes_only: bool = False) -> list[Piece]:
    """Functions ``test…`` without arguments, and such methods of classes, each with its class alone.

    ``classes_only`` is for unittest, which knows no functions.
    """
    try:
        module = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        dropped[_FORM] += 1
        return []
    lines, found = code.split("\n"), list[Piece]()
    tests = [node for node in module.body if _is_test(node) or _methods(node)]
    head = "\n".join(_source(lines, node) for node in module.body if node not in tests and not _is_main(node))
    for node in tests:
        for name, test, text in _members(lines, node):
            source = f"{head}\n\n\n{text}\n" if head else f"{text}\n"
            if not isinstance(test, ast.FunctionDef) or (classes_only and not isinstance(node, ast.ClassDef)):
                dropped[_FORM] += 1
            elif _asks(test, isinstance(node, ast.ClassDef)):
                dropped[_ARGUMENTS] += 1
            elif len(source) > LONGEST:
                dropped[_LARGE] += 1
            else:
                form = ast.dump(ast.parse(source)).replace(f"'{test.name}'", "'test'")
                found.append(Piece(name, source, form))
    return found


def _members(lines: Sequence[str], node: ast.stmt) -> Iterator[tuple[str, _Function, str]]:
    """The tests of a statement: name, definition, and what has to be written of the statement for it."""
    if isinstance(node, ast.ClassDef):
        for each in _methods(node):
            yield f"{node.name}.{each.name}", each, _alone(lines, node, each)
    elif _is_test(node):
        yield node.name, node, _source(lines, node)


def _is_test(node: ast.stmt) -> TypeGuard[_Function]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _methods(node: ast.stmt) -> list[_Function]:
    return list(filter(_is_test, node.body)) if isinstance(node, ast.ClassDef) else []


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.dump(node.test)


def _asks(node: ast.FunctionDef, method: bool) -> bool:
    given = node.args
    plain = len(given.args) + len(given.posonlyargs) - method
    return bool(plain > 0 or given.kwonlyargs or given.vararg or given.kwarg)


def _alone(lines: Sequence[str], owner: ast.ClassDef, test: ast.stmt) -> str:
    """The class with everything but its other tests."""
    header = "\n".join(lines[_first(owner) - 1 : _first(owner.body[0]) - 1])
    kept = [_source(lines, each) for each in owner.body if each is test or not _is_test(each)]
    return "\n".join([header, "\n\n".join(kept)])


def _source(lines: Sequence[str], node: ast.stmt) -> str:
    return "\n".join(lines[_first(node) - 1 : node.end_lineno])


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


# --- JavaScript and TypeScript


def of_javascript(code: str, language: str, dropped: Counter[str]) -> list[Piece]:
    """Calls of ``test``, ``it`` or ``describe`` at the top, each with all that is no such call."""
    found, tests, head = list[Piece](), list[Statement](), list[str]()
    for one in statements(code, language):
        if _TESTS.fullmatch(one.name) and one.title:
            tests.append(one)
        elif not one.name.startswith(("test", "it.", "describe", "suite", "xit", "xtest", "xdescribe")):
            head.append(one.text)
    if not tests:
        dropped[_FORM] += 1
    for one in tests:
        source = "\n".join([*head, "", one.text, ""]).lstrip("\n")
        found += _pieces(one.title, source, one.text, dropped)
    return found


# --- Go


def of_go(code: str, dropped: Counter[str]) -> list[Piece]:
    """Functions ``Test…``, each with the package clause and the imports that it uses."""
    told = statements(code, "go")
    package = next((one.text for one in told if one.kind == "package_clause"), "")
    tests = [one for one in told if one.kind == "function_declaration" and _GO_TEST.fullmatch(one.name)]
    imports = [one for one in told if one.kind == "import_declaration"]
    others = [one for one in told if one not in tests and one not in imports and one.kind != "package_clause"]
    if not package or not tests:
        dropped[_FORM] += 1
        return []
    found = list[Piece]()
    for one in tests:
        if any(
            re.search(rf"\b{re.escape(name)}\b", one.text) for other in others for name in _declares(other)
        ):
            dropped[_OTHERS] += 1
            continue
        used = "\n".join(f"\t{line}" for line in _used(imports, one.text))
        source = f"{package}\n\nimport (\n{used}\n)\n\n{one.text}\n"
        found += _pieces(one.name, source, one.text, dropped)
    return found


def _declares(statement: Statement) -> list[str]:
    """The names that it may declare."""
    return [statement.name] if statement.name else re.findall(r"^\s*(?:\w+\s+)?(\w+)", statement.text)


def _used(imports: Sequence[Statement], text: str) -> Iterator[str]:
    """The lines of the imports that the text uses: of others Go makes a fault."""
    for one in imports:
        for match in _IMPORTED.finditer(one.text.removeprefix("import").strip().strip("()")):
            alias = (match["alias"] or "").strip()
            name = alias or _VERSION.sub("", match["path"]).rpartition("/")[2]
            if alias in ("_", ".") or re.search(rf"\b{re.escape(name)}\s*\.", text):
                yield f'{alias} "{match["path"]}"'.strip()


# --- Rust


def of_rust(code: str, dropped: Counter[str]) -> list[Piece]:
    """Functions with ``#[test]`` at the top, each with all that is no such function."""
    tests, head, marks = list[Statement](), list[str](), ""
    for one in statements(code, "rust"):
        if one.kind == "attribute_item":
            marks += f"{one.text}\n"
            continue
        whole = replace(one, text=marks + one.text)
        if one.kind == "function_item" and "#[test]" in marks:
            tests.append(whole)
        elif one.kind != "inner_attribute_item":
            head.append(whole.text)
        marks = ""
    if not tests:
        dropped[_FORM] += 1
    found = list[Piece]()
    for one in tests:
        source = "\n\n".join(["\n".join(head), f"{one.text}\n"])
        found += _pieces(one.name, source, one.text, dropped)
    return found
