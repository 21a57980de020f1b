"""The change: files, hunks to take or leave, what they are compared with; accept, undo, commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import actions
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.reviewing import FileReview, Review
from atlas_tui.ui.sanitise import one_line
from atlas_tui.ui.screens import review_words
from atlas_tui.ui.screens.edit_hunk import EditHunk
from atlas_tui.ui.screens.review_writing import WritingScreen
from atlas_tui.ui.screens.three_way import ThreeWay
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.diff import DiffView
from atlas_tui.ui.widgets.hang import Row
from atlas_tui.ui.widgets.review_files import ReviewFiles

LOOK_SECONDS = 2.0
"""How often the files under review are looked at while they are on the screen."""


class ReviewScreen(WritingScreen):
    """Nothing on disk changes here before ``accept``, and one key puts it back."""

    NAME = actions.REVIEW
    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.REVIEW))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._wanted: tuple[str, float, str, bool, str] | None = None
        self._beside = False

    def body(self) -> Iterable[Widget]:
        yield Row(id="choices")
        with Container(id="work"):
            yield ReviewFiles()
            with Vertical(id="change"):
                yield Static(id="flags", markup=False)
                yield Static(id="title", markup=False)
                yield Static(id="state", markup=False)
                yield DiffView()
        yield Static(id="empty", markup=False)

    def on_mount(self) -> None:
        self.set_interval(LOOK_SECONDS, self._look)

    def on_screen_resume(self) -> None:
        self._look()

    def draw(self, now: float) -> None:
        desk, review = self.desk, self.desk.review
        self._want()
        self._draw_diff(review)
        self.set_class(review is None, "-empty")
        self.query_one("#empty", Static).update(review_words.empty(desk, self.fault))
        self.query_one("#choices", Row).put(review_words.choices(desk))
        files = self.query_one(ReviewFiles)
        files.set_class(self.has_class("-wide"), "-column")
        states = [desk.changes.state(file) for file in review.files] if review else []
        dirty = desk.run.base.dirty if desk.run.base else ()
        files.show(review, states, desk.head, dirty)
        self._draw_words()
        if review is not None and self.focused is None:
            self.query_one(DiffView).focus()

    def _draw_words(self) -> None:
        desk = self.desk
        hunk = self.query_one(DiffView).hunk
        self.query_one("#title", Static).update(review_words.title(desk, hunk))
        self.query_one("#state", Static).update(review_words.state(desk, self.fault, self.busy))
        flags = self.query_one("#flags", Static)
        flags.display = bool(desk.review and desk.review.flags)
        flags.update(review_words.flags(desk.review))

    def _draw_diff(self, review: Review | None) -> None:
        view, changes = self.query_one(DiffView), self.desk.changes
        if review is None:
            view.show_change(None)
        elif changes.compared is not None:
            left = changes.against.label or f"{review.label} before repair"
            view.show_change(
                changes.compared, None, side_by_side=self._beside,
                title=review.file.path, left=left, right=review.label,
            )  # fmt: skip
        else:
            left = "working tree" if review.file.base.exists else "no file yet"
            view.show_change(
                review.file.change, review.file.taken, side_by_side=self._beside,
                title=review.file.path, left=left, right=review.label,
            )  # fmt: skip

    def _want(self) -> None:
        """Ask for the diff of the candidate that should be shown, once for each run, target and candidate."""
        desk = self.desk
        label = desk.label
        if not label or desk.run.running or desk.backend is None:
            self._wanted = None
            return
        # A run that went on may have made another program of the same candidate.
        ended = desk.run.ended.at if desk.run.ended else 0.0
        wanted = (desk.run.session, ended, desk.target, desk.whole_file, label)
        review = desk.review
        if review is not None and (review.target, review.whole_file, review.label) == wanted[2:]:
            self._wanted = wanted
        if wanted != self._wanted:
            self._wanted = wanted
            self._open(label)

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _open(self, label: str, again: bool = False) -> None:
        self.fault = ""
        try:
            await self.desk.changes.open(label, again=again)
        except AtlasError as error:
            self.desk.changes.close()
            self.fault = one_line(error.one_line(), 400)
            self.desk.changed()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        """Whether a file under review is another one by now."""
        if self.is_active and self.desk.backend is not None and not self.desk.run.running:
            await self.desk.changes.look()

    def action_show_candidate(self, label: str) -> None:
        """Another candidate."""
        if not self._at_work:
            self._open(label)

    def action_reread(self) -> None:
        """The files as they are now."""
        if not self._at_work:
            self._open(self.desk.label, again=True)

    def action_show_file(self, number: int) -> None:
        """That file in front."""
        if (review := self.desk.review) is not None:
            self._step(int(number) - review.at)

    def action_next_file(self) -> None:
        """The next file in front."""
        self._step(+1)

    def action_previous_file(self) -> None:
        """The file before in front."""
        self._step(-1)

    @work(exclusive=True, group="against", exit_on_error=False)
    async def _step(self, by: int) -> None:
        if self.desk.review is not None:
            await self._told(lambda: self.desk.changes.step(by))

    def action_next_hunk(self) -> None:
        """The cursor on the next hunk."""
        self._go(+1)

    def action_previous_hunk(self) -> None:
        """The cursor on the hunk before."""
        self._go(-1)

    @work(exclusive=True, group="against", exit_on_error=False)
    async def _go(self, by: int) -> None:
        """Behind the last hunk of a file comes the first of the next, and the other way round."""
        view, review = self.query_one(DiffView), self.desk.review
        if view.go(by) or review is None or not 0 <= review.at + by < len(review.files):
            return
        await self._told(lambda: self.desk.changes.step(by))
        self.redraw()
        changes = self.desk.changes
        if by < 0 and (shown := changes.review) is not None:
            view.go_to(len((changes.compared or shown.file.change).hunks))

    def action_fold(self) -> None:
        """Unchanged lines around the hunk."""
        self.query_one(DiffView).toggle_fold()

    def action_whole_file(self) -> None:
        """All unchanged lines."""
        self.query_one(DiffView).toggle_whole()

    def action_beside(self) -> None:
        """Two columns or one."""
        self._beside = not self._beside
        self.redraw()
        if self._beside and not self.query_one(DiffView).beside:
            say(self.app, "Too narrow for old and new side by side: they show from 100 columns on")

    @on(DiffView.Moved)
    def _moved(self) -> None:
        self._draw_words()

    @on(DiffView.Picked)
    def _picked(self, event: DiffView.Picked) -> None:
        self._toggle(event.hunk)

    def action_toggle_hunk(self) -> None:
        """Take or leave the hunk under the cursor."""
        self._toggle(self.query_one(DiffView).hunk)

    def _toggle(self, number: int) -> None:
        self._change(lambda file: file.toggled(number) if number else file)

    def action_take_all(self) -> None:
        """All hunks, or none."""
        self._change(FileReview.all_or_none)

    def action_split_hunk(self) -> None:
        """Smaller hunks in the place of the one under the cursor."""
        from atlas_tui.workspace.hunks import split_hunk

        number = self.query_one(DiffView).hunk
        self._change(lambda file: file.split(number, split_hunk(file.change, number)))

    @work(exclusive=True, group="edit", exit_on_error=False)
    async def action_edit_hunk(self) -> None:
        """Other lines in the hunk under the cursor."""
        review, number = self.desk.review, self.query_one(DiffView).hunk
        if review is None or not number:
            return
        changed = await self.app.push_screen_wait(EditHunk(review.file.change, number))
        if changed is not None and self.desk.review is review:
            self._change(lambda file: file.edited(number, changed))

    def _change(self, change: Callable[[FileReview], FileReview]) -> None:
        """Another state of the file in front, which is not on disk."""
        changes, review = self.desk.changes, self.desk.review
        if review is None or self._at_work or not self.desk.now(self.NAME).selectable:
            return
        try:
            changes.put(review.with_file(change(review.file)))
        except InputError as error:
            say(self.app, error.one_line(), "warning")
        self.fault = ""
        self.redraw()

    @work(exclusive=True, group="against", exit_on_error=False)
    async def action_against(self) -> None:
        """The next thing to compare with."""
        await self._told(self.desk.changes.next_side)

    @work(group="test", exit_on_error=False)
    async def action_test_subset(self) -> None:
        """The samples, or the tests of the repository, on the files as they would be."""
        if not self.desk.changes.testing:
            await self._told(self.desk.changes.test)

    @work(exclusive=True, group="merge", exit_on_error=False)
    async def action_three_way(self) -> None:
        """As it was read, as it is, as it would be; then a merge, a fresh look, or nothing."""
        changes, review = self.desk.changes, self.desk.review
        if review is None or self._at_work:
            return
        try:
            file, merge = changes.moved_file, await changes.three_way()
            why = changes.moved.get(file.path, "it is as it was read")
            view = ThreeWay(file.path, why, review.label, merge, file.base.style)
            answer = await self.app.push_screen_wait(view)
            if answer == "again":
                self.action_reread()
            elif answer == "merge":
                await changes.take_merge(merge.content if merge.content is not None else merge.with_ours())
        except AtlasError as error:
            say_error(self.app, error)

    async def _told(self, action: Callable[[], Awaitable[object]]) -> None:
        try:
            await action()
        except AtlasError as error:
            say_error(self.app, error)
