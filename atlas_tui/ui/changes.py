"""The change under review: what was read, taken, compared and tested. Disk work runs in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from atlas_tui.errors import Refused
from atlas_tui.events import SubsetTested, TestsWritten
from atlas_tui.ui import doubts, review_making as making, reviewing
from atlas_tui.ui.reviewing import TREE, Against, AgainstKind, FileReview, FileState, Review, Standing

if TYPE_CHECKING:
    from atlas_tui.problem import Problem, Project
    from atlas_tui.ui.desk import Desk
    from atlas_tui.workspace import Base, Merge, Workspace
    from atlas_tui.workspace.hunks import Change


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
        self.only_there: Sequence[str] = ()
        """Files that only the one it is compared with changes."""
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
        """What is known about the files exactly as they would be written. Needs a review."""
        return doubts.standing(self._desk.run, self._reviewed(), self._result)

    def doubt(self) -> str:
        """Why the review should not be written unseen; empty when what is taken passed what decides."""
        return doubts.doubt(self._desk.run, self._reviewed(), self._result)

    @property
    def _result(self) -> SubsetTested | None:
        """The test of exactly what is under review."""
        review = self._reviewed()
        return self._tested.get((review.label, review.digest))

    @property
    def _project(self) -> Project | None:
        """The repository that is to be changed; None where a program is asked for."""
        problem = self._desk.run.problem
        return problem.project if problem else None

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
        workspace, project = desk.ready().workspace, self._project
        if not desk.target and project is None:
            raise Refused("There is no target file", "none was named", "name one on the problem screen (F2)")
        shown = self.written if self.written and self.written.label == label and not again else None
        if shown is None and project is not None:
            program = desk.run.program_of(label)
            async with desk.disk:
                shown = await asyncio.to_thread(
                    making.of_change, workspace, project, label, program, desk.target
                )
        elif shown is None:
            shown = await self._placed(workspace, label, again)
        desk.label = label
        self._show(shown)
        if shown.repository:
            # What it was made on may be another file by now.
            await self.look()
        return shown

    async def _placed(self, workspace: Workspace, label: str, again: bool) -> Review:
        """The program of that candidate in the target. Raises: InputError, Refused, AtlasError."""
        desk = self._desk
        if again or self._base is None or self._base_target != desk.target:
            await self.read_base()
        base = self._base
        assert base is not None and desk.run.problem is not None
        wanted = self._wanted(workspace, desk.run.problem, label)
        async with desk.disk:
            return await asyncio.to_thread(making.of_program, wanted, base)

    def _wanted(self, workspace: Workspace, problem: Problem, label: str) -> making.Wanted:
        run, written = self._desk.run, self.written
        tests = next((rung.tests for rung in reversed(run.rungs) if isinstance(rung, TestsWritten)), ())
        return making.Wanted(
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
            fresh = await asyncio.to_thread(making.refreshed, desk.ready().workspace, review)
        if fresh is None:
            await self.open(review.label, again=True)
        else:
            if not fresh.repository:
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
        ours = {write.path for write in desk.run.pending} & moved.keys()
        moved |= dict.fromkeys(ours, "this run wrote it; u takes that back first")
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
        run = desk.run
        compared: Change | None = None
        only: Sequence[str] = ()
        if against.kind is not AgainstKind.TREE:
            before = against.kind is AgainstKind.BEFORE
            problem, workspace = run.problem, desk.ready().workspace
            assert problem is not None
            async with desk.disk:
                if problem.project is not None:
                    found = run.first_of(review.label) if before else run.program_of(against.label)
                    compared, only = await asyncio.to_thread(
                        making.compared_files, review, problem.project, found
                    )
                else:
                    other = run.before_repair(review.label) if before else run.code_of(against.label)
                    entry = problem.entry_point
                    compared = await asyncio.to_thread(making.compared, workspace, review, other, entry)
        self.against, self.compared, self.only_there = against, compared, only
        desk.changed()

    async def step(self, by: int) -> None:
        """Another file in front; files of a change stay compared with the same. Raises: InputError."""
        review, against = self._reviewed(), self.against
        self.show_tree()
        self.put(review.step(by))
        if review.repository and against is not TREE:
            await self._compare(against)

    async def test(self) -> SubsetTested:
        """Run the samples, or the tests of the repository, on what would be written. Raises: AtlasError."""
        review, desk = self._reviewed(), self._desk
        backend, problem, session = desk.ready(), desk.run.problem, desk.run.session
        assert problem is not None
        self.testing = review.digest
        desk.changed()
        label, number, taken = review.label, review.round, review.taken
        try:
            if problem.project is not None:
                files = making.to_test(review, problem.project)
                event = await backend.test_files(problem, files, label, number, taken)
            else:
                event = await backend.test_content(problem, review.solution.content, label, number, taken)
        finally:
            self.testing = ""
            desk.changed()
        if session == desk.run.session:
            self._tested[label, review.digest] = event
        await desk.record(session, event)
        return event

    @property
    def moved_file(self) -> FileReview:
        """The file to be shown three ways: the one in front where it moved, else the first that did."""
        review = self._reviewed()
        moved = [file for file in (review.file, *review.judged) if file.path in self.moved]
        return moved[0] if moved and review.repository else review.solution

    async def three_way(self) -> Merge:
        """A file as it was read, as it is now, and as accepting would make it. Raises: AtlasError."""
        file, desk = self.moved_file, self._desk
        async with desk.disk:
            return await asyncio.to_thread(desk.ready().workspace.three_way, file.base, file.content)

    async def take_merge(self, content: bytes) -> Review:
        """Review that file as it is now with a merge as its change. Raises: InputError, AtlasError."""
        review, desk, old = self._reviewed(), self._desk, self.moved_file
        base = await desk.check_target(str(old.base.absolute))
        if not review.repository:
            self._base, self._base_target = base, desk.target
        workspace, place = desk.ready().workspace, review.files.index(old)
        async with desk.disk:
            file = await asyncio.to_thread(making.file_of, workspace, base, content)
        merged = replace(review.with_file(file, place), at=place, merged=True)
        self._show(merged)
        await self.look()
        return merged

    def close(self) -> None:
        """Show nothing."""
        self.review = None
        self.show_tree()

    def show_tree(self) -> None:
        """Compare with the working tree again."""
        self.against, self.compared, self.only_there = TREE, None, ()

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
