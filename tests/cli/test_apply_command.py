"""``atlas-tui apply`` on real repositories: what is written, what is recorded, what is refused."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from atlas_tui import events
from atlas_tui.cli import exits
from atlas_tui.problem import Mode
from tests.cli.conftest import BASE, PLACED, PROBLEM, RIGHT, WRONG, Shell, kinds, program, untouched


def test_the_choice_is_written_and_recorded(shell: Shell) -> None:
    session, git = shell.record(), shell.tree.record()
    ran = shell.run("apply", session, "--json")
    assert ran.code == 0 and ran.err == ""
    (applied,) = ran.events
    assert isinstance(applied, events.Applied)
    assert (applied.path, applied.created, applied.hunks) == ("a.py", False, ())
    assert shell.tree.read("a.py").decode() == PLACED
    assert shell.recorded(session) == [applied]
    assert shell.tree.record() == git


def test_in_words_it_says_how_to_take_it_back(shell: Shell) -> None:
    session = shell.record()
    ran = shell.run("apply", session[:-1])
    (applied,) = shell.recorded(session)
    assert isinstance(applied, events.Applied)
    assert ran.out == f"written  a.py  (`atlas-tui undo {applied.entry}` takes it back)\n"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("B", "return n - 1"),
        ("b", "return n - 1"),
        ("C", "return n + 1"),
        ("C:0", "return n"),
        ("C:1", "n + 1"),
    ],
)
def test_any_program_of_the_session_can_be_named(shell: Shell, name: str, line: str) -> None:
    shell.tree.write("a.py", BASE.replace("return n", "return 0"))
    shell.record()
    assert shell.run("apply", "last", "--candidate", name).code == 0
    assert f"{line}\n" in shell.tree.read("a.py").decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [("E", "A, B, C"), ("A:7", "A:0"), ("D", "no code"), ("", "no choice"), ("A:x", "A:0")],
)
def test_a_program_that_is_not_there(shell: Shell, name: str, words: str) -> None:
    session, before = shell.record(chosen="" if not name else "A"), shell.tree.everything()
    ran = shell.run("apply", session, *(["--candidate", name] if name else []))
    assert ran.code == exits.BAD_INPUT and words in ran.err and untouched(shell, before)


@pytest.mark.parametrize("name", ["zzz", "", "last "])
def test_a_session_that_is_not_there(shell: Shell, name: str) -> None:
    shell.record()
    assert shell.run("apply", name).code == exits.BAD_INPUT


def test_the_last_of_no_sessions(shell: Shell) -> None:
    ran = shell.run("apply", "last")
    assert ran.code == exits.BAD_INPUT and "no session yet" in ran.err


def test_a_beginning_of_two_sessions_is_not_taken(shell: Shell) -> None:
    first, second = shell.record(), shell.record()
    common = first[: next(n for n in range(13) if first[n] != second[n])]
    ran = shell.run("apply", common)
    assert ran.code == exits.BAD_INPUT and "not unique" in ran.err
    assert shell.tree.read("a.py").decode() == BASE


def test_some_hunks_are_tested_again_before_they_are_written(shell: Shell) -> None:
    session = shell.record()
    ran = shell.run("apply", session, "--hunks", "2", "--json")
    assert ran.code == 0
    tested, applied = ran.events
    assert isinstance(tested, events.SubsetTested) and isinstance(applied, events.Applied)
    # Without its import the function raises: half a solution is no solution.
    assert (tested.hunks, tested.passed, tested.samples, tested.state) == ((2,), 0, 2, "")
    assert applied.hunks == (2,)
    assert shell.tree.read("a.py").decode() == PLACED.replace("import math\n", "")
    assert shell.recorded(session) == [tested, applied]
    assert shell.run("undo", session).code == 0
    assert shell.tree.read("a.py").decode() == BASE


@pytest.mark.parametrize("hunks", ["1,2", "2 ,1", "1-2", " 1 - 2 ", "1,1-2"])
def test_all_hunks_are_the_whole_solution(shell: Shell, hunks: str) -> None:
    session = shell.record()
    assert shell.run("apply", session, "--hunks", hunks).code == 0
    assert shell.tree.read("a.py").decode() == PLACED
    assert kinds(shell.recorded(session)) == ["Applied"]


@pytest.mark.parametrize(
    "hunks", ["0", "3", "1,3", "2-1", "-1", "a", "1;2", ",", "1,", "1-999999", "9" * 30, "1-2-3", "١x"]
)
def test_hunks_that_are_none(shell: Shell, hunks: str) -> None:
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, f"--hunks={hunks}")
    assert ran.code == exits.BAD_INPUT and ran.err.count("\n") == 1 and untouched(shell, before)
    assert shell.recorded(session) == []


@pytest.mark.parametrize(
    ("now", "why"),
    [(BASE + "z = 3\n", "changed"), (None, "removed"), (BASE.replace("\n", "\r\n"), "changed")],
)
def test_a_base_that_moved_is_refused(shell: Shell, now: str | None, why: str) -> None:
    session = shell.record()
    if now is None:
        (shell.tree.root / "a.py").unlink()
    else:
        shell.tree.write("a.py", now)
    before = shell.tree.everything()
    ran = shell.run("apply", session)
    assert ran.refused and f"{why} since the run began" in ran.err and "--onto-current" in ran.err
    assert untouched(shell, before) and shell.recorded(session) == []


def test_onto_the_file_as_it_is_now(shell: Shell) -> None:
    session = shell.record()
    shell.tree.write("a.py", BASE + "z = 3\n")
    assert shell.run("apply", session, "--onto-current").code == 0
    assert shell.tree.read("a.py").decode() == PLACED + "z = 3\n"


def test_a_second_candidate_needs_the_first_taken_back(shell: Shell) -> None:
    session = shell.record()
    assert shell.run("apply", session).code == 0
    ran = shell.run("apply", session, "--candidate", "C")
    assert ran.refused and f"atlas-tui undo {session}" in ran.err
    assert shell.run("undo", session).code == 0
    assert shell.run("apply", session, "--candidate", "C").code == 0
    assert b"return n + 1\n" in shell.tree.read("a.py")


def test_a_file_made_since_the_run_is_not_overwritten(shell: Shell) -> None:
    session = shell.record(target="new.py")
    shell.tree.write("new.py", "mine = 1\n")
    ran = shell.run("apply", session)
    assert ran.refused and "made since the run began" in ran.err
    assert shell.tree.read("new.py") == b"mine = 1\n"


def test_a_session_that_did_not_record_its_base(shell: Shell) -> None:
    session = shell.record(read=False)
    assert shell.run("apply", session).refused
    assert shell.run("apply", session, "--onto-current").code == 0
    fresh = shell.record(target="new.py", read=False)
    assert shell.run("apply", fresh).code == 0 and shell.tree.read("new.py").decode() == RIGHT


def test_another_repository_is_not_the_one_of_the_run(shell: Shell) -> None:
    session = shell.record()
    other = shell.tree.root.parent / "other"
    other.mkdir()
    shell.go(other)
    assert shell.run("apply", session).code == exits.BAD_INPUT
    assert list(other.iterdir()) == []


def test_from_a_folder_of_the_tree(shell: Shell) -> None:
    session = shell.record()
    shell.tree.write("deep/er/c.py", "c = 1\n")
    shell.go(shell.tree.root / "deep" / "er")
    assert shell.run("apply", session).code == 0
    assert shell.tree.read("a.py").decode() == PLACED
    assert shell.run("undo").code == 0
    assert shell.tree.read("a.py").decode() == BASE


def test_a_run_without_target_proposes_one(shell: Shell) -> None:
    session = shell.record(target="")
    ran = shell.run("apply", session)
    assert ran.code == exits.BAD_INPUT and "--target a.py" in ran.err
    assert shell.run("apply", session, "--target", "a.py").code == 0
    assert shell.tree.read("a.py").decode() == PLACED


@pytest.mark.parametrize("target", ["../out.py", "/etc/passwd", ".git/config", "b.py/x", "folder"])
def test_an_unusable_target(shell: Shell, target: str) -> None:
    (shell.tree.root / "folder").mkdir()
    session, before, git = shell.record(), shell.tree.everything(), shell.tree.record()
    ran = shell.run("apply", session, "--target", target)
    assert ran.code in (exits.BAD_INPUT, exits.REFUSED) and ran.err.count("\n") == 1
    assert untouched(shell, before) and shell.tree.record() == git


def test_a_file_that_runs_by_itself_needs_a_yes(shell: Shell) -> None:
    session = shell.record(target="conftest.py")
    ran = shell.run("apply", session)
    assert ran.refused and "--yes" in ran.err and not (shell.tree.root / "conftest.py").exists()
    assert shell.run("apply", session, "--yes").code == 0
    assert shell.tree.read("conftest.py").decode() == RIGHT


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 5), ("\n", 5), ("", 5)])
def test_at_a_terminal_the_question_is_asked(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    session = shell.record(target="conftest.py")
    typed = io.StringIO(answer)
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", typed)
    ran = shell.run("apply", session)
    assert ran.code == code and "Go on? [y/N]" in ran.err and "conftest.py" in ran.err
    assert (shell.tree.root / "conftest.py").exists() is (code == 0)


def test_a_solution_that_is_there_already_is_refused(shell: Shell) -> None:
    session = shell.record(programs=[program("A", "def solve(n):\n    return n\n")])
    before = shell.tree.everything()
    assert shell.run("apply", session).refused and untouched(shell, before)


def test_the_test_file_comes_and_goes_with_the_solution(shell: Shell) -> None:
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("apply", session, "--tests", "--json")
    assert ran.code == 0, ran.err
    applied = [event for event in ran.events if isinstance(event, events.Applied)]
    assert len(applied) == 2 and applied[0].group == applied[1].group != ""
    target, tests = applied
    assert target.path == "a.py" and "test" in tests.path and tests.created
    assert b"solve" in shell.tree.read(tests.path)
    undone = shell.run("undo", session, "--json").events
    assert {event.path for event in undone if isinstance(event, events.Undone)} == {tests.path, "a.py"}
    assert untouched(shell, before)


def test_a_program_takes_the_whole_file(shell: Shell) -> None:
    text = replace(PROBLEM, mode=Mode.PROGRAM, entry_point="")
    session = shell.record(problem=text, programs=[program("A", "print(1)\n")], target="main.py")
    assert shell.run("apply", session).code == 0
    assert shell.tree.read("main.py") == b"print(1)\n"


# The commit


def test_names_of_the_repository_cannot_reach_the_terminal(shell: Shell) -> None:
    name = "\x1b[2Jx.py"
    shell.tree.write(name, BASE)
    session = shell.record(target=name)
    ran = shell.run("apply", session)
    assert ran.code == 0 and "\x1b" not in ran.out + ran.err and "\\u001b[2Jx.py" in ran.out
    assert WRONG not in ran.out
