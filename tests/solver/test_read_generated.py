"""The statements that the bundled model is trained on are read exactly as they were generated."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from atlas_tui.problem import Sample
from atlas_tui.solver.read import read_problem
from training.problems.generate import problems


def _trimmed(samples: tuple[Sample, ...]) -> list[tuple[str, str]]:
    """Spaces at line ends cannot be seen in a statement, and no judge counts them."""
    return [(re.sub(r" +\n", "\n", each.given), re.sub(r" +\n", "\n", each.expected)) for each in samples]


@pytest.mark.parametrize("held", [False, True])
def test_generated_statements_are_read_exactly(held: bool) -> None:
    for generated in islice(problems(7, held=held), 200):
        wanted, read = generated.problem, read_problem(generated.problem.statement)
        assert read.notes == (), wanted.statement
        assert (read.mode, read.entry_point) == (wanted.mode, wanted.entry_point), wanted.statement
        assert _trimmed(read.samples) == _trimmed(wanted.samples), wanted.statement
        assert read.statement == wanted.statement
