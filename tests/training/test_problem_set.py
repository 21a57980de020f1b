"""The held-out problems as a set of the bench: problems, statements and hidden tests as they were made."""

from __future__ import annotations

import json
import random
from pathlib import Path

from atlas_tui.bench.sets import load
from atlas_tui.bench.task import SampleTests
from atlas_tui.problem import Mode, Problem
from training.problem_set import SEED, rows, some_problems


def test_the_set_holds_what_was_made(tmp_path: Path) -> None:
    file = tmp_path / "held-out.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows(12)), "utf-8")
    found = load(str(file))
    assert not found.skipped
    made = some_problems(12)
    assert len(found.tasks) == len(made)
    modes = set()
    for number, (task, one) in enumerate(zip(found.tasks, made, strict=True)):
        asked, check = task.asked, task.check
        assert isinstance(asked, Problem) and isinstance(check, SampleTests)
        assert asked.statement == one.problem.statement and asked.samples
        hidden = one.hidden(random.Random(SEED + number))
        if asked.mode is Mode.PROGRAM:
            assert tuple(check.tests) == hidden
        else:
            told = [(json.loads(test.given), json.loads(test.expected)) for test in check.tests]
            assert told == [(json.loads(test.given), json.loads(test.expected)) for test in hidden]
        modes.add(asked.mode)
    assert modes == {Mode.FUNCTION, Mode.PROGRAM}
