"""The ladder on real parts: further candidates, longer thinking, repair, and what ends it early."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.events import Outcome, Part, Stage
from tests.conftest import reciter
from tests.solver.test_walk import RIGHT, SLOW, WRONG, kill_host, of, runtime, walk

OTHER = "- one\n- two\n\nTechnique: cubes\n1. Cube it.\n\n```python\nprint(int(input()) ** 3)\n```"
QUICK = {"pairs": 0, "self_tests": False, "split": False, "generator": False}
"""Without the parts that these tests are not about."""


def steps(seen: list[events.Event]) -> list[str]:
    return [event.step for event in of(events.NextStep, seen)]


def stages(seen: list[events.Event]) -> list[Stage]:
    return [event.stage for event in of(events.StageStarted, seen)]


async def test_where_one_passes_nothing_more_is_drawn(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path) as opened:
        seen = await walk(opened)
    assert steps(seen) == ["stop"]
    assert stages(seen) == [Stage.OBSERVE, Stage.PLAN, Stage.GENERATE, Stage.EVIDENCE, Stage.CHOOSE]
    assert not of(events.BudgetReached, seen)


async def test_more_then_longer_thinking_then_repair(tmp_path: Path) -> None:
    solver = QUICK | {"thinking_tokens": 4, "repair_rounds": 2, "think_more": 1}
    async with runtime(reciter([WRONG]), tmp_path, **solver) as opened:
        seen = await walk(opened)
    assert steps(seen) == ["more", "think", "repair", "repair", "compare", "stop"]
    assert [event.candidates for event in of(events.NextStep, seen)] == [
        ("D", "E", "F"), ("G", "H", "I"), (), (), (), (),
    ]  # fmt: skip
    first = {each.candidate: each for each in of(events.CandidateReady, seen) if each.round == 0}
    assert "".join(sorted(first)) == "ABCDEFGHI"
    assert {first[label].thinking_budget for label in "ABCDEF"} == {4}
    assert {first[label].thinking_budget for label in "GHI"} == {1024}
    assert {first[label].thinking_end for label in "ABC"} == {"budget"}
    assert {first[label].thinking_end for label in "GHI"} == {"closed"}
    assert of(events.RunEnded, seen)[0].outcome is Outcome.UNVERIFIED


async def test_each_candidate_but_the_first_is_varied_and_none_alike(tmp_path: Path) -> None:
    async with runtime(reciter([WRONG]), tmp_path, **QUICK, repair_rounds=0) as opened:
        seen = await walk(opened)
    varied = of(events.Perturbed, seen)
    assert [each.candidate for each in varied] == ["B", "C", "D", "E", "F"], "A is plain"
    assert len({each.name for each in varied}) == len({each.text for each in varied}) == 5
    planned = of(events.PlanReady, seen)
    assert [each.candidate for each in planned] == ["A", "B", "C", "E", "F"], "D has no plan"


async def test_what_varies_a_prompt_follows_the_seed(tmp_path: Path) -> None:
    names = []
    for seed in (5, 5, 6):
        solver = QUICK | {"seed": seed, "plan": False, "repair_rounds": 0}
        async with runtime(reciter([WRONG]), tmp_path, **solver) as opened:
            names.append([each.name for each in of(events.Perturbed, await walk(opened))])
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("solver", "planned", "varied"),
    [
        ({"plain": "unplanned"}, "BC", "BC"),
        ({"plan": False}, "", "BC"),
        ({"perturb": False}, "ABC", ""),
        ({"arm": "A"}, "", ""),
        ({"arm": "B"}, "ABC", "BC"),
    ],
)
async def test_parts_can_be_switched_off(
    tmp_path: Path, solver: dict[str, object], planned: str, varied: str
) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **solver) as opened:
        seen = await walk(opened)
    assert "".join(each.candidate for each in of(events.PlanReady, seen)) == planned
    assert "".join(each.candidate for each in of(events.Perturbed, seen)) == varied
    assert len(of(events.CandidateReady, seen)) == (1 if solver.get("arm") == "A" else 3)
    assert bool(of(events.AgreementFound, seen)) is ("arm" not in solver)
    assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED


async def test_the_whole_plan_and_the_words_of_the_perturbation_reach_the_coder(tmp_path: Path) -> None:
    """Programs come only from prompts that hold the last line of the plan, and the words."""
    plan = (
        "Technique: long\n"
        + "".join(f"{i}. Step {i} of many.\n" for i in range(1, 30))
        + "30. Done at last.\n"
    )
    replies = {
        "Write short observations": ["- one\n- two\n"],
        "Plan a solution": [plan],
        "30. Done at last": ["```python\nprint(2 * int(input()))\n```"],
        "": ["```python\nprint('without the plan')\n```"],
    }
    async with runtime(reciter(replies), tmp_path, pairs=0, perturb=False) as opened:
        seen = await walk(opened)
    assert {each.code for each in of(events.CandidateReady, seen)} == {"print(2 * int(input()))\n"}
    assert {each.plan + "\n" for each in of(events.PlanReady, seen)} == {plan}


async def test_repair_takes_the_best_from_one_side_after_the_other(tmp_path: Path) -> None:
    replies = {"This attempt fails": [WRONG, OTHER], "": [WRONG]}
    solver = QUICK | {"resamples": 0, "repair_rounds": 6}
    async with runtime(reciter(replies), tmp_path, **solver) as opened:
        seen = await walk(opened)
    tried = of(events.RepairTried, seen)
    assert len(tried) == 6 and steps(seen) == [*["repair"] * 6, "compare", "stop"]
    sides: dict[str, list[str]] = {}
    for each in tried:
        sides.setdefault(each.candidate, []).append(each.perspective)
    assert all(len(set(names)) == len(names) <= 4 for names in sides.values()), sides
    assert len(sides) == 2, "after four sides of one comes another"
    assert all(each.failure is not None for each in tried)
    for label in sides:
        assert [each.round for each in tried if each.candidate == label] == list(
            range(1, len(sides[label]) + 1)
        )


async def test_a_repair_that_passes_ends_it(tmp_path: Path) -> None:
    replies = {"This attempt fails": [RIGHT], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, **QUICK, resamples=0) as opened:
        seen = await walk(opened)
    assert steps(seen) == ["repair", "stop"]
    (chosen,) = of(events.Chosen, seen)
    assert (chosen.passed, chosen.round) == (2, 1)


async def test_a_split_is_compared_tested_and_judged(tmp_path: Path) -> None:
    learned = "```python\nn = int(input())\nprint(n * 2 if n in (3, 10) else 0)\n```"
    async with runtime(reciter({"": [RIGHT, learned]}), tmp_path, candidates=2, plan=False) as opened:
        for seed in range(1, 12):
            opened.settings = opened.settings.model_copy(
                update={"solver": opened.settings.solver.model_copy(update={"seed": seed})}
            )
            seen = await walk(opened)
            found = of(events.AgreementFound, seen)
            if found and len(found[0].clusters) == 2:
                break
    assert steps(seen) == ["tests", "separate", "stop"]
    assert of(events.TestsWritten, seen)
    assert of(events.SplitJudged, seen)
    (chosen,) = of(events.Chosen, seen)
    assert chosen.grade is events.Grade.SPLIT


# What ends it early


@pytest.mark.parametrize(
    ("solver", "unit", "scope"),
    [
        ({"most_tokens": 40}, "tokens", "problem"),
        ({"most_seconds": 1e-6}, "seconds", "problem"),
        ({"most_rounds": 1, "code_tokens": 256}, "rounds", "problem"),
        ({"stage_tokens": 20, "repair_rounds": 1}, "tokens", "stage"),
    ],
)
async def test_a_budget_that_is_used_up_ends_it_and_is_told(
    tmp_path: Path, solver: dict[str, float], unit: str, scope: str
) -> None:
    async with runtime(reciter([WRONG]), tmp_path, **QUICK, **solver) as opened:
        seen = await walk(opened)
    told = of(events.BudgetReached, seen)
    assert told and all((each.unit, each.scope) == (unit, scope) for each in told)
    if scope == "problem":
        assert len(told) == 1 and told[0].limit == next(iter(solver.values()))
    if unit == "rounds":
        assert steps(seen) == ["more", "compare", "stop"] and told[0].rounds == 1
    assert steps(seen)[-1] == "stop"
    outcome = of(events.RunEnded, seen)[0].outcome
    assert outcome is (Outcome.UNVERIFIED if of(events.Chosen, seen) else Outcome.NO_CANDIDATE)
    assert not of(events.Failed, seen)


async def test_a_limit_of_one_stage_ends_that_stage_alone(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **QUICK, stage_limits={"plan": {"tokens": 3}}) as opened:
        seen = await walk(opened)
    (told,) = of(events.BudgetReached, seen)
    assert (told.stage, told.scope, told.unit, told.limit) == (Stage.PLAN, "stage", "tokens", 3)
    assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED


async def test_with_the_tokens_used_up_the_best_so_far_is_chosen(tmp_path: Path) -> None:
    replies = {"This attempt fails": [RIGHT], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, **QUICK, plan=False, most_tokens=15) as opened:
        seen = await walk(opened)
    assert steps(seen) == ["stop"] and "budget" in of(events.NextStep, seen)[0].why
    assert of(events.Chosen, seen)[0].grade is events.Grade.UNVERIFIED


async def test_cancel_keeps_what_is_there_and_runs_nothing_more(tmp_path: Path) -> None:
    replies = {"This attempt fails": [SLOW], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, **QUICK, code_tokens=4096) as opened:
        seen = []
        async for event in opened.solve(opened.read("Print twice the number.\n\nInput:\n3\nOutput:\n6\n")):
            seen.append(event)
            if isinstance(event, events.Text) and event.part is Part.REPAIR:
                opened.cancel()
    chosen, cancelled, ended = seen[-3:]
    assert isinstance(chosen, events.Chosen) and isinstance(cancelled, events.Cancelled)
    assert (cancelled.stage, ended.outcome) == (Stage.REPAIR, Outcome.CANCELLED)
    assert chosen.code == "print(int(input()) ** 2)\n" and chosen.samples == 1


async def test_cancel_before_anything_was_run_says_so(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, plan=False, perturb=False) as opened:
        seen = []
        async for event in opened.solve(opened.read("Print twice the number.\n\nInput:\n3\nOutput:\n6\n")):
            seen.append(event)
            if isinstance(event, events.StageStarted) and event.stage is Stage.EVIDENCE:
                opened.cancel()
    assert isinstance(seen[-3], events.Chosen)
    if not of(events.RunFinished, seen):
        assert "cancelled" in seen[-3].reasons[0].text
    assert isinstance(seen[-2], events.Cancelled)


async def test_a_run_that_breaks_late_still_gives_its_best(tmp_path: Path) -> None:
    replies = {"This attempt fails": [SLOW], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, **QUICK, code_tokens=4096, resamples=0) as opened:
        seen, killed = [], 0
        async for event in opened.solve(opened.read("Print twice the number.\n\nInput:\n3\nOutput:\n6\n")):
            seen.append(event)
            if isinstance(event, events.Progress) and event.stage is Stage.REPAIR and killed < 2:
                killed += 1
                kill_host(opened)
                await asyncio.sleep(0)
    assert of(events.RunEnded, seen)[0].outcome is Outcome.FAILED
    assert of(events.Chosen, seen)[0].code == "print(int(input()) ** 2)\n"
