"""S*: two programs that disagree are run on inputs that tell them apart, and the model judges the outputs.

After S* (Li et al., 2025, "S*: Test Time Scaling for Code Generation"): the judge sees what both really
gave. Every pair of outputs is judged in both orders, so that a preference for a place cancels.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import Finished, Grammar, SequenceRequest
from atlas_tui.events import Dropped, Event, Part, SplitInput, SplitJudged, Stage, Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.sandbox.base import Ran
from atlas_tui.sandbox.judging import judge, printed
from atlas_tui.solver import prompting, prompting_more
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.evidence import job
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.solver.layouts import grammar_of_inputs, key, read_inputs
from atlas_tui.solver.plan import cut_off
from atlas_tui.solver.sample_shape import Shape

COUNT = 6
"""Inputs the model is asked for."""
SHOWN = 2
"""Most inputs whose outputs are judged."""
TOKENS = 512
"""Budget of the reply with inputs."""
JUDGE_TOKENS = 384
"""Budget of each judgement."""
CHARACTERS = 2000
"""Most characters of an input."""

_RIGHT = re.compile(r"^\W*right\W*:\W*(a|b|neither)\b\W*$", re.IGNORECASE | re.MULTILINE)
_JUDGEMENT = Grammar(
    gbnf='root ::= line{0,16} "Right: " ("A" | "B" | "neither") "\\n"?\nline ::= [^\\n]* "\\n"\n'
)


@dataclass(frozen=True, slots=True)
class Telling:
    """An input on which the two really differ."""

    given: str
    first: str
    second: str
    whole: bool
    """Both ended well."""


async def separate(
    kit: Kit,
    problem: Problem,
    first: Attempt,
    second: Attempt,
    *,
    inputs: Sequence[str] = (),
    tokens: int = TOKENS,
    judge_tokens: int = JUDGE_TOKENS,
) -> AsyncIterator[Event]:
    """Tell two programs apart and have them judged; ends with ``SplitJudged``, whose winner may be a tie.

    ``inputs`` are tried first, such as those of the agreement; the model is asked for others only where the
    two do not differ on them. ``tokens`` are for the reply with inputs, ``judge_tokens`` for each judgement.
    """
    telling = await tell_apart(kit, problem, first, second, inputs)
    written: list[str] = []
    dropped: Counter[str] = Counter()
    if not telling:
        request = _inputs_request(kit, problem, first, second, tokens)
        async for item in stream(kit, Stage.CHOOSE, Part.INPUTS, [request], {request.id: ""}):
            if isinstance(item, Finished):
                written = _written(problem, item, dropped)
            else:
                yield item
        telling = await tell_apart(kit, problem, first, second, written)
    votes: list[tuple[int, str]] = []
    if telling:
        requests = _judgements(kit, problem, (first.label, second.label), telling, judge_tokens)
        async for item in stream(
            kit, Stage.CHOOSE, Part.JUDGEMENT, requests, {each.id: "" for each in requests}
        ):
            if isinstance(item, Finished):
                votes.append(_vote(item))
            else:
                yield item
    yield _judged(first, second, telling, votes, written, dropped)


async def tell_apart(
    kit: Kit, problem: Problem, first: Attempt, second: Attempt, inputs: Sequence[str], most: int = SHOWN
) -> list[Telling]:
    """The inputs on which the two give different outputs in the sandbox, easiest to judge first.

    Inputs on which both end well come first, then short ones. A crash or a time-out of one of them is a
    difference; where both end badly the input may be invalid and says nothing.
    """
    found = await asyncio.gather(*(_compare(kit, problem, first, second, given) for given in inputs))
    telling = [each for each in found if each is not None]
    return sorted(telling, key=lambda each: (not each.whole, len(each.given), each.given))[:most]


async def _compare(kit: Kit, problem: Problem, first: Attempt, second: Attempt, given: str) -> Telling | None:
    one, other = await asyncio.gather(
        *(kit.sandbox.run(job(problem, each.ready.code, given, each.label)) for each in (first, second))
    )
    verdicts = (one.verdict, other.verdict)
    if Verdict.OK not in verdicts or Verdict.IE in verdicts:
        return None
    whole = one.verdict is other.verdict
    if whole and _same(problem, one, other):
        return None
    return Telling(given, _outcome(one), _outcome(other), whole)


def _same(problem: Problem, one: Ran, other: Ran) -> bool:
    """Equal as the judge compares, both having ended well."""
    if problem.mode is Mode.FUNCTION and other.result is None:
        return one.result is None
    return judge(one, printed(other), problem.mode) is Verdict.OK


def _outcome(ran: Ran) -> str:
    """What a run gave, or how it ended."""
    if ran.verdict is Verdict.OK:
        return prompting.shorten(printed(ran)) or "nothing"
    last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    match ran.verdict:
        case Verdict.TLE:
            return "no answer: it took too long"
        case Verdict.MLE:
            return "no answer: it used too much memory"
    return f"no answer: it ended with {prompting.shorten(last[0], 200) if last else 'an error'}"


def _inputs_request(
    kit: Kit, problem: Problem, first: Attempt, second: Attempt, tokens: int
) -> SequenceRequest:
    return SequenceRequest(
        id="inputs",
        messages=prompting_more.differ(problem, first.ready.code, second.ready.code, COUNT),
        sampler=kit.sampler("differ", first.label, second.label),
        max_tokens=tokens,
        grammar=prompting_more.grammar_for(kit, grammar_of_inputs(problem, COUNT)),
    )


def _written(problem: Problem, finished: Finished, dropped: Counter[str]) -> list[str]:
    """New inputs of the samples' shape; the others are counted by reason."""
    read = read_inputs(problem, finished.text, cut_off(finished))
    if read.malformed:
        dropped["not in the form asked for"] += read.malformed
    shape, kept = Shape(problem), dict[str, str]()
    seen = {key(problem, sample.given) for sample in problem.samples}
    for pair in read.pairs:
        name = key(problem, pair.given)
        fault = "too large" if len(pair.given) > CHARACTERS else shape.fault(pair.given)
        if not fault and (name in seen or name in kept):
            fault = "a sample, or the same input again"
        if fault:
            dropped[fault] += 1
        else:
            kept[name] = pair.given
    return list(kept.values())[:COUNT]


def _judgements(
    kit: Kit, problem: Problem, labels: tuple[str, str], telling: Sequence[Telling], tokens: int
) -> list[SequenceRequest]:
    """For each input, both orders."""
    grammar = prompting_more.grammar_for(kit, _JUDGEMENT)
    requests = []
    for place, each in enumerate(telling):
        for order, (one, other) in (("AB", (each.first, each.second)), ("BA", (each.second, each.first))):
            requests.append(
                SequenceRequest(
                    id=f"{place} {order}",
                    messages=prompting_more.judge(problem, each.given, one, other),
                    sampler=kit.sampler("judge", *labels, place, order),
                    max_tokens=tokens,
                    grammar=grammar,
                )
            )
    return requests


def _vote(finished: Finished) -> tuple[int, str]:
    """Which input, and ``first``, ``second``, ``neither`` or nothing where the reply does not say."""
    place, _, order = finished.id.partition(" ")
    found = _RIGHT.findall(finished.text)
    said = found[-1].lower() if found else ""
    names = ("first", "second") if order == "AB" else ("second", "first")
    return int(place), {"a": names[0], "b": names[1], "neither": "neither"}.get(said, "")


def _judged(
    first: Attempt,
    second: Attempt,
    telling: Sequence[Telling],
    votes: Sequence[tuple[int, str]],
    written: Sequence[str],
    dropped: Counter[str],
) -> SplitJudged:
    counted = Counter(votes)
    inputs = tuple(
        SplitInput(
            given=each.given,
            first=each.first,
            second=each.second,
            votes_first=counted[place, "first"],
            votes_second=counted[place, "second"],
            votes_neither=counted[place, "neither"],
        )
        for place, each in enumerate(telling)
    )
    sums = (sum(each.votes_first for each in inputs), sum(each.votes_second for each in inputs))
    winner = "" if sums[0] == sums[1] else first.label if sums[0] > sums[1] else second.label
    return SplitJudged(
        first=first.label,
        second=second.label,
        first_round=first.ready.round,
        second_round=second.ready.round,
        inputs=inputs,
        votes=sums,
        winner=winner,
        why=_why(first.label, second.label, winner, len(inputs), sums),
        written=len(written),
        dropped=tuple(Dropped(why=why, number=number) for why, number in sorted(dropped.items())),
    )


def _why(first: str, second: str, winner: str, inputs: int, votes: tuple[int, int]) -> str:
    if not inputs:
        return f"no input was found on which {first} and {second} differ"
    where = f"on {inputs} input{'' if inputs == 1 else 's'} where {first} and {second} differ"
    if not winner:
        return f"judged equally often right {where} ({votes[0]} to {votes[1]}), a tie"
    return f"{winner} was judged right more often {where} ({max(votes)} to {min(votes)})"
