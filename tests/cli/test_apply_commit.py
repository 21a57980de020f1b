"""``atlas-tui apply --commit`` on real repositories."""

from __future__ import annotations

import pytest

from atlas_tui import events
from atlas_tui.cli import exits
from tests.cli.conftest import BASE, PLACED, Shell, kinds, untouched


def test_the_commit_holds_what_was_written_and_nothing_else(shell: Shell) -> None:
    session = shell.record()
    shell.tree.write("b.py", "b = 2\n")
    shell.tree.write("c.py", "c = 1\n")
    shell.tree.git("add", "b.py")
    ran = shell.run("apply", session, "--commit", "-m", "Count on", "--json")
    assert ran.code == 0, ran.err
    applied, committed = ran.events
    assert isinstance(committed, events.Committed) and committed.message == "Count on"
    assert shell.recorded(session) == [applied, committed]
    assert shell.tree.git("rev-parse", "HEAD").strip() == committed.commit
    assert shell.tree.git("show", "--name-only", "--format=%s", "HEAD").split() == ["Count", "on", "a.py"]
    assert shell.tree.git("status", "--porcelain").splitlines() == ["M  b.py", "?? c.py"]
    assert shell.tree.git("show", "HEAD:a.py") == PLACED


def test_some_hunks_can_be_committed(shell: Shell) -> None:
    session = shell.record()
    assert shell.run("apply", session, "--hunks", "1", "--commit", "-m", "Import").code == 0
    assert shell.tree.git("show", "HEAD:a.py") == BASE.replace("import sys\n", "import sys\nimport math\n")


def test_without_a_model_the_message_is_a_plain_sentence(shell: Shell) -> None:
    session = shell.record()
    ran = shell.run("apply", session, "--commit")
    assert ran.code == 0 and "message  Change a.py: write solve" in ran.err
    assert shell.tree.git("log", "-1", "--format=%B").strip() == "Change a.py: write solve"


def test_a_new_branch(shell: Shell) -> None:
    session, head = shell.record(), shell.tree.git("rev-parse", "work")
    ran = shell.run("apply", session, "--commit", "-m", "Try", "--branch", "try/it", "--json")
    assert ran.code == 0, ran.err
    committed = ran.events[-1]
    assert isinstance(committed, events.Committed) and committed.branch == "try/it"
    assert shell.tree.git("symbolic-ref", "--short", "HEAD").strip() == "try/it"
    assert shell.tree.git("rev-parse", "work") == head


def test_a_trailer_is_added_only_when_asked_for(shell: Shell) -> None:
    session = shell.record()
    asked = ("--commit", "-m", "Count on", "--trailer", "Reviewed-by: Ada <ada@example.org>")
    assert shell.run("apply", session, *asked).code == 0
    body = shell.tree.git("log", "-1", "--format=%B").strip()
    assert body == "Count on\n\nReviewed-by: Ada <ada@example.org>"


@pytest.mark.parametrize("option", [["-m", "x"], ["--branch", "x"], ["--trailer", "A: b"]])
def test_what_is_for_the_commit_needs_the_commit(shell: Shell, option: list[str]) -> None:
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, *option)
    assert ran.code == exits.BAD_INPUT and "--commit" in ran.err and untouched(shell, before)


@pytest.mark.parametrize("message", [" ", "\udcff", "\n"])
def test_a_message_that_is_none_is_told_before_anything_is_written(shell: Shell, message: str) -> None:
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, "--commit", "-m", message)
    assert ran.code == exits.BAD_INPUT and untouched(shell, before) and shell.recorded(session) == []


@pytest.mark.parametrize("name", ["work", "a..b", "-x", "work/x", "a b", "@{-1}"])
def test_a_branch_that_cannot_be_made_is_told_before_anything_is_written(shell: Shell, name: str) -> None:
    session, before, git = shell.record(), shell.tree.everything(), shell.tree.record()
    shell.tree.git("branch", "other")
    shell.tree.git("checkout", "-q", "other")
    ran = shell.run("apply", session, "--commit", "-m", "x", f"--branch={name}")
    assert ran.code in (exits.BAD_INPUT, exits.REFUSED) and untouched(shell, before)
    shell.tree.git("checkout", "-q", "work")
    shell.tree.git("branch", "-d", "other")
    assert shell.tree.record() == git


def test_without_a_name_git_commits_nothing(shell: Shell) -> None:
    shell.tree.git("config", "user.email", "")
    shell.tree.git("config", "user.useConfigOnly", "true")
    shell.tree.git("config", "--unset", "user.name")
    shell.tree.git("config", "--unset", "user.email")
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, "--commit", "-m", "x")
    assert ran.refused and "user.name" in ran.err and untouched(shell, before)


def test_no_commit_without_git(shell: Shell) -> None:
    folder = shell.tree.root.parent / "plain"
    folder.mkdir()
    shell.go(folder)
    session = shell.record(target="")
    ran = shell.run("apply", session, "--target", "new.py", "--commit", "-m", "x")
    assert ran.refused and list(folder.iterdir()) == []


def test_no_commit_in_the_middle_of_a_merge(shell: Shell) -> None:
    session = shell.record()
    shell.tree.git("checkout", "-q", "-b", "other", "HEAD")
    shell.tree.commit(b__py="b = 5\n")
    shell.tree.git("checkout", "-q", "work")
    shell.tree.commit(b__py="b = 6\n")
    shell.tree.git("merge", "other", check=False)
    before, git = shell.tree.everything(), shell.tree.record()
    ran = shell.run("apply", session, "--commit", "-m", "x")
    assert ran.code == exits.REFUSED and "merge" in ran.err
    assert untouched(shell, before) and shell.tree.record() == git


def test_a_path_that_was_staged_needs_a_yes(shell: Shell) -> None:
    shell.tree.write("a.py", BASE.replace("y = 2", "y = 3"))
    shell.tree.git("add", "a.py")
    session, before, git = shell.record(), shell.tree.everything(), shell.tree.record()
    ran = shell.run("apply", session, "--commit", "-m", "x")
    assert ran.code == exits.REFUSED and "staged" in ran.err and "--yes" in ran.err
    assert untouched(shell, before) and shell.tree.record() == git
    ran = shell.run("apply", session, "--commit", "-m", "x", "--yes")
    assert ran.code == 0, ran.err
    assert "math.floor" in shell.tree.git("show", "HEAD:a.py")
    assert "y = 3" in shell.tree.git("show", ":a.py")


def test_a_protected_branch_and_a_detached_head_are_warned_of(shell: Shell) -> None:
    session = shell.record()
    shell.tree.git("checkout", "-q", "-B", "main")
    ran = shell.run("apply", session, "--commit", "-m", "x")
    assert ran.code == 0 and "warning  main is" in ran.err
    assert shell.run("undo", session).code == 0
    shell.tree.git("checkout", "-q", "-f", "--detach", "work")
    ran = shell.run("apply", session, "--commit", "-m", "x", "--branch", "here")
    assert ran.code == 0 and "warning  HEAD is on no branch" in ran.err
    assert shell.tree.git("symbolic-ref", "--short", "HEAD").strip() == "here"


def test_a_repository_that_runs_programs_is_asked_about_once(shell: Shell) -> None:
    canary = shell.tree.root.parent / "canary"
    shell.tree.git("config", "filter.x.clean", f"touch {canary}; cat")
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, "--commit", "-m", "x", "--yes")
    assert ran.code == exits.REFUSED and "filter.x.clean" in ran.err and "--trust" in ran.err
    assert untouched(shell, before) and not canary.exists()
    assert shell.run("apply", session, "--commit", "-m", "x", "--trust").code == 0


def test_a_hook_that_says_no_leaves_the_file_written(shell: Shell) -> None:
    hook = shell.tree.write(".git/hooks/pre-commit", "#!/bin/sh\necho not today\nexit 1\n")
    hook.chmod(0o755)
    session, head = shell.record(), shell.tree.git("rev-parse", "HEAD")
    ran = shell.run("apply", session, "--commit", "-m", "x")
    assert ran.code == exits.REFUSED and "not today" in ran.err
    assert shell.tree.read("a.py").decode() == PLACED and shell.tree.git("rev-parse", "HEAD") == head
    assert kinds(shell.recorded(session)) == ["Applied"]
