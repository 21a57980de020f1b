"""Which words of a changed line differ."""

from __future__ import annotations

import re

from atlas_tui.workspace.matching import matches

Spans = tuple[tuple[int, int], ...]

_TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
_LONGEST = 2_000
"""Characters of both lines together above which they are not compared: nobody looks at every word of such."""
_ALIKE = 0.3
"""Lines with a smaller share in common are different as a whole: marks would only flicker."""


def word_marks(old: str, new: str) -> tuple[Spans, Spans]:
    """The spans of characters that differ, ``(start, end)`` in the old and in the new line."""
    if old == new:
        return (), ()
    whole = _whole(old), _whole(new)
    if len(old) + len(new) > _LONGEST:
        return whole
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    pairs = matches(left, right)
    # White space is the same in any two lines: it says nothing about their likeness.
    common = sum(len(left[i].strip()) for i, _ in pairs)
    if common < _ALIKE * max(len("".join(old.split())), len("".join(new.split()))):
        return whole
    return _spans(left, {i for i, _ in pairs}), _spans(right, {j for _, j in pairs})


def _whole(line: str) -> Spans:
    return ((0, len(line)),) if line else ()


def _spans(tokens: list[str], same: set[int]) -> Spans:
    spans: list[tuple[int, int]] = []
    at = 0
    gap = ""
    for index, token in enumerate(tokens):
        start, at = at, at + len(token)
        if index in same:
            gap += token
            continue
        if spans and not gap.strip():
            # Only white space stays between two words that differ: one mark reads better.
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((start, at))
        gap = ""
    return tuple(spans)
