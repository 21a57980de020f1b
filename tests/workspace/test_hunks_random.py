"""Random changes: any subset of any hunks, however split and edited, leaves every other byte as it was."""

from __future__ import annotations

import contextlib
import itertools
import re
import subprocess

import pytest

from atlas_tui.errors import InputError
from atlas_tui.workspace import raw_lines
from atlas_tui.workspace.diff import diff_of, patch
from atlas_tui.workspace.hunks import Change, compare, edit_hunk, hunk_of, hunk_text, split_hunk
from atlas_tui.workspace.matching import matches
from tests.workspace.conftest import Tree
from tests.workspace.hunk_cases import Texts, check, check_subset


def test_a_thousand_random_subsets_of_random_changes() -> None:
    for seed in range(1_000):
        texts = Texts(seed)
        old, new = texts.pair()
        change = compare(old, new, "t.py")
        check(change, old, new)
        for _ in range(3):
            taken = texts.some(change)
            content = check_subset(change, taken)
            # What is left is what still differs, and taking it as well gives the whole.
            left = frozenset(hunk.number for hunk in change.hunks) - taken
            assert change.content(taken | left) == new
            assert (content == old) == (not taken)


def test_random_splits_lose_nothing() -> None:
    parts = 0
    for seed in range(1_000):
        texts = Texts(seed)
        old, new = texts.pair()
        change = compare(old, new, "t.py")
        for _ in range(texts.random.randrange(1, 8)):
            if not change.hunks:
                break
            number = texts.random.randrange(len(change.hunks)) + 1
            before = change
            try:
                change = split_hunk(change, number)
            except InputError:
                continue
            more = len(change.hunks) - len(before.hunks)
            parts += more
            assert more > 0 and change.hunks[: number - 1] == before.hunks[: number - 1]
            rest = change.hunks[number + more :]
            assert [(hunk.old, hunk.added) for hunk in rest] == [
                (hunk.old, hunk.added) for hunk in before.hunks[number:]
            ]
            check(change, old, new)
            for _ in range(3):
                check_subset(change, texts.some(change))
    assert parts > 1_000, "most can be split"


def test_every_hunk_can_be_split_until_a_part_is_small() -> None:
    for seed in range(200):
        texts = Texts(seed, encodings=("utf-8", "iso8859-1"))
        old, new = texts.pair()
        change = compare(old, new, "t.py")
        number = 1
        while number <= len(change.hunks):
            try:
                change = split_hunk(change, number)
            except InputError:
                hunk = hunk_of(change, number)
                at_end = not all(raw_lines.end(line, change.style) for line in (*hunk.removed, *hunk.added))
                assert at_end or (len(hunk.removed) <= 1 and len(hunk.added) <= 1)
                number += 1
        check(change, old, new)


def edited(texts: Texts, change: Change, number: int) -> tuple[Change, str]:
    lines = hunk_text(change, number).splitlines(keepends=True) if texts.random.random() < 0.8 else []
    place = texts.random.randrange(len(lines) + 1)
    lines[place : place + texts.random.randrange(3)] = [
        line.rstrip("\r\n") + "\n" for line in texts.lines(4) if "\x0c" not in line
    ]
    text = "".join(lines)
    return edit_hunk(change, number, text), text


def test_random_edits_keep_every_other_byte() -> None:
    edits = 0
    for seed in range(1_000):
        texts = Texts(seed)
        change = compare(*texts.pair(), "t.py")
        if change.hunks and texts.random.random() < 0.5:
            number = texts.random.randrange(len(change.hunks)) + 1
            with contextlib.suppress(InputError):
                change = split_hunk(change, number)
        for _ in range(2 if change.hunks else 0):
            number = texts.random.randrange(len(change.hunks)) + 1
            before = change
            try:
                change, text = edited(texts, change, number)
            except InputError as error:
                assert "change nothing" in error.what
                continue
            edits += 1
            check_edit(texts, before, change, number, text)
    assert edits > 1_000


def check_edit(texts: Texts, before: Change, change: Change, number: int, text: str) -> None:
    check(change, before.content(()), change.content())
    assert len(change.hunks) == len(before.hunks)
    others = [hunk.number for hunk in before.hunks if hunk.number != number]
    assert change.content(others) == before.content(others)
    for _ in range(3):
        check_subset(change, texts.some(change))
    # Only this hunk taken: what stands before and after it is as it was, and between them is the text.
    hunk, content = hunk_of(before, number), change.content((number,))
    head, tail = b"".join(before.old[: hunk.old[0]]), b"".join(before.old[hunk.old[1] :])
    mark = change.style.bom
    assert (content.startswith(head or mark) or not content) and content.endswith(tail if head else b"")
    typed = (content.removeprefix(head).removeprefix(mark)).removesuffix(tail.removeprefix(mark))
    shown, wanted = (side.replace("\r\n", "\n") for side in (typed.decode(change.style.encoding), text))
    if "\r" in texts.ends:
        # Carriage returns inside lines: beside another end they cannot be told from one.
        shown, wanted = (re.sub(r"[\r\n]+", "\n", side) for side in (shown, wanted))
    assert shown.rstrip("\n") == wanted.rstrip("\n")


@pytest.mark.parametrize("seed", range(3))
def test_git_applies_the_patch_of_any_subset(plain: Tree, seed: int) -> None:
    whole, wanted = b"", {}
    for number in range(150):
        texts = Texts(1_000 * seed + number, encodings=("utf-8", "utf-8-sig", "iso8859-1"))
        old, new = texts.pair()
        change = compare(old, new, name := f"a file {number}.py")
        if change.hunks and number % 2:
            with contextlib.suppress(InputError):
                change = split_hunk(change, 1)
        plain.write(name, old)
        taken = texts.some(change)
        wanted[name] = change.content(taken)
        # A file that becomes empty would be removed: a patch without git's own heads cannot tell these apart.
        if wanted[name] and old:
            whole += patch(change, taken)
        else:
            wanted[name] = old
    (plain.root / "patch").write_bytes(whole)
    subprocess.run(["git", "apply", "patch"], cwd=plain.root, check=True)
    assert {name: plain.read(name) for name in wanted} == wanted


def test_rows_of_any_subset_tell_both_sides() -> None:
    for seed in range(500):
        texts = Texts(seed)
        old, new = texts.pair()
        change = compare(old, new, "t.py")
        if change.hunks and seed % 2:
            with contextlib.suppress(InputError):
                change = split_hunk(change, texts.random.randrange(len(change.hunks)) + 1)
        taken = texts.some(change)
        found = diff_of(change, taken)
        sides = [raw_lines.split(content, change.style) for content in (old, change.content(taken))]
        for row in found.lines:
            for side, no in zip(sides, (row.old_no, row.new_no), strict=True):
                if no is not None:
                    raw = side[no - 1]
                    assert row.text == raw_lines.bare(raw, change.style)
                    assert row.end == raw_lines.end(raw, change.style)
        assert {row.hunk for row in found.lines} - {0} == taken
        removed = [row.old_no or 0 for row in found.lines if row.kind == "-"]
        assert removed == sorted(set(removed))
        assert len(sides[1]) - len(sides[0]) == found.added - found.removed
        rows = [row.old_no for row in found.lines if row.old_no]
        assert rows == sorted(set(rows)), "no line of context is shown twice"


def test_matches_are_the_same_items_in_order_and_nearly_the_most() -> None:
    found = most = 0
    for seed in range(1_000):
        random = Texts(seed).random
        few = random.choice((2, 3, 6, 30))
        left, right = ([random.randrange(few) for _ in range(random.randrange(25))] for _ in range(2))
        pairs = matches(left, right)
        assert all(left[i] == right[j] for i, j in pairs)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
        found, most = found + len(pairs), most + longest_common(left, right)
    assert found > 0.97 * most


def longest_common(left: list[int], right: list[int]) -> int:
    best = [0] * (len(right) + 1)
    for item in left:
        before = 0
        for j, other in enumerate(right):
            before, best[j + 1] = best[j + 1], before + 1 if item == other else max(best[j + 1], best[j])
    return best[-1]
