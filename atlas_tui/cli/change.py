"""``atlas-tui solve --repo``: what is asked for of a repository, and the choice written into its files."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.cli import exits
from atlas_tui.cli.inputs import problem_text
from atlas_tui.cli.plain import plain
from atlas_tui.cli.transcript import Transcript
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.settings import Settings
    from atlas_tui.solver.change.opening import Wanted
    from atlas_tui.solver.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of a change; ``repo`` is empty where none is asked for."""

    repo: str = ""
    tests: str = ""
    must_pass: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    edit_tests: bool = False

    @property
    def checked(self) -> Asked:
        """The same. Raises: InputError: options of a change without a repository, or several targets."""
        if self.repo:
            return self
        named: dict[str, object] = {"--tests": self.tests, "--must-pass": self.must_pass}
        named |= {"--allow": self.allow, "--edit-tests": self.edit_tests}
        given = [option for option, value in named.items() if value]
        if given:
            why = f"{', '.join(given)} is about a repository"
            raise InputError("It is not known which repository is meant", why, "add --repo PATH")
        if len(self.targets) > 1:
            raise InputError("A program goes into one file", "--target was given twice", "name one file")
        return self

    @property
    def folder(self) -> Path:
        """Raises: InputError: there is no such folder."""
        folder = Path(self.repo).expanduser()
        if not folder.is_dir():
            raise InputError(f"{self.repo} cannot be opened", "it is not a folder", "name a folder")
        return folder

    def wanted(self, text: str) -> Wanted:
        """The same for the solver. ``text`` is the name of a file, ``-``, or the problem itself."""
        from atlas_tui.solver.change.opening import Wanted

        is_file = text == "-" or Path(text).expanduser().is_file()
        return Wanted(
            text=problem_text(text).decode("utf-8", "replace") if is_file else text,
            source=text if is_file else "",
            tests=self.tests,
            must_pass=self.must_pass,
            targets=self.targets,
            allowed=self.allow,
            edit_tests=self.edit_tests,
        )


async def run_change(settings: Settings, text: str, asked: Asked, *, apply: bool, as_json: bool) -> int:
    """Make the text a problem of the repository, solve it, and write the choice where ``apply`` says so.

    Gives the exit code. Raises: AtlasError.
    """
    from atlas_tui.solver.runtime import Runtime

    runtime = Runtime(settings, asked.folder)
    out = Transcript(as_json)
    try:
        work = asyncio.current_task()
        _on_signals(work.cancel if work else runtime.cancel)
        try:
            read = await opened(runtime, asked, text)
        except asyncio.CancelledError:
            return exits.CANCELLED
        refuse_unknown(asked.must_pass, read)
        _on_signals(runtime.cancel)
        async for event in runtime.solve(read):
            out.show(event)
        out.close()
        if apply and out.finished:
            write_files(runtime, read, out)
        return out.exit_code
    finally:
        await runtime.close()


def refuse_unknown(named: Sequence[str], read: Problem) -> None:
    """Raises: InputError: no test that was run is called like one that has to pass."""
    from atlas_tui.project.baseline import means
    from atlas_tui.project.runners import known

    project = read.project
    if not named or project is None or project.required:
        return
    runner, ended = known.named(project.runner), (*project.kept, *project.flaky)
    if not any(means(name, test, runner) for name in named for test in ended):
        why = f"no test that was run is called {' or '.join(named)}"
        raise InputError("Nothing would decide", why, "name tests as the test command does, or none")


def _on_signals(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


async def opened(runtime: Runtime, asked: Asked, text: str) -> Problem:
    """The problem, with what is done meanwhile told on standard error. Raises: AtlasError."""
    return await runtime.open_change(asked.wanted(text), _tell)


def write_files(runtime: Runtime, read: Problem, out: Transcript) -> None:
    """Write the files of the choice, all or none. Raises: AtlasError."""
    from atlas_tui.solver.change.accepting import writes

    if out.chosen is None or out.ready is None:
        return
    applied = runtime.workspace.apply_all(writes(runtime.workspace, read, out.ready), out.session)
    told = [replace(each, candidate=out.chosen.candidate, round=out.chosen.round) for each in applied]
    # All before the first is kept: where the disk is full now, it is known all the same what was written.
    for event in told:
        out.show(event)
    for event in told:
        runtime.store.append(out.session, event)


def _tell(line: str) -> None:
    sys.stderr.write(plain(line) + "\n")
    sys.stderr.flush()
