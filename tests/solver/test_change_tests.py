"""Tests that the model wrote for a change: taken apart, named anew, put into one file."""

from __future__ import annotations

from atlas_tui.problem import Project
from atlas_tui.solver.change.test_files import file_of, from_replies, id_of

PROJECT = Project(
    root="/r", base="/b", identity="", runner="pytest", required=("tests/unit/test_a.py::test_x",)
)
REPLY = """```python
import pytest
from shop.cart import total

HALF = 0.5

def test_empty():
    assert total([]) == 0

def test_with_fixture(tmp_path):
    assert tmp_path

@pytest.mark.parametrize("n", [1, 2])
def test_many(n):
    assert n

@pytest.mark.skipif(False, reason="no")
def test_half():
    assert total([HALF]) == HALF

if __name__ == "__main__":
    test_empty()
```"""


def test_every_test_stands_alone_with_what_it_needs() -> None:
    found = from_replies([REPLY], 12)
    assert [test.expected for test in found.tests] == ["test_1_empty", "test_2_half"]
    for test in found.tests:
        assert "from shop.cart import total" in test.given and "__main__" not in test.given
        compile(test.given, "test", "exec")
    assert "@pytest.mark.skipif" in found.tests[1].given
    assert {each.why: each.number for each in found.dropped} == {"it asks for arguments": 2}


def test_the_same_test_again_counts_once_and_is_trusted_more() -> None:
    same = "```python\nfrom shop.cart import total\n\ndef test_nothing():\n    assert total([]) == 0\n```"
    other = same.replace("test_nothing", "test_none").replace("\n    assert", "\n    # none\n    assert")
    found = from_replies([same, other, "no code at all", "```python\ndef test_(:\n```"], 12)
    (test,) = found.tests
    assert test.origin == "tests 1+2" and test.trust > from_replies([same], 12).tests[0].trust
    assert {each.why: each.number for each in found.dropped} == {"not in the form asked for": 1}


def test_no_more_than_are_used() -> None:
    many = "```python\n" + "".join(f"def test_{n}():\n    assert {n} >= 0\n\n" for n in range(9)) + "```"
    found = from_replies([many], 4)
    assert len(found.tests) == 4
    assert {each.why: each.number for each in found.dropped} == {"more than are used": 5}


def test_they_lie_beside_the_tests_that_decide() -> None:
    tests = from_replies([REPLY], 12).tests
    change = file_of(PROJECT, tests)
    assert change.path == "tests/unit/test_atlas_written.py"
    assert change.content is not None and change.content.count(b"def test_") == 2
    assert id_of(PROJECT, tests[0]) == "tests/unit/test_atlas_written.py::test_1_empty"
