"""Pools: rows as values, and what is wrong with those that are none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.bench.pool import (
    AssertSample,
    CallSample,
    Candidate,
    Malformed,
    PoolRow,
    StdinSample,
    read_pool,
    row_of,
)
from atlas_tui.errors import InputError

GOOD: dict[str, Any] = {"id": "p", "statement": "s", "candidates": [{"code": "x = 1", "passed": True}]}


def test_a_whole_row() -> None:
    row = row_of(
        GOOD
        | {
            "entry_point": "f",
            "starter": "class Solution:",
            "samples": [{"assert": "assert f(1) == 2"}, {"kwargs": {"a": 1}, "expected": [2]}],
            "inputs": ["f(1)"],
            "candidates": [{"code": "x", "source": "m", "passed": False}],
            "self_tests": ["assert f(2) == 3"],
        },
        7,
    )
    assert row.line == 7 and row.samples == (AssertSample("assert f(1) == 2"), CallSample({"a": 1}, [2]))
    assert row.candidates == (Candidate("x", False, "m"),)
    row = row_of(GOOD | {"id": 12, "samples": [{"stdin": "1", "stdout": "2"}]}, 1)
    assert row.id == "12" and row.samples == (StdinSample("1", "2"),)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": None}, "id"),
        ({"statement": None}, "statement is missing"),
        ({"statement": 3}, "statement is not a text"),
        ({"candidates": None}, "candidates is missing"),
        ({"candidates": []}, "there are no candidates"),
        ({"candidates": ["x"]}, "candidate 1 is not an object"),
        ({"candidates": [{"code": "x", "passed": 1}]}, "candidate 1: passed"),
        ({"candidates": [{"code": "x"}]}, "candidate 1: passed is missing"),
        ({"candidates": [{"passed": True}]}, "candidate 1: code is missing"),
        ({"samples": {}}, "samples is not a list"),
        ({"samples": [{"stdin": "1"}]}, "sample 1 is none of"),
        ({"samples": [{"assert": " "}]}, "sample 1 is none of"),
        ({"samples": [{"kwargs": {}, "expected": 1}]}, "need an entry_point"),
        ({"samples": [{"stdin": "", "stdout": ""}, {"assert": "assert f()"}]}, "some are calls"),
        ({"inputs": [1]}, "inputs holds something that is not a text"),
        ({"self_tests": "assert 1"}, "self_tests is not a list"),
        ({"entry_point": ["f"]}, "entry_point is not a text"),
    ],
)
def test_a_malformed_row_says_what_is_wrong(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        row_of(GOOD | change, 1)


@pytest.mark.parametrize("packed", [False, True])
def test_lines_are_counted_as_they_stand_in_the_file(tmp_path: Path, packed: bool) -> None:
    lines = [json.dumps(GOOD), "", "no json", "[" * 100_000, "[]", "\ufffe", json.dumps(GOOD)]
    data = "\n".join(lines).encode()
    path = tmp_path / ("pool.jsonl.gz" if packed else "pool.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    rows = list(read_pool(path))
    assert [row.line for row in rows] == [1, 3, 4, 5, 6, 7]
    assert [type(row) for row in rows] == [PoolRow, Malformed, Malformed, Malformed, Malformed, PoolRow]
    assert isinstance(rows[3], Malformed) and rows[3].why == "not an object"


def test_what_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(json.dumps(GOOD).encode() * 50)[:-20])
    plain = tmp_path / "plain.gz"
    plain.write_text(json.dumps(GOOD))
    for path in (tmp_path / "none.jsonl", tmp_path, cut, plain):
        with pytest.raises(InputError):
            list(read_pool(path))
