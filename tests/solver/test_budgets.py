"""Budgets: thinking by tiers, samplers by mode, and what a run may spend."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.engine import bundled_model_path, catalog
from atlas_tui.engine.base import Finished, ModelInfo, StopReason
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.events import BudgetReached, Event, Part, Stage, Text
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver import prompting
from atlas_tui.solver.budgets import TOKENS, Ledger, Reached, next_tier, sampler, thinking_tokens, tiers
from atlas_tui.solver.generate import Recipe, generate
from atlas_tui.solver.kit import Kit, stream
from tests.solver.stage_parts import TWICE, kit


def info(path: str = "/models/some.gguf", name: str = "Some") -> ModelInfo:
    return ModelInfo(
        name=name,
        path=path,
        context=8192,
        layers=1,
        gpu_layers=0,
        embedding_size=8,
        device="CPU",
        size_bytes=1,
    )


QWEN = next(entry for entry in catalog.entries() if entry.name == "qwen3-14b")


@pytest.mark.parametrize(
    "loaded",
    [
        info(str(QWEN.path)),
        info("/elsewhere/Qwen3-14B-Q4_K_M.gguf"),
        info("http://localhost:8000/v1", "Qwen/Qwen3-14B"),
    ],
)
def test_the_tiers_of_a_known_model_are_those_of_the_catalog(loaded: ModelInfo) -> None:
    assert tiers(loaded) == QWEN.budgets == (0, 1024, 2048, 4096, 8192)
    assert [thinking_tokens(SolverSettings(thinking=tier), loaded) for tier in
            ("off", "light", "standard", "hard", "extreme")] == list(QWEN.budgets)  # fmt: skip
    assert next_tier(SolverSettings(), loaded, 0) == 1024
    assert next_tier(SolverSettings(), loaded, 5000) == 8192
    assert next_tier(SolverSettings(), loaded, 8192) is None


def test_a_model_that_is_known_not_to_think_has_no_tiers() -> None:
    entry = catalog.named("qwen2.5-coder-1.5b")
    assert entry is not None and entry.source is not None
    plain = info(f"/models/{entry.source.file}")
    assert tiers(plain) == (0,)
    assert thinking_tokens(SolverSettings(thinking="hard"), plain) == 0
    assert next_tier(SolverSettings(thinking="hard"), plain, 0) is None
    assert thinking_tokens(SolverSettings(thinking_tokens=20), plain) == 20, "unless it is insisted on"


def test_the_bundled_model_thinks_by_short_tiers() -> None:
    bundled = info(str(bundled_model_path()))
    assert tiers(bundled) == (0, 64, 128, 192, 256)
    assert thinking_tokens(SolverSettings(), bundled) == 0
    assert next_tier(SolverSettings(), bundled, 0) == 64


def test_an_unknown_model_thinks_where_the_settings_say_so() -> None:
    assert next_tier(SolverSettings(), info(), 0) is None
    assert next_tier(SolverSettings(thinking="light"), info(), 1024) == 2048
    assert thinking_tokens(SolverSettings(thinking="extreme"), info()) == TOKENS[-1] == 8192
    assert thinking_tokens(SolverSettings(), None) == 0


@pytest.mark.parametrize("loaded", [None, info(), info(str(QWEN.path))])
def test_each_mode_has_its_sampler(loaded: ModelInfo | None) -> None:
    plain = sampler(SolverSettings(), loaded, 3, thinking=False)
    thinking = sampler(SolverSettings(), loaded, 3, thinking=True)
    assert (plain.temperature, plain.top_p, plain.top_k, plain.seed) == (0.7, 0.8, 20, 3)
    assert (thinking.temperature, thinking.top_p, thinking.top_k) == (0.6, 0.95, 20)


def test_the_settings_go_before_but_thinking_is_never_greedy() -> None:
    chosen = SolverSettings(temperature=0.0, top_p=0.5, top_k=3)
    plain, thinking = (sampler(chosen, None, 1, thinking=mode) for mode in (False, True))
    assert (plain.temperature, plain.top_p, plain.top_k) == (0.0, 0.5, 3)
    assert (thinking.temperature, thinking.top_p, thinking.top_k) == (0.6, 0.5, 3)


def test_a_request_takes_floor_and_waits_along() -> None:
    class NoModel:
        info = None

    chosen = SolverSettings(thinking_tokens=64, thinking_floor=100, thinking_waits=3)
    parts = Kit(engine=NoModel(), sandbox=None, settings=chosen, seed=1)  # type: ignore[arg-type]
    messages = prompting.code(TWICE, "")
    request = parts.code_request("A", messages, "code", "A")
    assert (request.thinking, request.thinking_floor, request.waits) == (64, 64, 3)
    assert request.sampler.temperature == 0.6
    plain = parts.code_request("A", messages, "code", "A", thinking=0)
    assert (plain.thinking, plain.thinking_floor, plain.sampler.temperature) == (0, 0, 0.7)
    assert parts.plan_request("A", messages, "plan").thinking == 0


# What is spent


def test_tokens_are_counted_for_the_problem_and_for_the_stage() -> None:
    ledger = Ledger(SolverSettings(most_tokens=100, stage_tokens=60))
    ledger.begin_stage(Stage.PLAN)
    ledger.count(59)
    assert ledger.reached() is None
    ledger.count(1)
    assert ledger.reached() == Reached("stage", "tokens", 60)
    ledger.begin_stage(Stage.PLAN)
    assert ledger.reached() is None
    ledger.count(40)
    assert ledger.reached() == Reached("problem", "tokens", 100) and ledger.out_of("tokens")
    ledger.begin_stage(Stage.PLAN)
    assert ledger.reached() == Reached("problem", "tokens", 100)


def test_seconds_in_a_pause_do_not_count() -> None:
    ledger = Ledger(SolverSettings(most_seconds=0.05, stage_seconds=0.04))
    ledger.begin_stage(Stage.PLAN)
    with ledger.pause():
        time.sleep(0.1)
    assert ledger.reached() is None and ledger.seconds < 0.05
    assert ledger.wall_seconds >= 0.1 and (ledger.seconds_left() or 0) > 0
    time.sleep(0.06)
    assert ledger.reached() == Reached("problem", "seconds", 0.05) and ledger.seconds_left() == 0.0


def test_a_stage_can_have_limits_of_its_own() -> None:
    """Where it says nothing, those of every stage hold; 0 lifts one."""
    limits = {"plan": {"tokens": 10}, "evidence": {"tokens": 0, "seconds": 0}, "repair": {"seconds": 1e-9}}
    general = {"stage_tokens": 60, "stage_seconds": 1000, "most_seconds": 0}
    ledger = Ledger(SolverSettings.model_validate({**general, "stage_limits": limits}))
    ledger.begin_stage(Stage.PLAN)
    ledger.count(10)
    assert ledger.reached() == Reached("stage", "tokens", 10) and (ledger.seconds_left() or 0) > 1
    ledger.begin_stage(Stage.GENERATE)
    ledger.count(59)
    assert ledger.reached() is None
    ledger.count(1)
    assert ledger.reached() == Reached("stage", "tokens", 60)
    ledger.begin_stage(Stage.EVIDENCE)
    ledger.count(1000)
    assert ledger.reached() is None and ledger.seconds_left() is None
    ledger.begin_stage(Stage.REPAIR)
    assert ledger.reached() == Reached("stage", "seconds", 1e-9) and ledger.seconds_left() == 0.0


def test_zero_sets_no_limit_but_allows_no_round() -> None:
    free = SolverSettings(most_tokens=0, stage_tokens=0, most_seconds=0, stage_seconds=0, most_rounds=0)
    ledger = Ledger(free)
    ledger.count(10**9)
    assert ledger.reached() is None and ledger.seconds_left() is None
    assert ledger.out_of("rounds") and not ledger.out_of("tokens", "seconds")


def test_a_limit_is_told_once() -> None:
    ledger = Ledger(SolverSettings(most_tokens=10))
    ledger.count(12)
    ledger.rounds = 2
    told = ledger.report(Stage.PLAN, Reached("problem", "tokens", 10))
    assert isinstance(told, BudgetReached)
    assert (told.tokens, told.rounds, told.limit, told.stage) == (12, 2, 10, Stage.PLAN)
    assert ledger.report(Stage.REPAIR, Reached("problem", "tokens", 10)) is None
    assert ledger.report(Stage.PLAN, Reached("stage", "tokens", 10)) is not None
    assert ledger.report(Stage.REPAIR, Reached("stage", "tokens", 10)) is not None, "another stage"


async def test_an_alarm_rings_when_the_seconds_are_used_up_and_not_after() -> None:
    ledger, rung = Ledger(SolverSettings(most_seconds=0.05)), []
    with ledger.alarm(lambda: rung.append(1)):
        await asyncio.sleep(0.15)
    assert rung == [1]
    ledger = Ledger(SolverSettings(most_seconds=0.05))
    with ledger.alarm(lambda: rung.append(2)):
        pass
    await asyncio.sleep(0.1)
    assert rung == [1]


# Within the stream of a real model that never ends by itself


async def written(tiny: Path, **solver: object) -> tuple[list[Event], list[Finished]]:
    chosen = SolverSettings.model_validate({"code_tokens": 4096, **solver})
    engine, sandbox = (
        LlamaEngine(ModelSettings(path=str(tiny), gpu_layers=0)),
        LocalSandbox(SandboxSettings()),
    )
    parts = Kit(engine=engine, sandbox=sandbox, settings=chosen, seed=1)
    await engine.load()
    parts = replace(parts, ledger=Ledger(chosen))
    requests = [parts.code_request(label, prompting.code(TWICE, ""), "code", label) for label in "ABC"]
    seen, done = list[Event](), list[Finished]()
    try:
        async for item in stream(parts, Stage.GENERATE, Part.CODE, requests):
            if isinstance(item, Finished):
                done.append(item)
            else:
                seen.append(item)
    finally:
        await asyncio.gather(engine.close(), sandbox.close())
    return seen, done


async def test_tokens_used_up_end_the_sequences_with_what_they_have(tiny_gguf: Path) -> None:
    seen, done = await written(tiny_gguf, most_tokens=150)
    assert len(done) == 3 and all(each.reason is StopReason.CANCELLED and each.text for each in done)
    assert 150 <= sum(each.answer_tokens for each in done) < 3 * 4096
    assert {event.candidate for event in seen if isinstance(event, Text)} == {"A", "B", "C"}


async def test_seconds_used_up_end_the_sequences_with_what_they_have(tiny_gguf: Path) -> None:
    started = time.monotonic()
    _, done = await written(tiny_gguf, stage_seconds=0.3, code_tokens=8192)
    assert [each.reason for each in done] == [StopReason.CANCELLED] * 3
    assert time.monotonic() - started < 60


async def test_nothing_is_begun_with_nothing_left(tiny_gguf: Path) -> None:
    seen, done = await written(tiny_gguf, most_seconds=1e-9)
    assert not seen and [(each.text, each.answer_tokens) for each in done] == [("", 0)] * 3


# Thinking, told in the events


@pytest.mark.parametrize(
    ("solver", "end", "waits", "tokens"),
    [
        ({"thinking_tokens": 8}, "budget", 0, 8),
        ({"thinking_tokens": 1000}, "closed", 0, None),
        ({"thinking_tokens": 1000, "thinking_floor": 1000, "thinking_waits": 1}, "closed", 1, None),
        ({}, "", 0, 0),
    ],
)
async def test_what_ended_the_thinking_is_told(
    solver: dict[str, int], end: str, waits: int, tokens: int | None
) -> None:
    async with kit({"": ["```python\nprint(2 * int(input()))\n```"]}, **solver) as parts:
        budget = solver.get("thinking_tokens", 0)
        events = [event async for event in generate(parts, TWICE, [Recipe(label="A", thinking=budget)])]
    ready = next(event for event in events if event.kind == "CandidateReady")
    assert (ready.thinking_end, ready.waits, ready.thinking_budget) == (end, waits, budget)
    assert tokens is None or ready.thinking_tokens == tokens
    assert ready.code == "print(2 * int(input()))\n"
