"""Changes to the lines of a file; all other lines keep every byte."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from atlas_tui.workspace.text import Line


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines ``start`` to ``end`` (not included) become ``lines``."""

    start: int
    end: int
    lines: tuple[str, ...]


def join(old: list[Line], edits: list[Edit], eol: str, final_newline: bool) -> str:
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
