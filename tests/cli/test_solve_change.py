"""``atlas-tui solve --repo`` from outside: a repository with unittest, a model that recites known changes."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import time
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.cli import change
from atlas_tui.errors import InputError
from atlas_tui.problem import Mode, Problem, Project
from tests.cli.test_solve import Atlas, lines, parsed
from tests.conftest import reciter

CART = """from shop.money import rounded


def total(prices, discount=0):
    return rounded(sum(prices) - discount - discount)


def count(prices):
    return len(prices)
"""
MONEY = "def rounded(value):\n    return round(value, 2)\n"
TESTS = """import unittest

from shop.cart import count, total


class Totals(unittest.TestCase):
    def test_without_discount(self):
        self.assertEqual(total([1, 2]), 3)

    def test_a_discount_is_taken_once(self):
        self.assertEqual(total([10], 2), 8)

    def test_count(self):
        self.assertEqual(count([1, 2]), 2)
"""
PLAN = "- one\n- two\n\nTechnique: subtraction\n1. Take it once.\n\n"
HEAD = PLAN + "### shop/cart.py\n```python\ndef total(prices, discount=0):\n"
RIGHT = HEAD + "    return rounded(sum(prices) - discount)\n```"
WRONG = HEAD + "    return rounded(sum(prices))\n```"
BREAKS = HEAD + "    return 8\n\n\ndef count(prices):\n    return 0\n```"
CHEATS = PLAN + "### tests/test_cart.py (whole file)\n```python\n# nothing to test\n```"
TEXT = "The discount is taken twice."


@pytest.fixture
def shop(tmp_path: Path) -> Atlas:
    folder = tmp_path / "tree"
    for name, text in {
        "shop/__init__.py": "", "shop/cart.py": CART, "shop/money.py": MONEY, "tests/__init__.py": "",
        "tests/test_cart.py": TESTS,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "shop" / "money.py").write_text(MONEY + "# not committed yet\n")
    return Atlas(folder, tmp_path / "home")


def solved(shop: Atlas, replies: list[str], *more: str) -> subprocess.CompletedProcess[bytes]:
    return shop.run(
        "solve", "--repo", ".", TEXT, "--tests", "python3 -m unittest -q", "--model", str(reciter(replies)),
        "--seed", "1", *more,
    )  # fmt: skip


def state_of(folder: Path) -> dict[str, str]:
    """Every file with its content, git's own among them."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_difference_is_printed_and_the_tree_stays_as_it_is(shop: Atlas) -> None:
    before = state_of(shop.folder)
    ran = solved(shop, [RIGHT, WRONG, BREAKS])
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"+    return rounded(sum(prices) - discount)" in ran.stdout
    assert ran.stdout.startswith(b"diff --git a/shop/cart.py b/shop/cart.py")
    assert state_of(shop.folder) == before


def test_what_is_chosen_is_written_where_it_is_wanted(shop: Atlas) -> None:
    ran = solved(shop, [RIGHT, BREAKS], "--apply")
    assert ran.returncode == 0, ran.stderr.decode()
    assert "sum(prices) - discount)" in (shop.folder / "shop" / "cart.py").read_text()
    assert "def count(prices):\n    return len(prices)" in (shop.folder / "shop" / "cart.py").read_text()
    assert "not committed yet" in (shop.folder / "shop" / "money.py").read_text()
    undone = shop.run("undo")
    assert undone.returncode == 0 and (shop.folder / "shop" / "cart.py").read_text() == CART


def test_events_tell_what_was_asked_and_what_each_candidate_did(shop: Atlas) -> None:
    ran = solved(shop, [BREAKS], "--json", "--arm", "B")
    assert ran.returncode == 3, ran.stderr.decode()
    seen = parsed(ran.stdout)
    problem = next(event.problem for event in seen if isinstance(event, events.ProblemRead))
    assert problem.mode == "change" and problem.project is not None
    assert len(problem.project.required) == 1 and len(problem.project.kept) == 2
    assert "def total" in problem.project.context and problem.project.head
    runs = [event for event in seen if isinstance(event, events.RunFinished) and event.candidate == "A"]
    assert [run.verdict for run in runs] == ["OK", "WA"], "the kept tests tell what it breaks"
    ready = next(event for event in seen if isinstance(event, events.CandidateReady))
    assert [file.path for file in ready.files] == ["shop/cart.py"] and "def count" in ready.files[0].text


def test_who_changes_the_tests_is_not_chosen(shop: Atlas) -> None:
    ran = solved(shop, [CHEATS], "--json", "--arm", "B")
    assert ran.returncode == 4, ran.stderr.decode()
    ready = next(event for event in parsed(ran.stdout) if isinstance(event, events.CandidateReady))
    assert ready.error or ready.flags


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--tests", "no-such-runner"), "cannot be run"),
        (("--tests", "python3 -m unittest | tee log"), "needs a shell"),
        (("--tests", "python3 -m unittest discover -s shop -q"), "cannot be run"),
        (("--target", "shop/none.py"), "not in the repository"),
    ],
)
def test_bad_input_is_told_before_the_model_is_asked(
    shop: Atlas, options: tuple[str, ...], told: str
) -> None:
    given = ("--tests", "python3 -m unittest -q") if "--tests" not in options else ()
    ran = shop.run("solve", "--repo", ".", TEXT, "--model", str(reciter([RIGHT])), *given, *options)
    assert ran.returncode == 2, ran.stderr.decode()
    assert told in ran.stderr.decode()


def test_passing_already_is_said_and_nothing_is_called_verified(shop: Atlas) -> None:
    cart = shop.folder / "shop" / "cart.py"
    cart.write_text(CART.replace(" - discount - discount", " - discount"))
    ran = solved(
        shop, [PLAN + "### shop/money.py\n```python\ndef rounded(value):\n    return round(value, 3)\n```"]
    )
    assert b"already" in ran.stderr and ran.returncode == 3, ran.stderr.decode()
    assert b"verified" not in ran.stderr.replace(b"unverified", b"")


def test_tests_that_have_to_pass_are_among_those_that_were_run() -> None:
    project = Project(
        root="/r", base="/b", identity="", command=("python3", "-m", "unittest"), runner="unittest",
        kept=("tests.test_cart.Totals.test_count",),
    )  # fmt: skip
    problem = Problem(statement=TEXT, mode=Mode.CHANGE, project=project)
    for named in ((), ("tests/test_cart.py",), ("tests.test_cart.Totals", "tests/none.py")):
        change.refuse_unknown(named, problem)
    with pytest.raises(InputError, match="is called tests/none"):
        change.refuse_unknown(["tests/none.py"], problem)


def test_options_of_a_repository_need_one(shop: Atlas) -> None:
    ran = shop.run("solve", "p.md", "--tests", "pytest")
    assert ran.returncode == 2 and b"--repo" in ran.stderr


def started(shop: Atlas, mark: bytes, *words: str) -> subprocess.Popen[bytes]:
    """The command, once it has told ``mark``."""
    process = shop.start("solve", "--repo", ".", TEXT, *words)
    assert process.stderr is not None
    for line in process.stderr:
        if mark in line:
            return process
    raise AssertionError(f"it never said {mark!r}")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_the_tree_as_it_was(shop: Atlas, end: signal.Signals) -> None:
    before = state_of(shop.folder)
    tests = ("--tests", "python3 -m unittest -q")
    process = started(shop, b"generate", *tests, "--model", str(reciter([PLAN + "Well then. " * 600])))
    process.send_signal(end)
    process.communicate(timeout=60)
    assert state_of(shop.folder) == before
    ran = solved(shop, [RIGHT], "--arm", "B")
    assert ran.returncode == 0, "the next run finds its copy as it needs it"


def test_tests_that_hang_can_be_stopped(shop: Atlas) -> None:
    (shop.folder / "tests" / "test_cart.py").write_text("import time\n\ntime.sleep(600)\n")
    before = state_of(shop.folder)
    process = started(shop, b"running", "--tests", "python3 -m unittest -q", "--model", str(reciter([RIGHT])))
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130 and state_of(shop.folder) == before


MORE = (
    RIGHT.replace("- discount)", "- discount) + taxes(prices)").replace(
        "def total", "from shop.tax import taxes\n\n\ndef total"
    )
    + "\n\n### shop/money.py\n```python\ndef rounded(value):\n    return round(value, 3)\n```"
    + "\n\n### shop/tax.py (whole file)\n```python\ndef taxes(prices):\n    return 0\n```"
)
"""Two files and a new one."""


def test_all_files_of_the_choice_are_written_and_taken_back_at_once(shop: Atlas) -> None:
    before = state_of(shop.folder)
    ran = solved(shop, [MORE], "--apply", "--json", "--arm", "B")
    assert ran.returncode == 0, ran.stderr.decode()
    applied = [event for event in parsed(ran.stdout) if isinstance(event, events.Applied)]
    assert [event.path for event in applied] == ["shop/cart.py", "shop/money.py", "shop/tax.py"]
    assert len({event.group for event in applied}) == 1
    money = (shop.folder / "shop" / "money.py").read_text()
    assert "round(value, 3)" in money and "not committed yet" in money
    assert shop.run("undo").returncode == 0 and state_of(shop.folder) == before


@pytest.mark.slow
def test_a_file_that_changes_during_the_run_keeps_all_from_being_written(shop: Atlas) -> None:
    process = shop.start(
        "solve", "--repo", ".", TEXT, "--tests", "python3 -m unittest -q", "--model", str(reciter([MORE])),
        "--seed", "1", "--arm", "B", "--apply", "--json",
    )  # fmt: skip
    assert process.stderr is not None
    for event in lines(process):
        if isinstance(event, events.ProblemRead):
            (shop.folder / "shop" / "money.py").write_text("mine = 1\n")
            before = state_of(shop.folder)
    assert process.wait(60) == 5, process.stderr.read()
    assert b"shop/money.py is not written" in process.stderr.read() and state_of(shop.folder) == before
