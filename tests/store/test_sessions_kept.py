"""Sessions are found, exported and deleted; a run whose process died is told from one that goes on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.errors import InputError, Refused
from atlas_tui.store import Store, export
from tests.ui import story


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state" / "sessions.sqlite3")
    yield opened
    opened.close()


def kept(store: Store, session: str, run: list[events.Event]) -> None:
    for event in run:
        store.append(
            session, replace(event, session=session) if isinstance(event, events.RunStarted) else event
        )


def test_words_are_searched_in_what_a_person_knows(store: Store) -> None:
    kept(store, "first", story.whole())
    other = replace(story.PROBLEM, statement="# Shortest path\n\nÜber die Brücke, 100 % [sicher].")
    kept(store, "second", story.whole(other)[:-1])
    store.let_be("second")
    for words, found in {
        "": ["second", "first"],
        "QUIET stretch": ["first"],
        "neighbouring": ["first"],
        "neighbouring path": [],
        "brücke": ["second"],
        "100 % [sicher]": ["second"],
        "qwen3": ["second", "first"],
        "unfinished": ["second"],
        "verified": ["first"],
        "seco": ["second"],
        "'; DROP TABLE sessions; --": [],
    }.items():
        assert sorted(each.id for each in store.search(words)) == sorted(found), words


def test_a_damaged_event_hides_no_session(store: Store) -> None:
    kept(store, "s", story.whole())
    database = sqlite3.connect(store.path)
    database.execute("UPDATE events SET json = '{broken' WHERE kind = 'ProblemRead'")
    database.commit()
    database.close()
    assert [each.id for each in store.search("longest")] == ["s"] and store.search("neighbouring") == []


def test_only_the_wanted_kinds_are_read(store: Store) -> None:
    kept(store, "s", story.whole())
    seen = store.events("s", kinds=("ProblemRead", "Chosen"))
    assert [event.kind for event in seen] == ["ProblemRead", "Chosen"]


def test_a_deleted_session_is_gone_and_others_stay(store: Store) -> None:
    kept(store, "one", story.whole())
    kept(store, "two", story.whole())
    store.delete("one")
    assert [each.id for each in store.sessions()] == ["two"]
    assert store.events("one") == [] and store.events("two")
    with pytest.raises(InputError, match="No session 'one'"):
        store.delete("one")
    # The id is free again: nothing of the old session is left in it.
    kept(store, "one", story.whole()[:3])
    assert len(store.events("one")) == 3


def test_a_run_that_goes_on_is_not_deleted(store: Store, tmp_path: Path) -> None:
    kept(store, "s", story.whole()[:-1])
    other = Store(store.path)
    for each in (store, other):
        assert each.running("s") and each.cut_off(Path.cwd()) == []
        with pytest.raises(Refused, match="its run goes on"):
            each.delete("s")
    store.append("s", story.whole()[-1])
    assert not other.running("s") and other.cut_off(Path.cwd()) == []
    other.delete("s")
    other.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from atlas_tui.store import Store
from tests.ui import story
store = Store(Path(sys.argv[1]))
os.chdir(sys.argv[2])
for event in story.whole()[:-1]:
    store.append("s-1", event)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_is_found_in_its_folder_until_it_is_let_be(store: Store, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, store.path, tmp_path], check=False, cwd=Path.cwd())
    found = store.cut_off(tmp_path)
    assert [(each.id, each.title, each.outcome) for each in found] == [("s-1", "Longest quiet stretch", "")]
    assert not store.running("s-1") and store.cut_off(tmp_path.parent) == []
    store.let_be("s-1")
    assert store.cut_off(tmp_path) == [] and store.events("s-1")
    assert not list(store.path.parent.glob(".*-running"))


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "a/b"])
def test_no_name_of_a_session_reaches_another_file(store: Store, name: str) -> None:
    beside = store.path.parent.parent / "other"
    beside.write_text("kept")
    for event in story.whole():
        store.append(name, event)
    assert not store.running(name)
    store.delete(name)
    assert beside.read_text() == "kept"


def test_json_lines_are_the_events(store: Store) -> None:
    run = story.repaired()
    assert [events.from_json(line) for line in export.json_lines(run).splitlines()] == run


def test_markdown_tells_the_whole_run() -> None:
    text = export.markdown(story.repaired())
    for words in ("# Session s-1", "## Problem", "Longest quiet stretch", "## Choice: C", "### A, repair 1"):
        assert words in text, words
    assert "it was cut off" in export.markdown(story.whole()[:9])
    assert export.markdown([]) == "# Session\n"


def test_markdown_is_not_broken_by_what_is_in_it() -> None:
    bad = "end\n```\n# Not a heading\n[x](http://bad)"
    problem = replace(story.PROBLEM, statement=bad)
    text = export.markdown(story.whole(problem))
    assert f"````text\n{bad}\n````" in text
    failed = events.Failed(what="<b>[x](y)\n# z", why="*w*", todo="")
    assert "- failed: \\<b\\>\\[x\\](y) \\# z: \\*w\\*" in export.markdown([failed])
