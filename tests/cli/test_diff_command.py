"""``atlas-tui diff``: what a recorded program would change, for people, for pipes and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from atlas_tui.cli import exits
from tests.cli.conftest import BASE, PLACED, RIGHT, Shell, program


def test_the_choice_against_the_file(shell: Shell) -> None:
    session, before = shell.record(), shell.tree.everything()
    ran = shell.run("diff", session)
    assert ran.code == 0
    assert ran.err == "a.py: A, +2 −1; A passes 2 of 2 samples\n"
    lines = ran.out.splitlines()
    assert lines[:2] == ["--- a/a.py", "+++ b/a.py"] and "+import math" in lines
    assert [line.partition("@@ ")[2].partition("@@ ")[2] for line in lines if line.startswith("@@")] == [
        "hunk 1",
        "hunk 2",
    ]
    assert shell.tree.everything() == before and shell.recorded(session) == []


def test_what_is_shown_is_what_is_written(shell: Shell) -> None:
    session = shell.record()
    patch = shell.run("diff", session, "--hunks", "2").out
    subprocess.run(["git", "apply"], cwd=shell.tree.root, input=patch.encode(), check=True)
    assert shell.tree.read("a.py").decode() == PLACED.replace("import math\n", "")


def test_a_patch_is_exact_where_words_are_escaped(shell: Shell) -> None:
    old = BASE.replace("\n", "\r\n").encode() + b"name = '\xe9'"
    shell.tree.write("a.py", old)
    session = shell.record()
    assert "\r" not in shell.run("diff", session).out
    with (shell.tree.root / "p").open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "atlas_tui", "diff", session, "--patch"],
            cwd=shell.tree.root, stdout=out, check=True,
        )  # fmt: skip
    subprocess.run(["git", "apply", "p"], cwd=shell.tree.root, check=True)
    new = PLACED.replace("\n", "\r\n").encode() + b"name = '\xe9'"
    assert shell.tree.read("a.py") == new


def test_as_json(shell: Shell) -> None:
    session = shell.record()
    told = json.loads(shell.run("diff", session[:-1], "--json").out)
    assert {key: told[key] for key in ("session", "candidate", "round", "path", "exists", "moved")} == {
        "session": session,
        "candidate": "A",
        "round": 0,
        "path": "a.py",
        "exists": True,
        "moved": "",
    }
    assert (told["hunks"], told["added"], told["removed"], told["against"]) == (2, 2, 1, "")
    changed = [(line["kind"], line["hunk"], line["text"]) for line in told["lines"] if line["kind"] in "+-"]
    assert changed == [
        ("+", 1, "import math"),
        ("-", 2, "    return n"),
        ("+", 2, "    return math.floor(n) + 1"),
    ]
    assert told["unified"].startswith("--- a/a.py\n+++ b/a.py\n@@ ")


def test_against_another_candidate(shell: Shell) -> None:
    shell.record()
    ran = shell.run("diff", "last", "--candidate", "C", "--against", "B")
    assert "-    return n - 1\n+    return n + 1\n" in ran.out
    assert ran.err.startswith("a.py: C:1 against B:0, +1 −1")


def test_against_itself_before_its_repair(shell: Shell) -> None:
    session = shell.record()
    ran = shell.run("diff", session, "--candidate", "C", "--against", "before")
    assert "-    return n\n+    return n + 1\n" in ran.out and "C:1 against C:0" in ran.err
    ran = shell.run("diff", session, "--candidate", "A", "--against", "before")
    assert ran.code == exits.BAD_INPUT and "was not repaired" in ran.err


def test_no_difference(shell: Shell) -> None:
    session = shell.record(programs=[program("A", "def solve(n):\n    return n\n")])
    ran = shell.run("diff", session)
    assert (ran.code, ran.out) == (0, "") and "no difference; A untested" in ran.err


def test_a_file_that_moved_is_told(shell: Shell) -> None:
    session = shell.record()
    shell.tree.write("a.py", BASE + "z = 3\n")
    assert "it was changed since the run began" in shell.run("diff", session).err
    assert json.loads(shell.run("diff", session, "--json").out)["moved"]


def test_a_new_file(shell: Shell) -> None:
    session = shell.record(target="new.py")
    ran = shell.run("diff", session)
    assert ran.out.startswith("--- /dev/null\n+++ b/new.py\n@@ ")
    assert [line[1:] for line in ran.out.splitlines()[3:]] == RIGHT.splitlines()
    assert not (shell.tree.root / "new.py").exists()


@pytest.mark.parametrize("arguments", [["--hunks", "3"], ["--against", "Z"], ["--candidate", "D"]])
def test_bad_input(shell: Shell, arguments: list[str]) -> None:
    session = shell.record()
    ran = shell.run("diff", session, *arguments)
    assert ran.code == exits.BAD_INPUT and ran.out == "" and ran.err.count("\n") == 1


def test_text_of_files_and_programs_cannot_reach_a_terminal_or_pipe(shell: Shell) -> None:
    evil = "def solve(n):\n    return '\x1b]52;c;AAAA\x07\u202e'\n"
    session = shell.record(programs=[program("A", evil)])
    ran = shell.run("diff", session)
    assert "\x1b" not in ran.out and "\\u001b]52;c;AAAA\\u0007\\u202e" in ran.out
    told = shell.run("diff", session, "--json").out
    assert "\x1b" not in told and "\x1b]52" in json.loads(told)["unified"]


def test_colours_only_on_a_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    session = shell.record()
    assert "\x1b[" not in shell.run("diff", session).out
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    shown = shell.run("diff", session).out
    assert "\x1b[32m+import math\x1b[0m\n" in shown and "\x1b[31m-    return n\x1b[0m\n" in shown
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in shell.run("diff", session).out


def test_the_whole_file_is_shown_and_written_where_that_is_asked(shell: Shell) -> None:
    session = shell.record()
    shown = shell.run("diff", session, "--whole")
    assert "-import sys" in shown.out.splitlines()
    assert shell.run("apply", session, "--whole").code == 0
    assert shell.tree.read("a.py").decode() == RIGHT
    assert shell.run("undo", session).code == 0
    assert shell.tree.read("a.py").decode() == BASE
