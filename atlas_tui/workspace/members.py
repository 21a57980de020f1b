"""A class of a solution put into the class of the same name: what the solution does not name stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from atlas_tui.workspace import find, indentation, pieces
from atlas_tui.workspace.edits import Edit
from atlas_tui.workspace.pieces import Piece

_PLAIN_HEADER = re.compile(r"class\s+\w+\s*(\(\s*(object)?\s*\))?\s*:\s*(#.*)?")


def member_edits(old: list[str], owner: Piece, method: str) -> list[Edit] | None:
    """The edits that give the file's class the members of ``owner``; None where that is not possible.

    Members of the same name are replaced where they stand, new ones go above ``method``, or to the end of
    the class where it has no such method.
    """
    span = find.lines_of(old, owner.name)
    new = pieces.members(owner)
    if span is None or not new or not _fits(old[slice(*span)], owner.lines):
        return None
    edits: list[Edit] = []
    fresh: list[Piece] = []
    for member in new:
        known = find.all_lines_of(old, f"{owner.name}.{member.name}", member.role) if member.name else ()
        if known and find.has_role(old, f"{owner.name}.{member.name}", member.role):
            edits += replaced(old, known, member)
        elif member.name or not _has_statement(old[slice(*span)], member):
            fresh.append(member)
    if fresh:
        edits.append(_added(old, span, fresh, find.lines_of(old, f"{owner.name}.{method}")))
    return edits


def replaced(old: list[str], spans: Sequence[tuple[int, int]], piece: Piece) -> list[Edit]:
    """The piece in the place of each of these definitions."""
    edits = [Edit(*span, indentation.like(piece.lines, old[slice(*span)])) for span in spans]
    return [edit for edit in edits if tuple(old[edit.start : edit.end]) != edit.lines]


def _fits(old: list[str], new: Sequence[str]) -> bool:
    """Whether only the members differ, and the class of the file has lines of its own for them."""
    heads = []
    for lines in (old, new):
        head = next((number for number, line in enumerate(lines) if line.lstrip().startswith("class")), 0)
        margin = indentation.of(lines[head])
        if not any(line.strip() and len(indentation.of(line)) > len(margin) for line in lines[head + 1 :]):
            return False
        heads.append([line.strip() for line in lines[: head + 1]])
    plain = len(heads[1]) == 1 and _PLAIN_HEADER.fullmatch(heads[1][0]) is not None
    return plain or heads[0] == heads[1]


def _has_statement(old: list[str], member: Piece) -> bool:
    wanted = [line.strip() for line in member.lines]
    there = [line.strip() for line in old]
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


def _added(
    old: list[str], span: tuple[int, int], fresh: Sequence[Piece], before: tuple[int, int] | None
) -> Edit:
    inside = old[slice(*span)]
    head = next(number for number, line in enumerate(inside) if line.lstrip().startswith("class"))
    margin = len(indentation.of(inside[head]))
    deeper = [line for line in inside[head + 1 :] if line.strip() and len(indentation.of(line)) > margin]
    indent = indentation.of(old[before[0]] if before else deeper[0])
    lines: list[str] = []
    for index, piece in enumerate(fresh):
        apart = index and (piece.defines or fresh[index - 1].defines)
        lines += [""] if apart else []
        lines += indentation.under([*piece.comment, *piece.lines], indent, inside)
    if before is None:
        return Edit(span[1], span[1], ("", *lines))
    at = before[0]
    while at > span[0] and old[at - 1].lstrip().startswith("#") and indentation.of(old[at - 1]) == indent:
        at -= 1
    return Edit(at, at, (*lines, ""))
