"""The events of one session in lines of words, which know what the session is about.

Of a change in a repository tests are told by their names, and what is written are changes, not programs.
"""

from __future__ import annotations

from collections.abc import Iterable

from atlas_tui import events
from atlas_tui.cli.lines import counted, describe
from atlas_tui.cli.plain import one_line
from atlas_tui.problem import Problem, Project

_VERDICTS = {
    events.Verdict.OK: "passed",
    events.Verdict.WA: "failed",
    events.Verdict.RE: "broke",
    events.Verdict.TLE: "took too long",
    events.Verdict.MLE: "took too much memory",
    events.Verdict.OLE: "printed too much",
    events.Verdict.SV: "made a forbidden system call",
    events.Verdict.IE: "could not be judged",
}


class Telling:
    """Gives a line for each event of a session, in their order."""

    def __init__(self) -> None:
        self._problem: Problem | None = None
        self._runs: dict[tuple[str, int], list[events.RunFinished]] = {}
        """Of each program, as they ended."""

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
                self._runs.setdefault((event.candidate, event.round), []).append(event)
                return _run(event, problem)
            case events.AgreementFound() if not event.inputs:
                return ""  # Changes have no outputs to compare.
            case events.Chosen():
                runs = self._runs.get((event.candidate, event.round), ())
                return _chosen(event, problem.project, runs)
            case events.SubsetTested() if not event.state:
                what = "all tests" if event.passed == event.samples else "not all tests"
                return f"{describe(event).partition('  passes')[0]}  passes {what}"
        return describe(event)


def _chosen(chosen: events.Chosen, project: Project, runs: Iterable[events.RunFinished]) -> str:
    """The choice with what it does to the tests, and why."""
    from atlas_tui.project.tally import all_passed, tally

    _, line, why = describe(chosen).partition("\n")
    grade = str(chosen.grade).replace("samples", "tests")
    everything = 0 < chosen.samples == chosen.passed
    told = (all_passed(project) if everything else tally(project, runs)) or "no test decides"
    return f"chosen   {chosen.candidate}, {grade}: {told}{line}{why}"


def _read(problem: Problem, project: Project) -> str:
    counts = [f"{counted(len(project.required), 'test')} to pass", f"{len(project.kept):,} to keep"]
    if project.flaky:
        counts.append(f"{len(project.flaky):,} flaky")
    head = f", {project.head}" if project.head else ""
    read = f"change in {project.root}{head}: {', '.join(counts)}; {project.command_line}"
    notes = [f"note: {note}" for note in problem.notes] + [f"left out: {one}" for one in project.left_out]
    return "\n         ".join(map(one_line, (f"read     {read}", *notes)))


def _change(ready: events.CandidateReady) -> str:
    told = one_line(ready.error)
    if not told:
        changed = [line for line in ready.code.splitlines() if line.startswith(("+", "-"))]
        number = sum(not line.startswith(("+++ ", "--- ")) for line in changed)
        files = counted(len(ready.files), "file")
        told = f"{files}, {counted(number, 'changed line')}, {counted(ready.tokens, 'token')}"
    flags = "".join(f"\n         not chosen by itself: {one_line(flag)}" for flag in ready.flags)
    return f"change   {ready.candidate}  {told}{flags}"


def _run(run: events.RunFinished, problem: Problem) -> str:
    from atlas_tui.project.tally import check_number

    if run.verdict is events.Verdict.CE:
        return ""  # What cannot be used was told as a whole.
    number = check_number(run.check)
    test = problem.samples[number - 1].given if 0 < number <= len(problem.samples) else run.check
    return f"run      {run.candidate}  {one_line(test)}  {_VERDICTS[run.verdict]}"
