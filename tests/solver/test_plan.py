"""PlanSearch: observations, what follows from pairs of them, and plans that differ."""

from __future__ import annotations

import itertools
import math

import llama_cpp
import pytest

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Finished, SequenceRequest, StopReason
from atlas_tui.events import Event, ObservationsReady, PlanReady, Text
from atlas_tui.settings import SolverSettings
from atlas_tui.solver import plan as planning, prompting, prompting_more
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.plan import (
    approach_of,
    observe,
    pairs,
    plan,
    read_observations,
    same,
    selections,
    whole_lines,
)
from tests.solver.stage_parts import TWICE, kit


def finished(text: str, reason: StopReason = StopReason.END) -> Finished:
    return Finished(
        id="A",
        reason=reason,
        text=text,
        thinking="",
        prompt_tokens=1,
        answer_tokens=1,
        thinking_tokens=0,
    )


def test_observations_are_bulleted_lines_without_repeats() -> None:
    text = "Here they are:\n- first\n* second\n3. third\n- first\n\nprose"
    assert read_observations(finished(text)) == ("first", "second", "third")


@pytest.mark.parametrize("reason", [StopReason.LENGTH, StopReason.CANCELLED])
def test_a_line_that_was_cut_is_left_out(reason: StopReason) -> None:
    assert read_observations(finished("- first\n- sec", reason)) == ("first",)
    assert read_observations(finished("- first\n- second\n", reason)) == ("first", "second")
    assert whole_lines(finished("Technique: x\n1. Go.\n2. The", reason)) == "Technique: x\n1. Go."
    assert whole_lines(finished("Technique: x\n1. Go.")) == "Technique: x\n1. Go."


@pytest.mark.parametrize("total", range(12))
def test_selections_differ_as_far_as_they_can(total: int) -> None:
    keep = math.ceil(2 * total / 3)
    chosen = selections(total, 3, "7/plan", keep=keep)
    assert chosen == selections(total, 3, "7/plan", keep=keep)
    assert len(chosen) == 3 and all(set(each) <= set(range(total)) for each in chosen)
    assert len(set(chosen)) == min(3, max(1, 2**total - 1))
    if total >= 4:
        assert all(len(each) == keep for each in chosen)
        assert len({tuple(selections(total, 3, str(seed), keep=keep)) for seed in range(20)}) > 1


def test_pairs_are_different_and_follow_the_seed() -> None:
    chosen = pairs(6, 4, seed=3)
    assert len(set(chosen)) == 4 and all(one < other < 6 for one, other in chosen)
    assert chosen == pairs(6, 4, seed=3)
    assert len({tuple(pairs(6, 4, seed)) for seed in range(20)}) > 1
    assert pairs(2, 4, seed=3) == [(0, 1)] and pairs(1, 4, seed=3) == pairs(0, 4, seed=3) == []


@pytest.mark.parametrize(
    ("text", "approach"),
    [
        ("Technique: two pointers\n1. go", "two pointers"),
        ("**Technique:** hashing\n", "hashing"),
        ("1. sort\n2. print", "1. sort"),
        ("", ""),
    ],
)
def test_the_approach_of_a_plan(text: str, approach: str) -> None:
    assert approach_of(text) == approach


SORTING = "Technique: sorting\n1. Read the numbers.\n2. Sort them.\n3. Print the middle one."
HEAP = "Technique: a heap\n1. Push every number on a heap.\n2. Pop half of them.\n3. Print the next."


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (SORTING, SORTING, True),
        (SORTING, SORTING.replace("middle", "median"), True),
        (SORTING, SORTING.replace("Technique: sorting", "Technique: The Sorting"), True),
        (SORTING, SORTING.replace("Technique: sorting", "Technique: ordering"), True),
        (SORTING, HEAP, False),
        (HEAP, "Technique: heaps\n1. Push all.\n2. Pop half.\n3. Print.", False),
        (HEAP, "Technique: using a heap\n1. Push numbers on a heap.\n2. Pop half of them.\n3. Print.", True),
        (HEAP, "Technique: a heap\n1. Keep two queues of equal size.\n2. Compare tops when asked.", False),
    ],
)
def test_plans_are_the_same_by_technique_and_distance(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is same(other, one) is alike


OBSERVED = "- The number is read.\n- It is doubled.\n- It is printed.\n"
FIRST = "Technique: multiplication\n1. Read n.\n2. Print n times two.\n"
SECOND = "Technique: addition\n1. Take the number.\n2. Add it to itself.\n3. Write the sum.\n"
THIRD = "Technique: shifting\n1. Shift the bits left by one place.\n2. That is the answer.\n"


async def gathered(events_of: object) -> list[Event]:
    return [event async for event in events_of]  # type: ignore[attr-defined]


async def test_observations_are_derived_from_pairs() -> None:
    replies = {
        "Two observations were made": ["- The output is even.\n- It is doubled.\n"],
        "Write short observations": [OBSERVED],
    }
    async with kit(replies, pairs=2) as parts:
        seen = await gathered(observe(parts, TWICE))
    first, all_of_them = (event for event in seen if isinstance(event, ObservationsReady))
    assert first.observations == ("The number is read.", "It is doubled.", "It is printed.")
    assert first.origins == ((), (), ())
    assert all_of_them.observations == (*first.observations, "The output is even."), (
        "what was said is left out"
    )
    assert all_of_them.origins[:3] == ((), (), ()) and len(all_of_them.origins[3]) == 2
    assert all(event.candidate == "" for event in seen if isinstance(event, Text))


async def test_no_pairs_are_asked_for_where_they_are_switched_off() -> None:
    replies = {"Two observations were made": ["- The output is even.\n"], "": [OBSERVED]}
    async with kit(replies, pairs=0) as parts:
        seen = await gathered(observe(parts, TWICE))
    assert len([event for event in seen if isinstance(event, ObservationsReady)]) == 1


async def planned(parts: Kit, *labels: str, earlier: list[PlanReady] | None = None) -> list[PlanReady]:
    await parts.engine.load()
    events = await gathered(plan(parts, TWICE, ["one", "two", "three"], labels, earlier or []))
    return [event for event in events if isinstance(event, PlanReady)]


async def test_three_plans_from_different_observations() -> None:
    async with kit({"Plan a solution": [FIRST, SECOND, THIRD]}) as parts:
        plans = await planned(parts, "A", "B", "C")
    assert [each.candidate for each in plans] == ["A", "B", "C"]
    assert len({each.observations for each in plans}) == 3
    assert all(len(each.observations) == 2 and not each.cut for each in plans)
    assert {each.plan + "\n" for each in plans} <= {FIRST, SECOND, THIRD}, "the whole plan"


async def test_a_plan_has_an_embedding_of_what_was_written() -> None:
    async with kit({"Plan a solution": [FIRST]}, plan_tokens=64) as parts:
        plans = await planned(parts, "A", "B")
        assert {each.model_hash for each in plans} == {parts.model_hash} != {""}
    vectors = [each.embedding for each in plans]
    assert all(vector and vector.origin == "generated-mean/answer" for vector in vectors)
    assert all(each.prompts == prompting.prompt_hash() for each in plans)


async def test_a_repeated_plan_is_drawn_again_and_told_what_is_taken() -> None:
    replies = {"These techniques are taken": [SECOND], "Plan a solution": [FIRST]}
    async with kit(replies) as parts:
        plans = await planned(parts, "A", "B")
    assert [(each.approach, each.distinct, each.draws) for each in plans] == [
        ("multiplication", True, 1),
        ("addition", True, 2),
    ]


async def test_plans_that_go_on_repeating_are_said_to() -> None:
    async with kit({"Plan a solution": [FIRST]}) as parts:
        plans = await planned(parts, "A", "B")
    assert [(each.distinct, each.draws) for each in plans] == [(True, 1), (False, planning.DRAWS)]
    assert plans[1].plan, "it is still a plan"


async def test_later_plans_are_told_apart_from_earlier_ones() -> None:
    before = PlanReady(candidate="A", approach="multiplication", plan=FIRST, distinct=True)
    replies = {"These techniques are taken": [SECOND], "Plan a solution": [FIRST]}
    async with kit(replies) as parts:
        (again,) = await planned(parts, "E", earlier=[before])
    assert (again.approach, again.distinct, again.draws) == ("addition", True, 1)


async def test_a_plan_without_a_step_is_drawn_again_and_is_none_in_the_end() -> None:
    # The budget ends before the first step: what is left is no plan.
    long = "Technique: " + "very " * 40 + "long\n1. Go on.\n"
    async with kit({"Plan a solution": [long]}, plan_tokens=16) as parts:
        (only,) = await planned(parts, "A")
    assert (only.plan, only.approach, only.cut, only.draws) == ("", "", True, planning.DRAWS)
    assert only.embedding is None


async def test_a_plan_cut_in_a_step_loses_that_step() -> None:
    long = "Technique: steps\n" + "".join(f"{i}. Do the thing of number {i}.\n" for i in range(1, 60))
    async with kit({"Plan a solution": [long]}, plan_tokens=24) as parts:
        (only,) = await planned(parts, "A")
    assert only.cut and only.plan.startswith("Technique: steps\n1. Do the thing")
    assert only.plan.endswith(".") and only.plan.splitlines()[-1] in long.splitlines()


async def test_the_form_is_held_by_a_grammar() -> None:
    """A model that would write prose cannot: the first characters are given."""
    prose = "Sure, here is what I think about all this, at some length. "
    async with kit({"": [prose]}, plan_tokens=48) as parts:
        await parts.engine.load()
        seen = await gathered(observe(parts, TWICE))
        plans = await gathered(plan(parts, TWICE, ["one"], ["A"]))
    texts = {"observe": "", "plan": ""}
    for stage, events_of in (("observe", seen), ("plan", plans)):
        for event in events_of:
            if isinstance(event, Text) and event.candidate in ("", "A"):
                texts[stage] += event.delta
    assert texts["observe"].startswith("- ")
    assert texts["plan"].startswith("Technique: ") or texts["plan"].startswith("- ")


# The shared beginning


def every_prompt() -> list[str]:
    words = "You test the programs of others."
    asked = [
        prompting.observe(TWICE),
        prompting.derive(TWICE, "one", "two"),
        prompting.plan(TWICE, ["one", "two"]),
        prompting.plan(TWICE, ["two"], ["sorting"]),
        prompting.about(TWICE, "restate.md"),
        prompting.about(TWICE, "idea.md"),
        *(prompting.code(TWICE, text, varied) for text in ("", FIRST) for varied in ("", words)),
        *(
            prompting.code(TWICE, FIRST, row["text"].replace("{answer}", "x"))
            for row in prompting.perturbations()
        ),
        *(
            prompting_more.repair(TWICE, "print(1)", "it failed", perspective)
            for perspective in prompting_more.perspectives()
        ),
    ]
    return ["".join(f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in each) for each in asked]


def test_all_prompts_share_the_tokens_of_the_statement() -> None:
    llm = llama_cpp.Llama(str(bundled_model_path()), vocab_only=True, verbose=False)
    texts = every_prompt()
    tokens = [llm.tokenize(text.encode(), add_bos=False, special=True) for text in texts]
    shared = [
        row[0] for row in itertools.takewhile(lambda row: len(set(row)) == 1, zip(*tokens, strict=False))
    ]
    beginning = llm.detokenize(shared, special=True).decode()
    assert TWICE.statement in beginning and beginning.rstrip().endswith("# Task")
    assert len(set(texts)) == len(texts)


def test_requests_of_one_problem_have_seeds_of_their_own() -> None:
    """The same draw has the same seed in every run of that seed, and no two draws share one."""
    requests: list[SequenceRequest] = []

    class NoModel:
        info = None

    parts = Kit(engine=NoModel(), sandbox=None, settings=SolverSettings(), seed=5)  # type: ignore[arg-type]
    for label in "ABC":
        messages = prompting.observe(TWICE)
        requests.append(parts.code_request(label, messages, "code", label))
        requests.append(parts.plan_request(label, messages, "plan", label))
        requests.append(parts.plan_request(label, messages, "plan", label, "again", 1))
    assert len({request.sampler.seed for request in requests}) == len(requests)
    assert parts.code_request("A", prompting.observe(TWICE), "code", "A").sampler == requests[0].sampler
