"""Which tests must pass and which must go on passing, found by running the unchanged tests twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import Verdict
from atlas_tui.project.base import Outcome, Report, TestCase
from atlas_tui.project.baseline import baseline, compared
from atlas_tui.sandbox import LocalSandbox
from tests.project.suites import LIMITS, laid, project

pytestmark = pytest.mark.asyncio(loop_scope="module")

TESTS = """
import os, socket
def test_good(): assert True
def test_bad(): assert 1 + 1 == 3
def test_flaky(): assert os.getpid() == int.from_bytes(os.urandom(4), "big")
def test_sometimes(): assert os.urandom(8).hex() in os.environ.get("SEEN", "")
def test_network(): socket.create_connection(("example.com", 80), timeout=5)
def test_skipped():
    import pytest
    pytest.skip("no")
"""


def report(**ends: str) -> Report:
    cases = {name: TestCase(id=name, outcome=Outcome(end), detail=name) for name, end in ends.items()}
    return Report(cases=cases, whole=True)


async def test_what_fails_twice_is_required(sandbox: LocalSandbox, tmp_path: Path) -> None:
    suite = project(laid(tmp_path, {"test_a.py": TESTS, "test_new.py": "from lib import wanted\n"}), "pytest")
    found = await baseline(sandbox, suite, limits=LIMITS)
    assert set(found.required) == {
        "test_a.py::test_bad",
        "test_a.py::test_flaky",
        "test_a.py::test_sometimes",
        "test_new.py",
    }
    assert found.kept == ("test_a.py::test_good",)
    assert found.fault == ""
    assert "assert (1 + 1) == 3" in dict(found.failures)["test_a.py::test_bad"]
    assert ("test_a.py", 4) in found.places
    assert any("network" in note and "test_a.py::test_network" in note for note in found.notes)
    assert any("test_new.py" in note and "could not be read" in note for note in found.notes)
    made = found.applied(suite)
    assert (made.required, made.kept, made.failures) == (found.required, found.kept, found.failures)


async def test_that_do_not_end_alike_are_flaky() -> None:
    suite = project(Path("/"), "pytest")
    first, last = (
        report(a="passed", b="failed", c="error", d="skipped"),
        report(a="failed", b="passed", c="failed"),
    )
    found = compared([first, last], suite)
    assert (found.required, found.kept, found.flaky) == (("c",), (), ("a", "b", "d"))
    assert any("a, b, d" in note for note in found.notes)


async def test_what_is_named_decides() -> None:
    suite = project(Path("/"), "pytest")
    runs = [report(**{"t.py::a": "failed", "t.py::b": "passed", "u.py::c": "failed"})] * 2
    found = compared(runs, suite, ["t.py", "u.py::d"])
    assert found.required == ("t.py::a",)
    assert "u.py::d is none of the tests that were run: it decides nothing" in found.notes
    assert "1 other test fails now, and need not pass" in found.notes
    passing = compared(runs, suite, ["t.py::b"])
    assert passing.required == ()
    assert "t.py::b passes already, before anything is changed" in passing.notes


async def test_a_skipped_test_that_is_named_is_not_said_to_pass() -> None:
    runs = [report(**{"t.py::a": "skipped", "t.py::b": "passed"})] * 2
    found = compared(runs, project(Path("/"), "pytest"), ["t.py::a"])
    assert found.required == () and "t.py::a is skipped: it decides nothing" in found.notes


async def test_a_file_may_be_named_where_ids_are_dotted() -> None:
    runs = [report(**{"test_x.TestA.test_a": "failed", "test_y.TestB.test_b": "failed"})] * 2
    found = compared(runs, project(Path("/"), "python -m unittest discover -s tests"), ["tests/test_x.py"])
    assert found.required == ("test_x.TestA.test_a",)


async def test_all_pass_already_is_said() -> None:
    found = compared([report(a="passed", b="skipped")] * 2, project(Path("/"), "pytest"))
    assert (found.required, found.kept, found.fault) == ((), ("a",), "")
    assert any("passes already" in note and "name or write one" in note for note in found.notes)


@pytest.mark.slow
async def test_a_test_that_was_the_last_in_a_long_row_does_not_hang(
    sandbox: LocalSandbox, tmp_path: Path
) -> None:
    tests = """
import time, unittest
class A(unittest.TestCase):
    def test_a_takes_long(self): time.sleep(5)
    def test_b_as_well(self): time.sleep(5)
"""
    suite = project(laid(tmp_path, {"test_a.py": tests}), "python -m unittest")
    found = await baseline(sandbox, suite, limits=replace(LIMITS, wall_seconds=11.0))
    assert (found.required, found.kept) == ((), ("test_a.A.test_a_takes_long", "test_a.A.test_b_as_well"))
    assert any("did not end within their time" in note for note in found.notes)


@pytest.mark.slow
async def test_a_run_that_took_too_long_is_not_repeated(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """
import time, unittest
class A(unittest.TestCase):
    def test_a_passes(self): pass
    def test_b_hangs(self): time.sleep(600)
"""
    suite = project(laid(tmp_path, {"test_a.py": tests}), "python -m unittest")
    found = await baseline(sandbox, suite, limits=replace(LIMITS, wall_seconds=6.0))
    assert [one.verdict for one in found.reports] == [Verdict.TLE]
    assert (found.required, found.kept) == (("test_a.A.test_b_hangs",), ("test_a.A.test_a_passes",))
    assert any("once only" in note for note in found.notes)


async def test_nothing_to_run_is_a_fault(sandbox: LocalSandbox, tmp_path: Path) -> None:
    found = await baseline(sandbox, project(laid(tmp_path, {"a.py": ""}), "pytest"), limits=LIMITS)
    assert found.fault == "pytest found no tests"
    assert len(found.reports) == 1
