"""A run that goes on after its end, and candidates that are stopped: real model, sandbox and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.errors import Refused
from atlas_tui.events import Outcome, Stage, Verdict
from atlas_tui.solver.going_on import recall
from atlas_tui.solver.runtime import Runtime
from atlas_tui.solver.steps import Asked
from tests.conftest import reciter
from tests.solver.test_walk import DOUBLE, RIGHT, WRONG, of, runtime, walk

ONCE: dict[str, object] = {"resamples": 0, "think_more": 0, "repair_rounds": 0}
"""No step but the first is taken by the loop itself."""
LONG = "\n".join(f"# line {number}" for number in range(3000))
SLOW = f"- one\n\nTechnique: doubling\n1. Double it.\n\n```python\n{LONG}\nprint(2 * int(input()))\n```"


async def go_on(opened: Runtime, session: str, asked: Asked, stop: str = "") -> list[events.Event]:
    seen: list[events.Event] = []
    async for event in opened.go_on(session, asked.kind, asked.candidate):
        seen.append(event)
        if stop and isinstance(event, events.Text) and event.candidate == stop:
            opened.stop(stop)
    return seen


def session_of(seen: list[events.Event]) -> str:
    (begun,) = of(events.RunStarted, seen)
    return begun.session


async def test_more_candidates_are_drawn_in_the_same_session(tmp_path: Path) -> None:
    async with runtime(reciter([WRONG]), tmp_path, **ONCE) as opened:
        first = await walk(opened)
        session = session_of(first)
        again = await go_on(opened, session, Asked("more"))
        assert isinstance(again[0], events.GoneOn) and isinstance(again[-1], events.RunEnded)
        steps = of(events.NextStep, again)
        assert (steps[0].step, steps[0].candidates) == ("more", ("D", "E", "F"))
        assert steps[0].why == "you asked for more candidates"
        further = [step.step for step in steps[1:]]
        assert further == ["compare", "stop"], "nothing else that costs much was asked for"
        assert {each.candidate for each in of(events.CandidateReady, again)} == {"D", "E", "F"}
        assert {each.candidate for each in of(events.RunFinished, again)} == {"D", "E", "F"}
        assert len(of(events.Chosen, again)) == 1
        assert opened.store.events(session) == [*first, *again]
        assert again[-1].seconds > of(events.RunEnded, first)[0].seconds, "of the whole run"
        third = await go_on(opened, session, Asked("more"))
        assert of(events.NextStep, third)[0].candidates == ("G", "H", "I")


async def test_the_choice_is_made_again_among_all(tmp_path: Path) -> None:
    replies = {"This attempt fails": [RIGHT], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, **ONCE) as opened:
        first = await walk(opened)
        assert of(events.RunEnded, first)[0].outcome is Outcome.UNVERIFIED
        again = await go_on(opened, session_of(first), Asked("repair", "B"))
        (tried,) = of(events.RepairTried, again)
        assert (tried.candidate, tried.round, tried.kept) == ("B", 1, True)
        assert of(events.NextStep, again)[0].why == "you asked for the repair of B"
        (chosen,) = of(events.Chosen, again)
        assert (chosen.candidate, chosen.round, chosen.passed) == ("B", 1, 2)
        assert of(events.RunEnded, again)[0].outcome is Outcome.VERIFIED
        with pytest.raises(Refused, match="no sample is known that it fails"):
            await go_on(opened, session_of(first), Asked("repair", "B"))
        compared = await go_on(opened, session_of(first), Asked("repair", "C"))
        assert of(events.AgreementFound, compared), "two pass now, and are told apart"


async def test_every_repair_looks_from_another_side_until_none_is_left(tmp_path: Path) -> None:
    async with runtime(reciter([WRONG]), tmp_path, **ONCE) as opened:
        session = session_of(await walk(opened))
        sides = [
            of(events.RepairTried, await go_on(opened, session, Asked("repair", "A")))[0].perspective
            for _ in range(4)
        ]
        assert len(set(sides)) == 4
        with pytest.raises(Refused, match="from every side"):
            await go_on(opened, session, Asked("repair", "A"))


async def test_what_cannot_go_on_is_refused_and_nothing_begins(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **ONCE) as opened:
        with pytest.raises(Refused, match="not stored"):
            await go_on(opened, "nowhere", Asked("more"))
        session = session_of(await walk(opened))
        stored = opened.store.events(session)
        with pytest.raises(Refused, match="X cannot be repaired: it has no program"):
            await go_on(opened, session, Asked("repair", "X"))
        running = opened.solve(opened.read(DOUBLE))
        await anext(running)
        with pytest.raises(Refused, match="a run is on"):
            await go_on(opened, session, Asked("more"))
        await running.aclose()  # type: ignore[attr-defined]
        assert opened.store.events(session) == stored


async def test_letters_end(tmp_path: Path) -> None:
    begun = events.RunStarted(
        session="s",
        model="m",
        candidates=tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        seed=1,
        isolation="",
        version="",
    )
    async with runtime(reciter([RIGHT]), tmp_path) as opened:
        known = recall([begun, events.ProblemRead(problem=opened.read(DOUBLE))])
    with pytest.raises(Refused, match="no letters are left"):
        known.check(Asked("more"))


async def test_going_on_can_be_cancelled_and_keeps_the_best(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **ONCE) as opened:
        session = session_of(await walk(opened))
        seen: list[events.Event] = []
        async for event in opened.go_on(session, "more"):
            seen.append(event)
            if isinstance(event, events.NextStep):
                opened.cancel()
        assert isinstance(seen[-1], events.RunEnded) and seen[-1].outcome is Outcome.CANCELLED
        assert of(events.Chosen, seen)[0].passed == 2, "chosen among what was there before"
        again = await go_on(opened, session, Asked("more"))
        assert of(events.NextStep, again)[0].candidates == ("G", "H", "I"), "no label means two programs"


async def test_one_candidate_stops_and_the_run_goes_on_with_the_others(tmp_path: Path) -> None:
    replies = {"Follow this plan": [SLOW], "": [RIGHT]}
    async with runtime(reciter(replies), tmp_path, code_tokens=16_000, **ONCE) as opened:
        seen: list[events.Event] = []
        async for event in opened.solve(opened.read(DOUBLE)):
            seen.append(event)
            if isinstance(event, events.Text) and event.part is events.Part.CODE and event.candidate == "B":
                opened.stop("B")
                opened.stop("B")
        (stopped,) = of(events.CandidateStopped, seen)
        assert stopped.candidate == "B"
        ready = {each.candidate: each for each in of(events.CandidateReady, seen)}
        assert ready["B"].error == "you stopped it before it was written" and ready["B"].cut
        assert ready["B"].code.startswith("# l"), "which would run, but is not what it was to be"
        assert not ready["A"].error and not ready["C"].error
        verdicts = {each.candidate: each.verdict for each in of(events.RunFinished, seen)}
        assert (verdicts["A"], verdicts["B"], verdicts["C"]) == (Verdict.OK, Verdict.CE, Verdict.OK)
        assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED
        # What was stopped in one run is not in the next.
        again = await walk(opened)
        assert not next(each for each in of(events.CandidateReady, again) if each.candidate == "B").error


@pytest.mark.parametrize("stage", [Stage.OBSERVE, Stage.PLAN])
async def test_one_that_is_stopped_early_gets_no_program_and_the_others_their_plans(
    tmp_path: Path, stage: Stage
) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **ONCE) as opened:
        seen: list[events.Event] = []
        async for event in opened.solve(opened.read(DOUBLE)):
            seen.append(event)
            if isinstance(event, events.StageStarted) and event.stage is stage:
                opened.stop("C")
        written = {each.candidate for each in of(events.Text, seen) if each.part is events.Part.CODE}
        assert written == {"A", "B"}
        plans = {each.candidate: each.plan for each in of(events.PlanReady, seen)}
        assert plans["A"] and plans["B"] and not plans["C"]
        ready = {each.candidate: each.error for each in of(events.CandidateReady, seen)}
        assert not ready["A"] and "you stopped it" in ready["C"]


async def test_a_repair_is_stopped_and_what_was_there_stands(tmp_path: Path) -> None:
    replies = {"This attempt fails": [SLOW], "": [WRONG]}
    async with runtime(reciter(replies), tmp_path, code_tokens=16_000, **ONCE) as opened:
        first = await walk(opened)
        again = await go_on(opened, session_of(first), Asked("repair", "A"), stop="A")
        assert of(events.CandidateStopped, again)
        (tried,) = of(events.RepairTried, again)
        assert not tried.kept and "you stopped it" in tried.reason
        (chosen,) = of(events.Chosen, again)
        assert chosen.round == 0


async def test_stopping_where_nothing_runs_is_nothing(tmp_path: Path) -> None:
    async with runtime(reciter([RIGHT]), tmp_path, **ONCE) as opened:
        opened.stop("A")
        session = session_of(await walk(opened))
        opened.stop("A")
        assert not of(events.CandidateStopped, list(opened.store.events(session)))
