"""The values behind the review screen: what is taken, what is known of it, and what is never green."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import Applied, SubsetTested
from atlas_tui.ui.reviewing import TREE, Against, AgainstKind, FileReview, Review, sides, standing, together
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.hunks import change_of, edit_hunk, split_hunk

OLD = b"".join(b"line %d\r\n" % number for number in range(30))
NEW = OLD.replace(b"line 3\r\n", b"three\r\n").replace(b"line 20\r\n", b"twenty\r\n")


def base(content: bytes = OLD, *, exists: bool = True) -> Base:
    from atlas_tui.workspace.text import style_of

    return Base(
        path="a.py", absolute=Path("/nowhere/a.py"), exists=exists, content=content,
        sha256=hashlib.sha256(content).hexdigest() if exists else "", mode=0o644,
        style=style_of(content, "a.py"),
    )  # fmt: skip


def file(old: bytes = OLD, new: bytes = NEW, *, exists: bool = True, tests: bool = False) -> FileReview:
    change = change_of(base(old, exists=exists), new)
    every = frozenset(hunk.number for hunk in change.hunks)
    return FileReview(base(old, exists=exists), new, change, frozenset() if tests else every, tests)


def reviewed(*files: FileReview) -> Review:
    return Review("A", 0, "a.py", files)


def outcome(passed: int = 3, samples: int = 3, state: str = "") -> SubsetTested:
    return SubsetTested(candidate="A", round=0, hunks=(1,), passed=passed, samples=samples, state=state)


def test_taking_and_leaving() -> None:
    whole = file()
    assert len(whole.change.hunks) == 2 and whole.whole and whole.writes and whole.content == NEW
    one = whole.toggled(1)
    assert one.taken == {2} and not one.whole and one.content == OLD.replace(b"line 20\r\n", b"twenty\r\n")
    assert one.toggled(1) == whole and one.toggled(1).digest == whole.digest != one.digest
    none = whole.all_or_none()
    assert none.taken == frozenset() and none.content == OLD and not none.writes
    assert none.all_or_none().whole and one.all_or_none().whole


def test_nothing_to_change_writes_nothing() -> None:
    same = file(OLD, OLD)
    assert not same.change.hunks and same.whole and not same.writes


def test_an_optional_file_is_not_written_before_it_is_taken() -> None:
    tests = file(b"", b"def test(): ...\n", exists=False, tests=True)
    assert not tests.writes and tests.all_or_none().writes
    review = Review("A", 0, "a.py", (file(), tests))
    assert review.to_write() == (review.solution,) and review.whole
    both = review.step(1).with_file(tests.all_or_none())
    assert len(both.to_write()) == 2 and both.file.tests and both.step(1).at == 0 == both.step(-1).at


def test_an_edit_takes_its_hunk_and_is_another_program() -> None:
    left = file().toggled(2)
    changed = left.edited(2, edit_hunk(left.change, 2, "deux\n"))
    assert changed.taken == {1, 2} and not changed.whole and b"deux\r\n" in changed.content


@pytest.mark.parametrize("taken", [True, False])
def test_the_parts_of_a_hunk_are_taken_where_it_was(taken: bool) -> None:
    new = OLD.replace(b"line 3\r\n", b"three\r\n").replace(b"line 5\r\n", b"five\r\n")
    new = new.replace(b"line 25\r\n", b"x\r\n")
    before = file(OLD, new) if taken else file(OLD, new).toggled(1)
    after = before.split(1, split_hunk(before.change, 1))
    assert len(before.change.hunks) == 2 and len(after.change.hunks) == 3
    assert after.taken == ({1, 2, 3} if taken else {3})
    assert after.content == before.content


def test_only_what_passed_everything_is_green() -> None:
    part = reviewed(file().toggled(1))
    good = standing(part, outcome())
    assert good.good and good.color == "$pass" and "3/3" in good.words
    for result in (None, outcome(2), outcome(0, 0), outcome(3, 3, "there is no isolation"), outcome(0, 3)):
        found = standing(part, result)
        assert not found.good and found.color != "$pass", result
    for result in (None, outcome(0, 0), outcome(3, 3, "there is no isolation")):
        assert standing(part, result).untested and "untested" in standing(part, result).words
    nothing = standing(reviewed(file().all_or_none()), outcome())
    assert not nothing.good and "no hunk" in nothing.words


def test_what_can_be_compared() -> None:
    before = Against(AgainstKind.BEFORE)
    others = (Against(AgainstKind.CANDIDATE, "A"), Against(AgainstKind.CANDIDATE, "C"))
    assert sides("B", ("A", "B", "C"), "x = 1\n") == (TREE, *others, before)
    assert sides("B", ("B",), "") == (TREE,)
    words = [side.words("B") for side in (TREE, others[0], before)]
    assert words == ["B against the working tree", "B against A", "B against itself before repair"]


def test_the_files_of_a_change_are_judged_together() -> None:
    review = Review("A", 0, "", (file(), file()), repository=True)
    assert review.taken == (1, 2, 3, 4) and review.whole
    part = review.with_file(file().toggled(1), 1)
    assert part.taken == (1, 2, 4) and not part.whole and part.digest != review.digest
    assert part.file is review.file, "another file is in front"
    assert replace(review, merged=True).whole is False


def test_a_removed_file_is_removed_only_as_a_whole() -> None:
    gone = replace(file(new=b""), removes=True)
    assert gone.new is None and gone.writes and gone.whole
    left = gone.all_or_none()
    assert left.new == OLD and not left.writes and left.digest != gone.digest
    empty = replace(file(b"", b""), removes=True)
    assert empty.new is None and empty.writes, "there is no hunk, and the file is to go"
    edited = gone.edited(1, edit_hunk(gone.change, 1, "kept\n"))
    assert edited.new == b"kept\r\n"


def test_what_was_written_at_once_is_told_together() -> None:
    alone, *both = (
        Applied(path=path, entry=path, created=False, group=group)
        for path, group in (("a", ""), ("b", "g"), ("c", "g"))
    )
    assert together([alone]) == ("a",) and together([alone, *both]) == ("b", "c")
