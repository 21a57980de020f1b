"""``atlas-tui lens`` from outside: what it says, in words and in JSON, and its exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.cli.main import COMMANDS, main
from atlas_tui.lens import teaching, weights
from atlas_tui.lens.learning import learn
from atlas_tui.lens.teaching import path_of
from atlas_tui.store import Labels, Store
from tests.bench.test_bench_labels import run
from tests.lens.made import IDENTITY, QUICK, candidates
from tests.lens.test_labelling import session
from tests.lens.test_teaching import labelled

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lens(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["atlas-tui", "lens", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def keep(number: int = 80) -> None:
    labels = Labels(paths.labels())
    labels.append(labelled(candidates(problems=number)))
    labels.close()


def test_it_is_a_command() -> None:
    assert "lens" in COMMANDS


def test_without_labels_everything_says_so(lens: Command) -> None:
    assert lens("data") == (0, "", "no labels yet\n")
    assert lens("status") == (0, "untrained: there are no labels with an embedding yet\n", "")
    assert lens("status", "--json")[1] == "[]\n"
    for command in ("train", "eval"):
        code, out, err = lens(command)
        assert (code, out) == (5, "") and "There is no lens" in err


def test_data_shows_what_sessions_tell_and_what_is_kept(lens: Command) -> None:
    store = Store(paths.database())
    for event in session():
        store.append("s1", event)
    store.close()
    code, out, _ = lens("data")
    assert (
        code == 0
        and "m1            samples       program         3 labels, 1 right, 2 wrong, of 1 problem" in out
    )
    rows = [json.loads(line) for line in lens("data", "--json")[1].splitlines()]
    assert [(row["source"], row["labels"], row["right"], row["embedded"]) for row in rows] == [
        ("samples", 3, 1, 3)
    ]


def test_data_goes_out_in_and_away(lens: Command, tmp_path: Path) -> None:
    keep(2)
    file = str(tmp_path / "out.jsonl")
    assert lens("data", "export", file)[0] == 0
    assert lens("data", "export", file)[0] == 2, "it exists"
    assert lens("data", "export", "-", "--source", "undone")[1] == ""
    code, _, err = lens("data", "delete")
    assert code == 2 and "it is not said which" in err
    code, _, err = lens("data", "delete", "--all")
    assert code == 5 and "8 labels will be forgotten" in err
    assert lens("data", "delete", "--domain", "own", "--yes") == (0, "", "8 labels deleted\n")
    assert lens("data", "import", file) == (0, "", "8 labels new\n")
    (tmp_path / "odd").write_text("x\n")
    code, _, err = lens("data", "import", str(tmp_path / "odd"))
    assert code == 2 and "Line 1 is no label; nothing is imported" in err
    assert lens("data", "import", str(tmp_path / "none"))[0] == 2
    assert lens("data", "delete", "--before", "soon")[0] == lens("data", "delete", "--source", "x")[0] == 2


def test_a_run_of_the_bench_is_taken_in(lens: Command, tmp_path: Path) -> None:
    run(tmp_path / "run", ("p1", "p2"))
    assert lens("import-bench", str(tmp_path / "run")) == (0, "", "4 labels in the run, 4 new\n")
    assert lens("import-bench", str(tmp_path / "run"))[2] == "4 labels in the run, 0 new\n"
    run(tmp_path / "public", set="mbpp")
    code, _, err = lens("import-bench", str(tmp_path / "public"))
    assert code == 5 and "--any-set" in err
    assert lens("import-bench", str(tmp_path / "nothing"))[0] == 2


def test_too_little_to_learn_from_is_refused(lens: Command) -> None:
    keep(3)
    code, _, err = lens("train")
    assert code == 5 and "12 labelled candidates; 100 are needed" in err
    code, out, _ = lens("status")
    assert code == 0 and out.startswith("untrained: It was not trained yet.")


def test_training_shows_its_progress_and_the_gate(lens: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr(teaching.learning, "Recipe", lambda: QUICK)
    code, out, err = lens("train", "--model", "000")
    assert code == 0 and err.splitlines() == [f"fold {fold} of 5" for fold in range(1, 6)]
    assert out.startswith("trained in ") and "\nopen: It beats chance where candidates are tied" in out
    assert ", afresh: 320 candidates" in out
    assert "afresh, for there is no problem that it has not seen" in lens("train", "--go-on")[1]
    assert ", afresh, for there is no problem" in lens("status")[1]
    code, out, err = lens("train", "--model", "1")
    assert code == 2 and "choose from 000000000000" in err


def test_status_and_eval_tell_the_numbers(lens: Command, tmp_path: Path) -> None:
    made = learn(candidates(problems=40), IDENTITY, QUICK).lens
    assert made is not None
    weights.save(path_of(paths.lens_dir(), IDENTITY), made)
    (row,) = json.loads(lens("status", "--json")[1])
    assert (row["state"], row["identity"]["dimension"]) == (made.gate.state, IDENTITY.dimension)
    assert row["gate"]["why"] == made.gate.why and row["report"]["candidates"] == 160
    code, out, _ = lens("eval")
    assert code == 0 and "160 candidates of 40 problems" in out
    for words in ("AUC", "by fold", "gain of the lens", "oracle", "change by the lens", "reliability"):
        assert words in out
    report = json.loads(lens("eval", "--json")[1])
    assert report["selection"]["problems"] == 40 and len(report["lens"]["folds"]) == 5
    run(tmp_path / "run")
    code, _, err = lens("eval", "--bench", str(tmp_path / "run"))
    assert code == 5 and "none has an embedding of the model" in err
