"""Runs over a small repository with a reciting model that is listened to: what it was asked stays known."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from atlas_tui import events
from atlas_tui.engine.base import EngineEvent, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.problem import Problem
from atlas_tui.settings import ModelSettings, Settings, SolverSettings
from atlas_tui.solver.change.opening import Wanted
from atlas_tui.solver.runtime import Runtime
from tests.conftest import reciter
from tests.project.suites import PACKAGES, laid

Kind = TypeVar("Kind", bound=events.Event)
ALONE: dict[str, object] = {"candidates": 1, "plan": False, "resamples": 0, "think_more": 0}
"""One candidate, then nothing but its repairs."""
PLAN = "- one\n- two\n\nTechnique: correction\n1. Correct it.\n\n"
REPAIRING, DIAGNOSING, TESTING = "with this change in place", "What kind of mistake", "new tests for what is"
"""What the prompts of some stages alone hold."""


class Heard(LlamaEngine):
    """A model whose prompts are written down."""

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self.asked: list[SequenceRequest] = []

    async def generate(self, requests: Sequence[SequenceRequest]) -> AsyncIterator[EngineEvent]:
        self.asked += requests
        async for event in super().generate(requests):
            yield event

    def prompts(self, holding: str = "") -> list[str]:
        """What the person's side of the prompts said, of those that hold this text."""
        return [one.messages[-1].content for one in self.asked if holding in one.messages[-1].content]


@dataclass(frozen=True, slots=True)
class Run:
    """A repository that is opened, with its model."""

    runtime: Runtime
    model: Heard
    root: Path

    async def opened(self, text: str, **wanted: object) -> Problem:
        return await self.runtime.open_change(Wanted(text=text, **wanted), lambda line: None)  # type: ignore[arg-type]

    async def solved(self, text: str, **wanted: object) -> list[events.Event]:
        """All events of the run; what lies in the tree is the same before and after."""
        problem, before = await self.opened(text, **wanted), state_of(self.root)
        seen = [event async for event in self.runtime.solve(problem)]
        assert state_of(self.root) == before
        return seen


def state_of(root: Path) -> dict[str, bytes]:
    """Every file with its content."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def of(kind: type[Kind], seen: Sequence[events.Event]) -> list[Kind]:
    """The events of one kind."""
    return [event for event in seen if isinstance(event, kind)]


@contextlib.asynccontextmanager
async def running(
    root: Path, files: Mapping[str, str], replies: Mapping[str, Sequence[str]], **solver: object
) -> AsyncIterator[Run]:
    """A repository with these files, which a model that recites ``replies`` is to change."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIRTUAL_ENV", raising=False)
        patch.setenv("PYTHONPATH", PACKAGES)
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        chosen = ModelSettings(path=str(reciter(replies)), gpu_layers=0)
        model = Heard(chosen)
        settings = Settings(model=chosen, solver=SolverSettings.model_validate({"seed": 5, **solver}))
        runtime = Runtime(settings, laid(root, files), engine=model)
        try:
            yield Run(runtime, model, root)
        finally:
            await runtime.close()
