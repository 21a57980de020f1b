"""Converters: each known form of recorded outputs becomes rows that a replay reads."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.bench.pool import PoolRow, read_pool
from benchmarks import convert_pools

CODET = {
    "task_id": "T/0", "prompt": "def f(x):\n", "entry_point": "f",
    "unique_solutions": ["    return 1\n", "    return 2\n"],
    "sample_to_solution": [0, 1, 0], "hidden_pass": [0, 1], "unique_tests": ["assert f(1) == 2"],
    "input_exprs": ["f(1)"], "samples": ["assert f(0) == 2"],
}  # fmt: skip
STRONG = {
    "task_id": "T/1", "prompt": "def f(x):\n", "entry_point": "f",
    "samples": ["f(0) == 2"], "input_exprs": ["f(1)"],
    "candidates": [
        {"source": "ChatGPT/a.jsonl", "code": "x", "he_pass": True},
        {"source": "GPT4/b.jsonl", "code": "y", "he_pass": False},
        {"source": "new/simple_gpt-3.5-turbo.jsonl", "code": "z", "he_pass": False},
    ],
}  # fmt: skip
LCB: dict[str, Any] = {
    "question_id": "7", "question_content": "Add.", "platform": "leetcode", "starter_code": "class Solution:",
    "fn_name": "add", "public_samples": [{"kwargs": {"a": 1}, "expected": 2}],
    "o1mini": {"code": "m", "official_pass": True}, "o1preview": {"code": "p", "official_pass": False},
}  # fmt: skip
STDIN = LCB | {
    "question_id": "8", "fn_name": None, "starter_code": "",
    "public_samples": [
        {"stdin": "1", "stdout": "2", "verified": True}, {"stdin": "1", "stdout": "?", "verified": False},
    ],
}  # fmt: skip
ABLATION = {
    "question_id": "8", "a": {"passed": True, "code": "q"}, "b": {"passed": False, "code": ""}, "c": None,
    "d": {"passed": False, "code": "r"},
}  # fmt: skip
TESTS = {
    "question_id": "7",
    "tests": [
        "my_solution=Solution()\ntest_input = {'a': 4}\nassert my_solution.add(**test_input) == 6",
        "assert Solution().add(a = 5) == 7",
        "assert something_else",
        "broken(",
    ],
}


def converted(folder: Path, rows: list[Any], name: str = "in.jsonl", *options: str) -> list[PoolRow]:
    source, pool = folder / name, folder / "out.jsonl.gz"
    source.write_text("\n".join(map(json.dumps, rows)))
    command = [sys.executable, str(Path(convert_pools.__file__)), str(source), "-o", str(pool), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    found = list(read_pool(pool))
    assert all(isinstance(row, PoolRow) for row in found)
    return [row for row in found if isinstance(row, PoolRow)]


def test_codet(tmp_path: Path) -> None:
    (row,) = converted(tmp_path, [CODET])
    assert [(one.code, one.passed) for one in row.candidates] == [
        ("def f(x):\n    return 1\n", False), ("def f(x):\n    return 2\n", True),
        ("def f(x):\n    return 1\n", False),
    ]  # fmt: skip
    assert row.self_tests == ("assert f(1) == 2",) and row.inputs == ("f(1)",)


@pytest.mark.parametrize(("pattern", "codes"), [("", "xyz"), ("ChatGPT|GPT-3.5", "xz"), ("GPT-4", "y")])
def test_sources_are_filtered(tmp_path: Path, pattern: str, codes: str) -> None:
    (row,) = converted(tmp_path, [STRONG], "in.jsonl", *(["--source", pattern] if pattern else []))
    assert "".join(one.code for one in row.candidates) == codes


def test_a_problem_without_candidates_of_a_source_is_left_out(tmp_path: Path) -> None:
    assert converted(tmp_path, [STRONG], "in.jsonl", "--source", "nobody") == []


def test_livecodebench(tmp_path: Path) -> None:
    leetcode, stdin = converted(tmp_path, [LCB, STDIN])
    assert leetcode.entry_point == "add" and [one.passed for one in leetcode.candidates] == [True, False]
    assert len(stdin.samples) == 1, "what an officially right program does not print is no sample"


def test_files_by_question_take_their_problems_from_beside_them(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "lcb880.dev.jsonl.gz", "wt") as file:
        file.write("\n".join(map(json.dumps, [LCB, STDIN])))
    (row,) = converted(tmp_path, [ABLATION])
    assert [one.code for one in row.candidates] == ["q", "r", "m", "p"]
    (row,) = converted(tmp_path, [TESTS])
    assert row.inputs == ("add(**{'a': 4})", "add(a=5)"), "inputs without their answers"
    assert "6" not in str(row.inputs) and row.self_tests == ()


def test_an_unknown_form_ends_with_two(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"a": 1}\n')
    for path in (source, tmp_path / "none"):
        command = [sys.executable, str(Path(convert_pools.__file__)), str(path), "-o", str(tmp_path / "out")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2 and "cannot be converted" in done.stderr
