"""Changes that all pass the tests that decide: told apart by tests that the model writes, or not at all."""

from __future__ import annotations

from pathlib import Path

from atlas_tui import events
from atlas_tui.events import Grade, Outcome, Part, Stage
from tests.solver.change_runs import TESTING, Run, of, running

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices, discount=0):\n    return sum(prices) - discount - discount\n",
    "tests/test_cart.py": "from shop.cart import total\n\n\ndef test_once():\n"
    "    assert total([10], 2) == 8\n\n\ndef test_without():\n    assert total([1, 2]) == 3\n",
}
HEAD = "### shop/cart.py\n```python\ndef total(prices, discount=0):\n"
RIGHT = (
    HEAD + "    # Never below nothing: a discount is no debt.\n    return max(0, sum(prices) - discount)\n```"
)
SHORT = HEAD + "    return sum(prices) - discount\n```"
WRITTEN = """```python
from shop.cart import total

def test_a_discount_is_no_debt():
    assert total([1], 5) == 0

def test_half():
    assert total([1, 1], 1) == 1
```"""
TEXT = "A discount is taken twice. A total is never below 0."
ONCE: dict[str, object] = {"plan": False, "perturb": False, "candidates": 3}


async def solved(run: Run) -> list[events.Event]:
    return await run.solved(TEXT, tests="pytest -q tests/test_cart.py")


async def test_tests_that_the_model_writes_decide_between_changes_that_pass(tmp_path: Path) -> None:
    async with running(tmp_path, FILES, {TESTING: [WRITTEN], "": [RIGHT, SHORT]}, **ONCE, seed=1) as run:
        seen = await solved(run)
        (prompt,) = set(run.model.prompts(TESTING))
        session = of(events.RunStarted, seen)[0].session
        more = [event async for event in run.runtime.go_on(session, "more", "")]
    assert "functions `test_…`" in prompt and "saved as tests/test_atlas_written_1.py" in prompt
    right = {each.candidate for each in of(events.CandidateReady, seen) if "max(0" in each.code}
    assert len(right) == 1, "by this seed two are wrong, and alike"
    assert [len(each.tests) for each in of(events.TestsWritten, seen)] == [2]
    assert {each.candidate: each.passed for each in of(events.TestsRun, seen)} == {
        label: (0, 1) if label in right else (1,) for label in "ABC"
    }
    (choice,) = of(events.Chosen, seen)
    assert choice.candidate in right and choice.probability is None
    assert [reason.rule for reason in choice.reasons][:2] == ["samples", "self-tests"]
    assert set(choice.reasons[1].kept) == right, "and not the smaller change"
    assert choice.reasons[1].text.startswith(
        "changes and 2 written tests, weighed against each other, speak for"
    )
    assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED
    steps = of(events.NextStep, seen)
    assert steps[0].why == "the candidates differ: tests are written for what is asked for"

    # What is drawn later is run on the tests that there are.
    fresh = {each.candidate for each in of(events.CandidateReady, more)}
    assert not of(events.TestsWritten, more) and len(fresh) == 3
    assert {each.candidate for each in of(events.TestsRun, more)} == fresh
    (choice,) = of(events.Chosen, more)
    assert "max(0" in choice.code and {label for label, _ in choice.reasons[1].scores} == {*"ABC", *fresh}


async def test_the_same_change_three_times_needs_no_further_tests(tmp_path: Path) -> None:
    async with running(tmp_path, FILES, {"": [SHORT]}, **{**ONCE, "perturb": True}) as run:
        seen = await solved(run)
        prompts = [one for one in run.model.asked if one.embed]
        sizes = [(await run.model.count(one.messages)).tokens for one in prompts]
    assert not of(events.TestsWritten, seen)
    (choice,) = of(events.Chosen, seen)
    assert choice.grade is Grade.VERIFIED and not choice.tied
    assert choice.reasons[-1].text == "A, B and C make the same change"
    assert of(events.NextStep, seen)[-1].why == "the tests are passed, and the changes agree"
    usage = [each for each in of(events.Usage, seen) if each.stage is Stage.GENERATE][-1]
    (head,) = {one.messages[-1].content.partition("# Task")[0] for one in prompts}
    assert len(sizes) == 3 and len({one.messages for one in prompts}) == 3
    # A token of this model is hardly more than a byte.
    assert sum(sizes) - usage.tokens_in > 1.8 * len(head), "what the three begin with is read once"
    assert usage.tokens_reused > 0.9 * len(head), "and was read before"
    assert {each.part for each in of(events.Text, seen)} <= {Part.CODE, Part.PERTURBATION}
