"""The recorded sessions: find one, look at it again, run it again, export it, delete it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from atlas_tui.errors import AtlasError
from atlas_tui.ui import actions
from atlas_tui.ui.archive import Kept, Row
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens import sessions_words as words
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.base import AtlasScreen, Go, RunAgain
from atlas_tui.ui.screens.export import ExportTo
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.editor import PathInput
from atlas_tui.ui.widgets.hang import Fitted

MOST = 500
"""Sessions that are listed; words find the others."""


class Filters(Static):
    """Which sessions are listed; a click changes it."""

    auto_links = False


class SessionList(OptionList):
    """One line a session, laid out for the width it has."""

    class Resized(Message):
        """It may have another width."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class SessionsScreen(AtlasScreen):
    """The list on the left; at a glance on the right what the marked session was."""

    NAME = actions.SESSIONS
    CSS_PATH = "sessions.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.SESSIONS))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._kept = Kept.ALL
        self._rows: list[Row] = []
        self._width = 0
        self._looked: tuple[object, ...] = ()
        """What was known about the runs of this app when the store was asked."""

    def body(self) -> Iterable[Widget]:
        yield Horizontal(
            Vertical(
                PathInput(placeholder="search: words of the problem, model, id", id="words", compact=True),
                Filters(id="kept", markup=False),
                SessionList(id="list", compact=True, markup=False),
                Static(id="none", markup=False),
                id="found",
            ),
            VerticalScroll(Fitted(id="told"), id="glance"),
            id="columns",
        )

    def on_mount(self) -> None:
        self.query_one("#found").border_title = "sessions"
        self.query_one("#glance").border_title = "at a glance"
        self.query_one("#list").focus()

    def on_screen_resume(self) -> None:
        self.look_up()

    def draw(self, now: float) -> None:
        if self.desk.backend is not None and self._looked != self._known():
            self.look_up()
        listed = self.query_one("#list", OptionList)
        if listed.size.width != self._width:
            self._width = listed.size.width
            self._fill(now)

    @on(SessionList.Resized)
    def _resized(self) -> None:
        # At a breakpoint the list gets its width after the screen was drawn.
        self.redraw()

    def look_up(self) -> None:
        """List what the words and the filter let through."""
        if self.desk.backend is None:
            return
        self._looked = self._known()
        try:
            self._rows = self.desk.archive.rows(self.query_one("#words", Input).value, self._kept)
        except AtlasError as error:
            self._rows = []
            say_error(self.app, error)
        self._fill(self.desk.clock())

    def _known(self) -> tuple[object, ...]:
        run = self.desk.run
        return run.session, run.problem is not None, run.ended, run.writes

    def _fill(self, now: float) -> None:
        listed, width = self.query_one("#list", OptionList), self._width - 2
        marked = self.desk.archive.at
        lines = [words.line(row, width, now) for row in self._rows[:MOST]]
        listed.set_options(Option(line) for line in lines)
        ids = [row.summary.id for row in self._rows[:MOST]]
        listed.highlighted = (ids.index(marked) if marked in ids else 0) if ids else None
        if not ids:
            self._mark(None)
        self.query_one("#kept", Static).update(words.filters(self._kept, len(self._rows)))
        self.query_one("#none", Static).update(self._nothing())
        self.query_one("#none").display = not ids or len(self._rows) > MOST

    def _nothing(self) -> Content:
        if len(self._rows) > MOST:
            return Content.styled(f"… and {len(self._rows) - MOST} more: search for them", "$muted")
        searched = self.query_one("#words", Input).value.strip() or self._kept is not Kept.ALL
        said = "No session matches." if searched else "No session yet: every run is kept here."
        return Content.styled(said, "$muted")

    @on(Input.Changed, "#words")
    def _typed(self) -> None:
        self.look_up()

    @on(Input.Submitted, "#words")
    def _searched(self) -> None:
        self.query_one("#list").focus()

    def on_key(self, event: events.Key) -> None:
        """Arrows go from the search into the list; Esc clears the search."""
        typed = self.query_one("#words", Input)
        if typed.has_focus and event.key in ("down", "escape"):
            if event.key == "escape":
                typed.value = ""
            self.query_one("#list").focus()
            event.stop()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._rows):
            self._mark(self._rows[event.option_index])

    def _mark(self, row: Row | None) -> None:
        self.desk.archive.at = row.summary.id if row else ""
        self.desk.changed()
        glance = self.query_one("#told", Fitted)
        try:
            run = self.desk.archive.glance(row.summary.id) if row else None
        except AtlasError as error:
            told = label(error.one_line(), "$fail")
            glance.fit(lambda width: told)
            return
        if row is None or run is None:
            glance.fit(lambda width: Content(""))
        else:
            glance.fit(lambda width: words.glance(row, run, width))
        self.query_one("#glance").scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        if self.check_action("open_session", ()):
            self.action_open_session()

    @work(exclusive=True, group="show", exit_on_error=False)
    async def action_open_session(self) -> None:
        """Show the marked session as it was at its end."""
        try:
            warning = await self.desk.archive.reopen(self.desk.archive.at)
        except AtlasError as error:
            say_error(self.app, error)
            return
        if warning:
            say(self.app, warning, "warning")
        self.post_message(Go(actions.RUN))

    @work(exclusive=True, group="show", exit_on_error=False)
    async def action_replay_session(self) -> None:
        """Show it from its beginning, on the run screen."""
        self.post_message(Go(actions.RUN))
        say(self.app, "A replay: f makes it faster, Esc goes to its end")
        try:
            await self.desk.archive.replay(self.desk.archive.at)
        except AtlasError as error:
            say_error(self.app, error)

    @work(exclusive=True, group="show", exit_on_error=False)
    async def action_run_again(self) -> None:
        """Its problem into the editor, and a run of it."""
        try:
            problem, target = await self.desk.archive.problem(self.desk.archive.at)
        except AtlasError as error:
            say_error(self.app, error)
            return
        self.post_message(RunAgain(problem, target))

    @work(exclusive=True, group="export", exit_on_error=False)
    async def action_export_session(self) -> None:
        """Ask for a file, then write it."""
        session = self.desk.archive.at
        wanted = await self.app.push_screen_wait(ExportTo(self.desk.folder, f"atlas-{session}.md"))
        if wanted is None:
            return
        try:
            await self.desk.archive.export(session, wanted.path, wanted.screen)
        except AtlasError as error:
            say_error(self.app, error)
        else:
            say(self.app, f"Written: {wanted.path}")

    @work(exclusive=True, group="delete", exit_on_error=False)
    async def action_delete_session(self) -> None:
        """Forget the marked session, after a question."""
        session = self.desk.archive.at
        row = next((each for each in self._rows if each.summary.id == session), None)
        if row is None:
            return
        title = row.summary.title or session
        question = f"“{title}” and all its events will be forgotten. What it wrote into files stays."
        if not await self.app.push_screen_wait(Ask("delete a session", question, "Delete it", "Keep it")):
            return
        try:
            self.desk.archive.delete(session)
        except AtlasError as error:
            say_error(self.app, error)
        self._mark_neighbour(session)
        self.look_up()

    def _mark_neighbour(self, session: str) -> None:
        """The list stays where it was."""
        ids = [row.summary.id for row in self._rows]
        at = ids.index(session)
        self.desk.archive.at = (ids[at + 1 :] or ids[:at][-1:] or [""])[0]

    def action_search_sessions(self) -> None:
        """To the words."""
        self.query_one("#words").focus()

    def action_filter_sessions(self) -> None:
        """The next filter."""
        every = list(Kept)
        self.action_keep(every[(every.index(self._kept) + 1) % len(every)].value)

    def action_keep(self, kept: str) -> None:
        """That filter."""
        self._kept = Kept(kept)
        self.look_up()
