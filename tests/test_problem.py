"""What a problem is: a value that can be edited only by making another one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from atlas_tui.errors import AtlasError, InputError, Refused
from atlas_tui.problem import Limits, Mode, Problem, Sample

PROBLEM = Problem(statement="Sum.", mode=Mode.PROGRAM, samples=(Sample(given="1\n", expected="1\n"),))


def test_a_problem_is_a_value() -> None:
    assert replace(PROBLEM) == PROBLEM and hash(replace(PROBLEM)) == hash(PROBLEM)
    edited = replace(PROBLEM, mode=Mode.FUNCTION, entry_point="f")
    assert edited != PROBLEM and PROBLEM.entry_point == ""


@pytest.mark.parametrize("value", [PROBLEM, PROBLEM.samples[0], PROBLEM.limits])
def test_nothing_of_it_can_be_changed_in_place(value: object) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(value, value.__slots__[0], None)  # type: ignore[attr-defined]


def test_fields_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        Problem("Sum.", Mode.PROGRAM)  # type: ignore[call-arg, misc]


def test_default_limits_leave_wall_time_beyond_cpu_time() -> None:
    assert Limits().wall_seconds > Limits().cpu_seconds


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (AtlasError("it failed", "disk full", "make room"), "it failed: disk full — make room"),
        (InputError("the problem is empty", todo="type one"), "the problem is empty — type one"),
        (Refused("not written", "the file changed"), "not written: the file changed"),
        (AtlasError("it failed"), "it failed"),
    ],
)
def test_an_error_for_people_is_one_line(error: AtlasError, line: str) -> None:
    assert error.one_line() == line
