"""Function mode: found, called, returned as strict JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

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


@pytest.mark.parametrize(("entry_point", "result"), [("f", "7"), ("Solution.g", "8"), ("Box", "[null,9]")])
async def test_replaced_builtins_do_not_matter(sandbox: LocalSandbox, entry_point: str, result: str) -> None:
    source = """
import builtins, sys
def broken(*a, **k): raise RuntimeError
def f(*a): return 7
class Solution:
    def g(self, *a): return 8
class Box:
    def get(self): return 9
sys.exit = broken
for name in dir(builtins):
    if not name.startswith('_') and name.islower() and name not in ('setattr', 'dir', 'builtins'):
        setattr(builtins, name, broken)
"""
    ran = await call(sandbox, source, ["Box", "get"], [[], []], entry_point=entry_point)
    assert (ran.verdict, ran.result) == (Verdict.OK, result), ran.stderr


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


COUNTER = """
class Counter:
    def __init__(self, start=0):
        self.seen = [start]
    def add(self, n):
        print('add', n)
        self.seen.append(n)
    def all(self):
        return self.seen
    def pair(self, a, b):
        return (a, {'b': b})
    def _hidden(self):
        return 1
    def boom(self):
        return self.seen[99]
    size = 3
"""


async def play(sandbox: LocalSandbox, *steps: tuple[str, Sequence[object]], source: str = COUNTER) -> Ran:
    names, arguments = [name for name, _ in steps], [given for _, given in steps]
    return await call(sandbox, source, names, arguments, entry_point=steps[0][0])


async def test_calls_of_a_class_in_order(sandbox: LocalSandbox) -> None:
    ran = await play(sandbox, ("Counter", [5]), ("add", [7]), ("pair", [1, None]))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"add 7\n"), ran.stderr
    assert ran.result == '[null,null,[1,{"b":null}]]'
    assert judge(ran, '[null, null, [1, {"b": null}]]', Mode.FUNCTION) is Verdict.OK
    assert (await play(sandbox, ("Counter", []))).result == "[null]"


async def test_what_a_call_returned_does_not_change_with_the_object(sandbox: LocalSandbox) -> None:
    ran = await play(sandbox, ("Counter", [1]), ("all", []), ("add", [2]), ("all", []))
    assert ran.result == "[null,[1],null,[1,2]]"


async def test_a_class_called_solution_may_be_played_too(sandbox: LocalSandbox) -> None:
    source = "class Solution:\n    def __init__(self, n): self.n = n\n    def get(self): return self.n"
    assert (await play(sandbox, ("Solution", [4]), ("get", []), source=source)).result == "[null,4]"


async def test_a_class_in_a_class(sandbox: LocalSandbox) -> None:
    source = "class A:\n    class B:\n        def get(self): return 6"
    ran = await call(sandbox, source, ["B", "get"], [[], []], entry_point="A.B")
    assert (ran.verdict, ran.result) == (Verdict.OK, "[null,6]"), ran.stderr


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (("_hidden", []), b"AttributeError: '_hidden'"),
        (("__init__", [1]), b"AttributeError: '__init__'"),
        (("missing", []), b"AttributeError: 'Counter' object has no attribute 'missing'"),
        (("size", []), b"TypeError: 'int' object is not callable"),
        (("add", []), b"TypeError: Counter.add() missing 1 required"),
        (("boom", []), b"IndexError"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
async def test_a_call_that_fails_is_re(
    sandbox: LocalSandbox, step: tuple[str, Sequence[object]], line: bytes
) -> None:
    ran = await play(sandbox, ("Counter", [5]), step)
    assert (ran.verdict, ran.result) == (Verdict.RE, None)
    shown = ran.stderr.replace(b"TypeError: add()", b"TypeError: Counter.add()")  # before Python 3.10
    assert line in shown and b"harness" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        [], [1], [["Counter"]], [["Counter"], [[]], 3], [["Counter"], []], [[], []], ["Counter", [[]]],
        [["Counter", "all"], [[]]], [["Counter", "all"], [[], 3]], [["Counter", 3], [[], []]],
        [["Other"], [[]]], [["all", "Counter"], [[], []]], [["Counter"], {"Counter": []}],
    ],
    ids=str,
)  # fmt: skip
async def test_arguments_that_are_no_calls_are_told_in_one_line(
    sandbox: LocalSandbox, arguments: list[object]
) -> None:
    ran = await call(sandbox, COUNTER, *arguments, entry_point="Counter")
    assert (ran.verdict, ran.result) == (Verdict.RE, None)
    assert ran.stderr.startswith(b"ValueError: Counter is a class: its arguments must be")
    assert ran.stderr.count(b"\n") == 1


async def test_a_value_in_between_that_json_cannot_hold(sandbox: LocalSandbox) -> None:
    source = "class Box:\n    def get(self): return {1, 2}\n    def more(self): print('more')"
    ran = await play(sandbox, ("Box", []), ("get", []), ("more", []), source=source)
    assert (ran.verdict, ran.result, ran.stdout) == (Verdict.RE, None, b"")
    assert ran.stderr.startswith(b"ValueError: the returned value has no JSON form")


async def test_a_type_of_the_language_is_only_called(sandbox: LocalSandbox) -> None:
    assert (await call(sandbox, "f = int", "12")).result == "12"


async def test_a_constructor_that_ends_the_program_is_not_ok(sandbox: LocalSandbox) -> None:
    source = "class Box:\n    def __init__(self): raise SystemExit(0)"
    ran = await play(sandbox, ("Box", []), ("get", []), source=source)
    assert (ran.verdict, ran.result) == (Verdict.RE, None)


async def test_many_calls(sandbox: LocalSandbox) -> None:
    steps = [("Counter", [0]), *[("pair", [n, n]) for n in range(20_000)]]
    ran = await play(sandbox, *steps)
    assert ran.verdict is Verdict.OK and ran.result is not None, ran.stderr
    assert json.loads(ran.result)[-1] == [19_999, {"b": 19_999}]


async def test_a_missing_entry_point_is_ce_without_standard_error_too(sandbox: LocalSandbox) -> None:
    ran = await call(sandbox, "import os\nos.close(2)")
    assert ran.verdict is Verdict.CE
