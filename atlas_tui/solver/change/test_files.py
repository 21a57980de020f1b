"""Tests that the model wrote for a change: read from its replies, put beside those that decide, and found
again in the report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from atlas_tui.events import Dropped, TestsWritten, WrittenTest
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange, Outcome, Report, within
from atlas_tui.solver import prompting
from atlas_tui.solver.change import test_forms as forms
from atlas_tui.solver.change.test_forms import Piece
from atlas_tui.solver.change.test_places import DOTTED, JAVASCRIPT, Place, place_of
from atlas_tui.syntax.grammars import language_of

_LANGUAGES = {"go": "go", "cargo": "rust", **dict.fromkeys(("pytest", *DOTTED), "python")}


def obstacle(project: Project) -> str:
    """Why no tests are written for this project, in words; empty where they are."""
    if project.runner not in prompting.file_table("change.toml")["tests"]:
        return f"tests are not written for {project.runner}"
    return "" if place_of(project) else "it is not known where the tests would have to lie"


def layout(project: Project) -> str:
    """What the model is told of the form of the tests it is to write; there is no ``obstacle``."""
    place = place_of(project)
    assert place is not None
    template = str(prompting.file_table("change.toml")["tests"][project.runner])
    return template.format(path=place.path(1), like=place.like, language=_language(project, place))


def from_replies(project: Project, replies: Sequence[str], most: int) -> TestsWritten:
    """The tests in the replies, each as a source of its own with what it needs.

    ``given`` of a test is that source, ``expected`` its name as the runner knows it. The same test again
    counts once, and more for its trust.
    """
    dropped: Counter[str] = Counter()
    found: dict[str, list[tuple[int, Piece]]] = {}
    for number, reply in enumerate(replies, 1):
        for piece in _pieces(project, reply, dropped):
            found.setdefault(piece.form, []).append((number, piece))
    tests = [_test(project, at, sources) for at, sources in enumerate(found.values(), 1)]
    tests.sort(key=lambda test: -test.trust)
    if len(tests) > most:
        dropped["more than are used"] = len(tests) - most
    return TestsWritten(
        tests=tuple(tests[:most]),
        draws=len(replies),
        dropped=tuple(Dropped(why=why, number=count) for why, count in sorted(dropped.items())),
    )


def files_of(place: Place, tests: Mapping[int, WrittenTest]) -> tuple[FileChange, ...]:
    """Each of the tests, by their numbers from 1, in a file of its own: one that cannot be read spoils no
    other."""
    return tuple(
        FileChange(place.path(number), test.given.encode("utf-8", "replace"))
        for number, test in tests.items()
    )


def unbuilt(place: Place, report: Report, tests: Mapping[int, WrittenTest]) -> set[int]:
    """The numbers of the tests that kept all others from being run: one file that go or cargo
    cannot compile ends its package, one that mocha or a type checker before it does not take ends the run."""
    if place.runner in JAVASCRIPT:
        ours = {place.path(number): number for number in tests}
        told = f"{report.fault}\n{report.printed}"
        ran = any(within(test, path) for test in report.cases for path in ours)
        return set() if ran else {number for path, number in ours.items() if path in told}
    if place.runner == "cargo":
        cases = {number: report.cases.get(place.path(number)) for number in tests}
        return {number for number, case in cases.items() if case and case.outcome is Outcome.ERROR}
    case = report.cases.get(place.prefix) if place.runner == "go" else None
    if case is None or case.outcome is not Outcome.ERROR:
        return set()
    faulty = {path for path, _ in case.places}
    return {number for number in tests if place.path(number) in faulty}


def _language(project: Project, place: Place) -> str:
    return _LANGUAGES.get(project.runner) or language_of(place.like) or "javascript"


def _pieces(project: Project, reply: str, dropped: Counter[str]) -> list[Piece]:
    place, runner = place_of(project), project.runner
    found = list[Piece]()
    for code in forms.codes_of(reply) if place else ():
        if runner == "go":
            found += forms.of_go(code, dropped)
        elif runner == "cargo":
            found += forms.of_rust(code, dropped)
        elif runner in ("pytest", *DOTTED):
            found += forms.of_python(code, dropped, classes_only=runner in DOTTED)
        elif place:
            found += forms.of_javascript(code, _language(project, place), dropped)
    return found


def _test(project: Project, at: int, sources: Sequence[tuple[int, Piece]]) -> WrittenTest:
    """A function of go gets a name that no other of its package has; others are alone in their file."""
    piece = sources[0][1]
    source, name = piece.source, piece.name
    if project.runner == "go":
        name = f"TestAtlasWritten{at}{piece.name.removeprefix('Test')}"
        source = re.sub(rf"\bfunc {piece.name}\b", f"func {name}", source, count=1)
    draws = sorted({number for number, _ in sources})
    return WrittenTest(
        given=source,
        expected=name,
        origin="tests " + "+".join(map(str, draws)),
        trust=round((1 + len(draws) - 1) / (3 + len(draws) - 1), 4),
    )
