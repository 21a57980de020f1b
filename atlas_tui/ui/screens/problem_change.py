"""What the problem screen does where a change in a repository is asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import work
from textual.content import Content
from textual.worker import Worker

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui.repository import Asked
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens.base import StartRun
from atlas_tui.ui.screens.change_how import ChangeHow
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.must_pass import MustPass
from atlas_tui.ui.screens.problem_more import ProblemMore
from atlas_tui.ui.toast import say, say_error


class ProblemChange(ProblemMore):
    """The actions of a change; each of them hands on to those of a program where none is asked for."""

    _opening: Worker[None] | None = None
    """What runs the tests."""

    def action_switch_change(self) -> None:
        """A change instead of a program, or a program again."""
        self.desk.repository.switch()
        self.read_now()
        self.keep_soon()

    def action_check_tests(self) -> None:
        """Run the tests as they are now."""
        self._opening = self._check()

    def action_stop_check(self) -> None:
        """Stop what runs before the change."""
        if self._opening is not None:
            self._opening.cancel()
            say(self.app, "The tests were stopped")

    def open_change(self) -> None:
        """Make the problem, and solve it."""
        self._opening = self._open()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _check(self) -> None:
        try:
            await self.desk.repository.check(self._editor.text)
        except AtlasError as error:
            say_error(self.app, error)
        self.read_now()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _open(self) -> None:
        desk = self.desk
        try:
            problem = await desk.repository.open(self._editor.text, desk.source)
            desk.problem = problem
            await desk.prompt.check()
        except AtlasError as error:
            say_error(self.app, error)
            return
        if problem.project is not None and not problem.project.required:
            say(self.app, "No test fails now: nothing will show when the change is right", "warning")
        self.post_message(StartRun(opened=True))
        self.sent()

    def action_edit_samples(self) -> None:
        """What decides: the samples, or which tests must pass."""
        if self.desk.repository.on:
            self._choose_tests()
        else:
            self.edit_samples()

    def action_run_how(self) -> None:
        """How that is run."""
        if self.desk.repository.on:
            self._change_how()
        else:
            self.say_how()

    @work(exclusive=True, group="samples", exit_on_error=False)
    async def _choose_tests(self) -> None:
        repository = self.desk.repository
        dialog = MustPass(repository.failing, repository.asked.must_pass)
        chosen = await self.app.push_screen_wait(dialog)
        if chosen is not None:
            self._ask(replace(repository.asked, must_pass=chosen))

    @work(exclusive=True, group="samples", exit_on_error=False)
    async def _change_how(self) -> None:
        repository, folder = self.desk.repository, self.desk.folder
        dialog = ChangeHow(repository.asked, repository.commands, lambda text: check_command(text, folder))
        asked = await self.app.push_screen_wait(dialog)
        if asked is not None:
            self._ask(asked)

    def _ask(self, asked: Asked) -> None:
        if asked != self.desk.repository.asked:
            self.desk.repository.ask(asked)
            self.read_now()
            self.keep_soon()

    def action_show_left_out(self) -> None:
        """Everything of the repository that the model does not see."""
        lines = [label(line, longest=400) for line in self.desk.repository.left_out]
        self.app.push_screen(Details("left out", Content("\n").join(lines)))


def check_command(text: str, folder: Path) -> None:
    """Raises: InputError: it is no command that can be run without a shell."""
    from atlas_tui.project.commands import CommandRefused, parse_command

    try:
        parse_command(text, folder)
    except CommandRefused as error:
        raise InputError("The test command cannot be run", str(error)) from error
