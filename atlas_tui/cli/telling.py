"""The events of one session in lines of words, which know what the session is about.

Of a change in a repository tests are told by their names, and what is written are changes, not programs.
"""

from __future__ import annotations

from atlas_tui import events
from atlas_tui.cli.lines import counted, describe
from atlas_tui.problem import Problem, Project

_VERDICTS = {events.Verdict.OK: "passed", events.Verdict.WA: "failed", events.Verdict.RE: "broke"}


class Telling:
    """Gives a line for each event of a session, in their order."""

    def __init__(self) -> None:
        self._problem: Problem | None = None

    def line(self, event: events.Event) -> str:
        """Words, in lines below each other; empty for events that are too small to tell."""
        if isinstance(event, events.ProblemRead):
            self._problem = event.problem
        problem = self._problem
        if problem is None or problem.project is None:
            return describe(event)
        match event:
            case events.ProblemRead():
                return _read(problem, problem.project)
            case events.CandidateReady():
                return _change(event)
            case events.RunFinished():
                return _run(event, problem)
            case events.AgreementFound() if not event.inputs:
                return ""  # Changes have no outputs to compare.
            case events.Chosen() | events.SubsetTested():
                return describe(event).replace(" samples", " checks", 1).replace(" sample", " check", 1)
        return describe(event)


def _read(problem: Problem, project: Project) -> str:
    counts = [f"{counted(len(project.required), 'test')} to pass", f"{len(project.kept):,} to keep"]
    if project.flaky:
        counts.append(f"{len(project.flaky):,} flaky")
    head = f", {project.head}" if project.head else ""
    notes = "".join(f"\n         note: {note}" for note in problem.notes)
    return f"read     change in {project.root}{head}: {', '.join(counts)}; {' '.join(project.command)}{notes}"


def _change(ready: events.CandidateReady) -> str:
    told = ready.error
    if not told:
        changed = [line for line in ready.code.splitlines() if line.startswith(("+", "-"))]
        number = sum(not line.startswith(("+++ ", "--- ")) for line in changed)
        files = counted(len(ready.files), "file")
        told = f"{files}, {counted(number, 'changed line')}, {counted(ready.tokens, 'token')}"
    flags = "".join(f"\n         not chosen by itself: {flag}" for flag in ready.flags)
    return f"change   {ready.candidate}  {told}{flags}"


def _run(run: events.RunFinished, problem: Problem) -> str:
    number = run.check.rpartition(" ")[2]
    place = int(number) - 1 if number.isdigit() else -1
    test = problem.samples[place].given if 0 <= place < len(problem.samples) else run.check
    return f"run      {run.candidate}  {test}  {_VERDICTS.get(run.verdict, str(run.verdict))}"
