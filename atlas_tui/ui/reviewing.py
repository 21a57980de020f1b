"""The change under review as plain values: files, hunks taken or left. No disk and no Textual here."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas_tui.events import Applied, SubsetTested
    from atlas_tui.workspace import Base
    from atlas_tui.workspace.hunks import Change


class FileState(StrEnum):
    """Where one file of the review is."""

    UNTOUCHED = "untouched"
    """Nothing of it is taken."""
    PARTLY = "partly taken"
    TAKEN = "taken"
    WRITTEN = "written"
    COMMITTED = "committed"
    UNDONE = "undone"
    MOVED = "moved"
    """It is on disk no longer what it was when it was read."""


# Without slots: what is worked out from the fields is worked out once.
@dataclass(frozen=True)
class FileReview:
    """One file: what was read, what the candidate makes of it, and what of that is taken."""

    base: Base
    placed: bytes
    """The content as the candidate would have it, before anybody edited or left a hunk."""
    change: Change
    taken: frozenset[int]
    """Numbers of hunks."""
    tests: bool = False
    """It is the optional file of tests, not the solution."""
    removes: bool = False
    """The candidate removes the file; where all of its hunks are taken, accepting does."""

    @property
    def path(self) -> str:
        return self.base.path

    @cached_property
    def new(self) -> bytes | None:
        """What accepting makes of the file; None removes it."""
        return None if self.removes and len(self.taken) == len(self.change.hunks) else self.content

    @cached_property
    def content(self) -> bytes:
        """The bytes that accepting writes; empty for a file that it removes."""
        return self.change.content(self.taken)

    @cached_property
    def digest(self) -> str:
        """Of the content; a test result holds for exactly these bytes."""
        return hashlib.sha256(self.content).hexdigest() if self.new is not None else "removed"

    @cached_property
    def whole(self) -> bool:
        """Everything the candidate wrote is taken, and nobody changed it."""
        return self.content == self.placed

    @cached_property
    def writes(self) -> bool:
        """Accepting changes the file. A new file is also made where it is empty, once it is taken."""
        if not self.change.hunks:
            return self.removes or (not self.base.exists and not self.tests)
        return bool(self.taken) and self.content != self.base.content

    def toggled(self, number: int) -> FileReview:
        """With that hunk taken where it was left, and left where it was taken."""
        return replace(self, taken=self.taken ^ {number})

    def all_or_none(self) -> FileReview:
        """With all hunks taken, or none where all were."""
        every = frozenset(hunk.number for hunk in self.change.hunks)
        return replace(self, taken=frozenset() if self.taken == every else every)

    def split(self, number: int, change: Change) -> FileReview:
        """With that hunk in parts, which are taken where it was. ``change`` holds the parts."""
        more = len(change.hunks) - len(self.change.hunks)
        shifted = {each + more if each > number else each for each in self.taken}
        if number in self.taken:
            shifted |= set(range(number, number + more + 1))
        return replace(self, change=change, taken=frozenset(shifted))

    def edited(self, number: int, change: Change) -> FileReview:
        """With other lines in that hunk, which is taken thereby."""
        # Whoever writes lines into a file that was to be removed wants it to stay.
        return replace(self, change=change, taken=self.taken | {number}, removes=False)


@dataclass(frozen=True)
class Review:
    """One candidate's program, or its change of a repository, as a change of the working tree."""

    label: str
    round: int
    target: str
    """As the person named it."""
    files: tuple[FileReview, ...]
    """The target first."""
    at: int = 0
    """Which of the files is in front."""
    whole_file: bool = False
    """The program replaces all of the target, also where it has a place in it."""
    merged: bool = False
    """A file holds a three-way merge, not what the candidate alone made of it."""
    repository: bool = False
    """It is a change of a repository: all files together are what was asked for."""
    flags: tuple[str, ...] = ()
    """Why the candidate is not chosen by itself, in words."""

    @property
    def file(self) -> FileReview:
        """The one in front."""
        return self.files[self.at]

    @property
    def solution(self) -> FileReview:
        """The target."""
        return self.files[0]

    @property
    def base(self) -> Base:
        return self.solution.base

    @property
    def judged(self) -> tuple[FileReview, ...]:
        """The files that samples or tests decide about, together."""
        return tuple(file for file in self.files if not file.tests)

    @cached_property
    def digest(self) -> str:
        """Of what would be written of them; a test result holds for exactly these bytes."""
        told = "\n".join(f"{file.digest} {file.path}" for file in self.judged)
        return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def taken(self) -> tuple[int, ...]:
        """Numbers of the hunks that are taken, counted through all these files."""
        found, before = list[int](), 0
        for file in self.judged:
            found += [before + number for number in sorted(file.taken)]
            before += len(file.change.hunks)
        return tuple(found)

    @property
    def whole(self) -> bool:
        """The files would be what the candidate made of them."""
        return all(file.whole for file in self.judged) and not self.merged

    def with_file(self, file: FileReview, at: int | None = None) -> Review:
        """With another state of a file: the one in front, or that of this number."""
        place = self.at if at is None else at
        return replace(self, files=(*self.files[:place], file, *self.files[place + 1 :]))

    def to_write(self) -> tuple[FileReview, ...]:
        """The files that accepting would change."""
        return tuple(file for file in self.files if file.writes)

    def step(self, by: int) -> Review:
        """With the file before or behind in front; round at the ends."""
        return replace(self, at=(self.at + by) % len(self.files))


class AgainstKind(StrEnum):
    """What the candidate is compared with."""

    TREE = "tree"
    CANDIDATE = "candidate"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Against:
    """What stands on the left side of the comparison."""

    kind: AgainstKind = AgainstKind.TREE
    label: str = ""

    def words(self, candidate: str) -> str:
        """For the title, beside the candidate's letter."""
        match self.kind:
            case AgainstKind.TREE:
                return f"{candidate} against the working tree"
            case AgainstKind.CANDIDATE:
                return f"{candidate} against {self.label}"
            case AgainstKind.BEFORE:
                return f"{candidate} against itself before repair"


TREE = Against()


def sides(candidate: str, usable: Collection[str], before: str) -> tuple[Against, ...]:
    """Everything that candidate can be compared with; ``before`` is its program before it was repaired."""
    others = (Against(AgainstKind.CANDIDATE, label) for label in usable if label != candidate)
    return (TREE, *others, *((Against(AgainstKind.BEFORE),) if before else ()))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about the file exactly as it would be written."""

    words: str
    color: str
    good: bool = False
    """It passed everything there is; only this is ever shown green."""
    untested: bool = False


def standing(review: Review, tested: SubsetTested | None) -> Standing:
    """Of what is not simply the candidate's program, from the test of these very bytes if there was one."""
    if any(file.change.hunks for file in review.judged) and not review.taken:
        return Standing("no hunk is taken", "$muted")
    if tested is None:
        return Standing("◌ untested", "$timeout", untested=True)
    if tested.state:
        return Standing(f"◌ untested: {tested.state}", "$timeout", untested=True)
    if not tested.samples:
        what = "tests" if review.repository else "samples"
        return Standing(f"◌ untested: there are no {what}", "$timeout", untested=True)
    counted = f"{tested.passed}/{tested.samples}"
    if tested.passed == tested.samples:
        return Standing(f"✓ tested {counted}", "$pass", good=True)
    return Standing(f"✗ tested {counted}", "$fail")


def together(writes: Sequence[Applied]) -> tuple[str, ...]:
    """The paths that were written at once with the last of these writes, of which there is one."""
    last = writes[-1]
    same = (write for write in writes if write is last or (last.group and write.group == last.group))
    return tuple(write.path for write in same)
