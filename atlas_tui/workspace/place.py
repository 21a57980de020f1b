"""Where a solution goes in the file it is meant for; lines it does not touch keep every byte."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from atlas_tui.errors import InputError
from atlas_tui.workspace import find, indentation, pieces
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.edits import Edit, join
from atlas_tui.workspace.find import Lines
from atlas_tui.workspace.members import member_edits, replaced
from atlas_tui.workspace.pieces import Import, Piece, Solution
from atlas_tui.workspace.text import decode, encode, split

_METHOD_CLASS = "Solution"
"""The class that some problem sites want the function in."""
_HEAD_COMMENT = re.compile(r"#!|#.*coding[:=]")


class How(StrEnum):
    """What becomes of the rest of the file."""

    AUTO = "auto"
    """As the problem is: a function goes to its place, a program is the whole file."""
    IN_PLACE = "in place"
    """Its definition is replaced, or it is added where there is none; the rest stays."""
    WHOLE = "whole file"
    """Nothing of it stays."""


def place(base: Base, code: str, entry_point: str, how: How = How.AUTO) -> bytes:
    """The content of the file with the solution in it.

    A file that does not exist or is blank gets the solution. Without ``entry_point`` (a program) the
    whole file is replaced. Otherwise its definition of ``entry_point`` is replaced, with what else the
    solution needs before it and missing imports at the top; if it has none, the solution is appended.
    Faults elsewhere in the file do not matter.

    Raises:
        InputError: the encoding of the file cannot hold the solution, or a program has no place in it.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    text = decode(base.content, base.style)
    old = split(text)
    filled = base.exists and bool(text.strip())
    if filled and how is How.IN_PLACE and not entry_point:
        todo = "replace the whole file, or choose a new one"
        raise InputError(f"The program cannot be put into {base.path}", "it is no single function", todo)
    if filled and entry_point and how is not How.WHOLE:
        edits = _edits([line.text for line in old], code, entry_point)
        kept_end = base.final_newline or any(edit.start == len(old) for edit in edits)
        return encode(join(old, edits, base.eol, kept_end), base.style, base.path)
    # Nothing of the old text stays, so it is written the way Python reads without being told.
    bom = base.style.bom if base.encoding == "utf-8" else b""
    style = replace(base.style, encoding="utf-8", bom=bom)
    whole = Edit(0, len(old), tuple(code.split("\n")))
    return encode(join(old, [whole], base.eol, True), style, base.path)


def _edits(old: list[str], code: str, entry_point: str) -> list[Edit]:
    name = _defined_name(code, entry_point)
    owner, _, method = name.rpartition(".")
    edits = _into_class(old, code, owner, method) if owner else _into_file(old, code, name) if name else None
    if edits is not None:
        return edits
    module = pieces.parsed("\n".join(old))
    solution = pieces.take_apart(code, owner or entry_point)
    if module is None or solution is None:
        return [_appended(old, code.split("\n"))]
    missing = missing_imports(module, solution.imports)
    rest = laid_out([*solution.before, solution.definition, *solution.after])
    return [*import_edits(old, module, missing), _appended(old, rest)]


def _defined_name(code: str, entry_point: str) -> str:
    """How the solution calls what was asked for: the name itself, or a method of the class ``Solution``."""
    names = (entry_point, f"{_METHOD_CLASS}.{entry_point}")
    return next((name for name in names if find.is_defined(code, name)), "")


def _into_file(old: list[str], code: str, name: str) -> list[Edit] | None:
    """The edits that replace a definition at the top level; None when the file does not have it."""
    spans = find.all_lines_of(old, name)
    if not spans:
        return None
    if solution := pieces.take_apart(code, name):
        return _replacing(old, spans, solution)
    # No parts can be told apart (the definition stands under a condition): the whole solution goes there.
    if not indentation.of(old[spans[-1][0]]) and "from __future__" not in code:
        return [Edit(*spans[-1], tuple(code.split("\n")))]
    return None


def _into_class(old: list[str], code: str, owner: str, method: str) -> list[Edit] | None:
    """The edits that put a method, and what its class has besides, into the class of the file."""
    span = find.lines_of(old, owner)
    if span is None:
        return None
    solution = pieces.take_apart(code, owner)
    if solution is None:
        return _method_alone(old, code, f"{owner}.{method}")
    edits = member_edits(old, solution.definition, method)
    return _replacing(old, [span], solution, edits)


def _method_alone(old: list[str], code: str, name: str) -> list[Edit] | None:
    spans, lines = find.all_lines_of(old, name), code.split("\n")
    given = find.lines_of(lines, name)
    if not spans or given is None:
        return None
    return [Edit(*span, indentation.like(lines[slice(*given)], old[slice(*span)])) for span in spans]


def _replacing(
    old: list[str], spans: Sequence[Lines], solution: Solution, inside: list[Edit] | None = None
) -> list[Edit]:
    """The edits that put a solution in the place of definitions the file has.

    ``inside`` holds those within the definition, where not all of it is replaced.
    """
    edits: list[Edit] = []
    before, after = [
        [piece for piece in group if not _settled(old, piece, edits)]
        for group in (solution.before, solution.after)
    ]
    first, last, module = spans[0], spans[-1], pieces.parsed("\n".join(old))
    end = last[1]
    if indentation.of(old[last[0]]):
        # The definition stands in a block, after which nothing can be put without ending the block.
        end = end_of_block(module, last[0])
        before += [piece for piece in after if piece.defines or not end]
        after = [piece for piece in after if not piece.defines and end]
    head: list[str] = []
    if module is None:
        # Where the imports of a broken file end cannot be known, so they go with the definition.
        wanted = [each for each in solution.imports if not each.future]
        head = [line for line in pieces.import_lines(wanted) if line not in old]
    else:
        edits += import_edits(old, module, missing_imports(module, solution.imports))
    if before:
        head += ([""] if head else []) + laid_out(before)
    if head:
        at = top_of(old, first[0])
        edits.append(Edit(at, at, (*head, "", "")))
    edits += replaced(old, spans, solution.definition) if inside is None else inside
    if after:
        edits.append(Edit(end, end, ("", "", *laid_out(after))))
    return edits


def end_of_block(module: ast.Module | None, line: int) -> int:
    """The line after the top-level statement that holds ``line``; 0 where that cannot be known."""
    holding = [node for node in module.body if node.lineno <= line + 1] if module else []
    return holding[-1].end_lineno or 0 if holding else 0


def _settled(old: list[str], piece: Piece, edits: list[Edit]) -> bool:
    """Whether the file has this part already; one of the same name gets its new text by an edit."""
    if not piece.defines:
        return same_statement(old, piece) is not None
    known = find.all_lines_of(old, piece.name)
    edits += replaced(old, known, piece)
    return bool(known)


def laid_out(parts: Sequence[Piece]) -> list[str]:
    """The lines of the parts, with two blank lines around functions and classes."""
    lines: list[str] = []
    for index, piece in enumerate(parts):
        if index:
            lines += ["", ""] if piece.defines or parts[index - 1].defines else []
        lines += [*piece.comment, *piece.lines]
    return lines


def same_statement(old: list[str], piece: Piece) -> tuple[int, int] | None:
    """Where the file has the very same lines."""
    size = len(piece.lines)
    for start in range(len(old) - size + 1):
        if tuple(old[start : start + size]) == piece.lines:
            return start, start + size
    return None


def top_of(old: list[str], line: int) -> int:
    """The first line of what holds ``line`` at the top level, with the comment directly above it."""
    while line > 0 and (not old[line].strip() or old[line][0] in " \t)]}"):
        line -= 1
    while line > 0 and old[line - 1].startswith(("#", "@")) and not _HEAD_COMMENT.match(old[line - 1]):
        line -= 1
    return line


def missing_imports(module: ast.Module, wanted: Sequence[Import]) -> list[Import]:
    """Those that the module does not have, or has under a condition alone."""
    there = set(pieces.sure_imports(module))
    return [each for each in wanted if each not in there]


def import_edits(old: list[str], module: ast.Module, wanted: list[Import]) -> list[Edit]:
    """The edits that add imports after those the file begins with, else after docstring or first comment."""
    top = _first_line(old, module)
    last = top
    for node in module.body[1:] if _has_docstring(module) else module.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            break
        last = node.end_lineno or node.lineno
    edits = []
    for at, lines in (
        (top, pieces.import_lines([each for each in wanted if each.future])),
        (last, pieces.import_lines([each for each in wanted if not each.future])),
    ):
        if lines:
            above = [""] if at == top and at > 0 and old[at - 1].strip() else []
            follows = old[at] if at < len(old) else ""
            gap = 2 if follows.startswith(("def ", "class ", "@", "async ")) else 1
            below = [""] * gap if follows.strip() and not follows.startswith(("import ", "from ")) else []
            edits.append(Edit(at, at, (*above, *lines, *below)))
    return edits


def _has_docstring(module: ast.Module) -> bool:
    return ast.get_docstring(module, clean=False) is not None


def _first_line(old: list[str], module: ast.Module) -> int:
    """The line after the docstring; without one, after the comments that the file begins with."""
    if _has_docstring(module):
        return module.body[0].end_lineno or 1
    head = 0
    while head < len(old) and _HEAD_COMMENT.match(old[head]):
        head += 1
    end = head
    while end < len(old) and old[end].startswith("#"):
        end += 1
    # A comment that touches the next statement belongs to that statement.
    return end if end == len(old) or not old[end].strip() else head


def _appended(old: list[str], lines: list[str]) -> Edit:
    blank = 0
    while blank < len(old) and not old[-1 - blank].strip():
        blank += 1
    return Edit(len(old), len(old), (*[""] * max(0, 2 - blank), *lines))
