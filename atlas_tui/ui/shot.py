"""Pictures of recorded sessions: ``python -m atlas_tui.ui.shot SESSION OUT.svg``. Nothing is run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from atlas_tui import paths
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Event, ProblemRead, RunStarted, SubsetTested
from atlas_tui.problem import Problem
from atlas_tui.project.base import FileChange
from atlas_tui.settings import Settings, UiSettings
from atlas_tui.solver.change.opening import Opened, Wanted
from atlas_tui.solver.prompt_size import PromptSize
from atlas_tui.store import Store
from atlas_tui.ui.actions import EVERYWHERE, RUN
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.backend import Backend
from atlas_tui.workspace import Workspace

FRAMES = 8
"""Frames that are waited for, a tenth of a second each: sizes are known only after the first."""


@dataclass(frozen=True, slots=True)
class RecordedModel:
    name: str
    context: int = 0
    device: str = "recorded"


@dataclass(frozen=True, slots=True)
class RecordedIsolation:
    why: str
    tier: str = "recorded"
    python_version: str = ""


class Recording:
    """A backend that gives what a session recorded and does nothing itself."""

    model_state = "ready"

    def __init__(self, store: Store, folder: Path, events: Sequence[Event]) -> None:
        started = next(event for event in events if isinstance(event, RunStarted))
        read = next((event for event in events if isinstance(event, ProblemRead)), None)
        self.store, self.workspace = store, Workspace.open(folder)
        self.model_name = started.model
        self.model = RecordedModel(started.model)
        self.events = tuple(events)
        self.problem = read.problem if read else None
        self._held = RecordedIsolation(started.isolation)

    async def warm_up(self) -> None:
        """Nothing is loaded."""

    async def unload_model(self) -> None:
        """Nothing is loaded."""

    async def take_settings(self, settings: Settings) -> None:
        """What was recorded does not change."""

    async def isolation(self) -> RecordedIsolation:
        return self._held

    def read(self, text: str | bytes, source: str = "") -> Problem:
        if self.problem is None:
            raise Refused("The session holds no problem")
        return self.problem

    async def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        for event in self.events:
            yield event

    async def check_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Opened:
        """Nothing is run in a picture."""
        raise Refused("Nothing is run in a picture")

    async def open_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Problem:
        """Nothing is run in a picture."""
        raise Refused("Nothing is run in a picture")

    async def prompt_size(self, problem: Problem) -> PromptSize:
        """There is no model in a picture."""
        raise Refused("Nothing is counted in a picture")

    def go_on(
        self, session: str, step: Literal["more", "repair"], candidate: str = ""
    ) -> AsyncIterator[Event]:
        """What was recorded does not go on."""
        raise Refused("A recording cannot go on")

    def stop(self, candidate: str) -> None:
        """Nothing runs."""

    async def test_content(
        self, problem: Problem, content: bytes, candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Nothing is run in a picture."""
        return SubsetTested(
            candidate=candidate, round=round, hunks=tuple(hunks), passed=0, samples=0, state="a recording"
        )

    async def test_files(
        self, problem: Problem, files: Sequence[FileChange], candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Nothing is run in a picture."""
        return await self.test_content(problem, b"", candidate, round, hunks)

    async def propose_message(self, problem: Problem, diff: str) -> str:
        """There is no model in a picture."""
        return ""

    def cancel(self) -> None:
        """Nothing runs."""

    def cut_off(self) -> None:
        """Nothing runs that could be."""

    async def close(self) -> None:
        """Nothing is open but the store, which its owner closes."""


async def screenshot(
    store: Store,
    events: Sequence[Event],
    size: tuple[int, int] = (120, 36),
    screen: str = RUN,
    theme: str = "",
) -> str:
    """One screen after these events, as SVG. ``size`` is in columns and rows."""
    recording = Recording(store, Path.cwd(), events)

    async def make(settings: Settings, folder: Path) -> Backend:
        return recording

    settings = Settings(ui=UiSettings(theme=theme)) if theme else Settings()
    text = recording.problem.statement if recording.problem else ""
    app = AtlasApp(settings, Path.cwd(), text, make_backend=make)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        for event in events:
            app.desk.take(event)
        run = app.desk.run
        app.desk.target = run.target or app.desk.target
        app.desk.label = run.chosen.candidate if run.chosen else ""
        await app.action_go(screen)
        for _ in range(FRAMES):
            await pilot.pause(0.1)
        return app.export_screenshot(title="Atlas TUI")


def main() -> int:
    """Write the picture; exit code 2 for bad arguments."""
    parser = argparse.ArgumentParser(prog="python -m atlas_tui.ui.shot", description=__doc__)
    parser.add_argument("session", help="id of a session, or its beginning")
    parser.add_argument("out", type=Path, help="SVG file to write")
    parser.add_argument("--size", default="120x36", help="columns x rows")
    parser.add_argument("--screen", default=RUN, choices=EVERYWHERE)
    parser.add_argument("--theme", default="")
    parser.add_argument("--database", type=Path, default=paths.database(), help="file of the sessions")
    chosen = parser.parse_args()
    try:
        width, height = map(int, chosen.size.split("x"))
        store = Store(chosen.database)
        try:
            events = store.events(store.find(chosen.session))
            svg = asyncio.run(screenshot(store, events, (width, height), chosen.screen, chosen.theme))
        finally:
            store.close()
    except AtlasError as error:
        print(error.one_line(), file=sys.stderr)
        return 2
    except ValueError:
        parser.error(f"--size {chosen.size} is not COLUMNSxROWS")
    chosen.out.write_text(svg, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
