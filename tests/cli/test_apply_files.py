"""``atlas-tui apply`` and ``diff`` on a change over several files: all or none, some hunks, undo, commit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.cli import exits
from tests import changes
from tests.cli.conftest import Shell, untouched

MINE = "mine, and not committed\n"


@pytest.fixture
def session(shell: Shell) -> str:
    """A session about a repository with a dirty file and a staged one."""
    changes.lay(shell.tree.root)
    shell.tree.git("add", "-A")
    shell.tree.git("commit", "-q", "-m", "a shop")
    shell.tree.write("notes.txt", MINE)
    shell.tree.write("b.py", "b = 2\n")
    shell.tree.git("add", "b.py")
    problem = changes.problem_of(shell.tree.root)
    return shell.record(target="", problem=problem, programs=changes.candidates(problem), read=False)


def written(shell: Shell) -> dict[str, str]:
    """What the files hold that the candidates may change."""
    found = {}
    for path in ("shop/cart.py", "shop/money.py", "shop/tax.py", "shop/old.py"):
        if (shell.tree.root / path).exists():
            found[path] = shell.tree.read(path).decode()
    return found


AS_IT_WAS = {path: changes.FILES[path] for path in ("shop/cart.py", "shop/money.py", "shop/old.py")}


def test_all_files_are_written_and_taken_back_at_once(shell: Shell, session: str) -> None:
    before, git = shell.tree.everything(), shell.tree.record()
    ran = shell.run("apply", session, "--json")
    assert ran.code == 0 and ran.err == ""
    assert [(event.path, event.created, event.hunks) for event in ran.events] == [
        ("shop/cart.py", False, ()),
        ("shop/money.py", False, ()),
        ("shop/tax.py", True, ()),
    ]
    assert len({event.group for event in ran.events}) == 1 and shell.recorded(session) == ran.events
    assert written(shell) == AS_IT_WAS | changes.WRITTEN
    undone = shell.run("undo", "--json")
    assert [event.kind for event in undone.events] == ["Undone"] * 3
    assert untouched(shell, before) and shell.tree.record() == git
    assert shell.run("redo").code == 0 and written(shell) == AS_IT_WAS | changes.WRITTEN


def test_what_the_session_wrote_is_not_called_changed_by_others(shell: Shell, session: str) -> None:
    assert shell.run("apply", session).code == 0
    told = shell.run("diff", session).err
    assert "A mends 3 of 3 tests, keeps the other one" in told
    assert f"shop/cart.py: this session wrote it (`atlas-tui undo {session}`" in told
    assert shell.run("undo", session).code == 0
    shell.tree.write("shop/cart.py", "mine = 1\n")
    assert "shop/cart.py: this session wrote it" not in shell.run("diff", session).err


def test_some_hunks_are_tested_and_written_alone(shell: Shell, session: str) -> None:
    ran = shell.run("apply", session, "--hunks", "1,4", "--json")
    assert ran.code == 0, ran.err
    tested, cart, tax = ran.events
    assert isinstance(tested, events.SubsetTested) and not tested.state, tested
    assert (tested.hunks, tested.passed, tested.samples) == ((1, 4), 3, 4), "cents are not rounded"
    assert (cart.path, cart.hunks, tax.path, tax.hunks) == ("shop/cart.py", (1,), "shop/tax.py", ())
    new = {"shop/cart.py": changes.ONCE, "shop/tax.py": changes.TAX}
    assert written(shell) == AS_IT_WAS | new


def test_a_commit_holds_exactly_these_files(shell: Shell, session: str) -> None:
    ran = shell.run("apply", session, "--commit", "-m", "Fix the prices", "--json")
    assert ran.code == 0, ran.err
    assert [event.kind for event in ran.events] == ["Applied", "Applied", "Applied", "Committed"]
    shown = shell.tree.git("show", "--name-only", "--format=").split()
    assert shown == ["shop/cart.py", "shop/money.py", "shop/tax.py"]
    assert shell.tree.git("status", "--porcelain").splitlines() == ["M  b.py", " M notes.txt"]


def test_a_file_that_was_changed_meanwhile_refuses_all(shell: Shell, session: str) -> None:
    shell.tree.write("shop/money.py", "import math\n" + "# mine\n" * 9 + changes.MONEY)
    before = shell.tree.everything()
    ran = shell.run("apply", session)
    assert ran.refused and "shop/money.py is not written" in ran.err and untouched(shell, before)
    ran = shell.run("apply", session, "--onto-current", "--json")
    assert ran.code == 0, ran.err
    tested, *applied = ran.events
    assert isinstance(tested, events.SubsetTested) and (tested.passed, tested.state) == (4, "")
    assert len(applied) == 3
    assert shell.tree.read("shop/money.py").decode() == ("import math\n" + "# mine\n" * 9 + changes.CENTS)


@pytest.mark.parametrize(
    ("path", "content"),
    [("shop/money.py", "def rounded(value):\n    return value\n"), ("shop/tax.py", "mine = 1\n")],
)
def test_what_conflicts_is_never_written(shell: Shell, session: str, path: str, content: str) -> None:
    shell.tree.write(path, content)
    before = shell.tree.everything()
    ran = shell.run("apply", session, "--onto-current")
    assert ran.refused and path in ran.err and untouched(shell, before)


def test_what_is_not_chosen_by_itself_wants_a_yes(shell: Shell, session: str) -> None:
    before = shell.tree.everything()
    ran = shell.run("apply", session, "--candidate", "B")
    assert ran.refused and changes.FLAG in ran.err and untouched(shell, before)
    ran = shell.run("apply", session, "--candidate", "B", "--yes")
    assert ran.code == 0, ran.err
    assert "shop/old.py" not in written(shell), "it removes that file"
    assert shell.run("undo").code == 0 and untouched(shell, before)


@pytest.mark.parametrize("command", ["apply", "diff"])
def test_options_of_a_program_are_told_from_those_of_a_change(
    shell: Shell, session: str, command: str
) -> None:
    before = shell.tree.everything()
    ran = shell.run(command, session, "--target", "shop/cart.py")
    assert ran.code == exits.BAD_INPUT and "--target" in ran.err and untouched(shell, before)
    ran = shell.run(command, session, "--hunks", "5")
    assert ran.code == exits.BAD_INPUT and "There is no hunk 5" in ran.err and untouched(shell, before)


def test_the_hunks_of_all_files_are_numbered_through(shell: Shell, session: str) -> None:
    ran = shell.run("diff", session)
    assert ran.err == "3 files: A, +5 −3; A mends 3 of 3 tests, keeps the other one\n"
    lines = ran.out.splitlines()
    heads = [line.rpartition("@@ ")[2] for line in lines if line.startswith("@@")]
    assert heads == ["hunk 1", "hunk 2", "hunk 3", "hunk 4"]
    assert "diff --git a/shop/tax.py b/shop/tax.py" in lines and "new file mode 100644" in lines
    told = json.loads(shell.run("diff", session, "--hunks", "2-3", "--json").out)
    assert [(file["path"], file["hunks"]) for file in told["files"]] == [
        ("shop/cart.py", [2]),
        ("shop/money.py", [3]),
    ]
    assert {row["hunk"] for row in told["files"][1]["lines"]} == {0, 3}


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_patch_does_what_apply_does(shell: Shell, session: str, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other"
    shutil.copytree(shell.tree.root, other)
    words = [sys.executable, "-m", "atlas_tui", "diff", session, "--candidate", name, "--patch"]
    patch = subprocess.run(words, cwd=shell.tree.root, check=True, capture_output=True).stdout
    subprocess.run(["git", "apply", "-"], cwd=other, input=patch, check=True)
    assert shell.run("apply", session, "--candidate", name, "--yes").code == 0
    assert everything(other) == everything(shell.tree.root)


def everything(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_one_change_against_another_and_before_its_repair(shell: Shell, session: str) -> None:
    ran = shell.run("diff", session, "--candidate", "A", "--against", "C", "--json")
    told = json.loads(ran.out)
    assert told["against"] == "C:1"
    # C lacks the tax, and changes a file that A leaves as it was.
    assert [file["path"] for file in told["files"]] == ["shop/cart.py", "shop/old.py", "shop/tax.py"]
    before = shell.run("diff", session, "--candidate", "C", "--against", "before")
    assert "C:1 against C:0" in before.err and "-    return sum(prices) - 0" in before.out


def test_without_its_private_copy(shell: Shell, session: str, atlas_home: Path) -> None:
    for copy in atlas_home.rglob("bases"):
        shutil.rmtree(copy)
    assert shell.run("diff", session).err.startswith("3 files: A")
    part = shell.run("apply", session, "--hunks", "3")
    assert part.code == 0 and "untested" in part.out, part
    # The file is another one now, and nothing tells what the candidates were made on.
    ran = shell.run("apply", session)
    assert ran.refused and "the copy it was made on is gone" in ran.err
    assert shell.run("undo").code == 0 and written(shell) == AS_IT_WAS
    assert shell.run("apply", session).code == 0


def test_from_another_tree_nothing_is_written(shell: Shell, session: str, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    shell.go(other)
    ran = shell.run("apply", session)
    assert ran.code == exits.BAD_INPUT and "not here" in ran.err and not list(other.iterdir())


def test_in_a_folder_below_the_root_of_git(shell: Shell) -> None:
    below = shell.tree.root / "services" / "shop"
    changes.lay(below)
    shell.tree.git("add", "-A")
    shell.tree.git("commit", "-q", "-m", "a shop")
    problem = changes.problem_of(below)
    session = shell.record(target="", problem=problem, programs=changes.candidates(problem), read=False)
    ran = shell.run("apply", session, "--hunks", "1-3", "--commit", "-m", "Fix the prices", "--json")
    assert ran.code == 0, ran.err
    tested, *_ = ran.events
    assert isinstance(tested, events.SubsetTested) and (tested.passed, tested.state) == (3, ""), tested
    shown = shell.tree.git("show", "--name-only", "--format=").split()
    assert shown == ["services/shop/shop/cart.py", "services/shop/shop/money.py"]
