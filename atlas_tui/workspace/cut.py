"""Where changed lines that stand together are best cut in two."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

Cut = tuple[int, int]
"""So many of the removed and so many of the added lines go into the first part."""

_WORDS = re.compile(r"\w+")
_ALIKE = 0.4
"""Lines with a smaller share of words in common are no pair."""
_MOST_PAIRS = 10_000
"""Above this many pairs of lines none are compared: the work would grow with their product."""


def best_cut(removed: Sequence[str], added: Sequence[str], fits: Callable[[Cut], bool]) -> Cut | None:
    """A cut that ``fits``, leaving both parts something; None where there is none.

    Lines only added or only removed are cut at an empty line, best before the least indented line after one,
    else in the middle. Others are cut next to a removed and an added line that are alike, else in the middle.
    """
    whole = (len(removed), len(added))
    cuts = (
        _between_paragraphs(removed or added, bool(removed))
        if not all(whole)
        else _beside_pairs(removed, added)
    )
    middle = (whole[0] // 2, whole[1] // 2)
    for cut in [*cuts, middle, *_around(middle, whole)]:
        if (0, 0) != cut != whole and 0 <= cut[0] <= whole[0] and 0 <= cut[1] <= whole[1] and fits(cut):
            return cut
    return None


def _between_paragraphs(lines: Sequence[str], are_removed: bool) -> list[Cut]:
    places = [at for at in range(1, len(lines)) if lines[at].strip() and not lines[at - 1].strip()]
    places.sort(key=lambda at: (_indentation(lines[at]), abs(2 * at - len(lines))))
    return [(at, 0) if are_removed else (0, at) for at in places]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _around(middle: Cut, whole: Cut) -> Iterator[Cut]:
    """Cuts near the middle, which itself may not fit, or leave a part nothing."""
    near = sorted(
        ((i, j) for i in range(-2, 3) for j in range(-2, 3)), key=lambda step: abs(step[0]) + abs(step[1])
    )
    steps = [(middle[0] + i, middle[1] + j) for i, j in near]
    yield from (cut for cut in steps if all(cut))
    # One line for one is not torn into a removal and an addition.
    if whole != (1, 1):
        yield from steps


def _beside_pairs(removed: Sequence[str], added: Sequence[str]) -> list[Cut]:
    if len(removed) * len(added) > _MOST_PAIRS or len(removed) == len(added) == 1:
        return []
    pairs = _pairs([_words(line) for line in removed], [_words(line) for line in added])
    before = [pair for pair in pairs if pair != (0, 0)]
    after = [(i + 1, j + 1) for i, j in pairs]
    middle = len(removed) + len(added)
    return sorted(before + after, key=lambda cut: abs(2 * (cut[0] + cut[1]) - middle))


def _pairs(removed: list[set[str]], added: list[set[str]]) -> list[Cut]:
    """The pairs of lines, in order on both sides, that have most in common together."""
    best = [[0.0] * (len(added) + 1) for _ in range(len(removed) + 1)]
    for i in range(len(removed) - 1, -1, -1):
        for j in range(len(added) - 1, -1, -1):
            both = best[i + 1][j + 1] + _likeness(removed[i], added[j])
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    found: list[Cut] = []
    i = j = 0
    while i < len(removed) and j < len(added):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            found.append((i, j))
            i, j = i + 1, j + 1
    return found


def _likeness(left: set[str], right: set[str]) -> float:
    common = 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0
    return common if common >= _ALIKE else 0.0


def _words(line: str) -> set[str]:
    return set(_WORDS.findall(line))
