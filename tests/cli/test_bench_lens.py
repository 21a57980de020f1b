"""The lens in runs of the bench, from outside: it refuses what it knows, and closed it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.labels import labels_to_learn
from atlas_tui.events import CandidateReady, LensScored
from atlas_tui.lens import gate, teaching, weights
from atlas_tui.store import Labels
from tests.cli.test_bench_run import Bench
from tests.lens.made import QUICK

CONDITIONS = """
[conditions.teaching]
arm = "B"
plan = false

[conditions.plain]
arm = "C"
plan = false

[conditions.with-lens]
arm = "C"
plan = false
lens = true
"""


def write(bench: Bench, name: str, numbers: range) -> None:
    rows = [
        {
            "id": f"double-{number}",
            "statement": f"Read a number and print twice it. Case {number}.\n\nInput:\n2\nOutput:\n4\n",
            "tests": [{"stdin": "7\n", "stdout": "14\n"}],
        }
        for number in numbers
    ]
    (bench.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    (tmp_path / "conditions.toml").write_text(CONDITIONS)
    write(made, "training.jsonl", range(22))
    write(made, "others.jsonl", range(22, 24))
    return made


def run(bench: Bench, name: str, conditions: str, out: str, *more: str) -> tuple[int, str]:
    flags = ("--conditions", conditions, "--conditions-file", "conditions.toml", "--out", out)
    code, _, err = bench("run", name, *flags, *more)
    return code, err


def learned(folder: RunFolder) -> Path:
    """The weights of a lens that learned from this run."""
    labels = Labels(paths.labels())
    labels.append(labels_to_learn(folder).labels)
    (identity,) = teaching.identities(labels.read())
    made = teaching.train(labels, paths.lens_dir(), identity, QUICK)
    labels.close()
    assert made.lens is not None and made.gate.opened, made.gate.why
    return teaching.path_of(paths.lens_dir(), identity)


def test_a_lens_that_a_run_has_taught_is_in_the_bench_what_its_gate_allows(bench: Bench) -> None:
    code, err = run(bench, "training.jsonl", "teaching", "taught")
    assert code == 0, err
    path = learned(RunFolder.open(bench.folder / "taught"))

    code, err = run(bench, "training.jsonl", "plain", "refused", "--lens")
    assert code == 5 and "it was trained on 22 problems of them, such as double-0" in err, err
    assert not (bench.folder / "refused").exists()

    weights.save(path, (lens := weights.load(path)).with_gate(gate.shut(lens.gate, "A test says so.")))
    code, err = run(bench, "others.jsonl", "plain,with-lens", "closed")
    assert code == 0, err
    folder = RunFolder.open(bench.folder / "closed")
    used = {one.name: one.lens for one in folder.header.conditions}
    assert used["plain"] is None and used["with-lens"] is not None
    assert (used["with-lens"].state, used["with-lens"].why) == ("closed", "A test says so.")
    without, scored = (
        [one for one in folder.records() if one.condition == condition]
        for condition in ("plain", "with-lens")
    )
    assert [submitted(folder, one.condition, one.task) for one in without] == [
        submitted(folder, one.condition, one.task) for one in scored
    ]
    assert all(each.lens is not None and each.place is not None for one in scored for each in one.written)
    assert not any(each.lens is not None for one in without for each in one.written)
    assert not any(one.by_lens for one in scored)


def submitted(folder: RunFolder, condition: str, task: str) -> str:
    """The code that was chosen."""
    record = folder.record(condition, task)
    assert record is not None and record.chosen is not None
    events = folder.events(condition, task)
    assert any(isinstance(each, LensScored) for each in events) == (condition == "with-lens")
    (code,) = (
        each.code
        for each in events
        if isinstance(each, CandidateReady)
        and (each.candidate, each.round) == (record.chosen.label, record.chosen.round)
    )
    return code
