"""Pieces of Python put into a file: functions, methods, parts of classes, constants, or all of it."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import itertools
import re
import sys
from collections.abc import Sequence

from atlas_tui.project.editing_class import class_edits, kept_decorators
from atlas_tui.project.editing_draft import MOST_PIECES, Draft, Unplaced, has_most
from atlas_tui.project.editing_stubs import changed_overloads, without_stubs
from atlas_tui.syntax import check, definitions, tree
from atlas_tui.syntax.extract import dedented
from atlas_tui.syntax.names import bound_names, needed_names
from atlas_tui.workspace import find, indentation, pieces
from atlas_tui.workspace.edits import Edit
from atlas_tui.workspace.members import replaced
from atlas_tui.workspace.pieces import Import, Piece
from atlas_tui.workspace.place import (
    end_of_block,
    import_edits,
    laid_out,
    missing_imports,
    same_statement,
    top_of,
)

_LEFT_OUT = re.compile(
    r"\s*#\s*(\.{3}|…|\[?(the )?(rest|remaining|existing|other|previous|same) .*"
    r"(unchanged|same|as before|as is|here|code|methods|functions|omitted|goes?)\b).*",
    re.IGNORECASE,
)
_WELL_KNOWN = {
    "collections": ("defaultdict", "Counter", "deque", "OrderedDict", "namedtuple"),
    "dataclasses": ("dataclass",),
    "functools": ("lru_cache", "wraps", "partial", "reduce", "cached_property", "total_ordering"),
    "typing": ("Any", "Callable", "Dict", "Iterable", "Iterator", "List", "Optional", "Sequence", "Set",
               "Tuple", "Union"),
    "decimal": ("Decimal", "ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN", "InvalidOperation"),
    "fractions": ("Fraction",),
    "pathlib": ("Path",),
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _WELL_KNOWN.items() for name in names}
_AMBIGUOUS = frozenset(
    {"datetime", "time", "copy", "date", "code", "types", "token", "select", "signal", "test"}
)
"""Modules whose name is often that of something else."""


def put(draft: Draft, code: str, symbol: str = "", whole: bool = False) -> None:
    """Put the code of one block into a file.

    Definitions and constants that the file has are replaced where they stand, of a class the members that
    the code has; new ones go behind what they follow in the code; imports that are missing are added.

    Args:
        symbol: what the reply names in the file: the class of a method that stands alone in ``code``.
        whole: the reply says that it is all of the file.

    Raises:
        Unplaced: the code has a syntax fault, leaves lines out, or there is nothing in it to be placed.
    """
    code, left_out = _without_marks(dedented(code))
    draft.notes += [
        f"the overloads of {name} stay as they are" for name in changed_overloads(code, draft.source)
    ]
    code, stubs = without_stubs(code, draft.source)
    left_out = left_out or stubs
    if stubs and not code.strip():
        raise Unplaced("the code for it has no bodies")
    if fault := check(code):
        raise Unplaced(f"the code for it cannot be read: {fault}")
    module = pieces.parsed(code)
    if module is None:
        raise Unplaced("the code for it cannot be read by this Python")
    before = draft.source
    whole = whole and has_most(names_in(before), names_in(code))
    covers = not left_out and (whole or _covers(before, code, module))
    if draft.is_blank or covers:
        draft.rewrite(code)
    else:
        _merge(draft, code, module, symbol)
    _supply(draft, before)


def names_in(code: str) -> frozenset[str]:
    """What a block defines: functions, classes, their methods with dots, and constants."""
    source = tree.encode(dedented(code))
    module = pieces.parsed(dedented(code))
    imported = {each.bound for each in pieces.imports(module)} if module else set()
    return (bound_names(source) | frozenset(definitions(source))) - imported


def defines(code: str) -> bool:
    """Whether there is a function or a class in a block."""
    return bool(definitions(tree.encode(dedented(code))))


# --- all of a file


def _covers(old: str, code: str, module: ast.Module) -> bool:
    """Whether the code has everything that the file has, so that it is meant to be all of it."""
    was = pieces.parsed(old)
    if was is None or not (there := names_in(old)) or not there <= names_in(code):
        return False
    imports = set(pieces.imports(was)) <= set(pieces.imports(module))
    forgotten = _decorators(was) > _decorators(module)
    parts = [any(map(_is_program, was.body)) <= any(map(_is_program, module.body))]
    parts.append((ast.get_docstring(was) is not None) <= (ast.get_docstring(module) is not None))
    return (
        imports
        and not forgotten
        and all(parts)
        and _outside(old, was) <= set(map(str.strip, code.split("\n")))
    )


def _outside(text: str, module: ast.Module) -> set[str]:
    """What stands in a file besides imports, definitions, values, docstring and program; comments too."""
    lines = dict(enumerate(text.split("\n"), 1))
    for number, node in enumerate(module.body):
        is_docstring = not number and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        known = _defines_one(node) or isinstance(node, ast.Import | ast.ImportFrom) or is_docstring
        if known or pieces.assigned_name(node):
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines.pop(line, None)
    return {line.strip() for line in lines.values() if line.strip() and not line.startswith("@")}


def _decorators(module: ast.Module) -> int:
    return sum(len(getattr(node, "decorator_list", ())) for node in ast.walk(module))


def _without_marks(code: str) -> tuple[str, bool]:
    """The code without comments such as "rest unchanged", and whether there were any.

    Raises:
        Unplaced: one stands in a function, which is then not whole.
    """
    lines = code.split("\n")
    marks = [number for number, line in enumerate(lines) if _LEFT_OUT.fullmatch(line[:300])]
    for number in marks:
        if _in_function(lines, number):
            said = lines[number].strip()[:60]
            raise Unplaced(f"a function in it is not whole ({said}): the reply has to hold all of its lines")
    return "\n".join(line for number, line in enumerate(lines) if number not in marks), bool(marks)


def _in_function(lines: Sequence[str], number: int) -> bool:
    depth = len(indentation.of(lines[number]))
    for line in reversed(lines[:number]):
        here = len(indentation.of(line))
        if line.strip() and here < depth:
            depth = here
            if line.lstrip().startswith(("def ", "async def ", ")")):
                return True
    return False


# --- parts of a file


def _merge(draft: Draft, code: str, module: ast.Module, symbol: str) -> None:
    found = [piece for piece in pieces.statements(module, code) if not _is_example(piece)]
    if len(found) > MOST_PIECES:
        raise Unplaced(f"the code for it has {len(found):,} pieces, and at most {MOST_PIECES:,} are placed")
    found = _in_their_class(draft, found, symbol)
    wanted = list(pieces.used_imports(module))
    if not any(piece.defines for piece in found):
        # Nothing in the code uses them, so they themselves are what is meant.
        wanted = list(pieces.imports(module))
    if not found and not wanted:
        raise Unplaced("the code for it holds no whole function, class or constant")
    _add_imports(draft, [each for each in wanted if not _is_itself(draft, each)])
    last = ""
    waiting: list[Piece] = []
    for number, piece in enumerate(found):
        if _replace(draft, piece):
            _insert(draft, waiting, last, piece.name)
            waiting, last = [], piece.name or last
        elif not _stands(draft.lines, piece) and not _add_value(draft, number, found):
            waiting.append(piece)
    _insert(draft, waiting, last, "")


def _replace(draft: Draft, piece: Piece) -> bool:
    """Put the piece where the file has what it defines; False where the file has no such thing."""
    old = draft.lines
    if not piece.defines:
        edit = _constant(old, piece)
        draft.change([edit] if edit else [])
        return edit is not None
    spans = find.all_lines_of(old, piece.name)
    if not spans:
        return False
    if _is_class(piece):
        draft.change(class_edits(old, spans, piece))
        return True
    above = kept_decorators(old[slice(*spans[-1])], piece.lines)
    draft.change(replaced(old, spans, dataclasses.replace(piece, lines=(*above, *piece.lines))))
    return True


def _insert(draft: Draft, fresh: Sequence[Piece], after: str, before: str) -> None:
    """Put new pieces behind what they follow, else above what they precede, else at the end of the file."""
    if not fresh:
        return
    old, lines = draft.lines, laid_out(fresh)
    if after and (span := find.lines_of(old, after)) and (end := _end_of_statement(old, span)):
        draft.change([Edit(end, end, ("", "", *lines))])
        return
    at = top_of(old, span[0]) if before and (span := find.lines_of(old, before)) else _program_line(old)
    if at is not None:
        draft.change([Edit(at, at, (*lines, "", ""))])
        return
    blank = next((number for number, line in enumerate(reversed(old)) if line.strip()), len(old))
    draft.change([Edit(len(old), len(old), (*[""] * max(0, 2 - blank), *lines))])


def _in_their_class(draft: Draft, found: list[Piece], symbol: str) -> list[Piece]:
    """The pieces, with methods that stand alone put into the class of the file that is to have them."""
    there = definitions(tree.encode(draft.source))
    classes = tuple(dict.fromkeys(name.partition(".")[0] for name in there if "." in name))
    made: list[Piece] = []
    for piece in found:
        owner = _owner(piece, there, classes, symbol) if _is_method(piece, symbol) else ""
        if owner:
            lines: Sequence[str] = [*piece.comment, *piece.lines]
            for name in reversed(owner.split(".")):
                lines = [f"class {name}:", *indentation.under([*lines], "    ", [])]
            piece = Piece(name=owner.partition(".")[0], lines=tuple(lines))
        made.append(piece)
    return made


def _owner(piece: Piece, there: Sequence[str], classes: Sequence[str], symbol: str) -> str:
    inner = symbol.removesuffix(f".{piece.name}")
    if "." in inner and inner in there:
        return inner
    named = symbol.partition(".")[0]
    if named in there and (named in classes or f"{named}.{piece.name}" in there):
        return named
    if piece.name in there:
        return ""
    having = [name for name in classes if f"{name}.{piece.name}" in there] or list(classes)
    if len(having) != 1:
        raise Unplaced(f"{piece.name} is a method, and it is not said of which class")
    return having[0]


def _is_method(piece: Piece, symbol: str) -> bool:
    if not piece.defines or _is_class(piece):
        return False
    module = pieces.parsed("\n".join(piece.lines))
    node = module.body[0] if module and module.body else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    first = [each.arg for each in [*node.args.posonlyargs, *node.args.args]][:1]
    return first in (["self"], ["cls"]) or symbol.endswith(f".{piece.name}")


def _is_class(piece: Piece) -> bool:
    return any(line.startswith("class ") for line in piece.lines)


def _is_example(piece: Piece) -> bool:
    """Whether it only calls or prints something, as the use of the code is shown."""
    module = None if piece.defines else pieces.parsed("\n".join(piece.lines))
    return module is not None and all(isinstance(node, ast.Expr | ast.Assert) for node in module.body)


# --- constants and imports


def _add_value(draft: Draft, number: int, found: Sequence[Piece]) -> bool:
    """Put a new constant to those the file begins with; False where it is none, or needs what comes later."""
    piece, following = found[number], found[number + 1 :]
    old, code = draft.lines, "\n".join(piece.lines)
    new, was = pieces.parsed(code), pieces.parsed("\n".join(old))
    needed = needed_names(tree.encode(code))
    later = {each.name for each in found} | set(definitions(tree.encode(draft.source)))
    if was is None or new is None or not all(map(pieces.assigned_name, new.body)) or needed & later:
        return False
    head = list(itertools.takewhile(lambda node: not _defines_one(node), was.body))
    edits = [_constant(old, each) for each in following if not each.defines]
    before = [top_of(old, edit.start) for edit in edits if edit]
    if not head:
        return False
    at = min([head[-1].end_lineno or 0, *before])
    above = [""] if at and not before and not pieces.assigned_name(head[-1]) else []
    draft.change([Edit(at, at, (*above, *piece.comment, *piece.lines))])
    return True


def _defines_one(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or _is_program(node)


def _is_program(node: ast.stmt) -> bool:
    tested = ast.walk(node.test) if isinstance(node, ast.If) else iter(())
    return any(isinstance(each, ast.Name) and each.id == "__name__" for each in tested)


def _constant(old: Sequence[str], piece: Piece) -> Edit | None:
    """The edit that gives a constant its new value; None where the file does not assign it exactly once."""
    new = pieces.parsed("\n".join(piece.lines))
    was = pieces.parsed("\n".join(old))
    names = [pieces.assigned_name(node) for node in new.body] if new else []
    if was is None or len(names) != 1 or not names[0]:
        return None
    nodes = [node for node in was.body if pieces.assigned_name(node) == names[0]]
    if len(nodes) != 1:
        return None
    return Edit(nodes[0].lineno - 1, nodes[0].end_lineno or nodes[0].lineno, piece.lines)


def _add_imports(draft: Draft, wanted: Sequence[Import]) -> None:
    old = draft.lines
    module = pieces.parsed("\n".join(old))
    if module is not None:
        draft.change(import_edits(old, module, missing_imports(module, wanted)))
        return
    # Where the imports of a broken file end cannot be known: they go above the first one.
    lines = [line for line in pieces.import_lines(list(wanted)) if line not in old]
    at = next((number for number, line in enumerate(old) if line.startswith(("import ", "from "))), 0)
    draft.change([Edit(at, at, tuple(lines))] if lines else [])


def _is_itself(draft: Draft, each: Import) -> bool:
    """Whether it imports from the very file, as code that was written to be tried outside of it does."""
    dotted = draft.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    same = dotted == each.module or dotted.endswith(f".{each.module}")
    return same and each.name is not None and each.name in names_in(draft.source)


def _supply(draft: Draft, before: str) -> None:
    """Add imports of well-known names that the new text needs and nobody imports."""
    source = tree.encode(draft.source)
    lacking = needed_names(source) - bound_names(source) - needed_names(tree.encode(before))
    wanted = []
    for name in sorted(lacking - set(dir(builtins))):
        if name in _MODULE_OF:
            wanted.append(Import(_MODULE_OF[name], name, None))
        elif name in sys.stdlib_module_names and name not in _AMBIGUOUS and f"{name}." in draft.text:
            wanted.append(Import(name, None, None))
    if wanted:
        _add_imports(draft, wanted)


# --- places


def _stands(old: list[str], piece: Piece) -> bool:
    return not piece.defines and same_statement(old, piece) is not None


def _end_of_statement(old: list[str], span: find.Lines) -> int:
    """The line after the top-level statement that holds a definition; 0 where that cannot be known."""
    if not indentation.of(old[span[0]]):
        return span[1]
    return end_of_block(pieces.parsed("\n".join(old)), span[0])


def _program_line(old: Sequence[str]) -> int | None:
    """Where the part of the file begins that runs it as a program, if it ends with one."""
    at = next((number for number in range(len(old)) if re.match(r"if\s+__name__\s*==", old[number])), None)
    return None if at is None else top_of(list(old), at)
