"""Samples as a person reads and writes them, and those they changed by hand. No Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from atlas_tui.errors import InputError
from atlas_tui.problem import Mode, Sample

if TYPE_CHECKING:
    from atlas_tui.problem import Problem

MOST = 100
LONGEST = 1_000_000
"""Most characters of an input or an output."""


def written(sample: Sample, mode: Mode) -> tuple[str, str]:
    """Input and expected output as they are edited: a function's arguments without their outer brackets."""
    if mode is Mode.FUNCTION:
        return sample.given.strip()[1:-1], sample.expected.strip()
    return sample.given.rstrip("\n"), sample.expected.rstrip("\n")


def made(given: str, expected: str, mode: Mode) -> Sample:
    """The sample of two edited texts.

    Raises:
        InputError: arguments or result of a function are no plain values, or a text is too long.
    """
    if max(len(given), len(expected)) > LONGEST:
        raise InputError("This sample is too long", f"at most {LONGEST:,} characters can be kept")
    if mode is Mode.FUNCTION:
        return Sample(given=_arguments(given), expected=_value("The expected result", expected))
    if not expected.strip():
        raise InputError("There is no expected output", "the sample could not tell right from wrong")
    return Sample(given=_lines(given), expected=_lines(expected))


def _arguments(text: str) -> str:
    from atlas_tui.solver.read_values import matching

    array = f"[{text.strip()}]"
    if matching(array, 0, len(array)) != len(array):
        raise InputError("The arguments cannot be read", "a bracket or a quote is not closed")
    return _value("The arguments", array)


def _value(what: str, text: str) -> str:
    from atlas_tui.solver.read_values import Unreadable, read_value, to_json

    try:
        return to_json(read_value(text))
    except Unreadable as error:
        todo = "write numbers, text in quotes, lists, true, false or null"
        raise InputError(f"{what} cannot be read", str(error), todo) from error


def _lines(text: str) -> str:
    text = text.rstrip("\n")
    return f"{text}\n" if text else ""


class SampleEdits:
    """The samples that stand in place of those in the text, once a person has changed them."""

    def __init__(self) -> None:
        self.samples: tuple[Sample, ...] | None = None
        """None while nothing was changed."""
        self.mode = Mode.PROGRAM
        """What they were written for: those of a program are none of a function."""
        self.read: tuple[Sample, ...] = ()
        """Those in the text."""

    def forget(self) -> None:
        """There is another problem."""
        self.samples = None

    def put(self, samples: Sequence[Sample], mode: Mode) -> None:
        """Use these; those in the text again when they are the same."""
        fresh = tuple(samples)
        self.samples, self.mode = (None if fresh == self.read else fresh), mode

    def used(self, problem: Problem) -> bool:
        """Whether they stand in for those of this problem."""
        return self.samples is not None and self.mode is problem.mode

    def apply(self, problem: Problem) -> Problem:
        """The problem as it was read, with the changed samples where there are any."""
        from atlas_tui.solver.read import NO_SAMPLES

        self.read = problem.samples
        if self.samples is None or self.mode is not problem.mode:
            return problem
        notes = tuple(note for note in problem.notes if note != NO_SAMPLES)
        return replace(problem, samples=self.samples, notes=notes)
