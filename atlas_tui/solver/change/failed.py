"""What tests that do not pass tell the model: the test, its last words, and the code at those lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.events import RunFinished, Verdict
from atlas_tui.problem import Problem, Project
from atlas_tui.project.checks import checks
from atlas_tui.project.files import Folder, with_changes
from atlas_tui.project.runners import known
from atlas_tui.solver import prompting
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.evidence import is_kept, project_of
from atlas_tui.solver.change.replies import changes_of

FAILURES = 2
"""Most failing checks that are told."""
DETAIL = 1_600
"""Most characters of what a test said."""
PLACES = 2
"""Most places of which the code is shown."""
AROUND = 8
"""Lines shown before and after such a place."""
PASSED = 6
"""Most tests that are named as passed."""
_LONGEST_LINE = 200


def evidence_of(problem: Problem, attempt: Attempt) -> str:
    """Everything a repair is told of this attempt; empty when no check failed."""
    failed = [run for run in attempt.runs if run.verdict not in (Verdict.OK, Verdict.IE)]
    parts = [part for run in failed[:FAILURES] for part in _parts(problem, attempt, run)]
    return "\n\n".join([*parts, *_passed(problem, attempt)]) if parts else ""


def _parts(problem: Problem, attempt: Attempt, run: RunFinished) -> Iterator[str]:
    if not attempt.usable:
        yield _note("unusable", error=attempt.ready.error or "there is no change")
        return
    project, number = project_of(problem), int(run.check.rpartition(" ")[2])
    check = checks(project)[number - 1]
    if is_kept(project, check):
        yield _note("kept", tests=prompting.shorten(run.printed, DETAIL))
    detail = prompting.shorten(run.stderr, DETAIL) or str(run.verdict)
    yield _note("test", test=check.title, detail=detail)
    places = [place for place in reversed(run.places) if not _decides(project, place[0])]
    for path, line in list(dict.fromkeys(places))[:PLACES]:
        lines = _around(project, attempt, path, line)
        if lines:
            yield _note("code", path=path, line=line, lines=lines)


def _passed(problem: Problem, attempt: Attempt) -> Iterator[str]:
    found = checks(project_of(problem))
    titles = [
        found[int(run.check.rpartition(" ")[2]) - 1].title
        for run in attempt.runs
        if run.verdict is Verdict.OK
    ]
    if titles:
        yield _note("passed", tests="\n".join(f"- {title}" for title in titles[:PASSED]))


def _decides(project: Project, path: str) -> bool:
    """Whether the file is one of tests: what it does is told by its traceback."""
    runner = known.named(project.runner)
    return any(runner.file_of(test) == path for test in project.required)


def _around(project: Project, attempt: Attempt, path: str, line: int) -> str:
    """The lines around a place, as the candidate has them."""
    files = with_changes(Folder(Path(project.base)), changes_of(attempt.ready.files))
    try:
        content = files.read(path)
    except InputError:
        return ""
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    shown = lines[max(0, line - 1 - AROUND) : line + AROUND]
    return "\n".join(prompting.shorten(each, _LONGEST_LINE) for each in shown)


def _note(name: str, **fields: object) -> str:
    return str(prompting.file_table("change.toml")["evidence"][name].format(**fields))
