"""Which items of two sequences are the same, in order: in time that grows with their length, not its square.

Items found exactly once on both sides are the anchors (a patience diff); what lies between two anchors is
matched with as few differences as possible (Myers), in stretches, so that the work stays bounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

_MOST_DIFFERENCES = 128
"""So many differences one stretch may have; the best path found until then is kept, and the next begins."""
_MOST_ROUNDS = 8
"""So often anchors are looked for between anchors."""

Pair = tuple[int, int]


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Places of the items that stay, ``(place in old, place in new)``, both rising. The rest is changed."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    found: list[Pair] = []
    open_blocks = [(0, len(a), 0, len(b), 0)]
    while open_blocks:
        start, end, new_start, new_end, rounds = open_blocks.pop()
        while start < end and new_start < new_end and a[start] == b[new_start]:
            found.append((start, new_start))
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and a[end - 1] == b[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            found.append((end, new_end))
        if start == end or new_start == new_end:
            continue
        anchors = _anchors(a, b, (start, end), (new_start, new_end)) if rounds < _MOST_ROUNDS else []
        if not anchors:
            found += _closest(a, b, (start, end), (new_start, new_end))
            continue
        found += anchors
        corners = [(start - 1, new_start - 1), *anchors, (end, new_end)]
        open_blocks += [
            (i + 1, i_next, j + 1, j_next, rounds + 1)
            for (i, j), (i_next, j_next) in pairwise(corners)
            if i + 1 < i_next and j + 1 < j_next
        ]
    return sorted(found)


def _anchors(a: list[int], b: list[int], old: Pair, new: Pair) -> list[Pair]:
    """The longest rising row of items that are there once on both sides."""
    in_old, in_new = Counter(a[slice(*old)]), Counter(b[slice(*new)])
    places = {b[j]: j for j in range(*new) if in_new[b[j]] == 1}
    pairs = [(i, places[a[i]]) for i in range(*old) if in_old[a[i]] == 1 and a[i] in places]
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [index]
    row: list[Pair] = []
    index = last[-1] if last else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]


def _closest(a: list[int], b: list[int], old: Pair, new: Pair) -> list[Pair]:
    # Items that the other side does not have cannot match: without them few differences are left.
    in_old, in_new = set(a[slice(*old)]), set(b[slice(*new)])
    rows = [i for i in range(*old) if a[i] in in_new]
    columns = [j for j in range(*new) if b[j] in in_old]
    left, right = [a[i] for i in rows], [b[j] for j in columns]
    found: list[Pair] = []
    i = j = 0
    while i < len(left) and j < len(right):
        steps, (i, j) = _stretch(left, right, i, j)
        found += [(rows[x], columns[y]) for x, y in steps]
    return found


def _stretch(a: list[int], b: list[int], i: int, j: int) -> tuple[list[Pair], Pair]:
    """Myers' greedy path from a corner; to the end, or to where it got with the most differences allowed."""
    n, m = len(a) - i, len(b) - j
    furthest: dict[int, int] = {1: 0}
    history: list[dict[int, int]] = []
    for differences in range(_MOST_DIFFERENCES + 1):
        history.append(furthest.copy())
        for k in range(-differences, differences + 1, 2):
            right, down = furthest.get(k - 1, -2), furthest.get(k + 1, -2)
            x = down if k == -differences or (k != differences and right < down) else right + 1
            while x < n and x - k < m and a[i + x] == b[j + x - k]:
                x += 1
            furthest[k] = x
            if x >= n and x - k >= m:
                return _walked(history, k, x, (i, j)), (i + n, j + m)
    k, x = max(
        ((k, x) for k, x in furthest.items() if x <= n and 0 <= x - k <= m),
        key=lambda reached: 2 * reached[1] - reached[0],
    )
    # Only those of the last round: the others stand where they stood a difference earlier.
    if (k + _MOST_DIFFERENCES) % 2:
        history.pop()
    return _walked(history, k, x, (i, j)), (i + x, j + x - k)


def _walked(history: list[dict[int, int]], k: int, x: int, corner: Pair) -> list[Pair]:
    """The matches on the way back from ``x`` on the diagonal ``k``."""
    pairs: list[Pair] = []
    for differences in range(len(history) - 1, -1, -1):
        furthest = history[differences]
        right, down = furthest.get(k - 1, -2), furthest.get(k + 1, -2)
        came_down = k == -differences or (k != differences and right < down)
        start = down if came_down else right + 1
        while x > start:
            x -= 1
            pairs.append((corner[0] + x, corner[1] + x - k))
        k = k + 1 if came_down else k - 1
        x = down if came_down else right
    return pairs[::-1]
