"""Commit what was written: what goes in, where it goes, and the message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static, TextArea
from textual.worker import Worker

from atlas_tui.errors import AtlasError
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.editor import PathInput, SafeTextArea
from atlas_tui.ui.widgets.tick import Tick
from atlas_tui.ui.writing import CommitWish

if TYPE_CHECKING:
    from atlas_tui.workspace.commit_state import CommitState

TRAILER = "Assisted-by: Atlas TUI"
"""Without a mail address: a co-author is a person."""


class Commit(ModalScreen["CommitWish | None"]):
    """Gives what is wanted, or None. The model's message comes while the dialog is already open."""

    CSS_PATH = "commit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+s", "commit", "Commit", priority=True),
        Binding("ctrl+g", "take_proposal", "Take the proposal", priority=True),
    ]

    def __init__(
        self,
        paths: Sequence[str],
        head: str,
        state: CommitState,
        message: str,
        propose: Callable[[], Awaitable[str]] | None,
        trailer: str = TRAILER,
    ) -> None:
        """``propose`` gives the model's message, None where the person has written one before."""
        super().__init__()
        self._paths, self._head, self._state = paths, head, state
        self._message, self._propose, self._trailer = message, propose, trailer
        self._proposal = ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False) as dialog:
            dialog.border_title = "commit"
            dialog.border_subtitle = "^S commits · Tab goes on · Esc cancels"
            with VerticalScroll(id="facts", can_focus=False):
                yield Static(self._facts(), markup=False)
            yield SafeTextArea(self._message, tab_behavior="focus", soft_wrap=True, compact=True)
            yield Static(id="proposal", markup=False)
            yield PathInput(placeholder=self._branch_words(), id="branch", compact=True)
            yield Tick(Content(f"add the line “{self._trailer}”"), id="trailer")
            yield Static(
                "Only what was accepted is committed; what is staged stays as it is.",
                classes="note",
                markup=False,
            )
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Commit", id="commit", compact=True, variant="primary")

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)
        if self._propose is not None:
            self._say_proposal(Content.styled("the model is writing a message…", "$muted"))
            self._wait_for_proposal(self._propose)

    def action_commit(self) -> None:
        """Give the wish, or say what it lacks."""
        self._finish()

    def action_take_proposal(self) -> None:
        """Put the model's message in the place of what is there; ctrl+z brings that back."""
        if self._proposal:
            self._put(self._proposal)

    @work(exclusive=True, group="propose", exit_on_error=False)
    async def _wait_for_proposal(self, propose: Callable[[], Awaitable[str]]) -> None:
        try:
            proposal = (await propose()).strip()
        except AtlasError as error:
            self._say_proposal(
                Content.styled(f"no message from the model: {one_line(error.one_line(), 120)}", "$muted")
            )
            return
        if not proposal:
            self._say_proposal(Content.styled("the model gave no message", "$muted"))
            return
        self._proposal = proposal
        if self.query_one(TextArea).text == self._message:
            self._put(proposal)
        else:
            # What the person typed is theirs.
            self._say_proposal(
                Content.assemble(("^G ", "$primary bold"), "takes: ", label(proposal, "$muted", 120))
            )

    def _put(self, message: str) -> None:
        area = self.query_one(TextArea)
        area.replace(message, (0, 0), area.document.end, maintain_selection_offset=False)
        area.move_cursor(area.document.end)
        self._say_proposal(
            Content.styled("a proposal, to be edited; ^Z brings the text before back", "$muted")
        )

    def _say_proposal(self, words: Content) -> None:
        self.query_one("#proposal", Static).update(words)

    @work(exclusive=True, group="finish", exit_on_error=False)
    async def _finish(self) -> None:
        message = self.query_one(TextArea).text.strip()
        if not message:
            self.query_one(".note", Static).update(Content.styled("A commit needs a message.", "$fail"))
            return
        staged = self._state.staged
        if staged:
            question = (
                f"You have staged changes of {', '.join(staged)} yourself. The commit gets only what was "
                "accepted, and your staged changes stay. Commit all the same?"
            )
            if not await self.app.push_screen_wait(Ask("staged by you", question, "Commit", "Leave")):
                return
        self.dismiss(
            CommitWish(
                message=message,
                branch=self.query_one("#branch", Input).value.strip(),
                trailer=self._trailer if self.query_one(Tick).value else "",
                staged=bool(staged),
            )
        )

    @on(Button.Pressed, "#commit")
    def _commit(self) -> None:
        self._finish()

    @on(Input.Submitted)
    def _entered(self) -> None:
        self._finish()

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def _branch_words(self) -> str:
        here = one_line(self._state.branch, 40) if self._state.branch else "no branch (detached HEAD)"
        return f"new branch; left empty it goes to {here}"

    def _facts(self) -> Content:
        return Content("\n").join(self._fact_lines())

    def _fact_lines(self) -> Iterator[Content]:
        state = self._state
        for number, path in enumerate(self._paths):
            yield Content.assemble((f"{'file' if not number else '':<7}", "$muted"), label(path, longest=120))
        yield Content.assemble(("onto   ", "$muted"), label(self._head, longest=120))
        if state.author:
            yield Content.assemble(("by     ", "$muted"), label(state.author, longest=120))
        if state.hooks:
            yield Content.assemble(("hooks  ", "$muted"), label(", ".join(state.hooks), longest=120))
        if state.signing:
            yield Content.assemble(("signed ", "$muted"), "as your settings ask")
        for warning in state.warnings:
            yield Content.assemble(("! ", "$timeout bold"), label(warning, "$timeout", 200))
