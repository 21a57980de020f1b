"""The change under review: what was read, taken, compared and tested. Disk work runs in threads."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Grade, SubsetTested, TestsWritten, WrittenTest
from atlas_tui.ui import reviewing
from atlas_tui.ui.reviewing import TREE, Against, AgainstKind, FileReview, FileState, Review, Standing

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.ui.desk import Desk
    from atlas_tui.workspace import Base, How, Merge, Workspace
    from atlas_tui.workspace.hunks import Change

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a review is made from."""

    workspace: Workspace
    problem: Problem
    label: str
    round: int
    code: str
    target: str
    whole_file: bool
    tests: tuple[WrittenTest, ...]
    with_tests: bool
    """A file of tests may go along."""


class Changes:
    """Everything about the change under review that is not on disk yet."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.review: Review | None = None
        self.written: Review | None = None
        """The change that stands on disk."""
        self.moved: dict[str, str] = {}
        """Paths that are no longer as they were read, and why."""
        self.against = TREE
        self.compared: Change | None = None
        """The difference of two candidates; None where the review's own change is shown."""
        self.testing = ""
        """Digest of the content that is in the sandbox at this moment."""
        self._tested: dict[tuple[str, str], SubsetTested] = {}
        self._base: Base | None = None
        self._base_target = ""

    def forget(self) -> None:
        """Another run begins."""
        self.written, self.moved = None, {}
        self._base, self._tested = None, {}
        self.close()

    @property
    def writable(self) -> bool:
        """What is under review is not what stands on disk."""
        return self.review is not None and self.review is not self.written

    @property
    def sides(self) -> tuple[Against, ...]:
        """Everything the candidate can be compared with."""
        review, run = self.review, self._desk.run
        if review is None or review.file.tests:
            return (TREE,)
        return reviewing.sides(review.label, run.usable(), run.before_repair(review.label))

    def state(self, file: FileReview) -> FileState:
        """Where that file of the review is."""
        run = self._desk.run
        if self.writable:
            if file.path in self.moved:
                return FileState.MOVED
            if run.undone is not None and any(write.path == file.path for write in run.taken_back):
                return FileState.UNDONE
        elif any(write.path == file.path for write in run.pending):
            return FileState.WRITTEN
        elif any(write.path == file.path for write in run.writes):
            return FileState.COMMITTED
        if len(file.taken) == len(file.change.hunks) and not (file.tests and not file.taken):
            return FileState.TAKEN
        return FileState.PARTLY if file.taken else FileState.UNTOUCHED

    def standing(self) -> Standing:
        """What is known about the target exactly as it would be written. Needs a review."""
        review, run = self._reviewed(), self._desk.run
        found = self._tested.get((review.label, review.solution.digest))
        if found is not None or not review.whole:
            return reviewing.standing(review.solution, found)
        if doubt := self._doubt(review.label):
            return Standing(doubt, "$fail")
        chosen = run.chosen is not None and run.chosen.candidate == review.label
        return Standing("" if chosen else "passes all samples", "$pass", good=True)

    def doubt(self) -> str:
        """Why the review should not be written unseen; empty when what is taken passed all samples."""
        review = self._reviewed()
        standing = self.standing()
        if standing.good or not any(file is review.solution for file in review.to_write()):
            return ""
        if review.whole and standing.untested:
            return self._doubt(review.label)
        if standing.untested:
            return "what is taken of it was not tested"
        return standing.words if review.whole else f"what is taken of it fails: {standing.words}"

    def _doubt(self, label: str) -> str:
        chosen = self._desk.run.chosen
        if chosen and chosen.candidate == label:
            if chosen.grade is not Grade.UNVERIFIED:
                return ""
            if not chosen.samples:
                return "nothing was checked"
            return f"it passes {chosen.passed} of {chosen.samples} samples"
        run = self._desk.run
        entry = run.candidate(label)
        standing = entry.standing if entry else None
        samples = len(run.problem.samples) if run.problem else 0
        passed = standing.passed if standing else 0
        if samples and passed == samples:
            return ""
        return f"it passes {passed} of {samples} samples" if samples else "nothing was checked"

    async def read_base(self) -> Base | None:
        """Read the target as it is now: what candidates are placed into. Raises: InputError, Refused."""
        desk = self._desk
        self._base, self._base_target = None, desk.target
        if desk.target:
            self._base = await desk.check_target(desk.target)
        return self._base

    async def open(self, label: str, *, again: bool = False) -> Review:
        """That candidate as a change of the target. ``again`` reads the files anew.

        Raises: InputError, Refused, AtlasError.
        """
        desk = self._desk
        backend, run = desk.ready(), desk.run
        if not desk.target:
            raise Refused("There is no target file", "none was named", "name one on the problem screen (F2)")
        shown = self.written if self.written and self.written.label == label and not again else None
        if shown is None:
            if again or self._base is None or self._base_target != desk.target:
                await self.read_base()
            base = self._base
            assert base is not None and run.problem is not None
            wanted = self._wanted(backend.workspace, run.problem, label)
            async with desk.disk:
                shown = await asyncio.to_thread(_build, wanted, base)
        desk.label = label
        self._show(shown)
        return shown

    def _wanted(self, workspace: Workspace, problem: Problem, label: str) -> _Wanted:
        run, written = self._desk.run, self.written
        tests = next((rung.tests for rung in reversed(run.rungs) if isinstance(rung, TestsWritten)), ())
        return _Wanted(
            workspace=workspace,
            problem=problem,
            label=label,
            round=run.round_of(label),
            code=run.code_of(label),
            target=self._desk.target,
            whole_file=self._desk.whole_file,
            tests=tests,
            # One file of tests is enough.
            with_tests=not (written and any(file.tests and file.taken for file in written.files)),
        )

    async def refresh(self, review: Review) -> None:
        """Show a review again after its files were written or put back, with what was taken and edited.

        Raises: InputError, Refused, AtlasError.
        """
        desk = self._desk
        async with desk.disk:
            fresh = await asyncio.to_thread(_refreshed, desk.ready().workspace, review)
        if fresh is None:
            await self.open(review.label, again=True)
        else:
            self._base, self._base_target = fresh.base, fresh.target
            self._show(fresh)

    def put(self, review: Review) -> None:
        """Show another state of the review: other hunks, another file."""
        self.review = review
        self._desk.changed()

    async def look(self) -> None:
        """Find out whether a file under review is another one by now."""
        review, desk = self.review, self._desk
        if review is None or not self.writable:
            return
        workspace = desk.ready().workspace
        async with desk.disk:
            moved = await asyncio.to_thread(
                lambda: {file.path: why for file in review.files if (why := workspace.moved(file.base))}
            )
        # Meanwhile another candidate may be shown, or this one written.
        shown = self.review.files if self.review is not None and self.review is not self.written else ()
        same = [file.base for file in shown] == [file.base for file in review.files]
        if same and moved != self.moved:
            self.moved = moved
            desk.changed()

    async def next_side(self) -> None:
        """Compare with the next thing there is. Raises: InputError, AtlasError."""
        sides = self.sides
        at = sides.index(self.against) if self.against in sides else -1
        await self._compare(sides[(at + 1) % len(sides)])

    async def _compare(self, against: Against) -> None:
        review, desk = self._reviewed(), self._desk
        run, compared = desk.run, None
        if against.kind is not AgainstKind.TREE:
            other = (
                run.code_of(against.label)
                if against.kind is AgainstKind.CANDIDATE
                else run.before_repair(review.label)
            )
            assert run.problem is not None
            workspace, entry = desk.ready().workspace, run.problem.entry_point
            async with desk.disk:
                compared = await asyncio.to_thread(_compared, workspace, review, other, entry)
        self.against, self.compared = against, compared
        desk.changed()

    async def test(self) -> SubsetTested:
        """Run the samples on the target as it would be written. Raises: AtlasError."""
        review, desk = self._reviewed(), self._desk
        file, problem, session = review.solution, desk.run.problem, desk.run.session
        assert problem is not None
        self.testing = file.digest
        desk.changed()
        try:
            event = await desk.ready().test_content(
                problem, file.content, review.label, review.round, sorted(file.taken)
            )
        finally:
            self.testing = ""
            desk.changed()
        if session == desk.run.session:
            self._tested[review.label, file.digest] = event
        await desk.record(session, event)
        return event

    async def three_way(self) -> Merge:
        """The target as it was read, as it is now, and as accepting would make it. Raises: AtlasError."""
        file, desk = self._reviewed().solution, self._desk
        async with desk.disk:
            return await asyncio.to_thread(desk.ready().workspace.three_way, file.base, file.content)

    async def take_merge(self, content: bytes) -> Review:
        """Review the target as it is now with a merge as its change. Raises: InputError, AtlasError."""
        review, desk = self._reviewed(), self._desk
        base = await self.read_base()
        assert base is not None
        workspace = desk.ready().workspace
        async with desk.disk:
            file = await asyncio.to_thread(_file, workspace, base, content)
        merged = replace(review, files=(file, *review.files[1:]), at=0, merged=True)
        self._show(merged)
        return merged

    def close(self) -> None:
        """Show nothing."""
        self.review = None
        self.show_tree()

    def show_tree(self) -> None:
        """Compare with the working tree again."""
        self.against, self.compared = TREE, None

    def stand(self, review: Review | None) -> None:
        """That review is what is on disk now; None: nothing of ours is any more."""
        # Written or undone, the file is another one now: the next diff needs a fresh look at it.
        self.written, self._base, self.moved = review, None, {}

    def _show(self, review: Review) -> None:
        self.review, self.moved = review, {}
        self.show_tree()
        self._desk.changed()

    def _reviewed(self) -> Review:
        if self.review is None:
            raise Refused("There is nothing under review", "no candidate is shown", "run a problem first")
        return self.review


def _build(wanted: _Wanted, base: Base) -> Review:
    """In a thread. Raises: InputError, Refused."""
    workspace, problem = wanted.workspace, wanted.problem
    placed = workspace.place(base, wanted.code, problem.entry_point, _how(wanted.whole_file))
    files = [_file(workspace, base, placed)]
    if wanted.with_tests and (tests := _tests_file(wanted, base, placed)):
        files.append(tests)
    return Review(wanted.label, wanted.round, wanted.target, tuple(files), whole_file=wanted.whole_file)


def _how(whole_file: bool) -> How:
    """The workspace's word for it, which is loaded after the first frame."""
    from atlas_tui.workspace import How

    return How.WHOLE if whole_file else How.AUTO


def _tests_file(wanted: _Wanted, base: Base, placed: bytes) -> FileReview | None:
    """A new file of tests, none of which is taken before the person takes it."""
    workspace = wanted.workspace
    made = workspace.test_file(wanted.problem, base.path, wanted.tests, placed)
    if made is None:
        return None
    path, content = made
    try:
        tests = _file(workspace, workspace.base(path), content)
    except InputError as error:
        log.info("no file of tests is offered: %s", error)
        return None
    return replace(tests, taken=frozenset(), tests=True)


def _file(workspace: Workspace, base: Base, placed: bytes) -> FileReview:
    """All hunks taken."""
    change = workspace.change(base, placed)
    return FileReview(base, placed, change, frozenset(hunk.number for hunk in change.hunks))


def _refreshed(workspace: Workspace, review: Review) -> Review | None:
    """The same review on the files as they are now; None where one of them has other bytes."""
    files = []
    for file in review.files:
        base = workspace.base(str(file.base.absolute))
        if (base.exists, base.content) != (file.base.exists, file.base.content):
            return None
        files.append(replace(file, base=base))
    return replace(review, files=tuple(files))


def _compared(workspace: Workspace, review: Review, other: str, entry_point: str) -> Change:
    """In a thread. Raises: InputError."""
    from atlas_tui.workspace.hunks import compare

    if not other:
        raise InputError("There is nothing to compare with", "that program is not there")
    file = review.solution
    left = workspace.place(file.base, other, entry_point, _how(review.whole_file))
    return compare(left, file.change.content(), file.path)
