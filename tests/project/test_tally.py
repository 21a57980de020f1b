"""Words about what a change does to the tests, and short names of tests."""

from __future__ import annotations

import pytest

from atlas_tui.events import Facts, RunFinished, Verdict
from atlas_tui.problem import Project
from atlas_tui.project.tally import all_passed, short, tally


def ran(*passed: bool, first: int = 1) -> list[RunFinished]:
    """The checks from that number on, one after the other."""
    return [
        RunFinished(
            candidate="A",
            round=0,
            check=f"sample {number}",
            verdict=Verdict.OK if good else Verdict.WA,
            facts=Facts(),
        )
        for number, good in enumerate(passed, first)
    ]


def project(required: int, kept: int) -> Project:
    return Project(
        root="/r", base="/b", identity="", runner="pytest", command=("pytest",),
        required=tuple(f"test_{number // 5}.py::test_{number}" for number in range(required)),
        kept=tuple(f"t.py::test_kept_{number}" for number in range(kept)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("required", "kept", "passed", "told"),
    [
        (2, 4, (True, True, True), "mends 2 of 2 tests, keeps all 4"),
        (2, 1, (True, False, True), "mends 1 of 2 tests, keeps the other one"),
        (1, 4, (True, False), "mends 1 of 1 test, breaks others"),
        # The kept ones are not run where none of the required passes.
        (2, 4, (False, False), "mends 0 of 2 tests"),
        (1, 0, (True,), "mends 1 of 1 test"),
        (0, 7, (True,), "keeps 7 tests"),
        (0, 7, (False,), "breaks tests"),
        (2, 4, (), ""),
        # Many are judged file by file: of one that fails it is not known how many of its tests do.
        (30, 0, (True, True, True, True, True, False), "mends at least 25 of 30 tests"),
    ],
)
def test_what_is_mended_and_kept(required: int, kept: int, passed: tuple[bool, ...], told: str) -> None:
    assert tally(project(required, kept), ran(*passed)) == told


def test_what_passes_everything_needs_no_runs() -> None:
    assert all_passed(project(30, 4)) == tally(project(30, 4), ran(*[True] * 7))
    assert all_passed(project(30, 4)) == "mends 30 of 30 tests, keeps all 4"


def test_what_is_about_no_test_is_not_counted() -> None:
    other = RunFinished(candidate="A", round=0, check="self-test 1", verdict=Verdict.OK, facts=Facts())
    assert tally(project(1, 0), [other]) == ""


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("tests/test_a.py::test_x", "tests/test_b.py::test_y"), ("test_a.py::test_x", "test_b.py::test_y")),
        (("tests/test_a.py::test_x[0.5]", "tests/test_a.py::test_x[0.7]"), ("test_x[0.5]", "test_x[0.7]")),
        (("test_r.R.test_four", "test_r.R.test_five"), ("test_four", "test_five")),
        (("a/s.test.js::one and/or two", "a/s.test.js::one more"), ("one and/or two", "one more")),
        (("org/jobs/queue.TestA", "org/jobs/queue.TestB"), ("TestA", "TestB")),
        (("tests/deep/test_a.py::test_x",), ("test_a.py::test_x",)),
        (("same", "same"), ("same", "same")),
        ((), ()),
    ],
)
def test_names_without_what_all_begin_with(names: tuple[str, ...], told: tuple[str, ...]) -> None:
    found = short(names)
    assert tuple(found[name] for name in names) == told
