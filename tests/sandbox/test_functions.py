"""Function mode: found, called, returned as strict JSON."""

from __future__ import annotations

import json

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Mode
from atlas_tui.sandbox import LocalSandbox, judge
from atlas_tui.sandbox.base import Job, Ran

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def call(sandbox: LocalSandbox, source: str, *arguments: object, entry_point: str = "f") -> Ran:
    return await sandbox.run(Job(source=source, entry_point=entry_point, arguments=json.dumps(arguments)))


async def test_a_function(sandbox: LocalSandbox) -> None:
    ran = await call(sandbox, "def f(a, b):\n    print('noise')\n    return (a, [b], {'k': None})", 1, "ü")
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"noise\n")
    assert ran.result is not None and json.loads(ran.result) == [1, ["ü"], {"k": None}]


async def test_a_method_of_solution(sandbox: LocalSandbox) -> None:
    source = "class Solution:\n    def f(self, a: int) -> int:\n        return a * 2"
    assert (await call(sandbox, source, 21)).result == "42"
    assert (await call(sandbox, source, 21, entry_point="Solution.f")).result == "42"


async def test_it_is_a_module_and_not_main(sandbox: LocalSandbox) -> None:
    source = """
from dataclasses import dataclass
@dataclass
class Point:
    x: int
def f(x): return [Point(x).x, __name__ == "__main__"]
if __name__ == "__main__":
    raise SystemExit("not now")
"""
    assert (await call(sandbox, source, 5)).result == "[5,false]"


@pytest.mark.parametrize("source", ["def g(): pass", "f = 3", "class Solution:\n    f = 1", ""])
async def test_missing_entry_point_is_ce(sandbox: LocalSandbox, source: str) -> None:
    ran = await call(sandbox, source)
    assert ran.verdict is Verdict.CE and b"'f'" in ran.stderr


@pytest.mark.parametrize(
    "value",
    ["float('nan')", "[float('inf')]", "{1, 2}", "object()", "b'x'", "1j", "{(1, 2): 3}", "(x for x in [])"],
)
async def test_what_json_cannot_hold_is_re_with_a_clear_line(sandbox: LocalSandbox, value: str) -> None:
    ran = await call(sandbox, f"def f(): return {value}")
    assert (ran.verdict, ran.result) == (Verdict.RE, None)
    assert ran.stderr.startswith(b"ValueError: the returned value has no JSON form")


@pytest.mark.parametrize(
    "source",
    ["def f():\n    a = []\n    for _ in range(10**5): a = [a]\n    return a",
     "def f():\n    a = []\n    a.append(a)\n    return a",
     "def f(): return 10 ** 10000"],
    ids=["deep", "circular", "digits"],
)  # fmt: skip
async def test_what_would_hurt_the_reader_is_re(sandbox: LocalSandbox, source: str) -> None:
    assert (await call(sandbox, source)).verdict is Verdict.RE


async def test_too_large_a_value_is_ole(sandbox: LocalSandbox) -> None:
    job = Job(source="def f(): return 'x' * 10000", entry_point="f", arguments="[]",
              limits=Limits(output_bytes=5000))  # fmt: skip
    ran = await sandbox.run(job)
    assert (ran.verdict, ran.facts.limit, ran.result) == (Verdict.OLE, "output", None)


@pytest.mark.parametrize(
    "source",
    ["import sys\ndef f(): sys.exit(0)", "import os\ndef f(): os._exit(0)", "raise SystemExit",
     "import os\nos._exit(0)"],
)  # fmt: skip
async def test_ending_before_the_result_is_not_ok(sandbox: LocalSandbox, source: str) -> None:
    ran = await call(sandbox, source)
    assert (ran.verdict, ran.result) == (Verdict.RE, None)
    assert "ended before the function returned" in ran.facts.notes


async def test_one_blind_write_in_the_right_form_is_no_result(sandbox: LocalSandbox) -> None:
    source = """
import os
def f():
    for fd in range(3, 1024):
        try: os.write(fd, b'x' * 32 + b' value 42')
        except OSError: pass
    os._exit(0)
"""
    ran = await call(sandbox, source)
    assert (ran.verdict, ran.result) == (Verdict.RE, None)


async def test_blind_writes_to_guessed_descriptors_are_no_result(sandbox: LocalSandbox) -> None:
    source = """
import os
def f():
    for fd in range(3, 1024):
        for text in (b'42', b'value 42', b'x' * 32 + b' value 42'):
            try: os.write(fd, text)
            except OSError: pass
    os._exit(0)
"""
    ran = await call(sandbox, source)
    if ran.result is not None:  # a forged value is still only a value, compared like any other
        assert judge(ran, "43", Mode.FUNCTION) is Verdict.WA
    assert judge(ran, "43", Mode.FUNCTION) is not Verdict.OK


async def test_overridden_comparison_does_not_help(sandbox: LocalSandbox) -> None:
    source = """
class Always(int):
    def __eq__(self, other): return True
    def __hash__(self): return 0
def f(): return Always(1)
"""
    ran = await call(sandbox, source)
    assert ran.verdict is Verdict.OK
    assert judge(ran, "2", Mode.FUNCTION) is Verdict.WA


async def test_a_patched_json_module_does_not_matter(sandbox: LocalSandbox) -> None:
    source = """
import json, os, sys
def broken(*a, **k): raise RuntimeError
json.dumps = json.JSONEncoder.encode = broken
os.write = os._exit = broken
sys.stdout = None
def f(): return 7
"""
    ran = await call(sandbox, source)
    assert (ran.verdict, ran.result) == (Verdict.OK, "7")


async def test_threads_left_behind_do_not_hold_up_the_answer(sandbox: LocalSandbox) -> None:
    source = """
import threading
def f():
    threading.Thread(target=threading.Event().wait).start()
    return 1
"""
    ran = await call(sandbox, source)
    assert (ran.verdict, ran.result) == (Verdict.OK, "1")


async def test_errors_in_the_call_are_re(sandbox: LocalSandbox) -> None:
    ran = await call(sandbox, "def f(a): return a", 1, 2)
    assert ran.verdict is Verdict.RE and b"takes 1 positional argument" in ran.stderr
