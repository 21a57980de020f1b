"""A solution taken apart: its imports, the definition that was asked for, and everything else it needs."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

_WORD = re.compile(r"[^\W\d]\w*")
_LONGEST_ANNOTATION = 200


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: ``import module as bound``, or ``from module import name as bound``."""

    module: str
    name: str | None
    alias: str | None

    @property
    def bound(self) -> str:
        """The name it gives to the file."""
        return self.alias or (self.module.partition(".")[0] if self.name is None else self.name)

    @property
    def future(self) -> bool:
        return self.module == "__future__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One statement at the top level, in whole lines."""

    name: str
    """What it defines; empty when it is no function or class."""
    lines: tuple[str, ...]
    comment: tuple[str, ...] = ()
    """Comment lines directly above it."""
    role: str = ""
    """Of a method, what a decorator like ``@name.setter`` makes of it."""

    @property
    def defines(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    imports: tuple[Import, ...]
    """Those that the rest needs."""
    before: tuple[Piece, ...]
    """Everything but imports and the definition, in order."""
    definition: Piece
    after: tuple[Piece, ...]


def take_apart(code: str, name: str) -> Solution | None:
    """The parts of ``code`` around its top-level definition of ``name``; None when there is none.

    A docstring and a ``__main__`` block are left out: they belong to a program, not to a function.
    """
    module = parsed(code)
    if module is None:
        return None
    pieces = statements(module, code)
    at = next((index for index, piece in enumerate(pieces) if piece.name == name), None)
    if at is None:
        return None
    return Solution(
        imports=used_imports(module),
        before=tuple(pieces[:at]),
        definition=pieces[at],
        after=tuple(pieces[at + 1 :]),
    )


def statements(module: ast.Module, code: str) -> list[Piece]:
    """What the top level of ``code``, parsed as ``module``, holds besides imports, docstring and program."""
    return _last_of_each(list(_pieces(_kept(module), code.split("\n"))))


def used_imports(module: ast.Module) -> tuple[Import, ...]:
    """The imports of the top level that its other statements need."""
    used = {word for node in _kept(module) for word in _names_used(node)}
    return tuple(each for each in imports(module) if each.future or each.bound in used | {"*"})


def parsed(code: str) -> ast.Module | None:
    """The syntax tree, or None when this Python cannot read it."""
    try:
        with warnings.catch_warnings():
            # What Python thinks of an escape in the person's strings is not ours to print.
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def members(owner: Piece) -> list[Piece]:
    """What a class at the top level holds, without its docstring and ``pass``; empty for a one-line class."""
    module = parsed(textwrap.dedent("\n".join(owner.lines)))
    holder = module.body[0] if module and len(module.body) == 1 else None
    if not isinstance(holder, ast.ClassDef) or holder.body[0].lineno == holder.lineno:
        return []
    kept = [node for node in holder.body if not _says_nothing(node)]
    roles = {id(node): _role(node) for node in kept}
    pieces = [
        replace(piece, role=roles[id(node)]) for node in kept for piece in _pieces([node], list(owner.lines))
    ]
    last = {(piece.name, piece.role): piece for piece in pieces if piece.defines}
    return [piece for piece in pieces if not piece.defines or last[piece.name, piece.role] is piece]


def imports(module: ast.Module) -> Iterator[Import]:
    """What the top level imports, conditional imports included."""
    yield from _imported(_top_level(module.body))


def sure_imports(module: ast.Module) -> Iterator[Import]:
    """What the top level imports whatever the conditions in it come to."""
    yield from _imported(iter(module.body))


def _imported(nodes: Iterator[ast.stmt]) -> Iterator[Import]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None, alias.asname) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            yield from (Import(source, alias.name, alias.asname) for alias in node.names)


def assigned_name(node: ast.stmt) -> str:
    """The one name that the statement gives a value; empty for any other statement."""
    if isinstance(node, ast.AnnAssign):
        return node.target.id if isinstance(node.target, ast.Name) else ""
    single = isinstance(node, ast.Assign) and len(node.targets) == 1
    target = node.targets[0] if single else None  # type: ignore[attr-defined]
    return target.id if isinstance(target, ast.Name) else ""


def import_lines(wanted: list[Import]) -> list[str]:
    """Statements for these imports, one line a module."""
    lines: list[str] = []
    plain = [each for each in wanted if each.name is None]
    for each in plain:
        lines.append(f"import {each.module}" + (f" as {each.alias}" if each.alias else ""))
    for source in dict.fromkeys(each.module for each in wanted if each.name is not None):
        names = [
            f"{each.name} as {each.alias}" if each.alias else str(each.name)
            for each in wanted
            if each.module == source and each.name is not None
        ]
        lines.append(f"from {source} import {', '.join(names)}")
    return lines


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _top_level(node.body)
            yield from _top_level(node.orelse)


def _pieces(nodes: list[ast.stmt], lines: list[str]) -> Iterator[Piece]:
    """The statements in whole lines; statements that share a line make one piece."""
    end = 0
    for node in nodes:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        if last <= end:
            continue
        start = max(first - 1, end)
        above = start
        while above > end and lines[above - 1].startswith(" " * node.col_offset + "#"):
            above -= 1
        yield Piece(name=_name(node), lines=tuple(lines[start:last]), comment=tuple(lines[above:start]))
        end = last


def _last_of_each(pieces: list[Piece]) -> list[Piece]:
    """Of several definitions of one name the last one counts, as it does in Python."""
    last = {piece.name: piece for piece in pieces if piece.defines}
    return [piece for piece in pieces if not piece.defines or last[piece.name] is piece]


def _name(node: ast.stmt) -> str:
    return node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ""


def _role(node: ast.stmt) -> str:
    for each in getattr(node, "decorator_list", []):
        if (
            isinstance(each, ast.Attribute)
            and isinstance(each.value, ast.Name)
            and each.value.id == _name(node)
        ):
            return each.attr
    return ""


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _kept(module: ast.Module) -> list[ast.stmt]:
    return [node for node in module.body if not _is_import(node) and not _is_program_part(node)]


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_program_part(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return any(isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node.test))
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text and isinstance(node.value.value, str)  # type: ignore[attr-defined]


def _names_used(node: ast.stmt) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            # Perhaps an annotation in quotes.
            yield from _WORD.findall(each.value[:_LONGEST_ANNOTATION])
