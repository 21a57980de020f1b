"""What the problem screen can do with its text beyond reading it: samples, files, drafts, another editor."""

from __future__ import annotations

import asyncio
from abc import abstractmethod

from textual import work
from textual.content import Content
from textual.timer import Timer
from textual.worker import Worker

from atlas_tui.errors import AtlasError
from atlas_tui.problem import Sample
from atlas_tui.ui import context_files, outside
from atlas_tui.ui.desk import TEXT_LIMIT, Desk
from atlas_tui.ui.drafts import Draft, Drafts
from atlas_tui.ui.recent import ago, earlier, title_of
from atlas_tui.ui.repository import Asked
from atlas_tui.ui.run_how import How
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens.base import AtlasScreen
from atlas_tui.ui.screens.open import OpenFile
from atlas_tui.ui.screens.recent import Recent
from atlas_tui.ui.screens.run_how import RunHow
from atlas_tui.ui.screens.samples import Samples
from atlas_tui.ui.toast import say_error
from atlas_tui.ui.widgets.editor import ProblemEditor

HINT = "Paste or type a problem, or open a file with ^O."
CHANGE_HINT = "Say what is to be changed, or open an issue's file with ^O. F11 runs the tests as they are."
KEEP_AFTER = 1.0
"""Seconds without typing before the text is kept as a draft."""
COUNT_AFTER = 0.3
"""Seconds without a change before the problem's tokens are counted."""


class ProblemMore(AtlasScreen):
    """Drafts of the text, and the actions of ``actions_problem``."""

    def __init__(self, desk: Desk, text: str) -> None:
        super().__init__(desk)
        self._drafts = Drafts(desk.folder)
        self._left: tuple[Draft, ...] = ()
        self._keeping: Timer | None = None
        self._counting: Worker[None] | None = None
        self._safe: tuple[str, tuple[Sample, ...] | None, How, Asked | None] = (text, None, How(), None)
        """Text and what was changed about it, as kept elsewhere: in a file, or as the problem of a run."""

    @abstractmethod
    def load(self, text: str, source: str) -> None:
        """Put another problem into the editor."""

    @abstractmethod
    def read_now(self) -> None:
        """Read the text without waiting for a pause."""

    def on_mount(self) -> None:
        # Kept, since a screen that is taken down has lost its children when it is told so.
        self._editor = self.query_one(ProblemEditor)
        self._offer_drafts()

    def on_unmount(self) -> None:
        self.keep()

    @work(exclusive=True, group="drafts", exit_on_error=False)
    async def _offer_drafts(self) -> None:
        """Say in the empty editor what was left unfinished the last time."""
        self._left = await asyncio.to_thread(self._drafts.left)
        self.draw_hint()

    def draw_hint(self) -> None:
        """Say in the empty editor what goes into it, and what was left unfinished the last time."""
        hint = CHANGE_HINT if self.desk.repository.on else HINT
        self._editor.placeholder = hint
        if self._left:
            last = self._left[0]
            self._editor.placeholder = Content.assemble(
                hint, "\n\nYou left a text that was not run, ", ago(last.at), ":\n",
                label(title_of(last.text), longest=120), "\n^L brings it back.",
            )  # fmt: skip

    def keep_soon(self) -> None:
        """The text was changed: keep it once there is a pause."""
        if self._keeping is not None:
            self._keeping.stop()
        self._keeping = self.set_timer(KEEP_AFTER, self.keep)

    def keep(self) -> None:
        """Keep the text as a draft, unless it is kept elsewhere."""
        edits, how, change = self.desk.prompt.edits, self.desk.prompt.how, self._change
        text, source = self._editor.text, self.desk.source
        if (text, edits.samples, how, change) == self._safe:
            self._drafts.drop()
            return
        self._drafts.keep(
            Draft(text=text, source=source, mode=edits.mode, samples=edits.samples, how=how, change=change)
        )

    @property
    def _change(self) -> Asked | None:
        repository = self.desk.repository
        return repository.asked if repository.on else None

    def taken(self, text: str) -> None:
        """This text stands in a file, or in an earlier run."""
        self._safe = text, self.desk.prompt.edits.samples, self.desk.prompt.how, self._change

    def sent(self) -> None:
        """The text is run; it is in the store once that has begun."""
        self.taken(self._editor.text)
        # Whoever kills the app in the run is not to be offered the text as one that was not run.
        self.keep_soon()

    def measure(self) -> None:
        """Count the problem's tokens in a moment, unless that is on already."""
        if self._counting is None or self._counting.is_finished:
            self._counting = self._measure()

    @work(group="measure", exit_on_error=False)
    async def _measure(self) -> None:
        await asyncio.sleep(COUNT_AFTER)
        await self.desk.prompt.measure()

    @work(exclusive=True, group="samples", exit_on_error=False)
    async def edit_samples(self) -> None:
        """The samples as a table; what comes back is what programs are run on."""
        problem, edits = self.desk.problem, self.desk.prompt.edits
        if problem is None:
            return
        samples = await self.app.push_screen_wait(Samples(problem.samples, edits.read, problem.mode))
        if samples != problem.samples:
            edits.put(samples, problem.mode)
            self.read_now()
            self.keep_soon()

    @work(exclusive=True, group="samples", exit_on_error=False)
    async def say_how(self) -> None:
        """Program or function, its name, and the limits, as a person wants them."""
        problem, prompt = self.desk.problem, self.desk.prompt
        if problem is None or prompt.read is None:
            return
        how = await self.app.push_screen_wait(RunHow(problem))
        if how is not None and prompt.read is not None:
            prompt.how = how.but(prompt.read)
            self.read_now()
            self.keep_soon()

    @work(exclusive=True, group="open", exit_on_error=False)
    async def action_add_file(self) -> None:
        """Put the mention of a file where the cursor is."""
        dialog = OpenFile(self.desk.folder, "add a file to the problem", context_files.LONGEST)
        opened = await self.app.push_screen_wait(dialog)
        if opened is not None:
            editor = self._editor
            row, column = editor.cursor_location
            before = editor.document.get_line(row)[:column]
            gap = " " if before and not before[-1].isspace() else ""
            editor.insert(f"{gap}{context_files.mention(opened.name)} ")

    @work(exclusive=True, group="open", exit_on_error=False)
    async def action_recent(self) -> None:
        """Bring an earlier text back into the editor."""
        try:
            # The store answers only to the thread that opened it.
            found = earlier(self.desk.ready().store, self._left)
        except AtlasError as error:
            say_error(self.app, error)
            return
        chosen = await self.app.push_screen_wait(Recent(found))
        if chosen is None:
            return
        draft = chosen.draft
        self.bring(draft)
        if draft.file is not None:
            # It is the draft of this app from now on.
            self.keep()
            self._drafts.delete(draft.file)
            self._left = tuple(each for each in self._left if each != draft)

    def bring(self, draft: Draft) -> None:
        """Put an earlier text into the editor, with the samples it had."""
        self.load(draft.text, draft.source)
        self.desk.repository.bring(draft.change)
        if draft.change is not None:
            self.read_now()
            if draft.file is None:
                self.taken(draft.text)
            return
        try:
            read = self.desk.ready().read(draft.text, draft.source)
        except AtlasError:
            read = None  # It is told when the editor's text is read.
        self.desk.prompt.bring(draft, read)
        if draft.file is None:
            self.taken(draft.text)

    def action_edit_outside(self) -> None:
        """Give the terminal to the person's editor; the text is replaced by what it leaves behind."""
        editor = self._editor
        try:
            text = outside.edit(self.app, editor.text, TEXT_LIMIT)
        except AtlasError as error:
            say_error(self.app, error)
            return
        # Editors end every text with a newline, which is no change.
        if text.rstrip("\n") != editor.text.rstrip("\n"):
            editor.replace_all(text)
