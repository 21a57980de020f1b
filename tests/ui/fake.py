"""A runtime that plays events written by hand; working tree and store are the real ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from textual.app import App
from textual.pilot import Pilot

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.events import Cancelled, Event, Outcome, RunEnded, Stage, SubsetTested
from atlas_tui.problem import Limits, Mode, Problem, Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.baseline import Baseline
from atlas_tui.project.checks import samples
from atlas_tui.project.listing import Listing
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import Settings
from atlas_tui.solver import subset
from atlas_tui.solver.change import subset as change_subset
from atlas_tui.solver.change.last_opened import LastOpened
from atlas_tui.solver.change.opening import Opened, Wanted
from atlas_tui.solver.prompt_size import PromptSize
from atlas_tui.store import Store
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.desk import TEXT_LIMIT
from atlas_tui.ui.screens.base import AtlasScreen
from atlas_tui.workspace import Workspace
from tests.ui.story import PROBLEM


@dataclass(frozen=True)
class FakeModel:
    name: str = "qwen3-4b-instruct"
    context: int = 16_384
    device: str = "CPU"


@dataclass(frozen=True)
class FakeIsolation:
    tier: str = "full"
    why: str = "bubblewrap"
    python_version: str = "3.11.2"


class FakeRuntime:
    """``stop_after`` events a run waits until it is cancelled."""

    def __init__(
        self,
        folder: Path,
        events: Sequence[Event] = (),
        *,
        problem: Problem = PROBLEM,
        load_error: AtlasError | None = None,
        held: FakeIsolation = FakeIsolation(),
        model: FakeModel = FakeModel(),
    ) -> None:
        self.workspace = Workspace.open(folder)
        self.store = Store(
            folder / ".git" / "test.sqlite3" if (folder / ".git").is_dir() else folder / "test.sqlite3"
        )
        self.events, self.problem, self.load_error, self.held = list(events), problem, load_error, held
        self.settings = Settings()
        self.model_state = "off"
        self.model: FakeModel | None = None
        self.closed, self.runs = False, 0
        self.ran: list[Problem] = []
        """What was solved, as it was handed over."""
        self.stop_after: int | None = None
        self.further: list[Event] = []
        """What a run goes on with."""
        self.go_on_error: AtlasError | None = None
        self.went_on: list[tuple[str, str, str]] = []
        """Session, step and candidate that were asked for."""
        self.stopped: list[str] = []
        """Candidates that were to be stopped."""
        self.message = ""
        """What the model proposes for a commit, once ``may_propose`` is set."""
        self.may_propose = asyncio.Event()
        self.cached: int | None = None
        """Tokens of a prompt that the model has read before."""
        self.asked_for: list[str] = []
        """The diffs a message was asked for."""
        self.project: Project | None = None
        """How the tests of the repository end; None runs them."""
        self.change_notes: tuple[str, ...] = ()
        self.change_error: AtlasError | None = None
        """Why the tests cannot be run."""
        self.may_check = asyncio.Event()
        self.may_check.set()
        self.wanted: list[Wanted] = []
        """The changes that were asked for."""
        self._last = LastOpened()
        self._sandbox: LocalSandbox | None = None
        self._model = model
        self._cancel = asyncio.Event()

    @property
    def model_name(self) -> str:
        return self._model.name

    async def warm_up(self) -> FakeModel:
        if self.load_error:
            self.model_state = f"failed: {self.load_error}"
            raise self.load_error
        self.model_state, self.model = "ready", self._model
        return self._model

    async def unload_model(self) -> None:
        self.model_state = "off"

    async def take_settings(self, settings: Settings) -> None:
        """Remembers them; ``load_error`` is what a changed model meets."""
        before, self.settings = self.settings, settings
        if settings.model != before.model and self.load_error:
            raise self.load_error

    async def isolation(self) -> FakeIsolation:
        return self.held

    def read(self, text: str | bytes, source: str = "") -> Problem:
        if len(text) > TEXT_LIMIT or not text.strip():
            raise InputError(
                "The problem cannot be read", "it is empty" if not text.strip() else "it is too long"
            )
        return self.problem

    async def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        """Play the events; past ``stop_after`` of them wait until cancelled."""
        self.runs += 1
        self.ran.append(problem)
        self._cancel.clear()
        for number, event in enumerate(self.events):
            if self.stop_after is not None and number >= self.stop_after:
                await self._cancel.wait()
                yield Cancelled(stage=Stage.GENERATE)
                yield RunEnded(outcome=Outcome.CANCELLED, seconds=1.0)
                return
            yield event
            await asyncio.sleep(0)

    async def check_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Opened:
        """In the real sandbox, unless ``project`` says how its tests end; waits for ``may_check``."""
        self.wanted.append(wanted)
        tell("running its tests twice")
        await self.may_check.wait()
        if self.change_error is not None:
            raise self.change_error
        if self.project is None:
            head, settings = self.workspace.head(), self.settings.project
            folder = self.workspace.folder
            return await self._last.open(self.sandbox, folder, head, wanted, settings, tell, again=True)
        files = Listing(self.workspace.folder, ())
        return Opened(
            project=self.project, files=files, base=Baseline(), limits=Limits(), notes=self.change_notes
        )

    async def open_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Problem:
        """The same as a problem, with nothing that a model would be shown."""
        opened = await self.check_change(wanted, tell)
        return Problem(
            statement=wanted.text,
            mode=Mode.CHANGE,
            samples=samples(opened.project),
            source=wanted.source,
            notes=opened.notes,
            project=opened.project,
        )

    async def prompt_size(self, problem: Problem) -> PromptSize:
        """A token for every four characters."""
        size = len(problem.statement) // 4
        return PromptSize(
            prompt=size, replies=3, wanted=2560, context=self._model.context, cached=self.cached
        )

    async def go_on(
        self, session: str, step: Literal["more", "repair"], candidate: str = ""
    ) -> AsyncIterator[Event]:
        """Play ``further``, like ``solve``; ``go_on_error`` refuses."""
        self.went_on.append((session, step, candidate))
        if self.go_on_error is not None:
            raise self.go_on_error
        self._cancel.clear()
        for number, event in enumerate(self.further):
            if self.stop_after is not None and number >= self.stop_after:
                await self._cancel.wait()
                yield Cancelled(stage=Stage.GENERATE)
                yield RunEnded(outcome=Outcome.CANCELLED, seconds=1.0)
                return
            yield event
            await asyncio.sleep(0)

    def stop(self, candidate: str) -> None:
        """Remembers it; the event comes next of those that wait."""
        self.stopped.append(candidate)

    async def test_content(
        self, problem: Problem, content: bytes, candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """In the real sandbox."""
        return await subset.test_subset(
            self.sandbox, problem, content, candidate=candidate, round_number=round, hunks=hunks
        )

    @property
    def sandbox(self) -> LocalSandbox:
        """The real one, started when it is first needed."""
        if self._sandbox is None:
            self._sandbox = LocalSandbox(Settings().sandbox)
        return self._sandbox

    async def test_files(
        self, problem: Problem, files: Sequence[FileChange], candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """In the real sandbox."""
        if self._sandbox is None:
            self._sandbox = LocalSandbox(Settings().sandbox)
        return await change_subset.test_files(
            self._sandbox, problem, files, candidate=candidate, round_number=round, hunks=hunks
        )

    async def propose_message(self, problem: Problem, diff: str) -> str:
        self.asked_for.append(diff)
        await self.may_propose.wait()
        return self.message

    def cancel(self) -> None:
        self._cancel.set()

    def cut_off(self) -> None:
        self._cancel.set()

    async def close(self) -> None:
        self.closed = True
        self._cancel.set()
        if self._sandbox is not None:
            await self._sandbox.close()
        self.store.close()


def fake_app(
    folder: Path,
    events: Iterable[Event] = (),
    *,
    text: str = PROBLEM.statement,
    theme: str = "atlas-dark",
    target: str | None = "solution.py",
    first: bool = False,
    **more: object,
) -> tuple[AtlasApp, FakeRuntime]:
    """An app over a fake runtime; ``target`` is named as by a person, None leaves it to the proposals."""
    runtime = FakeRuntime(folder, list(events), **more)  # type: ignore[arg-type]

    async def make(settings: Settings, where: Path) -> FakeRuntime:
        return runtime

    chosen = Settings(ui={"theme": theme})  # type: ignore[arg-type]
    app = AtlasApp(chosen, folder, text, make_backend=make, first=first)
    runtime.settings = chosen
    if target is not None:
        app.desk.target = target
    return app, runtime


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, row by row."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds; what is on the screen is told when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, screen_text(pilot.app)
        await pilot.pause(0.02)
    await settled(pilot)


async def settled(pilot: Pilot[Any], seconds: float = 1.0) -> None:
    """Wait until everything known is drawn, or for ``seconds`` where the screen never stands still."""
    app, end, before = pilot.app, time.monotonic() + seconds, ""
    while time.monotonic() < end:
        await pilot.pause(0.04)
        text = screen_text(app)
        drawn = not isinstance(app.screen, AtlasScreen) or app.screen._drawn == app.screen.desk.version
        if drawn and text == before:
            break
        before = text


async def started(pilot: Pilot[Any]) -> None:
    """Until the runtime is there, the model loaded and the text read."""
    app = pilot.app
    assert isinstance(app, AtlasApp)
    await until(pilot, lambda: app.desk.held is not None and app.desk.head)


def toasts(app: App[Any]) -> list[str]:
    """The messages that are shown."""
    return [str(notification.message) for notification in app._notifications]
