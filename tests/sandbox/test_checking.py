"""Checker programs: they run in the sandbox, and only True is OK."""

from __future__ import annotations

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Ran
from atlas_tui.sandbox.checking import check
from tests.sandbox.conftest import SECRET

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUM = """
def check(given, printed, expected):
    numbers = [int(word) for word in printed.split()]
    print('noise', file=__import__('sys').stderr)
    return len(numbers) == 2 and sum(numbers) == int(given) and expected == 'any'
"""


def printed(text: str | bytes) -> Ran:
    return Ran(verdict=Verdict.OK, stdout=text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(
    ("text", "verdict"), [("3 7", Verdict.OK), ("8 2\n", Verdict.OK), ("3 8", Verdict.WA)]
)
async def test_several_answers_are_right(sandbox: LocalSandbox, text: str, verdict: Verdict) -> None:
    assert await check(sandbox, SUM, "10", printed(text), "any") == (verdict, "")


async def test_a_returned_value_comes_as_json(sandbox: LocalSandbox) -> None:
    source = "import json\ndef check(given, printed, expected): return json.loads(printed) == [1, None]"
    ran = await sandbox.run(Job(source="def f(): return (1, None)", entry_point="f", arguments="[]"))
    assert await check(sandbox, source, "[]", ran, "") == (Verdict.OK, "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 1", "returned 1, not true or false"),
        ("return None", "returned null"),
        ("return 'true'", 'returned "true"'),
        ("return [True]", "returned [true]"),
        ("raise KeyError('x')", "RE, KeyError: 'x'"),
        ("int('x')", "ValueError"),
        ("import os; os._exit(0)", "ended before the function returned"),
        ("while True: pass", "TLE"),
        ("return bytearray(10**12)", "MLE"),
        ("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)", "SV"),
        ("return object()", "no JSON form"),
    ],
)
async def test_a_checker_that_fails_tells_nothing_about_the_candidate(
    sandbox: LocalSandbox, body: str, words: str
) -> None:
    source = f"def check(given, printed, expected):\n    {body}"
    verdict, note = await check(
        sandbox, source, "", printed("1"), "1", Limits(cpu_seconds=0.5, wall_seconds=10)
    )
    assert verdict is Verdict.IE
    assert note.startswith("the checker failed") and words in note, note


@pytest.mark.parametrize(
    "source", ["", "def chek(*a): return True", "check = True", "def check(:", "def check(): pass"]
)
async def test_what_is_no_checker_fails(sandbox: LocalSandbox, source: str) -> None:
    verdict, note = await check(sandbox, source, "", printed("1"), "1")
    assert verdict is Verdict.IE and note.startswith("the checker failed"), note


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.OK])
async def test_a_run_that_did_not_end_well_keeps_its_verdict(sandbox: LocalSandbox, verdict: Verdict) -> None:
    always = "def check(*_): return True"
    assert await check(sandbox, always, "", Ran(verdict=verdict, stdout=b"1"), "1") == (verdict, "")


@pytest.mark.parametrize(
    "output",
    [
        "\"]'''); raise SystemExit", "\x1b]52;c;x\x07\x00", b"\xff\xfe", "true", "\u2028\ud7ff𝄞",
        "[" * 100_000, "9" * 1_000_000, "\n" * 1_000_000,
    ],
    ids=range(8),
)  # fmt: skip
async def test_output_is_data_for_the_checker(sandbox: LocalSandbox, output: str | bytes) -> None:
    same = "def check(given, printed, expected): return printed == expected"
    text = output if isinstance(output, str) else output.decode("utf-8", "replace")
    assert await check(sandbox, same, "", printed(output), text) == (Verdict.OK, "")
    assert await check(sandbox, same, "", printed(output), text + "x") == (Verdict.WA, "")


async def test_it_is_held_like_a_candidate(sandbox: LocalSandbox) -> None:
    source = """
import os
def check(given, printed, expected):
    folder = os.path.dirname(given)
    for attempt in (lambda: open(given).read(), lambda: os.fork(), lambda: os.listdir(folder)):
        try:
            attempt()
        except OSError:
            continue
        return True
    return os.environ.get('OPENAI_API_KEY') == expected
"""
    assert await check(sandbox, source, __file__, printed("1"), SECRET) == (Verdict.WA, "")
