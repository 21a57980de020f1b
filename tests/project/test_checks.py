"""What candidates are judged on: each required test, or those of a file, and all that are kept at the end."""

from __future__ import annotations

from atlas_tui.problem import Project
from atlas_tui.project.base import Check
from atlas_tui.project.checks import SINGLE, checks, samples


def project(required: tuple[str, ...] = (), kept: tuple[str, ...] = ()) -> Project:
    return Project(
        root="/r", base="/b", identity="0", runner="pytest", required=required, kept=kept, flaky=("t.py::f",)
    )


def test_required_tests_come_one_by_one_and_kept_ones_together() -> None:
    found = checks(project(("t.py::a", "t.py::b[x::y]"), ("t.py::c", "u.py::d")))
    assert [check.tests for check in found] == [("t.py::a",), ("t.py::b[x::y]",), ("t.py::c", "u.py::d")]
    assert found[2].title == "the 2 tests that pass already"


def test_many_required_tests_come_by_file() -> None:
    many = (*(f"t{number % 2}.py::test_{number}" for number in range(SINGLE)), "one.py::x")
    found = checks(project(many, ("t.py::c",)))
    assert [(check.title, len(check.tests)) for check in found] == [
        ("t0.py (12 tests)", 12), ("t1.py (12 tests)", 12), ("one.py (1 test)", 1),
        ("the test that passes already", 1),
    ]  # fmt: skip
    assert sorted(test for check in found[:-1] for test in check.tests) == sorted(many)
    assert len(checks(project(many[:SINGLE]))) == SINGLE


def test_samples_are_the_checks_in_their_order() -> None:
    given = project(("t.py::a",), ("t.py::c",))
    assert [(one.given, one.expected) for one in samples(given)] == [
        (check.title, check.expected) for check in checks(given)
    ]
    assert samples(project()) == () and checks(project(("a",))) == (Check("a", "passes", ("a",)),)


def test_of_very_many_files_the_last_are_one() -> None:
    many = tuple(f"t{number:03}.py::test_x" for number in range(3 * SINGLE))
    found = checks(project(many))
    assert len(found) == SINGLE + 1
    assert found[-1].title == f"further files ({2 * SINGLE} tests)"
