"""A file as a model is shown it: whole, shortened to what matters, or as its signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from atlas_tui.project.names import shown
from atlas_tui.syntax.grammars import PYTHON, language_of
from atlas_tui.syntax.outline import Definition, Outline

_MOST_SIGNATURES = 80
"""Lines of one file."""
_WITH_BODY = ("function", "method")
_LONGEST_GAP = 60
"""Lines between functions that are shown; more are a table, mostly."""
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


def shortened(
    text: str, outline: Outline, lines: Iterable[int], symbols: Iterable[str], most_characters: int
) -> str:
    """The text with the functions that matter whole, and only the signatures of the others.

    What matters: the symbols, what holds the lines (from 1, those that matter most first), and then the
    other functions in order, as many as have room. Empty where not even the signatures have room.
    """
    source = text.encode("utf-8", "replace")
    functions = _apart(outline.definitions)
    wanted = [one for symbol in symbols for each in outline.find(symbol) for one in _inside(each, functions)]
    for line in lines:
        wanted += [each for each in functions if each.first_line <= line <= each.last_line]
    kept: set[int] = set()
    shown_text = _written(source, functions, kept, outline.language)
    if len(shown_text) > most_characters:
        return ""
    for each in dict.fromkeys((*wanted, *functions)):
        longer = each.end - each.start - len(each.signature)
        # Counted from the sizes first: to write the text anew for each function takes long in a long file.
        if len(shown_text) + longer > most_characters:
            continue
        kept.add(each.start)
        shown_text = _written(source, functions, kept, outline.language) if each in wanted else shown_text
        if len(shown_text) > most_characters:
            kept.discard(each.start)
        elif each not in wanted:
            most_characters -= max(0, longer)
    return _written(source, functions, kept, outline.language)


def _apart(definitions: Sequence[Definition]) -> list[Definition]:
    """Functions and methods of which none lies in another."""
    found: list[Definition] = []
    for each in definitions:
        if each.kind in _WITH_BODY and (not found or each.start >= found[-1].end):
            found.append(each)
    return found


def _inside(outer: Definition, functions: Sequence[Definition]) -> list[Definition]:
    return [each for each in functions if outer.start <= each.start and each.end <= outer.end]


def _written(source: bytes, functions: Sequence[Definition], kept: set[int], language: str) -> str:
    parts, at = [], 0
    for each in functions:
        parts.append(_gap(source[at : each.start]))
        if each.start in kept or each.end - each.start <= len(each.signature.encode()) + 20:
            parts.append(source[each.start : each.end].decode("utf-8", "replace"))
        else:
            parts.append(each.signature + (": …" if language == PYTHON else " { … }"))
        at = each.end
    parts.append(_gap(source[at:]))
    return "".join(parts)


def _gap(between: bytes) -> str:
    """What stands between functions; of a long table the beginning and the end."""
    lines = between.decode("utf-8", "replace").split("\n")
    if len(lines) <= _LONGEST_GAP:
        return "\n".join(lines)
    half = _LONGEST_GAP // 2
    return "\n".join([*lines[:half], "…", *lines[-half:]])
