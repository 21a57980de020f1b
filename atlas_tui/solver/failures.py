"""Why a program fails: from its runs first, and from the model only where they leave it open."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from atlas_tui.engine.base import Finished, Grammar, Message, SequenceRequest
from atlas_tui.events import Event, FailureClass, FailureFound, Part, RunFinished, Stage, Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.solver import prompting_more
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.cutting import Extent, first_that_fits
from atlas_tui.solver.failed_runs import evidence_of, program_of, sample_of
from atlas_tui.solver.kit import Kit, stream

TOKENS = 48
"""Budget of the model's answer."""
_BY_VERDICT = {
    Verdict.CE: FailureClass.UNUSABLE,
    Verdict.TLE: FailureClass.SLOW,
    Verdict.MLE: FailureClass.MEMORY,
    Verdict.SV: FailureClass.CRASH,
    Verdict.OLE: FailureClass.CRASH,
    Verdict.RE: FailureClass.CRASH,
}
_ASKED = (FailureClass.EDGE, FailureClass.ALGORITHM, FailureClass.FORMAT)
"""What runs can leave open: all three are wrong answers."""
_KIND = re.compile(r"^\W*kind\W*:\W*(edge|algorithm|format)\b", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"[\w.+-]+")
_NUMBER = re.compile(r"[+-]?\d[\d.]*")
_EMPTY = ("", "null", '""', "[]")


def classify(problem: Problem, attempt: Attempt) -> FailureClass:
    """The class that the runs of ``attempt`` show; OPEN where they do not tell. Pure.

    The most frequent way of failing counts, of equals that of the first failed sample. Wrong answers are
    a matter of form where they differ in nothing else, an edge case where at least as many samples pass, and
    a wrong algorithm where several fail and none passes.
    """
    if not attempt.usable:
        return FailureClass.UNUSABLE
    failed = [run for run in attempt.runs if run.verdict not in (Verdict.OK, Verdict.IE)]
    if not failed:
        return FailureClass.NONE if attempt.passed else FailureClass.OPEN
    if not attempt.passed and all(_gives_nothing(problem, run) for run in failed):
        return FailureClass.FORMAT
    # A counter keeps the order in which its keys came.
    ways = Counter(_way(problem, run) for run in failed)
    way = ways.most_common(1)[0][0]
    if way is not None:
        return way
    if attempt.passed:
        return FailureClass.EDGE if attempt.passed >= len(failed) else FailureClass.OPEN
    return FailureClass.ALGORITHM if len(failed) > 1 else FailureClass.OPEN


def exception_of(attempt: Attempt) -> str:
    """The name of the exception that ended the first crashed run; empty where none did."""
    for run in attempt.runs:
        if run.verdict is Verdict.RE and run.stderr.strip():
            name = run.stderr.strip().splitlines()[-1].partition(":")[0].strip()
            return name if re.fullmatch(r"[A-Za-z_][\w.]*", name) else ""
    return ""


async def diagnose(
    kit: Kit, problem: Problem, attempt: Attempt, *, tokens: int = TOKENS
) -> AsyncIterator[Event]:
    """The class of an attempt's failure; ends with ``FailureFound``. The model is asked where it is open."""
    failure = classify(problem, attempt)
    evidence = evidence_of(problem, attempt)
    source = "evidence"
    if failure is FailureClass.OPEN and evidence:
        request = await _question(kit, problem, attempt, tokens)
        async for item in stream(kit, Stage.REPAIR, Part.JUDGEMENT, [request], {request.id: ""}):
            if isinstance(item, Finished):
                failure, source = kind_in(item.text), "model"
            else:
                yield item
    yield FailureFound(
        candidate=attempt.label,
        round=attempt.ready.round,
        failure=failure,
        source="model" if source == "model" and failure is not FailureClass.OPEN else "evidence",
    )


async def _question(kit: Kit, problem: Problem, attempt: Attempt, tokens: int) -> SequenceRequest:
    def asked(extent: Extent) -> tuple[Message, ...]:
        told = evidence_of(problem, attempt, extent)
        return prompting_more.diagnose(problem, program_of(problem, attempt), told, extent.diff)

    messages, _ = await first_that_fits(kit.engine, problem, asked, tokens)
    kinds = " | ".join(f'"{kind}"' for kind in _ASKED)
    return SequenceRequest(
        id=f"diagnosis of {attempt.label}",
        messages=messages,
        sampler=kit.sampler("diagnose", attempt.label, attempt.ready.round),
        max_tokens=tokens,
        grammar=prompting_more.grammar_for(kit, Grammar(gbnf=f'root ::= "Kind: " ({kinds}) "\\n"?\n')),
    )


def kind_in(reply: str) -> FailureClass:
    """The kind a reply names; OPEN where it names none or several."""
    named = {FailureClass(word.lower()) for word in _KIND.findall(reply)}
    return named.pop() if len(named) == 1 else FailureClass.OPEN


def _gives_nothing(problem: Problem, run: RunFinished) -> bool:
    sample = sample_of(problem, run)
    wanted = sample is not None and sample.expected.strip() not in _EMPTY
    return run.verdict is Verdict.WA and wanted and run.printed.strip() in ("", "null")


def _way(problem: Problem, run: RunFinished) -> FailureClass | None:
    """How a run failed; None for an answer that is wrong in more than its form."""
    if run.verdict is not Verdict.WA:
        return _BY_VERDICT.get(run.verdict)
    sample = sample_of(problem, run)
    if sample is not None and _same_but_for_form(problem, run.printed, sample.expected):
        return FailureClass.FORMAT
    return None


def _same_but_for_form(problem: Problem, printed: str, expected: str) -> bool:
    """The same words and numbers in the same order, but for case, marks, line ends and added words."""
    if problem.mode is Mode.FUNCTION and _deep(printed) and _deep(expected):
        return False  # the brackets of nested values are the answer
    got, wanted = (_WORD.findall(text.casefold()) for text in (printed, expected))
    if got == wanted:
        return bool(got)
    numbers = bool(wanted) and all(map(_NUMBER.fullmatch, wanted))
    return numbers and [word.rstrip(".") for word in got if _NUMBER.fullmatch(word)] == wanted


def _deep(text: str) -> bool:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, list) and any(isinstance(item, list) for item in value)
