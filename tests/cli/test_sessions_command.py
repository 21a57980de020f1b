"""``atlas-tui sessions``: search, export and delete what was recorded."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from atlas_tui import events, paths
from atlas_tui.cli import exits
from atlas_tui.store import Store
from tests.cli.conftest import Shell


def ids(shell: Shell, *more: str) -> list[str]:
    listed = shell.run("sessions", "list", "--json", *more).out
    return [json.loads(line)["id"] for line in listed.splitlines()]


def test_search(shell: Shell) -> None:
    first = shell.record()
    assert ids(shell, "--search", first[:10]) == [first] and ids(shell, "--search", "no such word") == []
    assert "no session matches" in shell.run("sessions", "list", "--search", "no such word").err


def test_the_last_one_is_shown_by_that_name(shell: Shell) -> None:
    session = shell.record()
    named, last = (shell.run("sessions", "show", name, "--json") for name in (session, "last"))
    assert named.code == last.code == 0 and named.out == last.out != ""
    listed = json.loads(shell.run("sessions", "list", "--json").out)
    assert listed["mode"] in ("program", "function")


def test_export_as_json_lines_is_the_session(shell: Shell, tmp_path: Path) -> None:
    session, out = shell.record(), tmp_path / "out.jsonl"
    assert shell.run("sessions", "export", session, str(out)).code == 0
    assert [events.from_json(line) for line in out.read_text("utf-8").splitlines()] == Store(
        paths.database()
    ).events(session)
    printed = shell.run("sessions", "export", "last", "--format", "jsonl")
    assert printed.out == out.read_text("utf-8")


def test_export_as_markdown(shell: Shell, tmp_path: Path) -> None:
    session, out = shell.record(), tmp_path / "out.md"
    assert shell.run("sessions", "export", session, str(out)).code == 0
    text = out.read_text("utf-8")
    assert "# Session" in text and "## Choice: " in text and "def solve(n):" in text
    assert shell.run("sessions", "export", session).out == text


def test_export_as_a_picture(shell: Shell, tmp_path: Path) -> None:
    session, out = shell.record(), tmp_path / "out.svg"
    assert shell.run("sessions", "export", session, str(out)).code == 0
    text = out.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg") and "solve" in text
    assert shell.run("sessions", "export", session, "--format", "svg").code == exits.BAD_INPUT


@pytest.mark.parametrize("name", ["out", "out.txt", "none/out.md", "none/out.svg"])
def test_export_says_what_is_wrong_with_the_file(shell: Shell, tmp_path: Path, name: str) -> None:
    session = shell.record()
    ran = shell.run("sessions", "export", session, str(tmp_path / name))
    assert ran.code in (exits.BAD_INPUT, exits.OUR_FAULT) and " written" in ran.err
    assert not (tmp_path / name).exists()


def test_export_overwrites_only_when_told(shell: Shell, tmp_path: Path) -> None:
    session, out = shell.record(), tmp_path / "out.md"
    out.write_text("mine")
    ran = shell.run("sessions", "export", session, str(out))
    assert ran.code == exits.BAD_INPUT and "exists already" in ran.err and out.read_text() == "mine"
    assert shell.run("sessions", "export", session, str(out), "--force").code == 0
    assert "# Session" in out.read_text("utf-8")


def test_delete_needs_a_yes(shell: Shell) -> None:
    first, second = shell.record(), shell.record()
    ran = shell.run("sessions", "delete", first)
    assert ran.refused and "--yes" in ran.err and set(ids(shell)) == {first, second}
    assert shell.run("sessions", "delete", first, "--yes").code == 0
    assert ids(shell) == [second]
    assert shell.run("sessions", "delete", first, "--yes").code == exits.BAD_INPUT


def test_a_run_that_goes_on_is_not_deleted(shell: Shell) -> None:
    session = shell.record()
    store = Store(paths.database())
    store.append(session, events.StageStarted(stage=events.Stage.REPAIR))
    assert shell.run("sessions", "delete", session, "--yes").refused
    store.close()
    assert shell.run("sessions", "delete", session, "--yes").code == 0


def test_what_was_written_can_be_undone_after_the_session_is_gone(shell: Shell) -> None:
    session = shell.record()
    before = shell.tree.read("a.py")
    assert shell.run("apply", session).code == 0
    assert shell.run("sessions", "delete", session, "--yes").code == 0
    assert shell.run("undo").code == 0 and shell.tree.read("a.py") == before
