"""A file as a model is shown it: whole, shortened to what matters, or as its signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from atlas_tui.project.focus import Part, functions_of
from atlas_tui.project.names import shown
from atlas_tui.syntax.grammars import PYTHON, language_of
from atlas_tui.syntax.outline import Definition, Outline

_MOST_SIGNATURES = 80
"""Lines of one file."""
_LONGEST_GAP = 60
"""Lines between functions that are shown; more are a table, mostly."""
_HARDLY_LONGER = 20
"""Characters by which a function may be longer than its signature to be shown whole anyway."""
_LONGEST_HEAD = 6
_MOST_IMPORTS = 25
"""Lines."""
_IMPORT = re.compile(r"(import|package|use|#include)\b|from\b.*\bimport\b|(const|let|var)\b.*=\s*require\(")
_TICKS = re.compile(r"`{3,}")


def fenced(path: str, text: str, how: str = "") -> str:
    """The text under its path, in a fence that nothing in it can end; empty for an empty text."""
    if not text.strip():
        return ""
    fence = "`" * max(3, *(len(found) + 1 for found in _TICKS.findall(text))) if "```" in text else "```"
    heading = f"### {shown(path)}" + (f" ({how})" if how else "")
    return f"{heading}\n{fence}{language_of(path)}\n{text.strip(chr(10))}\n{fence}"


def signatures(outline: Outline) -> str:
    """A line for each definition, members indented."""
    lines = []
    for each in outline.definitions:
        indent = "    " * min(6, each.qualified.count("."))
        lines.append(f"{indent}{each.signature}")
    more = len(lines) - _MOST_SIGNATURES
    return "\n".join([*lines[:_MOST_SIGNATURES], *([f"… and {more:,} more"] if more > 0 else [])])


def shortened(text: str, outline: Outline, parts: Iterable[Part]) -> str:
    """The text with the functions of these parts whole, and only the signatures of the others."""
    source = text.encode("utf-8", "replace")
    wanted = tuple(parts)
    written, at = [], 0
    for each in functions_of(outline):
        written.append(_gap(source[at : each.start]))
        short = each.signature + (": …" if outline.language == PYTHON else " { … }")
        is_wanted = any(part.first <= each.last_line and each.first_line <= part.last for part in wanted)
        whole = source[each.start : each.end].decode("utf-8", "replace")
        written.append(whole if is_wanted or len(whole) <= len(short) + _HARDLY_LONGER else short)
        at = each.end
    return "".join([*written, _gap(source[at:])])


def lines_of(part: Part, lines: Sequence[str], outline: Outline | None) -> set[int]:
    """Numbers of the lines of a part, with the head of what it stands in."""
    found = set(range(part.first, min(part.last, len(lines)) + 1))
    for each in outline.definitions if outline is not None else ():
        if each.first_line < part.first and part.last <= each.last_line:
            found.update(_head(lines, each))
    return found


def excerpted(lines: Sequence[str], numbers: Iterable[int]) -> str:
    """The lines with these numbers alone, and what is left out as ``…``."""
    written: list[str] = []
    last = 0
    for number in sorted(numbers):
        if number > last + 1 and any(line.strip() for line in lines[last : number - 1]):
            line = lines[number - 1]
            written.append(f"{line[: len(line) - len(line.lstrip())]}…")
        elif number > last + 1 and written:
            written.append("")
        written.append(lines[number - 1])
        last = number
    if any(line.strip() for line in lines[last:]):
        written.append("…")
    return "\n".join(written)


def _head(lines: Sequence[str], outer: Definition) -> Iterator[int]:
    """Numbers of the lines up to the body of a definition."""
    for number in range(outer.first_line, min(outer.first_line + _LONGEST_HEAD, outer.last_line + 1)):
        yield number
        if lines[number - 1].rstrip().endswith((":", "{")):
            return


def importing_lines(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of the first lines that import something."""
    found, is_open = 0, False
    for number, line in enumerate(lines, start=1):
        if is_open or _IMPORT.match(line):
            is_open = line.count("(") + line.count("{") > line.count(")") + line.count("}") or (
                is_open and ")" not in line and "}" not in line
            )
            found += 1
            yield number
        if found == _MOST_IMPORTS:
            return


def _gap(between: bytes) -> str:
    """What stands between functions; of a long table the beginning and the end."""
    lines = between.decode("utf-8", "replace").split("\n")
    if len(lines) <= _LONGEST_GAP:
        return "\n".join(lines)
    half = _LONGEST_GAP // 2
    return "\n".join([*lines[:half], "…", *lines[-half:]])
