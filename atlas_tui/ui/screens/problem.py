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
from atlas_tui.problem import Mode, Problem
from atlas_tui.ui import actions
from atlas_tui.ui.desk import TEXT_LIMIT, Desk
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens.base import AtlasScreen, StartRun
from atlas_tui.ui.screens.open import OpenFile
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.editor import PathInput, ProblemEditor
from atlas_tui.ui.widgets.hang import Fitted, hang, table
from atlas_tui.ui.words import count, many, seconds, size

PAUSE = 0.2
"""Seconds without typing before the text is read."""
THREAD_FROM = 50_000
"""Characters from which on reading is left to a thread."""
SAMPLES_SHOWN = 4
HINT = "Paste or type a problem, or open a file with ^O."


class ProblemScreen(AtlasScreen):
    """Text on the left; samples, target file and machine on the right."""

    NAME = actions.PROBLEM
    CSS_PATH = "problem.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.PROBLEM))

    def __init__(self, desk: Desk, text: str = "") -> None:
        super().__init__(desk)
        self._text = text
        self._timer: Timer | None = None
        self._fault: AtlasError | None = None

    def body(self) -> Iterable[Widget]:
        editor = ProblemEditor(self._text, TEXT_LIMIT)
        editor.placeholder = HINT
        editor.border_title = "problem"
        target = PathInput(self.desk.target, placeholder="no target file", id="target", compact=True)
        yield Horizontal(
            Vertical(editor, id="left"),
            VerticalScroll(
                Static("read as", classes="heading"),
                Fitted(id="read"),
                Static("target file", classes="heading"),
                target,
                Static(id="target-state", markup=False),
                Static("this machine", classes="heading"),
                Fitted(id="machine"),
                id="rail",
                can_focus=False,
            ),
            id="columns",
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(ProblemEditor).focus()

    def draw(self, now: float) -> None:
        editor = self.query_one(ProblemEditor)
        editor.border_subtitle = label(self.desk.source, longest=40)
        self.query_one("#read", Fitted).fit(self._read_words)
        self.query_one("#machine", Fitted).fit(self._machine)

    def _read_words(self, width: int) -> Content:
        if self._fault:
            return label(self._fault.one_line(), "$fail")
        if self.desk.problem is None:
            return Content.styled("nothing yet", "$muted")
        return _problem_words(self.desk.problem, width)

    def load(self, text: str, source: str) -> None:
        """Put another problem into the editor."""
        self.desk.source = source
        self.query_one(ProblemEditor).replace_all(text)

    def read_now(self) -> None:
        """Read the text without waiting for a pause."""
        self._read()

    @on(ProblemEditor.Changed)
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self.read_now)

    @on(ProblemEditor.TooLong)
    def _too_long(self, event: ProblemEditor.TooLong) -> None:
        text = f"Not pasted: {size(event.size)} is too long — a problem may have {size(TEXT_LIMIT)}"
        say(self.app, text, "error")

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        if self.query_one(ProblemEditor).text.strip():
            await self._read_text()
        else:
            self.desk.problem, self._fault = None, None
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
        except AtlasError as error:
            desk.problem, self._fault = None, error
        else:
            desk.problem, self._fault = problem, None
        desk.changed()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def action_solve(self) -> None:
        # What was typed within the last moment counts as well.
        await self._read_text()
        if self._fault is not None:
            say_error(self.app, self._fault)
        else:
            self.post_message(StartRun())

    @on(Input.Changed, "#target")
    def _target_typed(self, event: Input.Changed) -> None:
        self.desk.target = event.value.strip()
        self.query_one("#target-state", Static).update("")
        self.desk.changed()

    @on(Input.Submitted, "#target")
    @on(Input.Blurred, "#target")
    def check_target(self) -> None:
        """Say what the target is, or why it cannot be one."""
        self._check_target(self.desk.target)

    @work(exclusive=True, group="target", exit_on_error=False)
    async def _check_target(self, target: str) -> None:
        if self.desk.backend is None:
            return
        state = self.query_one("#target-state", Static)
        if not target:
            state.update(Content.styled("nothing will be written", "$muted"))
            return
        try:
            base = await self.desk.check_target(target)
        except AtlasError as error:
            state.update(label(error.one_line(), "$fail"))
            return
        words = f"exists, {size(len(base.content))}" if base.exists else "a new file"
        state.update(Content.styled(words, "$muted"))

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

    def _machine(self, width: int) -> Content:
        desk, rows = self.desk, []
        backend = desk.backend
        if backend is None:
            return label(desk.fault, "$fail") if desk.fault else Content.styled("starting…", "$muted")
        state, model = backend.model_state, backend.model
        if state.startswith("failed"):
            rows.append(("model", label(state.removeprefix("failed: "), "$fail")))
        elif model is None:
            known = {"loading": "loading…", "off": "loading…"}.get(state, state)
            rows.append(("model", Content(known)))
        else:
            words = f"{model.device}, {count(model.context)} tokens of context"
            rows.append(("model", Content.assemble(label(model.name, longest=40), ", ", label(words))))
        if desk.held is None:
            rows.append(("isolation", Content("trying…")))
        else:
            none = str(desk.held.tier) == "none"
            words = f"{desk.held.tier}, {desk.held.why}"
            rows.append(("isolation", label(words, "$fail" if none else "")))
            if desk.held.python_version:
                rows.append(("python", label(desk.held.python_version)))
        rows.append(("base", label(desk.head or "…")))
        return table(rows, width)


def _problem_words(problem: Problem, width: int) -> Content:
    if problem.mode is Mode.FUNCTION:
        how = Content.assemble(label(problem.signature or problem.entry_point, "$code-name", 120))
        kind = "function"
    else:
        how, kind = Content("standard input → standard output"), "program"
    limits = problem.limits
    rows = [
        (kind, how),
        ("length", Content(many(len(problem.statement), "character"))),
        ("limits", Content(f"{seconds(limits.cpu_seconds)}, {size(limits.memory_bytes)}")),
        ("samples", _samples(problem)),
    ]
    words = table(rows, width)
    for note in problem.notes:
        words = Content.assemble(words, "\n", hang(Content.styled("! ", "$timeout"), label(note), width))
    return words


def _samples(problem: Problem) -> Content:
    if not problem.samples:
        return Content.styled("none found: nothing can be checked", "$timeout")
    lines = [Content(str(len(problem.samples)))]
    for sample in problem.samples[:SAMPLES_SHOWN]:
        given = sample.given.strip()
        if problem.mode is Mode.FUNCTION:
            given = given[1:-1]
        lines.append(
            Content.assemble(label(given, longest=28), (" → ", "$muted"), label(sample.expected, longest=20))
        )
    if len(problem.samples) > SAMPLES_SHOWN:
        lines.append(Content.styled(f"{len(problem.samples) - SAMPLES_SHOWN} more", "$muted"))
    return Content("\n").join(lines)
