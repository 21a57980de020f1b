"""What tests that do not pass tell the model: the test, its last words, and the code at those lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.events import RunFinished, Verdict
from atlas_tui.problem import Problem, Project
from atlas_tui.project.base import Check
from atlas_tui.project.checks import checks
from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.files import Files, Folder, with_changes
from atlas_tui.project.runners import known
from atlas_tui.solver import prompting
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.cutting import WHOLE, Extent
from atlas_tui.solver.change.evidence import is_kept, project_of
from atlas_tui.solver.change.replies import changes_of
from atlas_tui.syntax import definition_span
from atlas_tui.workspace.text import plain_text

AROUND = 8
"""Lines shown before and after such a place."""
PASSED = 6
"""Most tests that are named as passed."""
_LONGEST_LINE = 200


def evidence_of(problem: Problem, attempt: Attempt, extent: Extent = WHOLE) -> str:
    """Everything a repair is told of this attempt; empty where there is nothing against it."""
    if not attempt.usable:
        return _note("unusable", error=attempt.ready.error or "there is no change")
    failed = [run for run in attempt.runs if run.verdict not in (Verdict.OK, Verdict.IE)]
    told = failed[: extent.failures]
    parts = [part for run in told for part in _parts(project_of(problem), attempt, run, extent)]
    if attempt.ready.flags:
        parts.insert(0, _note("flagged", flags=_listed(attempt.ready.flags)))
    return "\n\n".join([*parts, *_passed(problem, attempt)]) if parts else ""


def program_of(problem: Problem, attempt: Attempt) -> str:
    """What the model is shown of the attempt: its difference, or the function as it has it where the model
    is asked for a function alone."""
    project = project_of(problem)
    if prompting.of_repository(problem) or not attempt.usable or not project.targets:
        return attempt.ready.code
    path, _, symbol = project.targets[0].partition("::")
    content = next((each.content for each in changes_of(attempt.ready.files) if each.path == path), None)
    span = definition_span(content, symbol) if content else None
    if content is None or span is None:
        return attempt.ready.code
    return textwrap.dedent(content[slice(*span)].decode("utf-8", "replace"))


def _parts(project: Project, attempt: Attempt, run: RunFinished, extent: Extent) -> Iterator[str]:
    check = _check(project, run)
    # Of several tests the first named is the one that ``stderr`` and ``places`` are about.
    names = run.printed.splitlines()[1:] if len(check.tests) > 1 else list(check.tests)
    if is_kept(project, check):
        yield _note("kept", tests=prompting.shorten(_listed(names), extent.detail))
    detail = prompting.shorten(run.stderr, extent.detail) or str(run.verdict)
    yield _note("test", test=names[0] if names else check.title, detail=detail)
    if extent.places:
        yield from _code(project, attempt, run, detail, extent.places)


def _code(project: Project, attempt: Attempt, run: RunFinished, detail: str, most: int) -> Iterator[str]:
    """The lines around the places of the failure, innermost first; those of tests where only a number is
    told of them."""
    files = with_changes(Folder(Path(project.base)), changes_of(attempt.ready.files))
    found = [(path, line, _lines(files, path)) for path, line in dict.fromkeys(reversed(run.places))]
    code = [one for one in found if not _is_test(project, one[0])]
    tests = [one for one in found if _is_test(project, one[0]) and _at(one) not in detail]
    for path, line, lines in [*code[:most], *tests[:1]]:
        shown = lines[max(0, line - 1 - AROUND) : line + AROUND]
        if shown:
            short = "\n".join(prompting.shorten(each, _LONGEST_LINE) for each in shown)
            yield _note("code", path=path, line=line, lines=short)


def _at(place: tuple[str, int, list[str]]) -> str:
    """The line itself; empty where there is none."""
    _, line, lines = place
    return lines[line - 1].strip() if line <= len(lines) else ""


def _is_test(project: Project, path: str) -> bool:
    file_of = known.named(project.runner).file_of
    return is_test_file(path) or any(file_of(test) == path for test in project.required)


def _check(project: Project, run: RunFinished) -> Check:
    return checks(project)[int(run.check.rpartition(" ")[2]) - 1]


def _lines(files: Files, path: str) -> list[str]:
    try:
        content = files.read(path)
        # As programs count lines: a form feed, say, ends none.
        return plain_text(content, path).removesuffix("\n").split("\n") if content else []
    except InputError:
        return []


def _passed(problem: Problem, attempt: Attempt) -> Iterator[str]:
    project = project_of(problem)
    titles = [_check(project, run).title for run in attempt.runs if run.verdict is Verdict.OK]
    if titles:
        yield _note("passed", tests=_listed(titles[:PASSED]))


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _note(name: str, **fields: object) -> str:
    return str(prompting.file_table("change.toml")["evidence"][name].format(**fields))
