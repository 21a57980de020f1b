"""Settings that change while the app runs: a model at once, the rest with the next run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atlas_tui.engine.base import ModelLoadError
from atlas_tui.errors import Refused
from atlas_tui.settings import ModelSettings, SandboxSettings, Settings, SolverSettings
from atlas_tui.solver.runtime import Runtime


def model(path: Path) -> ModelSettings:
    return ModelSettings(path=str(path), threads=1, gpu_layers=0)


@pytest.fixture
async def runtime(tmp_path: Path, tiny_gguf: Path) -> AsyncIterator[Runtime]:
    opened = Runtime(Settings(model=model(tiny_gguf)), tmp_path)
    try:
        yield opened
    finally:
        await opened.close()


async def test_a_changed_model_is_loaded_at_once(runtime: Runtime, reciter_gguf: Path) -> None:
    fresh = runtime.settings.model_copy(update={"model": model(reciter_gguf)})
    await runtime.take_settings(fresh)
    assert runtime.model is not None and runtime.model.path == str(reciter_gguf)
    assert runtime.model_state == "ready" and runtime.settings == fresh


async def test_the_rest_loads_nothing_and_counts_for_the_next_problem(runtime: Runtime) -> None:
    changes = {"solver": SolverSettings(seed=7), "sandbox": SandboxSettings(cpu_seconds=9, tier="reduced")}
    fresh = runtime.settings.model_copy(update=changes)
    await runtime.take_settings(fresh)
    assert runtime.settings == fresh and runtime.model_state == "off"
    assert runtime.read("Print twice the number.").limits.cpu_seconds == 9
    assert (await runtime.isolation()).tier != "full"


async def test_a_model_that_cannot_be_loaded_stays_chosen(runtime: Runtime, tmp_path: Path) -> None:
    fresh = runtime.settings.model_copy(update={"model": model(tmp_path / "missing.gguf")})
    with pytest.raises(ModelLoadError):
        await runtime.take_settings(fresh)
    assert runtime.settings == fresh and runtime.model_state.startswith("failed")


async def test_during_a_run_only_what_it_does_not_need_can_change(
    runtime: Runtime, reciter_gguf: Path
) -> None:
    before, events = runtime.settings, runtime.solve(runtime.read("Print twice the number."))
    await anext(events)
    for change in ({"model": model(reciter_gguf)}, {"sandbox": SandboxSettings(memory_mb=100)}):
        with pytest.raises(Refused, match="a run is on"):
            await runtime.take_settings(before.model_copy(update=change))
        assert runtime.settings == before
    fresh = before.model_copy(update={"solver": SolverSettings(candidates=1)})
    await runtime.take_settings(fresh)
    assert runtime.settings == fresh
    runtime.cancel()
    assert [event async for event in events]
