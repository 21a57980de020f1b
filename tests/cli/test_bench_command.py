"""``atlas-tui bench replay`` from outside: the last line, exit codes, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.cli.main import COMMANDS, with_default_command
from tests.ui.benches import kept

ROW: dict[str, Any] = {
    "id": "p",
    "statement": "Double a number.",
    "entry_point": "f",
    "samples": [{"assert": "assert f(2) == 4"}],
    "inputs": ["f(3)", "f(4)"],
    "candidates": [
        {"code": f"def f(x): return {expression}", "passed": right, "source": "m"}
        for expression, right in (("2 * x", True), ("x * x", False), ("x + x", True), ("7", False))
    ],
}


def bench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "atlas_tui", "bench", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    path = tmp_path / "pool.jsonl"
    path.write_text(json.dumps(ROW) + "\nnonsense\n" + json.dumps(ROW | {"id": "q"}) + "\n")
    return path


def test_the_last_line_is_one_object_with_the_promised_keys(pool: Path) -> None:
    done = bench(
        "replay", str(pool), "--k", "3", "--policy", "agreement", "--seeds", "20", "--json", cwd=pool.parent
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert {"pass@1", "sel@k", "pass@k", "efficiency", "states", "n"} <= report.keys()
    assert report["n"] == 2 and report["skipped"] == 1 and report["policy"] == "agreement"
    assert report["pass@1"] <= report["sel@k"] <= report["pass@k"]
    assert "line 2 is left out: not JSON" in done.stderr


def test_a_report_is_in_the_form_that_is_asked_for_or_that_its_name_says(tmp_path: Path) -> None:
    run = kept(tmp_path / "run")
    shown = bench("report", str(run), cwd=tmp_path)
    assert shown.returncode == 0 and "66.7 %" in shown.stdout, shown.stderr
    given = bench("report", str(run), "--format", "json", cwd=tmp_path)
    assert json.loads(given.stdout)["conditions"]["B"]["problems"] == 3
    out = tmp_path / "report.html"
    for _ in ("new", "in place of it"):
        done = bench("report", str(run), "--out", str(out), cwd=tmp_path)
        assert done.returncode == 0 and not done.stdout, done.stderr
        assert out.read_text().startswith("<!doctype html>")
    refused = bench("report", str(run), "--out", str(tmp_path), cwd=tmp_path)
    assert refused.returncode == 2 and "cannot be written" in refused.stderr


def test_the_report_for_the_person(pool: Path) -> None:
    done = bench("replay", str(pool), cwd=pool.parent)
    assert done.returncode == 0, done.stderr
    assert "2 problems, 8 draws of 3" in done.stdout and "* full" in done.stdout
    assert "1 malformed lines left out" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere.jsonl",), 2, "cannot be read"),
        ((".",), 2, "cannot be read"),
        (("bad.jsonl",), 2, "no pool that can be replayed"),
        (("pool.jsonl", "--policy", "oracle"), 2, "oracle"),
        (("pool.jsonl", "--k", "0"), 2, "--k"),
        (("pool.jsonl", "--seeds", "0"), 2, "--seeds"),
        ((), 2, "pool"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(
    pool: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (pool.parent / "bad.jsonl").write_text("nonsense\n")
    done = bench("replay", *arguments, cwd=pool.parent)
    assert done.returncode == code and words in done.stderr
    assert "Traceback" not in done.stderr


def test_bench_is_a_command_and_no_problem_file() -> None:
    assert "bench" in COMMANDS
    assert with_default_command(["bench", "replay", "x"]) == ["bench", "replay", "x"]
