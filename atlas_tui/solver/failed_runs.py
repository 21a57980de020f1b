"""What a failed run tells the model: the input, both answers, the error's last lines, limits, what holds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from atlas_tui.events import RunFinished, Verdict
from atlas_tui.problem import Problem, Sample
from atlas_tui.solver import layouts, prompting, prompting_more
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change import failed as change
from atlas_tui.solver.change.cutting import WHOLE, Extent

FAILURES = 2
"""Most failed samples that are told; the second only where it failed in another way."""
TRACEBACK = 6
"""Most lines of a traceback that are told."""
ANCHORS = 2
"""Most passed inputs that are told."""
CHANGED = 24
"""Most lines of a change that was tried."""
_PLACE = re.compile(r"\bline (\d+)")


def sample_of(problem: Problem, run: RunFinished) -> Sample | None:
    """The sample a run was on; None for another check."""
    name, _, number = run.check.rpartition(" ")
    if name == "sample" and number.isdigit() and 0 < int(number) <= len(problem.samples):
        return problem.samples[int(number) - 1]
    return None


def program_of(problem: Problem, attempt: Attempt) -> str:
    """The program of an attempt as the model is shown it."""
    return attempt.ready.code if problem.project is None else change.program_of(problem, attempt)


def evidence_of(problem: Problem, attempt: Attempt, extent: Extent = WHOLE) -> str:
    """The first failed sample in the words of the prompt; empty when none failed.

    ``extent`` is how much of a change is told.
    """
    if problem.project is not None:
        return change.evidence_of(problem, attempt, extent)
    failed = attempt.first_failure()
    return _told(problem, failed) if failed is not None else ""


def full_evidence(
    problem: Problem, attempt: Attempt, tried: Sequence[Attempt] = (), extent: Extent = WHOLE
) -> str:
    """Everything a repair is told: failed samples, the traceback, the limit that was passed, the inputs that
    are right, and the last change that did not help. Empty when no sample failed."""
    if problem.project is not None:
        parts = list(filter(None, [change.evidence_of(problem, attempt, extent)]))
    else:
        parts = [part for run in _telling(attempt) for part in _parts(problem, run)]
        parts += _anchors(problem, attempt) if parts else []
    if not parts:
        return ""
    parts += _last_change(problem, attempt, tried) if extent.tried else []
    return "\n\n".join(parts)


def error_line(attempt: Attempt) -> int:
    """The line of the program where its first failure was raised; 0 where there is none."""
    failed = attempt.first_failure()
    places = _PLACE.findall(failed.stderr) if failed else []
    return int(places[-1]) if places else 0


def _telling(attempt: Attempt) -> list[RunFinished]:
    """The first failure, and the first after it that failed in another way."""
    failed = [run for run in attempt.runs if run.verdict not in (Verdict.OK, Verdict.IE)]
    others = [run for run in failed[1:] if run.verdict is not failed[0].verdict]
    return [*failed[:1], *others][:FAILURES]


def _told(problem: Problem, run: RunFinished) -> str:
    sample = sample_of(problem, run)
    if sample is None:
        return ""
    return prompting.evidence(problem, run.verdict, sample.given, sample.expected, run.printed, run.stderr)


def _parts(problem: Problem, run: RunFinished) -> Iterator[str]:
    text = _told(problem, run)
    if text:
        yield text
    match run.verdict:
        case Verdict.TLE:
            yield prompting_more.repair_note("seconds", seconds=problem.limits.cpu_seconds)
        case Verdict.MLE:
            yield prompting_more.repair_note("memory", megabytes=problem.limits.memory_bytes >> 20)
        case Verdict.RE:
            lines = [line for line in run.stderr.strip().splitlines() if line.strip()]
            if len(lines) > 1:
                shown = "\n".join(prompting.shorten(line, 200) for line in lines[-TRACEBACK:])
                yield prompting_more.repair_note("traceback", lines=shown)


def _anchors(problem: Problem, attempt: Attempt) -> Iterator[str]:
    passed = [sample_of(problem, run) for run in attempt.runs if run.verdict is Verdict.OK]
    shown = [
        prompting.shorten(layouts.shown(problem, sample.given), 200)
        for sample in sorted(filter(None, passed), key=lambda each: len(each.given))[:ANCHORS]
    ]
    if shown:
        yield prompting_more.repair_note("anchors", inputs="\n".join(shown))


def _last_change(problem: Problem, attempt: Attempt, tried: Sequence[Attempt]) -> Iterator[str]:
    """How the latest program that was dropped differs, and what it was dropped for.

    Those before ``attempt`` are what it was made of. An answer that is no change differs in nothing.
    """
    later = [each for each in tried if each.ready.code and each.ready.round > attempt.ready.round]
    dropped = later if problem.project is None else [each for each in later if each.usable]
    if not dropped:
        return
    before, after = (each.ready.code.splitlines() for each in (attempt, dropped[-1]))
    changed = [
        line
        for line in difflib.unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    if changed:
        yield prompting_more.repair_note("tried", change="\n".join(changed[:CHANGED]))
        told = evidence_of(problem, dropped[-1])
        if told and told != evidence_of(problem, attempt):
            yield told
