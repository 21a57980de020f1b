"""Wrong changes of real repositories are repaired: what the model is told of them, and what comes of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.events import (
    CandidateReady,
    Facts,
    FailureClass,
    Outcome,
    RepairTried,
    RunFinished,
    Verdict,
)
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver.board import Board
from atlas_tui.solver.budgets import Ledger
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.repairs import Repairs
from atlas_tui.solver.staging import Staging
from tests.solver.change_runs import ALONE, DIAGNOSING, REPAIRING, of, running

CART = """def total(prices, discount=0):
    return sum(prices) - discount - discount


def count(prices):
    return len(prices)
"""
TESTS = """from shop.cart import count, total


def test_a_discount_is_taken_once():
    assert total([10], 2) == 8


def test_without():
    assert total([1, 2]) == 3


def test_count():
    assert count([1, 2]) == 2
"""
SHOP = {"shop/__init__.py": "", "shop/cart.py": CART, "tests/test_cart.py": TESTS}
PYTHON = "### shop/cart.py\n```python\ndef total(prices, discount=0):\n    return {}\n```"
RIGHT = PYTHON.format("sum(prices) - discount")
FAILS = PYTHON.format("sum(prices) // len(prices[3:])")
BREAKS = PYTHON.format("8")
SPOILT = PYTHON.format("sum(prices")
TEXT = "A discount is taken twice."
REQUIRED = "tests/test_cart.py::test_a_discount_is_taken_once"


async def test_from_no_change_at_all_to_the_right_one(tmp_path: Path) -> None:
    replies = {
        DIAGNOSING: ["Kind: algorithm"],
        "passed before and fail": ["Mistake: it is right for one cart alone.\n" + RIGHT],
        "ZeroDivisionError": ["Assumption: there are four prices.\n" + BREAKS],
        "This answer cannot be used": ["Mistake: a bracket.\n" + FAILS],
        "": [SPOILT],
    }
    async with running(tmp_path, SHOP, replies, **ALONE) as run:
        seen = await run.solved(TEXT, tests="pytest -q")
        unusable, fails, breaks = run.model.prompts("First write one line")
    tried = of(events.RepairTried, seen)
    assert [(each.kept, each.before, each.after) for each in tried] == [
        (True, 0, 0),
        (True, 0, 1),
        (True, 1, 2),
    ]
    assert tried[0].failure is FailureClass.UNUSABLE
    ended, (choice,) = of(events.RunEnded, seen)[0], of(events.Chosen, seen)
    assert ended.outcome is Outcome.VERIFIED and (choice.passed, choice.samples, choice.round) == (2, 2, 3)
    assert "+    return sum(prices) - discount\n" in choice.code

    assert SPOILT in unusable and unusable.count("cannot be used") == 2 and "```diff" not in unusable
    assert "“(” is never closed" in unusable

    assert f"The test {REQUIRED} fails:" in fails and "ZeroDivisionError: integer division" in fails
    asked_for = fails.partition("# Task")[2]
    assert "The code of shop/cart.py around line 2:\n```\ndef total(prices, discount=0):\n" in asked_for
    assert "The code of tests/test_cart.py" not in asked_for, "pytest shows the line itself"
    assert "write the change anew" in asked_for and "on this input" not in asked_for

    assert "fail with the change:\n- tests/test_cart.py::test_without\n" in breaks
    assert "The test tests/test_cart.py::test_without fails:" in breaks and "assert 8 == 3" in breaks
    assert f"must go on passing:\n- {REQUIRED}" in breaks
    assert "did not help" not in fails + breaks, "what it was made of did"
    heads = {prompt.partition("# Task")[0] for prompt in (unusable, fails, breaks)}
    assert len(heads) == 1, "what they begin with is read once"


async def test_what_may_not_be_done_is_told_and_done_without(tmp_path: Path) -> None:
    more = RIGHT + "\n\n### shop/other.py\n```python\ndef more():\n    return 1\n```"
    files = {**SHOP, "shop/other.py": "def more():\n    return 0\n"}
    replies = {REPAIRING: ["Mistake: too much.\n" + RIGHT], "": [more]}
    async with running(tmp_path, files, replies, **ALONE) as run:
        seen = await run.solved(TEXT, tests="pytest -q", allowed=("shop/cart.py",))
        (prompt,) = run.model.prompts(REPAIRING)
    assert "does what it may not" in prompt
    assert (
        "- shop/other.py is not among the files that may be changed\nDo without it."
        in prompt.partition("# Task")[2]
    )
    (tried,), (choice,) = of(events.RepairTried, seen), of(events.Chosen, seen)
    assert tried.kept and choice.round == 1 and choice.passed == 2 and "other.py" not in choice.code
    assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED


NODE = {
    "package.json": '{"type": "module", "scripts": {"test": "node --test"}}\n',
    "src/cart.js": "export function total(prices, discount = 0) {\n"
    "  return prices.reduce((a, b) => a + b, 0) - 2 * discount;\n}\n",
    "test/cart.test.js": "import test from 'node:test';\nimport assert from 'node:assert/strict';\n"
    "import { total } from '../src/cart.js';\n\ntest('a discount is taken once', () => {\n"
    "  assert.equal(total([10], 2), 8);\n});\n\n"
    "test('without', () => {\n  assert.equal(total([1, 2]), 3);\n});\n",
}
SCRIPT = "### src/cart.js\n```js\nexport function total(prices, discount = 0) {{\n  return {};\n}}\n```"
GO = {
    "go.mod": "module example.com/shop\n\ngo 1.18\n",
    "cart/cart.go": "package cart\n\n// Total adds up.\nfunc Total(discount int, prices ...int) int {\n"
    "\tsum := -2 * discount\n\tfor _, price := range prices {\n\t\tsum += price\n\t}\n\treturn sum\n}\n",
    "cart/cart_test.go": 'package cart\n\nimport "testing"\n\nfunc TestOnce(t *testing.T) {\n'
    '\tif got := Total(2, 10); got != 8 {\n\t\tt.Fatalf("got %d", got)\n\t}\n}\n\n'
    "func TestWithout(t *testing.T) {\n\tif Total(0, 1, 2) != 3 {\n\t\tt.Fatal(0)\n\t}\n}\n",
}
FUNCTION = """### cart/cart.go
```go
func Total(discount int, prices ...int) int {{
	sum := {}
	for _, price := range prices {{
		sum += price
	}}
	return sum
}}
```"""


@pytest.mark.parametrize(
    ("command", "files", "wrong", "right", "told"),
    [
        pytest.param(
            "npm test", NODE, SCRIPT.format("prices.sum() - discount"),
            SCRIPT.format("prices.reduce((a, b) => a + b, 0) - discount"),
            (
                "The test test/cart.test.js::a discount is taken once fails:", "prices.sum is not a function",
                "The code of src/cart.js around line 2:\n```\nexport function total(",
                "The code of test/cart.test.js around line 6:\n```\nimport test from",
            ),
            id="node",
        ),
        pytest.param(
            "go test ./...", GO, FUNCTION.format("prices[discount]"), FUNCTION.format("-discount"),
            (
                "The test example.com/shop/cart.TestOnce fails:", "index out of range [2] with length 1",
                "The code of cart/cart.go around line 5:\n```\npackage cart\n\n// Total adds up.\n",
            ),
            id="go", marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
async def test_in_other_languages(
    tmp_path: Path, command: str, files: dict[str, str], wrong: str, right: str, told: tuple[str, ...]
) -> None:
    if shutil.which(command.split()[0], path="/usr/bin:/usr/local/bin:/bin") is None:
        pytest.skip(f"{command.split()[0]} is not installed")
    replies = {DIAGNOSING: ["Kind: algorithm"], REPAIRING: ["Mistake: it.\n" + right], "": [wrong]}
    async with running(tmp_path, files, replies, **ALONE) as run:
        seen = await run.solved(TEXT, tests=command)
        (prompt,) = run.model.prompts(REPAIRING)
    for words in told:
        assert words in prompt.partition("# Task")[2]
    assert of(events.RunEnded, seen)[0].outcome is Outcome.VERIFIED
    (tried,) = of(events.RepairTried, seen)
    assert tried.kept and (tried.before, tried.after) == (0, 2)


def test_after_a_repair_that_came_to_nothing_another_has_its_turn() -> None:
    problem = Problem(statement="s", mode=Mode.CHANGE, project=Project(root="/r", base="/b", identity=""))
    engine, sandbox = LlamaEngine(ModelSettings()), LocalSandbox(SandboxSettings())
    settings = SolverSettings()
    made = Kit(engine=engine, sandbox=sandbox, settings=settings, seed=1)
    board = Board()
    repairs = Repairs(made, problem, board, Staging(made, Ledger(settings)))

    def take(label: str, number: int, code: str, passed: bool = False, error: str = "") -> None:
        board.fold(CandidateReady(candidate=label, round=number, code=code, error=error))
        for check, good in (("sample 1", False), ("sample 2", passed)):
            verdict = Verdict.OK if good else Verdict.WA
            board.fold(
                RunFinished(candidate=label, round=number, check=check, verdict=verdict, facts=Facts())
            )
        if number:
            board.fold(
                RepairTried(candidate=label, round=number, perspective=f"{number}", kept=False, reason="")
            )

    def following() -> str:
        found = repairs.next()
        return found.label if found else ""

    take("A", 0, "+good", passed=True)
    take("B", 0, "+bad")
    turns = [following()]
    take("A", 1, "+other")
    turns.append(following())
    take("A", 2, "", error="the reply changes nothing")
    turns.append(following())
    take("B", 1, "+bad")
    turns.append(following())
    assert turns == ["A", "A", "B", "A"], "one that is another change, and worse, was no waste"
