"""A change in the repository the app was opened in: what is asked for, what its tests say. No Textual.

Reading the disk runs in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import context_files

if TYPE_CHECKING:
    from atlas_tui.problem import Problem, Project
    from atlas_tui.project.commands import Command
    from atlas_tui.solver.change.opening import Wanted
    from atlas_tui.ui.desk import Desk

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said of a change by hand, beside its text; what is left empty is found out."""

    tests: str = ""
    """The test command as it was typed."""
    must_pass: tuple[str, ...] = ()
    """Tests that have to pass; empty: all that fail now."""
    allowed: tuple[str, ...] = ()
    """Patterns of files that may be changed; empty: all but those that decide."""
    edit_tests: bool = False
    """The tests may be changed as well."""


def asked_of(row: dict[str, Any]) -> Asked:
    """What ``dataclasses.asdict`` made of it. Raises: KeyError: it is none."""
    return Asked(
        tests=str(row["tests"]),
        must_pass=tuple(map(str, row["must_pass"])),
        allowed=tuple(map(str, row["allowed"])),
        edit_tests=bool(row["edit_tests"]),
    )


def asked_in(project: Project) -> Asked:
    """What was asked for where this came of it: the same tests are to pass again."""
    return Asked(
        tests=project.command_line,
        must_pass=project.required,
        allowed=project.allowed,
        edit_tests=not project.protected,
    )


def patterns(text: str) -> tuple[str, ...]:
    """Patterns of files that stand in one line, separated by commas or blanks."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


class Repository:
    """The other kind of problem: not a program, but a change that tests decide on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.on = False
        """A change is asked for."""
        self.asked = Asked()
        self.commands: tuple[Command, ...] = ()
        """Test commands that were found, best first."""
        self.working = False
        """The tests run, or the problem is made from what they said."""
        self.told: tuple[str, ...] = ()
        """What was told while they ran, the latest last."""
        self.fault: AtlasError | None = None
        """Why the tests could not be run; None where they could, or were not."""
        self.project: Project | None = None
        """How the tests end now; None where they were not run."""
        self.notes: tuple[str, ...] = ()
        """What is to be known of that, a line each."""
        self.failing: tuple[str, ...] = ()
        """The tests among which can be chosen what must pass."""
        self.targets: tuple[str, ...] = ()
        """Files that the text mentions, or ``file::symbol``."""
        self.missing: tuple[str, ...] = ()
        """What it mentions and is no file."""
        self.written = 0
        """How often the app wrote files, or took that back."""
        self._checked_for, self._checked_at = Asked(), self._standing
        self._problem: tuple[Wanted, Problem] | None = None

    @property
    def offered(self) -> bool:
        """There is a repository, or a folder with tests, to be changed."""
        backend = self._desk.backend
        return backend is not None and (bool(self.commands) or backend.workspace.has_git)

    @property
    def command(self) -> str:
        """The test command that will run; empty where none is known."""
        return self.asked.tests or (str(self.commands[0]) if self.commands else "")

    @property
    def stale(self) -> str:
        """Why what the tests said may not hold any more, in words; empty where nothing speaks against it."""
        if self.project is None:
            return ""
        if self._checked_for != self.asked:
            return "asked otherwise since"
        return "files were changed since" if self._checked_at != self._standing else ""

    @property
    def _standing(self) -> tuple[object, ...]:
        """The repository as git told it last; a look at the files themselves is taken before a run."""
        return self._desk.head, self._desk.dirty, self.written

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the repository is not read, or not shown to the model, in words."""
        return self.project.left_out if self.project else ()

    def switch(self) -> None:
        """A change instead of a program, or a program again."""
        self.on = not self.on
        self._desk.problem = None
        self._desk.changed()

    def ask(self, asked: Asked) -> None:
        """Something else is asked for."""
        if asked.tests != self.asked.tests:
            self.failing, self.fault = (), None
            asked = replace(asked, must_pass=())
        self.asked = asked
        self._desk.changed()

    def bring(self, asked: Asked | None) -> None:
        """An earlier text comes back: what was asked with it, or None where it was no change."""
        self.on, self.asked = asked is not None, asked or Asked()
        self.project, self.notes, self.failing, self.fault, self._problem = None, (), (), None, None
        self._desk.changed()

    async def look(self) -> None:
        """Find how this folder's tests are run."""
        from atlas_tui.project.finding import find

        self.commands = await asyncio.to_thread(find, self._desk.folder)
        self._desk.changed()

    async def read(self, text: str) -> Problem | None:
        """The problem that was made of this text, as it is asked for now; None where it was not yet."""
        found = await asyncio.to_thread(context_files.targets, self._desk.folder, text)
        self.targets, self.missing = found
        known = self._problem
        return known[1] if known is not None and known[0] == self._wanted(text) else None

    async def check(self, text: str) -> None:
        """Run the tests as the files are now. Raises: AtlasError: they cannot be run."""
        backend, asked = self._desk.ready(), self.asked
        await self._desk.refresh_head()
        await self.read(text)
        opened = await self._told(backend.check_change(self._wanted(text), self._tell))
        self._take(opened.project, opened.notes, asked)

    async def open(self, text: str, source: str) -> Problem:
        """The problem to be solved; its tests run again where anything was changed since they did.

        Raises: AtlasError: it cannot be made one.
        """
        if not text.strip():
            raise InputError("The problem is empty", "there is no text", "say what is to be changed")
        backend, asked = self._desk.ready(), self.asked
        await self._desk.refresh_head()
        await self.read(text)
        wanted = self._wanted(text)
        problem = await self._told(backend.open_change(replace(wanted, source=source), self._tell))
        self._problem = wanted, problem
        if problem.project is not None:
            self._take(problem.project, problem.notes, asked)
        return problem

    def _take(self, project: Project, notes: tuple[str, ...], asked: Asked) -> None:
        self.project, self.notes = project, notes
        self._checked_for, self._checked_at = asked, self._standing
        # What may be chosen does not become less by choosing.
        known = (*self.failing, *project.required) if asked.must_pass else project.required
        self.failing = tuple(dict.fromkeys(known))
        self._desk.changed()

    async def _told(self, work: Awaitable[Result]) -> Result:
        """Do it, and remember that it is on and why it could not be done."""
        self.working, self.told, self.fault = True, (), None
        self._desk.changed()
        try:
            return await work
        except AtlasError as error:
            self.fault, self.project, self.notes = error, None, ()
            if "--tests" in error.todo:  # An option of the command line; here there is a key.
                self.fault = InputError(error.what, error.why, "^N takes another test command")
                raise self.fault from error
            raise
        finally:
            self.working = False
            self._desk.changed()

    def _tell(self, line: str) -> None:
        self.told = (*self.told, line)
        self._desk.changed()

    def _wanted(self, text: str) -> Wanted:
        from atlas_tui.solver.change.opening import Wanted

        asked = self.asked
        return Wanted(
            text=text,
            tests=asked.tests,
            must_pass=asked.must_pass,
            targets=self.targets,
            allowed=asked.allowed,
            edit_tests=asked.edit_tests,
        )
