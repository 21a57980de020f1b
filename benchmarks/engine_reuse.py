"""Line 2: prompt tokens that are computed over a whole run of the method, with reuse and without.

The prompts are the solver's own, for one problem of about 1,024 tokens: observe, three plans, three
solutions, three sets of tests, three repairs. Without reuse every sequence reads its own prompt, as
llama-server does for parallel requests. Its seconds are measured on an engine that was just started, for each
prompt anew: prompts that are kept cost those that come after them time, and without reuse none is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas_tui.engine.base import Message, SequenceRequest
from atlas_tui.problem import Mode, Problem
from atlas_tui.solver import prompting, prompting_more
from atlas_tui.solver.plan import selections
from benchmarks.engine_parts import STREAMS, Bench, Found, Goal, ask, run

TITLE = "prompts read once"
GOALS = (
    Goal("pipeline_prefill_saved", "prompt tokens computed without reuse to with it, all stages", least=4.0),
    Goal("second_stage_prefill_saved", "the same, second stage (code after plans)", least=6.0),
    Goal("pipeline_prefill_seconds_saved", "seconds without reuse to with it, all stages"),
)
_TESTS = "Write five inputs that a wrong program would fail on, one per line, as this plan suggests:\n{plan}"
_PLAN, _CODE, _EVIDENCE = 110, 100, 30
"""Words of what the model wrote before, in the prompts of the later stages."""


@dataclass
class _Stage:
    name: str
    prompts: Sequence[tuple[Message, ...]]
    read: int = 0
    """Prompt tokens over all its sequences."""
    evaluated: int = 0
    seconds: float = 0.0
    seconds_without: float = 0.0


def _stages(bench: Bench) -> list[_Stage]:
    statement = bench.prose(bench.options.size(980, 400), "statement")
    problem = Problem(statement=statement, mode=Mode.PROGRAM)
    plans = [bench.prose(_PLAN, f"plan {number}") for number in range(STREAMS)]
    codes = [bench.prose(_CODE, f"code {number}") for number in range(STREAMS)]
    observed = [bench.prose(12, f"observation {number}") for number in range(4)]
    asked = prompting.observe(problem)
    head = asked[-1].content.rpartition("# Task")[0] + "# Task\n\n"
    tests = [(asked[0], replace(asked[-1], content=head + _TESTS.format(plan=plan))) for plan in plans]
    evidence = bench.prose(_EVIDENCE, "evidence")
    selected = selections(len(observed), STREAMS, "plans", keep=3)
    repairs = [
        prompting_more.repair(problem, code, evidence, side)
        for code, side in zip(codes, prompting_more.perspectives(), strict=False)
    ]
    return [
        _Stage("observe", [asked]),
        _Stage("plan", [prompting.plan(problem, [observed[place] for place in one]) for one in selected]),
        _Stage("code", [prompting.code(problem, plan) for plan in plans]),
        _Stage("tests", tests),
        _Stage("repair", repairs),
    ]


def _requests(stage: _Stage) -> list[SequenceRequest]:
    return [
        replace(ask("", f"{stage.name} {number}", seed=number + 1, tokens=2), messages=messages)
        for number, messages in enumerate(stage.prompts)
    ]


async def _without(bench: Bench, stage: _Stage) -> float:
    """Seconds of the same prompts, when nothing was read before; loading is not counted."""
    seconds = 0.0
    for one in _requests(stage):
        async with bench.engine(bench.small, context=16_384) as engine:
            await run(engine, [ask("warm up", tokens=2)])
            seconds += (await run(engine, [one])).seconds
    return seconds


async def measure(bench: Bench) -> Found:
    """Tokens and seconds by stage, and the ratios."""
    stages = _stages(bench)
    async with bench.engine(bench.small, context=16_384) as engine:
        await run(engine, [ask("warm up", tokens=2)])
        for stage in stages:
            result = await run(engine, _requests(stage))
            stage.read = sum(one.prompt_tokens for one in result.done.values())
            stage.evaluated, stage.seconds = result.evaluated, result.seconds
    for stage in stages:
        if stage is stages[2] or not bench.options.quick:
            stage.seconds_without = await _without(bench, stage)
    for stage in stages:
        told = f"{stage.evaluated:,} of {stage.read:,} tokens computed"
        without = f"{stage.seconds_without:.1f} s" if stage.seconds_without else "not measured"
        bench.note(f"{stage.name}: {told}; {stage.seconds:.1f} s, without reuse {without}")
    second = stages[2]
    whole = None
    if not bench.options.quick:
        whole = {
            "with": sum(one.seconds for one in stages),
            "without": sum(one.seconds_without for one in stages),
        }
    return {
        "pipeline_prefill_saved": sum(one.read for one in stages) / sum(one.evaluated for one in stages),
        "second_stage_prefill_saved": second.read / second.evaluated,
        "pipeline_prefill_seconds_saved": whole["without"] / whole["with"] if whole else None,
        "pipeline_seconds": whole,
        "second_stage_seconds": {"with": second.seconds, "without": second.seconds_without},
    }
