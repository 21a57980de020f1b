"""A difference that a reply gives although whole pieces are asked for: taken where it surely fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from atlas_tui.project.editing_draft import Draft, Unplaced
from atlas_tui.workspace.edits import Edit

_TARGET = re.compile(r"^\+\+\+ (?:b/)?(?P<path>[^\t\n]+)", re.MULTILINE)
_HEAD = re.compile(r"@@.*")
_EXCHANGE = re.compile(
    r"^<{5,9} ?SEARCH[^\n]*\n(?P<was>.*?)^={5,9}[ \t]*\n(?P<new>.*?)^>{5,9} ?REPLACE[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
_NAMES = ("--- ", "+++ ", "diff --git ", "index ", "new file mode ", "deleted file mode ", "\\ No newline")


def is_exchange(code: str) -> bool:
    """Whether a block tells lines and what comes in their place, between the marks SEARCH and REPLACE."""
    return _EXCHANGE.search(code) is not None


def by_file(code: str) -> tuple[tuple[str, str], ...]:
    """The files that a difference names, each with the part that is about it."""
    heads = list(_TARGET.finditer(code))
    ends = [*(head.start() for head in heads), len(code)][1:]
    return tuple(
        (head["path"].strip(), code[head.end() + 1 : end]) for head, end in zip(heads, ends, strict=True)
    )


def put(draft: Draft, code: str) -> None:
    """Apply each part of a difference at the only place where the lines it is about stand.

    Line numbers are not looked at: models count badly.

    Raises:
        Unplaced: a part fits nowhere, or in several places; nothing is changed then.
    """
    old = draft.lines
    told = [(_lines(match["was"]), _lines(match["new"])) for match in _EXCHANGE.finditer(code)]
    edits = [_edit(old, was, new) for was, new in told or _parts(code.split("\n"))]
    if not edits:
        raise Unplaced("the difference for it has no lines")
    edits.sort(key=lambda edit: edit.start)
    if any(after.start < before.end for before, after in pairwise(edits)):
        raise Unplaced("parts of the difference for it overlap")
    draft.change([edit for edit in edits if tuple(old[edit.start : edit.end]) != edit.lines])


def _lines(text: str) -> list[str]:
    return text.split("\n")[:-1]


def _parts(lines: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Of each part the lines that are to be there, and those that are to be there instead."""
    was: list[str] = []
    new: list[str] = []
    for line in [*lines, "@@"]:
        if _HEAD.fullmatch(line) or line.startswith(_NAMES):
            if was != new:
                yield was, new
            was, new = [], []
        elif line.startswith("-"):
            was.append(line[1:])
        elif line.startswith("+"):
            new.append(line[1:])
        else:
            was.append(line[1:])
            new.append(line[1:])


def _edit(old: Sequence[str], was: list[str], new: list[str]) -> Edit:
    # The last line of a block is often an empty one that is no part of the difference.
    while was and new and not was[-1].strip() and not new[-1].strip():
        was, new = was[:-1], new[:-1]
    if not was:
        if any(line.strip() for line in old):
            raise Unplaced("the difference for it does not say where its lines go")
        return Edit(0, len(old), tuple(new))
    plain = [line.rstrip() for line in old]
    wanted = [line.rstrip() for line in was]
    starts = [at for at in range(len(old) - len(was) + 1) if plain[at : at + len(was)] == wanted]
    if len(starts) != 1:
        where = "several places" if starts else "no place"
        raise Unplaced(f"a part of the difference for it fits in {where} ({wanted[0].strip()[:60]})")
    return Edit(starts[0], starts[0] + len(was), tuple(new))
