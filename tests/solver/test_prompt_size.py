"""How much of the context a problem takes, counted by the real model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.engine.base import ContextTooSmall, ModelLoadError
from atlas_tui.settings import ModelSettings, Settings, SolverSettings
from atlas_tui.solver.runtime import Runtime
from tests.conftest import REPLIES, reciter
from tests.solver.stage_parts import COUNT


def runtime(tmp_path: Path, model: str = "", **solver: object) -> Runtime:
    chosen = ModelSettings(path=model or str(reciter(REPLIES)), context=4096, gpu_layers=0)
    return Runtime(Settings(model=chosen, solver=SolverSettings(**solver)), tmp_path)  # type: ignore[arg-type]


async def test_a_problem_is_counted_with_its_replies(tmp_path: Path) -> None:
    run = runtime(tmp_path, code_tokens=100, plan_tokens=20)
    try:
        size = await run.prompt_size(COUNT)
        longer = await run.prompt_size(replace(COUNT, statement=COUNT.statement + " and more" * 50))
    finally:
        await run.close()
    assert 0 < size.prompt < longer.prompt < 4096 == size.context
    assert (size.replies, size.wanted, size.room, size.fits) == (3, 120, 120, True)


async def test_what_the_engine_would_refuse_is_known_before(tmp_path: Path) -> None:
    run = runtime(tmp_path)
    huge = replace(COUNT, statement="many words " * 4096)
    try:
        size = await run.prompt_size(huge)
        failed = [event async for event in run.solve(huge) if event.kind == "Failed"]  # type: ignore[attr-defined]
    finally:
        await run.close()
    assert not size.fits and size.room == 0
    with pytest.raises(ContextTooSmall, match="4,096 are available"):
        size.check()
    assert "does not fit" in failed[0].what


async def test_plain_attempts_have_no_plan_to_make_room_for(tmp_path: Path) -> None:
    run = runtime(tmp_path, code_tokens=100, plan=False, candidates=2)
    try:
        size = await run.prompt_size(COUNT)
    finally:
        await run.close()
    assert (size.replies, size.wanted) == (2, 100)


async def test_a_missing_model_is_told(tmp_path: Path) -> None:
    run = runtime(tmp_path, str(tmp_path / "none.gguf"))
    try:
        with pytest.raises(ModelLoadError):
            await run.prompt_size(COUNT)
    finally:
        await run.close()
