"""The problem: its text, and what was read from it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from atlas_tui.errors import AtlasError
from atlas_tui.ui import actions
from atlas_tui.ui.desk import TEXT_LIMIT, Desk
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens import problem_words as words, repository_words
from atlas_tui.ui.screens.base import StartRun
from atlas_tui.ui.screens.open import OpenFile
from atlas_tui.ui.screens.problem_change import ProblemChange
from atlas_tui.ui.screens.problem_more import HINT
from atlas_tui.ui.screens.target import ChooseTarget
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.editor import PathInput, ProblemEditor
from atlas_tui.ui.widgets.hang import Fitted
from atlas_tui.ui.words import is_change, size

PAUSE = 0.2
"""Seconds without typing before the text is read."""
THREAD_FROM = 50_000
"""Characters from which on reading is left to a thread."""


class ProblemScreen(ProblemChange):
    """Text on the left; samples, target file and machine on the right."""

    NAME = actions.PROBLEM
    CSS_PATH = "problem.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.PROBLEM))

    def __init__(self, desk: Desk, text: str = "") -> None:
        super().__init__(desk, text)
        self._text = text
        self._timer: Timer | None = None
        self._fault: AtlasError | None = None
        self._target = desk.aim.path
        """What is known to stand in the target's field."""

    def body(self) -> Iterable[Widget]:
        editor = ProblemEditor(self._text, TEXT_LIMIT)
        editor.placeholder = HINT
        editor.border_title = "problem"
        target = PathInput(self._target, placeholder="no target file", id="target", compact=True)
        yield Horizontal(
            Vertical(editor, id="left"),
            VerticalScroll(
                Static("read as", classes="heading", id="kind"),
                Fitted(id="read"),
                Static("target file", classes="heading of-target"),
                target,
                Fitted(id="target-state"),
                Static("this machine", classes="heading"),
                Fitted(id="machine"),
                id="rail",
                can_focus=False,
            ),
            id="columns",
        )

    def on_mount(self) -> None:
        self.query_one(ProblemEditor).focus()

    def draw(self, now: float) -> None:
        editor = self.query_one(ProblemEditor)
        editor.border_subtitle = label(self.desk.source, longest=40)
        self._draw_kind()
        self.query_one("#read", Fitted).fit(self._read_words)
        self._fill_target()
        self.query_one("#target-state", Fitted).fit(lambda width: words.target(self.desk, width))
        self.query_one("#machine", Fitted).fit(lambda width: words.machine(self.desk, width))
        if self.desk.prompt.unmeasured:
            self.measure()

    def _draw_kind(self) -> None:
        """A change has no target file of its own."""
        change = self.desk.repository.on or is_change(self.desk.problem)
        if change != self.has_class("-change"):
            self.set_class(change, "-change")
            words = "a change in this repository" if change else "read as"
            self.query_one("#kind", Static).update(words)
            self.draw_hint()

    def on_screen_resume(self) -> None:
        # What was written or undone meanwhile may be this very file.
        self.check_target()

    def _read_words(self, width: int) -> Content:
        if self.desk.repository.on:
            return repository_words.change(self.desk, width)
        if self._fault:
            return label(self._fault.one_line(), "$fail")
        if self.desk.problem is None:
            return words.nothing(self.desk, width)
        return words.problem(self.desk, self.desk.problem, width)

    def load(self, text: str, source: str) -> None:
        """Put another problem into the editor."""
        self.desk.source = source
        self.desk.prompt.forget_changes()
        self.query_one(ProblemEditor).replace_all(text)

    def read_now(self) -> None:
        """Read the text without waiting for a pause."""
        self._read()

    @on(ProblemEditor.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self.read_now)
        self.keep_soon()

    @on(ProblemEditor.TooLong)
    def _too_long(self, event: ProblemEditor.TooLong) -> None:
        text = f"Not pasted: {size(event.size)} is too long — a problem may have {size(TEXT_LIMIT)}"
        say(self.app, text, "error")

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        text = self.query_one(ProblemEditor).text
        if self.desk.repository.on:
            self.desk.problem, self._fault = await self.desk.repository.read(text), None
            self.desk.changed()
        elif text.strip():
            await self._read_text()
        else:
            self.desk.problem, self._fault = None, None
            self.desk.aim.forget()
            self.desk.prompt.forget()
            self.desk.changed()

    async def _read_text(self) -> None:
        """Read what is in the editor; the desk has the problem afterwards, or this screen the fault."""
        desk, text = self.desk, self.query_one(ProblemEditor).text
        if desk.backend is None:
            return
        try:
            if len(text) > THREAD_FROM:
                problem = await asyncio.to_thread(desk.backend.read, text, desk.source)
            else:
                problem = desk.backend.read(text, desk.source)
            problem = await desk.prompt.complete(problem)
        except AtlasError as error:
            desk.problem, self._fault = None, error
        else:
            desk.problem, self._fault = problem, None
        desk.changed()
        if desk.problem is not None and desk.problem.project is None:
            await desk.aim.settle(desk.problem)

    def action_solve(self) -> None:
        if self.desk.repository.on:
            self.open_change()
        else:
            self._solve_program()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _solve_program(self) -> None:
        # What was typed within the last moment counts as well.
        await self._read_text()
        try:
            if self._fault is not None:
                raise self._fault
            await self.desk.prompt.check()
        except AtlasError as error:
            say_error(self.app, error)
            return
        self.post_message(StartRun())
        self.sent()

    @on(Input.Changed, "#target")
    def _target_typed(self, event: Input.Changed) -> None:
        if event.value != self._target:
            self._target = event.value
            self.desk.aim.name(event.value.strip())

    def _fill_target(self) -> None:
        """Show the target where it was not the person who typed it."""
        field = self.query_one("#target", PathInput)
        path = field.validate_value(self.desk.aim.path)
        # Other words than the known ones are being typed; their event is on its way.
        if field.value == self._target and path != self._target.strip():
            self._target = path
            with field.prevent(Input.Changed):
                field.value = path

    @on(Input.Submitted, "#target")
    @on(Input.Blurred, "#target")
    def check_target(self) -> None:
        """Say what the target is, or why it cannot be one."""
        self._look()

    # A group of its own: the screen looks again when the list closes, which must not lose the choice.
    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        if self.desk.backend is not None:
            await self.desk.aim.look()

    @work(exclusive=True, group="target", exit_on_error=False)
    async def action_choose_target(self) -> None:
        offers = await self.desk.aim.offers()
        if not offers:
            say(self.app, "No file can be proposed: the folder cannot be searched", "warning")
            return
        path = await self.app.push_screen_wait(ChooseTarget(offers, self.desk.aim.path))
        if path is not None:
            await self.desk.aim.choose(path)

    @work(exclusive=True, group="target", exit_on_error=False)
    async def action_switch_how(self) -> None:
        await self.desk.aim.switch()

    @work(exclusive=True, group="open", exit_on_error=False)
    async def action_open_file(self) -> None:
        opened = await self.app.push_screen_wait(OpenFile(self.desk.folder))
        if opened is None:
            return
        assert self.desk.backend is not None
        try:
            problem = await asyncio.to_thread(self.desk.backend.read, opened.content, opened.name)
        except AtlasError as error:
            say_error(self.app, error)
            return
        self.load(problem.statement, opened.name)
        self.taken(problem.statement)
