"""Generated problems, with hidden tests, as a problem set of the bench: JSON lines in its own form.

python -m training.problem_set --problems 200 > held-out.jsonl
atlas-tui bench run held-out.jsonl

Those of the training part are for learning from, as the lens does; nothing is measured on them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

from atlas_tui.problem import Mode, Sample
from atlas_tui.solver.read import read_problem
from training.problems.generate import Generated, problems

SEED = 20_270
"""Of the problems, and with their number of their hidden tests."""


def some_problems(count: int, *, held: bool = True) -> list[Generated]:
    """The first ``count`` held-out problems, or of the training part; no composition twice."""
    found: dict[str, Generated] = {}
    for made in problems(SEED, held=held):
        found.setdefault(made.composition.key(), made)
        if len(found) == count:
            break
    return list(found.values())


def rows(count: int, *, held: bool = True) -> Iterator[dict[str, Any]]:
    """The first ``count`` problems as rows of the form that ``atlas_tui.bench.sets.own`` reads."""
    part = "held-out" if held else "training"
    for number, made in enumerate(some_problems(count, held=held)):
        problem = read_problem(made.problem.statement)
        steps = len(made.composition.links)
        yield {
            "id": f"{part}-{number:04d}",
            "statement": made.problem.statement,
            "mode": str(problem.mode),
            "entry_point": problem.entry_point,
            "tests": [test_of(test, problem.mode) for test in made.hidden(random.Random(SEED + number))],
            "platform": made.composition.source.name.lower(),
            "difficulty": f"{steps} step" if steps == 1 else f"{steps} steps",
        }


def test_of(test: Sample, mode: Mode) -> dict[str, Any]:
    """A hidden test as it stands in a row."""
    if mode is Mode.PROGRAM:
        return {"stdin": test.given, "stdout": test.expected}
    return {"args": json.loads(test.given), "expected": json.loads(test.expected)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument(
        "--training", action="store_true", help="of the training part instead of the held-out"
    )
    options = parser.parse_args()
    for row in rows(options.problems, held=not options.training):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
