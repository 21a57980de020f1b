"""A class of a reply put into the class of a file: what it names is replaced, what it does not name stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace

from atlas_tui.workspace import find, indentation, pieces
from atlas_tui.workspace.edits import Edit
from atlas_tui.workspace.members import member_edits, replaced
from atlas_tui.workspace.pieces import Piece

_PLAIN = re.compile(r"class\s+\w+\s*(\(\s*\))?\s*:\s*(#.*)?")


_KEPT = re.compile(
    r"@\s*(?:[\w.]+\.)?(?P<name>property|cached_property|staticmethod|classmethod|abstractmethod|abstractproperty"
    r"|contextmanager|asynccontextmanager|overload|override|setter|getter|deleter)\b"
)


def kept_decorators(old: Sequence[str], lines: Sequence[str]) -> tuple[str, ...]:
    """The decorator lines of ``old`` that say what kind of function it is, where ``lines``, the same function
    written anew, has no decorators and still fits them; small models forget them."""
    was, new = _function_in(old), _function_in(lines)
    if was is None or new is None or new.decorator_list or not was.decorator_list:
        return ()
    first = was.decorator_list[0].lineno - 1
    above = [line for line in old[first : was.lineno - 1] if line.strip()]
    found = [_KEPT.match(line.strip()) for line in above]
    kinds = {match["name"] for match in found if match}
    fits = len(kinds) == len(above) and all(_still_fits(kind, new) for kind in kinds)
    return indentation.under(above, indentation.of(lines[0]), []) if fits else ()


def _still_fits(kind: str, new: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = [each.arg for each in [*new.args.posonlyargs, *new.args.args]]
    if kind in ("property", "cached_property", "getter", "deleter", "abstractproperty"):
        return names == ["self"]
    if kind == "setter":
        return len(names) == 2
    if kind == "classmethod":
        return names[:1] == ["cls"]
    if kind == "staticmethod":
        return names[:1] not in (["self"], ["cls"])
    if kind in ("contextmanager", "asynccontextmanager"):
        return any(isinstance(node, ast.Yield) for node in ast.walk(new))
    return kind != "overload"


def _function_in(lines: Sequence[str]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    module = pieces.parsed("\n".join(_outdented(lines)))
    node = module.body[0] if module and len(module.body) == 1 else None
    return node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _outdented(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines from the left edge on; what strings hold stays as it is, also where it stands there."""
    return indentation.under(lines, "", []) if lines else ()


def class_edits(old: list[str], spans: Sequence[find.Lines], given: Piece) -> list[Edit]:
    """The edits that give the file's class, the last of ``spans``, the members of ``given``.

    Its head changes where the given one says more than the name. A class that cannot be taken apart is
    replaced as a whole.
    """
    span = spans[-1]
    given = _with_inner(old, _with_decorators(old, given))
    here = old[slice(*span)]
    was, new = _class_in(here), _class_in(given.lines)
    members = pieces.members(given)
    if was is None or new is None or not members or len(spans) > 1:
        return replaced(old, spans, given)
    edits = _head_edits(old, span, was, given, new)
    fresh, values = _value_edits(old, span, was, given, new)
    rest = _without(given, new, values)
    inside = member_edits(old, rest, _next_known(old, given.name, members)) if rest else []
    if inside is None:
        return replaced(old, spans, given)
    return [*edits, *fresh, *inside]


def _class_in(lines: Sequence[str]) -> ast.ClassDef | None:
    module = pieces.parsed("\n".join(_outdented(lines)))
    node = module.body[0] if module and len(module.body) == 1 else None
    alone = isinstance(node, ast.ClassDef) and node.body[0].lineno > node.lineno
    return node if alone and isinstance(node, ast.ClassDef) else None


def _with_decorators(old: Sequence[str], given: Piece) -> Piece:
    """The class with the decorators that its methods have in the file and lack in the reply."""
    new = _class_in(given.lines)
    lines = list(given.lines)
    for node in reversed(new.body if new else []):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            same = (
                [each for each in new.body if isinstance(each, type(node)) and each.name == node.name]
                if new
                else []
            )
            known = find.all_lines_of(old, f"{given.name}.{node.name}")
            if len(same) == 1 and len(known) == 1:
                mine = lines[node.lineno - 1 : node.end_lineno]
                lines[node.lineno - 1 : node.lineno - 1] = kept_decorators(old[slice(*known[0])], mine)
    return replace(given, lines=tuple(lines))


def _with_inner(old: list[str], given: Piece) -> Piece:
    """The class with its inner classes as they become: what they have in the file and lack here, too."""
    new, lines = _class_in(given.lines), list(given.lines)
    for node in reversed(new.body if new else []):
        known = find.all_lines_of(old, f"{given.name}.{node.name}") if isinstance(node, ast.ClassDef) else []
        if not isinstance(node, ast.ClassDef) or len(known) != 1:
            continue
        start = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
        whole = list(_outdented(old[slice(*known[0])]))
        mine = Piece(name=node.name, lines=_outdented(lines[start : node.end_lineno]))
        edits = class_edits(list(whole), [(0, len(whole))], mine)
        edits.sort(key=lambda each: (each.start, each.end))
        # From below, and at one place the last first: the places of those that follow still hold.
        for edit in reversed(edits):
            whole[edit.start : edit.end] = edit.lines
        lines[start : node.end_lineno] = indentation.under(whole, indentation.of(lines[node.lineno - 1]), [])
    return replace(given, lines=tuple(lines))


def _head_edits(
    old: list[str], span: find.Lines, was: ast.ClassDef, given: Piece, new: ast.ClassDef
) -> list[Edit]:
    """Decorators and bases as given; those that the file has stay where none are given."""
    here, indent = old[slice(*span)], indentation.of(old[span[0]])
    edits: list[Edit] = []
    decorators = list(given.lines[: new.lineno - 1])
    if decorators and [line.strip() for line in decorators] != [x.strip() for x in here[: was.lineno - 1]]:
        moved = indentation.under(decorators, indent, [])
        edits.append(Edit(span[0], span[0] + was.lineno - 1, moved))
    head = given.lines[new.lineno - 1 : _head_end(given.lines, new)]
    mine = here[was.lineno - 1 : _head_end(here, was)]
    plain = len(head) == 1 and _PLAIN.fullmatch(head[0].strip()) is not None
    if not plain and [line.strip() for line in head] != [line.strip() for line in mine]:
        start = span[0] + was.lineno - 1
        edits.append(Edit(start, start + len(mine), indentation.under(head, indent, [])))
    return edits


def _head_end(lines: Sequence[str], node: ast.ClassDef) -> int:
    """The line after the one that ends with the colon of the head."""
    first = node.body[0]
    above: list[ast.expr] = getattr(first, "decorator_list", [])
    end = min([first.lineno, *(each.lineno for each in above)]) - 1
    while end > node.lineno and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _value_edits(
    old: list[str], span: find.Lines, was: ast.ClassDef, given: Piece, new: ast.ClassDef
) -> tuple[list[Edit], list[ast.stmt]]:
    """The edits for the fields of the class, and the statements of the given one that they settle."""
    known: dict[str, list[ast.stmt]] = {}
    for node in was.body:
        known.setdefault(pieces.assigned_name(node), []).append(node)
    fields = [node for name, nodes in known.items() if name for node in nodes]
    below = max((node.end_lineno or node.lineno for node in fields), default=0)
    edits: list[Edit] = []
    settled: list[ast.stmt] = []
    for node in new.body:
        name = pieces.assigned_name(node)
        there = known.get(name, []) if name else []
        if not name or len(there) > 1 or (not there and not below):
            continue
        lines = given.lines[node.lineno - 1 : node.end_lineno]
        settled.append(node)
        at = (there[0].lineno - 1, there[0].end_lineno or 0) if there else (below, below)
        place = (span[0] + at[0], span[0] + at[1])
        indent = indentation.of(old[span[0] + fields[0].lineno - 1])
        moved = indentation.under(lines, indent, old[slice(*span)])
        if tuple(old[slice(*place)]) != moved:
            edits.append(Edit(*place, moved))
    return edits, settled


def _without(given: Piece, new: ast.ClassDef, settled: Sequence[ast.stmt]) -> Piece | None:
    """The given class with a head that fits any, and without these statements; None where nothing is left."""
    gone = {number for node in settled for number in range(node.lineno - 1, node.end_lineno or node.lineno)}
    end = _head_end(given.lines, new)
    indent = indentation.of(given.lines[new.lineno - 1])
    kept = [line for number, line in enumerate(given.lines) if number >= end and number not in gone]
    piece = replace(given, lines=(f"{indent}class {given.name}:", *kept), comment=())
    return piece if pieces.members(piece) else None


def _next_known(old: list[str], owner: str, members: Sequence[Piece]) -> str:
    """The method of the file above which what is new goes: the one that follows it in the given class."""
    fresh = False
    for member in members:
        known = bool(member.name) and bool(find.all_lines_of(old, f"{owner}.{member.name}"))
        if fresh and known:
            return member.name
        fresh = fresh or (member.defines and not known)
    return ""
