"""A change over several files of a real repository, with the private copy that it was made on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from atlas_tui.events import CandidateReady, Event, Facts, RepairTried, RunFinished, Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.project.base import FileChange
from atlas_tui.project.checks import samples
from atlas_tui.project.difference import difference
from atlas_tui.project.files import Folder
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import snapshot
from atlas_tui.solver.change.replies import as_event
from tests.project.suites import LIMITS, laid, project

REMARKS = "".join(f"# line {number} of a remark that stays\n" for number in range(9))
CART = f"""def total(prices, discount=0):
    return sum(prices) - discount - discount


{REMARKS}
def count(prices):
    return len(prices)
"""
MONEY = "def rounded(value):\n    return round(value, 1)\n"
TAX = "def taxed(value):\n    return value * 1.2\n"
TESTS = """import unittest

from shop.cart import count, total
from shop.money import rounded


class Shop(unittest.TestCase):
    def test_a_discount_is_taken_once(self):
        self.assertEqual(total([10], 2), 8)

    def test_cents(self):
        self.assertEqual(rounded(1.234), 1.23)

    def test_tax(self):
        from shop.tax import taxed

        self.assertEqual(taxed(10), 12)

    def test_count(self):
        self.assertEqual(count([1, 2]), 2)
"""
FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": CART,
    "shop/money.py": MONEY,
    "shop/old.py": "unused = True\n",
    "tests/__init__.py": "",
    "tests/test_shop.py": TESTS,
    "notes.txt": "mine\n",
}
ONCE = CART.replace("- discount - discount", "- discount")
BOTH = ONCE.replace("len(prices)", "len(list(prices))")
"""``count`` is another one as well, and no test sees it."""
CENTS = MONEY.replace("1)", "2)")
FLAG = "it changes tests/test_shop.py, which decides"
WRITTEN = {"shop/cart.py": BOTH, "shop/money.py": CENTS, "shop/tax.py": TAX}
"""What A makes of the repository; its hunks are 1 and 2 (the cart), 3 (money), 4 (tax, a new file)."""


def lay(root: Path) -> None:
    """Write the files of the repository."""
    laid(root, FILES)


def problem_of(root: Path) -> Problem:
    """What is asked for, on a private copy of the files as they are."""
    copy = snapshot(root, list_files(root))
    name = "tests.test_shop.Shop.test_"
    known = replace(
        project(root, "python3 -m unittest -q"),
        base=copy.base,
        identity=copy.identity,
        required=tuple(f"{name}{each}" for each in ("a_discount_is_taken_once", "cents", "tax")),
        kept=(f"{name}count",),
        protected=("tests/*",),
    )
    statement = "# Prices\n\nTake the discount once, round to cents, add the tax."
    return Problem(
        statement=statement, mode=Mode.CHANGE, samples=samples(known), limits=LIMITS, project=known
    )


def candidates(problem: Problem) -> list[Event]:
    """A is right. B is flagged, and removes a file. C was repaired, and lacks the tax."""
    cheats = {"shop/old.py": None, "tests/test_shop.py": "# nothing to test\n"}
    return [
        _ready(problem, "A", WRITTEN),
        *_runs("A", 4),
        _ready(problem, "B", cheats, flags=(FLAG,)),
        _ready(problem, "C", {"shop/cart.py": CART.replace("discount - discount", "0")}),
        _ready(problem, "C", {"shop/cart.py": ONCE, "shop/money.py": CENTS, "shop/old.py": "used = 1\n"}, 1),
        *_runs("C", 3, 1),
        RepairTried(candidate="C", round=1, perspective="logic", kept=True, reason="it passes more"),
    ]


def _ready(
    problem: Problem,
    label: str,
    files: Mapping[str, str | None],
    number: int = 0,
    flags: tuple[str, ...] = (),
) -> CandidateReady:
    assert problem.project is not None
    changes = [FileChange(path, text.encode() if text is not None else None) for path, text in files.items()]
    code = difference(Folder(Path(problem.project.base)), changes).text
    made = tuple(map(as_event, changes))
    return CandidateReady(candidate=label, round=number, code=code, files=made, flags=flags)


def _runs(label: str, passed: int, number: int = 0) -> list[Event]:
    return [
        RunFinished(
            candidate=label,
            round=number,
            check=f"sample {each}",
            verdict=Verdict.OK if each <= passed else Verdict.WA,
            facts=Facts(),
        )
        for each in range(1, 5)
    ]
