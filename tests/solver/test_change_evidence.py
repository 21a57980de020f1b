"""What the repository's own tests say of a change: one that is required passes alone and among the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from atlas_tui.events import CandidateReady, ChangedFile, Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.project.checks import samples
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.evidence import judged
from atlas_tui.solver.change.failed import evidence_of
from tests.project.suites import LIMITS, laid, project
from tests.solver.stage_parts import kit

FILES = {
    "cart.py": "seen = []\n\n\ndef add(item):\n    return seen\n",
    "test_cart.py": "import unittest\n\nimport cart\n\n\nclass CartTest(unittest.TestCase):\n"
    "    def test_a(self):\n        cart.add(1)\n\n"
    "    def test_b(self):\n        self.assertEqual(cart.add(2), [2])\n",
}
WRONG = "seen = []\n\n\ndef add(item):\n    seen.append(item)\n    return seen\n"


async def test_what_passes_alone_and_fails_among_the_others_does_not_pass(tmp_path: Path) -> None:
    known = project(laid(tmp_path, FILES), "python3 -m unittest -q")
    known = replace(known, required=("test_cart.CartTest.test_b",), kept=("test_cart.CartTest.test_a",))
    problem = Problem(
        statement="s", mode=Mode.CHANGE, limits=LIMITS, project=known, samples=samples(known)
    )  # fmt: skip
    ready = CandidateReady(
        candidate="A", round=0, code="+\n", files=(ChangedFile(path="cart.py", text=WRONG),)
    )
    async with kit() as made:
        required, kept = await judged(made.sandbox, problem, Attempt(ready))
    assert kept.verdict is Verdict.OK and required.verdict is Verdict.WA and required.check == "sample 1"
    assert required.printed == "passes alone, not together with the others"
    told = evidence_of(problem, Attempt(ready, (required, kept)))
    assert "test_b fails" in told and "[1, 2] != [2]" in told
