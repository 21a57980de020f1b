"""``atlas-tui undo`` and ``redo``: by session, by entry, and never over what the person did since."""

from __future__ import annotations

import subprocess

import pytest

from atlas_tui import events
from atlas_tui.cli import exits
from tests.cli.conftest import BASE, PLACED, RIGHT, Shell


def applied(shell: Shell, *arguments: str) -> tuple[str, events.Applied]:
    """A session that was written."""
    session = shell.record()
    (found,) = shell.run("apply", session, "--json", *arguments).events
    assert isinstance(found, events.Applied)
    return session, found


@pytest.mark.parametrize("name", ["", "last", "session", "beginning", "entry"])
def test_undo_and_redo_by_every_name(shell: Shell, name: str) -> None:
    session, written = applied(shell)
    names = {"session": session, "beginning": session[:-2], "entry": written.entry, "": "", "last": "last"}
    given = [names[name]] if name else []
    (undone,) = shell.run("undo", *given, "--json").events
    assert isinstance(undone, events.Undone) and (undone.path, undone.entry) == ("a.py", written.entry)
    assert shell.tree.read("a.py").decode() == BASE
    (redone,) = shell.run("redo", *given, "--json").events
    assert isinstance(redone, events.Redone) and redone.path == "a.py"
    assert shell.tree.read("a.py").decode() == PLACED
    # What happened at the shell is part of the session, as what happens in the app is.
    assert shell.recorded(session) == [written, undone, redone]


def test_in_words(shell: Shell) -> None:
    _, written = applied(shell)
    assert shell.run("undo").out == f"undone   a.py  (`atlas-tui redo {written.entry}` writes it again)\n"
    assert shell.run("redo").out == "redone   a.py\n"


def test_undo_of_one_session_leaves_the_other(shell: Shell) -> None:
    first, _ = applied(shell)
    second = shell.record(target="new.py")
    assert shell.run("apply", second).code == 0
    assert shell.run("undo", first).code == 0
    assert shell.tree.read("a.py").decode() == BASE and shell.tree.read("new.py").decode() == RIGHT
    assert shell.run("undo", first).refused
    assert shell.run("undo").code == 0 and not (shell.tree.root / "new.py").exists()
    assert [event.kind for event in shell.recorded(second)] == ["Applied", "Undone"]


@pytest.mark.parametrize("command", ["undo", "redo"])
def test_nothing_to_do(shell: Shell, command: str) -> None:
    session = shell.record()
    assert shell.run(command).refused and shell.run(command, session).refused
    assert shell.run(command, "zzz").code == exits.BAD_INPUT


def test_twice_is_refused(shell: Shell) -> None:
    session, _ = applied(shell)
    assert shell.run("undo", session).code == 0 and shell.run("undo", session).refused
    assert shell.run("redo", session).code == 0 and shell.run("redo", session).refused
    assert shell.tree.read("a.py").decode() == PLACED


def test_what_was_edited_since_is_kept_and_a_patch_is_offered(shell: Shell) -> None:
    session, _ = applied(shell)
    edited = PLACED.replace("y = 2", "y = 3")
    shell.tree.write("a.py", edited)
    ran = shell.run("undo", session)
    assert ran.refused and "--patch" in ran.err and shell.tree.read("a.py").decode() == edited
    patch = shell.run("undo", session, "--patch")
    assert patch.code == 0 and shell.tree.read("a.py").decode() == edited
    subprocess.run(["git", "apply"], cwd=shell.tree.root, input=patch.out.encode(), check=True)
    assert shell.tree.read("a.py").decode() == BASE.replace("y = 2", "y = 3")
    assert [event.kind for event in shell.recorded(session)] == ["Applied"]


def test_the_patch_is_exact_also_for_other_line_ends(shell: Shell) -> None:
    shell.tree.write("a.py", BASE.replace("\n", "\r\n"))
    session, _ = applied(shell)
    patch = shell.run("undo", session, "--patch").out
    subprocess.run(["git", "apply"], cwd=shell.tree.root, input=patch.encode(), check=True)
    assert shell.tree.read("a.py").decode() == BASE.replace("\n", "\r\n")


def test_an_undone_file_that_was_edited_is_not_redone(shell: Shell) -> None:
    session, _ = applied(shell)
    assert shell.run("undo", session).code == 0
    shell.tree.write("a.py", "mine = 1\n")
    assert shell.run("redo", session).refused and shell.tree.read("a.py") == b"mine = 1\n"


def test_a_commit_stays_until_it_is_reverted(shell: Shell) -> None:
    session = shell.record()
    assert shell.run("apply", session, "--commit", "-m", "Count on").code == 0
    head = shell.tree.git("rev-parse", "HEAD").strip()
    ran = shell.run("undo", session)
    assert ran.code == 0 and "--revert" in ran.err and head[:12] in ran.err
    assert shell.tree.git("rev-parse", "HEAD").strip() == head
    assert shell.tree.read("a.py").decode() == BASE
    (reverted,) = shell.run("undo", session, "--revert", "--json").events
    assert isinstance(reverted, events.Committed) and reverted.message.startswith('Revert "Count on"')
    assert shell.tree.git("show", "HEAD:a.py") == BASE
    assert shell.tree.git("rev-parse", "HEAD~1").strip() == head
    assert shell.recorded(session)[-1] == reverted
    assert shell.run("undo", session, "--revert").refused


def test_nothing_to_revert(shell: Shell) -> None:
    session, written = applied(shell)
    assert shell.run("undo", session, "--revert").refused
    assert shell.run("undo", written.entry, "--revert").refused


def test_a_write_of_a_session_that_is_gone_is_undone_all_the_same(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, written = applied(shell)
    from atlas_tui import paths

    paths.database().unlink()
    ran = shell.run("undo", written.entry)
    assert ran.code == 0 and ran.err == "" and shell.tree.read("a.py").decode() == BASE
    assert shell.run("sessions", "list").out == ""
