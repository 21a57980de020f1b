"""The change: a candidate's program against the target file; accept, undo, commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from atlas_tui.errors import AtlasError
from atlas_tui.events import Event
from atlas_tui.ui import actions
from atlas_tui.ui.desk import Desk, Review
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.base import AtlasScreen
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.candidate import dots
from atlas_tui.ui.widgets.diff import DiffView
from atlas_tui.ui.widgets.hang import Row
from atlas_tui.ui.words import GRADES, candidate_color


class ReviewScreen(AtlasScreen):
    """Nothing on disk changes here before ``accept``, and one key puts it back."""

    NAME = actions.REVIEW
    CSS_PATH = "review.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.REVIEW))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: Review | None = None
        self._wanted: tuple[str, str, str] | None = None
        self._fault = ""

    def body(self) -> Iterable[Widget]:
        yield Row(id="choices")
        yield Static(id="title", markup=False)
        yield Static(id="state", markup=False)
        yield DiffView()
        yield Static(id="empty", markup=False)

    def draw(self, now: float) -> None:
        desk = self.desk
        self._want()
        if desk.review is not self._shown:
            self._shown = desk.review
            self.query_one(DiffView).show_diff(desk.review.diff if desk.review else None)
        self.set_class(desk.review is None, "-empty")
        self.query_one("#empty", Static).update(self._empty())
        self.query_one("#choices", Row).put(self._choices())
        self.query_one("#title", Static).update(self._title())
        self.query_one("#state", Static).update(self._state())
        if desk.review is not None and self.focused is None:
            self.query_one(DiffView).focus()

    def _want(self) -> None:
        """Ask for the diff of the candidate that should be shown, once for each run, target and candidate."""
        desk = self.desk
        label = desk.label
        if not label or desk.run.running or desk.backend is None:
            self._wanted = None
            return
        wanted = (desk.run.session, desk.target, label)
        if desk.review is not None and (desk.review.target, desk.review.label) == (desk.target, label):
            self._wanted = wanted
        if wanted != self._wanted:
            self._wanted = wanted
            self._open(label)

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _open(self, label: str, again: bool = False) -> None:
        self._fault = ""
        try:
            await self.desk.open_review(label, again=again)
        except AtlasError as error:
            self.desk.review = None
            self._fault = one_line(error.one_line(), 400)
            self.desk.changed()

    def action_show_candidate(self, label: str) -> None:
        self._open(label)

    def action_reread(self) -> None:
        self._open(self.desk.label, again=True)

    @work(exclusive=True, group="write", exit_on_error=False)
    async def action_accept(self) -> None:
        review = self.desk.review
        if review is None:
            return
        doubt, care = self.desk.doubt(review.label), review.base.confirm
        reasons = ". ".join(
            reason for reason in (f"Candidate {review.label}: {doubt}" if doubt else "", care) if reason
        )
        question = f"{reasons}. Write it to {review.target} all the same?"
        title = "not verified" if doubt else "take care"
        if reasons and not await self.app.push_screen_wait(Ask(title, question, "Write", "Leave")):
            return
        if await self._try(self.desk.accept):
            say(self.app, f"Written to {review.target}; U puts the old content back")

    @work(exclusive=True, group="write", exit_on_error=False)
    async def action_undo(self) -> None:
        applied = self.desk.run.applied
        if applied is not None and await self._try(self.desk.undo):
            self._open(self.desk.label, again=True)
            say(self.app, f"{applied.path} is as it was before")

    @work(exclusive=True, group="write", exit_on_error=False)
    async def action_commit(self) -> None:
        desk, applied = self.desk, self.desk.run.applied
        if applied is None or desk.backend is None:
            return
        if not desk.backend.workspace.has_git:
            say(
                self.app,
                "Cannot commit: this folder is not in a git repository; git init makes one",
                "warning",
            )
            return
        await desk.refresh_head()
        message = await self.app.push_screen_wait(
            Commit(applied.path, desk.head, self._message(applied.path))
        )
        if message is not None and await self._try(lambda: desk.commit(message)):
            committed = desk.run.committed
            say(self.app, f"Committed {committed.commit[:10] if committed else ''}: {applied.path}")

    async def _try(self, change: Callable[[], Awaitable[Event]]) -> bool:
        """Whether it was done; why not is told on the screen and in a toast."""
        self._fault = ""
        try:
            await change()
        except AtlasError as error:
            self._fault = one_line(error.one_line(), 400)
            say_error(self.app, error)
            self.desk.changed()
            return False
        return True

    def _message(self, path: str) -> str:
        problem = self.desk.run.problem
        lines = problem.statement.splitlines() if problem else []
        title = next((line.strip("# *\t") for line in lines if line.strip("# *\t")), "")
        return f"Add {path}: {one_line(title, 60)}" if title else f"Add {path}"

    def _choices(self) -> Content:
        run, parts = self.desk.run, []
        usable = run.usable()
        total = len(run.problem.samples) if run.problem else 0
        for number, entry in enumerate(run.candidates, 1):
            here = entry.label == self.desk.label
            name = (f"{'▸' if here else ' '}{number} {entry.label} ", f"{candidate_color(entry.label)} bold")
            standing = entry.standing
            if entry.label not in usable or standing is None:
                words = Content.styled("no program", "$muted")
            else:
                words = Content.assemble(
                    dots(standing, total), f" {standing.passed}/{total}" if total else "no samples"
                )
            chosen = "  chosen" if run.chosen and run.chosen.candidate == entry.label else ""
            parts.append(Content.assemble(name, words, (chosen, "bold")))
        return Content("   │  ").join(parts)

    def _title(self) -> Content:
        review, run = self.desk.review, self.desk.run
        if review is None:
            return Content("")
        diff = review.diff
        counts = Content.assemble((f"+{diff.added}", "$pass"), " ", (f"−{diff.removed}", "$fail"))
        kind = "" if review.base.exists else "  new file"
        if run.chosen and run.chosen.candidate == review.label:
            sign = GRADES[run.chosen.grade]
            passed = f" {run.chosen.passed}/{run.chosen.samples}" if run.chosen.samples else ""
            grade = Content.assemble((f"{sign.glyph} {sign.word}", f"{sign.color} bold"), passed)
        else:
            grade = Content.styled("not the chosen one", "$timeout")
        return Content.assemble(label(review.target, "bold", 60), "  ", counts, kind, "  ", grade)

    def _state(self) -> Content:
        run = self.desk.run
        if self._fault:
            return Content.styled(f"✗ {self._fault}", "$fail")
        if run.committed:
            return Content.assemble(
                ("✓ committed ", "$pass"),
                label(run.committed.commit[:10]),
                "  ",
                label(run.committed.message, "$muted", 60),
            )
        if run.applied:
            how = "as a new file" if run.applied.created else "into the file"
            return Content.assemble(
                ("✓ written ", "$pass"),
                how,
                "  ",
                label(run.applied.path, "$muted"),
                ("  not committed", "$muted"),
            )
        if run.undone:
            return Content.assemble(("↺ undone ", "$timeout"), label(run.undone.path), " is as it was before")
        if self.desk.review is not None and not self.desk.review.diff.lines:
            return Content.styled("the file already holds exactly this", "$muted")
        return Content.styled("nothing is written yet", "$muted")

    def _empty(self) -> Content:
        if self._fault:
            return Content.styled(self._fault, "$fail")
        if self.desk.run.running:
            return Content("The run is still going; its choice will be shown here.")
        if self.desk.run.started and not self.desk.run.usable():
            return Content("The run gave no program to look at.")
        if self.desk.run.started:
            return Content("reading the target file…")
        return Content.assemble(
            ("Nothing to review yet.\n\n", "$heading bold"),
            "Solve a problem first (",
            ("F2", "$primary bold"),
            ").",
        )
