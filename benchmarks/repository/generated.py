"""Tasks in the language of the bundled model: a function of a package is not written yet, its tests decide.

    python benchmarks/repository/generated.py DESTINATION [--tasks 30]
    python benchmarks/repository/solve.py --tasks DESTINATION --model bundled

The functions are those of the held-out part of the generated problems, which the bundled model was not
trained on. It knows nothing of repositories: it is shown the text alone, and its function goes into the file.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from atlas_tui.problem import Mode
from atlas_tui.solver.read import read_problem
from benchmarks.repository.task import RepositoryTask, write
from training.problem_set import SEED, some_problems
from training.problems.generate import Generated
from training.problems.program import in_approach

TESTS = 6
_OTHER = "def halves(values):\n    return [value // 2 for value in values]\n"
_HEAD = "import unittest\n\nfrom lab.core import {name}, halves\n\n\nclass Answers(unittest.TestCase):\n"
_KEPT = "    def test_halves(self):\n        self.assertEqual(halves([4, 5]), [2, 2])\n"
_TEST = "\n    def test_{number}(self):\n        self.assertEqual({name}(*{given!r}), {expected!r})\n"


def task_of(made: Generated, number: int, destination: Path) -> RepositoryTask:
    """Write one task. Raises: OSError, ValueError."""
    problem = read_problem(made.problem.statement)
    tests = made.hidden(random.Random(SEED + number), TESTS)
    stub = f"{_OTHER}\n\n{problem.signature}\n    raise NotImplementedError\n"
    answers = [(json.loads(test.given), json.loads(test.expected)) for test in tests]
    asked = "".join(
        _TEST.format(number=place, name=problem.entry_point, given=given, expected=expected)
        for place, (given, expected) in enumerate(answers)
    )
    task = RepositoryTask(
        folder=destination / f"function-{number:03d}",
        title=f"Write {problem.entry_point}",
        kind="missing function",
        language="python",
        command="python3 -m unittest -q",
        text=made.problem.statement,
        required=tuple(f"tests.test_core.Answers.test_{place}" for place in range(len(answers))),
        touched=("lab/core.py",),
    )
    source = in_approach(made.composition, made.frame, 0)
    tree = {
        "lab/__init__.py": b"",
        "lab/core.py": stub.encode(),
        "tests/__init__.py": b"",
        "tests/test_core.py": (_HEAD.format(name=problem.entry_point) + _KEPT + asked).encode(),
    }
    write(task, tree, {"lab/core.py": f"{_OTHER}\n\n{source}".encode()})
    return task


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("destination", type=Path)
    parser.add_argument("--tasks", type=int, default=30)
    options = parser.parse_args()
    functions = [
        (number, made)
        for number, made in enumerate(some_problems(3 * options.tasks))
        if made.frame.mode is Mode.FUNCTION
    ]
    for number, made in functions[: options.tasks]:
        print(task_of(made, number, options.destination).name)
