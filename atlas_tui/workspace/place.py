"""Where a solution goes in the file it is meant for; lines it does not touch keep every byte."""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass, replace

from atlas_tui.workspace import pieces
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.pieces import Import, Piece, Solution
from atlas_tui.workspace.text import Line, decode, encode, split

_METHOD_CLASS = "Solution"
"""The class that some problem sites want the function in."""
_HEAD_COMMENT = re.compile(r"#!|#.*coding[:=]")


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``start`` to ``end`` (not included) become ``lines``."""

    start: int
    end: int
    lines: tuple[str, ...]


def place(base: Base, code: str, entry_point: str) -> bytes:
    """The content of the file with the solution in it.

    A file that does not exist or is blank gets the solution. Without ``entry_point`` (a program) the
    whole file is replaced. Otherwise its definition of ``entry_point`` is replaced, with what else the
    solution needs before it and missing imports at the top; if it has none, the solution is appended.

    Raises:
        InputError: the encoding of the file cannot hold the solution.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    text = decode(base.content, base.style)
    old = split(text)
    if base.exists and text.strip() and entry_point:
        edits = _edits([line.text for line in old], code, entry_point)
        kept_end = base.final_newline or any(edit.start == len(old) for edit in edits)
        return encode(_join(old, edits, base.eol, kept_end), base.style, base.path)
    # Nothing of the old text stays, so it is written the way Python reads without being told.
    bom = base.style.bom if base.encoding == "utf-8" else b""
    style = replace(base.style, encoding="utf-8", bom=bom)
    whole = Edit(0, len(old), tuple(code.split("\n")))
    return encode(_join(old, [whole], base.eol, True), style, base.path)


def _edits(old: list[str], code: str, entry_point: str) -> list[Edit]:
    for name in _names(entry_point, code):
        span = _lines_of(old, name)
        if span is None:
            continue
        if "." in name:
            return [Edit(*span, _indented(_method(code, name), old[span[0]]))]
        if solution := pieces.take_apart(code, name):
            return _replacing(old, span, solution)
    module = pieces.parsed("\n".join(old))
    solution = pieces.take_apart(code, entry_point)
    if module is None or solution is None:
        return [_appended(old, code.split("\n"))]
    missing = _missing(module, solution.imports)
    rest = _laid_out([*solution.before, solution.definition, *solution.after])
    return [*_import_edits(old, module, missing), _appended(old, rest)]


def _names(entry_point: str, code: str) -> list[str]:
    """What to look for in the file, best first: the function, the method alone, its class."""
    if _span(code, entry_point) is not None:
        return [entry_point]
    method = f"{_METHOD_CLASS}.{entry_point}"
    if _span(code, method) is None:
        return []
    module = pieces.parsed(code)
    owner = [node for node in (module.body if module else []) if getattr(node, "name", "") == _METHOD_CLASS]
    alone = len(owner) == 1 and isinstance(owner[0], ast.ClassDef) and len(owner[0].body) == 1
    only = alone and module is not None and len(module.body) == 1
    return [method, _METHOD_CLASS] if only else [_METHOD_CLASS]


def _span(code: str, name: str) -> tuple[int, int] | None:
    # Here and not at the top, because tree-sitter takes time to load and most starts do not need it.
    from atlas_tui.syntax import definition_span

    return definition_span(code.encode(), name)


def _lines_of(old: list[str], name: str) -> tuple[int, int] | None:
    """The whole lines of a definition: first, and the one after the last."""
    source = "\n".join(old)
    span = _span(source, name)
    if span is None:
        return None
    data = source.encode()
    return data[: span[0]].count(b"\n"), data[: span[1]].rstrip(b"\n").count(b"\n") + 1


def _method(code: str, name: str) -> tuple[str, ...]:
    lines = code.split("\n")
    span = _lines_of(lines, name)
    return tuple(lines[slice(*span)]) if span else ()


def _indented(lines: tuple[str, ...], like: str) -> tuple[str, ...]:
    """The lines with the indentation of ``like`` in place of that of their first line."""
    have, want = _indentation(lines[0]), _indentation(like)
    if have == want:
        return lines
    return tuple(
        want + line.removeprefix(have) if line.startswith(have) and line.strip() else line for line in lines
    )


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _replacing(old: list[str], span: tuple[int, int], solution: Solution) -> list[Edit]:
    """The edits that put a solution in the place of a definition the file has."""
    edits: list[Edit] = []
    before, after = [
        [piece for piece in group if not _settled(old, piece, edits)]
        for group in (solution.before, solution.after)
    ]
    if _indentation(old[span[0]]):
        # The definition stands in a block, after which nothing can be put without ending the block.
        before, after = before + after, []
    module = pieces.parsed("\n".join(old))
    head: list[str] = []
    if module is None:
        # Where the imports of a broken file end cannot be known, so they go with the definition.
        head = pieces.import_lines([each for each in solution.imports if not each.future])
    else:
        edits += _import_edits(old, module, _missing(module, solution.imports))
    if before:
        head += ([""] if head else []) + _laid_out(before)
    if head:
        at = _top_of(old, span[0])
        edits.append(Edit(at, at, (*head, "", "")))
    edits.append(Edit(*span, _indented(solution.definition.lines, old[span[0]])))
    if after:
        edits.append(Edit(span[1], span[1], ("", "", *_laid_out(after))))
    return edits


def _settled(old: list[str], piece: Piece, edits: list[Edit]) -> bool:
    """Whether the file has this part already; one of the same name gets its new text by an edit."""
    known = _lines_of(old, piece.name) if piece.defines else _same_statement(old, piece)
    if known is None:
        return False
    if piece.defines and tuple(old[slice(*known)]) != piece.lines:
        edits.append(Edit(*known, _indented(piece.lines, old[known[0]])))
    return True


def _laid_out(parts: list[Piece]) -> list[str]:
    """The lines of the parts, with two blank lines around functions and classes."""
    lines: list[str] = []
    for index, piece in enumerate(parts):
        if index:
            lines += ["", ""] if piece.defines or parts[index - 1].defines else []
        lines += [*piece.comment, *piece.lines]
    return lines


def _same_statement(old: list[str], piece: Piece) -> tuple[int, int] | None:
    """Where the file has the very same lines."""
    size = len(piece.lines)
    for start in range(len(old) - size + 1):
        if tuple(old[start : start + size]) == piece.lines:
            return start, start + size
    return None


def _top_of(old: list[str], line: int) -> int:
    """The first line of what holds ``line`` at the top level, with the comment directly above it."""
    while line > 0 and (not old[line].strip() or old[line][0] in " \t)]}"):
        line -= 1
    while line > 0 and old[line - 1].startswith(("#", "@")) and not _HEAD_COMMENT.match(old[line - 1]):
        line -= 1
    return line


def _missing(module: ast.Module, wanted: tuple[Import, ...]) -> list[Import]:
    there = set(pieces.imports(module))
    return [each for each in wanted if each not in there]


def _import_edits(old: list[str], module: ast.Module, wanted: list[Import]) -> list[Edit]:
    """Imports go after those the file begins with, else after its docstring or first comment."""
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


def _join(old: list[Line], edits: list[Edit], eol: str, final_newline: bool) -> str:
    """The text after the edits; what is new ends its lines as most of the file does."""
    result: list[Line] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        result += old[at : edit.start]
        result += _with_ends(old[edit.start : edit.end], edit.lines, eol)
        at = edit.end
    result += old[at:]
    for index, line in enumerate(result[:-1]):
        if not line.end:
            result[index] = Line(line.text, eol)
    if not final_newline:
        result[-1] = Line(result[-1].text, "")
    return "".join(line.text + line.end for line in result)


def _with_ends(replaced: list[Line], lines: tuple[str, ...], eol: str) -> list[Line]:
    """The new lines; those that were there before keep the line end they had."""
    new = [Line(text, eol) for text in lines]
    if all(line.end == eol for line in replaced):
        return new
    matcher = difflib.SequenceMatcher(None, [line.text for line in replaced], list(lines), autojunk=False)
    for match in matcher.get_matching_blocks():
        for offset in range(match.size):
            end = replaced[match.a + offset].end
            new[match.b + offset] = Line(lines[match.b + offset], end)
    return new
