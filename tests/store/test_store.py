"""The session database: nothing appended is lost, by whom and however the process ends."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.errors import InputError
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.store import SessionSummary, Store, StoreError, new_session_id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = Store(file)
    yield opened
    opened.close()


def run_of(session: str, statement: str = "# Sum\n\nAdd them.", start: float = 1000.0) -> list[events.Event]:
    problem = Problem(statement=statement, mode=Mode.PROGRAM, samples=(Sample(given="1 2", expected="3"),))
    return [
        events.RunStarted(
            session=session,
            model="tiny",
            candidates=("A", "B"),
            seed=7,
            isolation="full",
            version="0",
            at=start,
        ),
        events.ProblemRead(problem=problem, at=start + 0.1),
        events.StageStarted(stage=events.Stage.GENERATE, at=start + 0.2),
        events.Text(candidate="A", part=events.Part.CODE, delta="print(\n\0é", tokens=3, at=start + 0.3),
        events.CandidateReady(
            candidate="A",
            round=0,
            code="print(3)",
            tokens=4,
            embedding=events.Vector(origin="generated-mean", size=2, half="AAAA"),
            at=start + 1,
        ),
        events.Usage(
            stage=events.Stage.GENERATE,
            tokens_in=9,
            tokens_out=40,
            tokens_reused=0,
            seconds=1.0,
            at=start + 1,
        ),
        events.Usage(
            stage=events.Stage.REPAIR, tokens_in=9, tokens_out=2, tokens_reused=5, seconds=1.0, at=start + 2
        ),
        events.Chosen(
            candidate="A",
            code="print(3)",
            grade=events.Grade.SAMPLES_ONLY,
            passed=1,
            samples=1,
            reasons=(events.Reason(rule="samples", text="passes all", decided=True),),
            at=start + 2,
        ),
        events.RunEnded(outcome=events.Outcome.VERIFIED, seconds=2.5, at=start + 2.5),
    ]


def test_events_come_back_as_they_were(store: Store) -> None:
    session = new_session_id()
    written = run_of(session)
    for event in written:
        store.append(session, event)
    assert store.events(session) == written


def test_summary_is_the_fold_of_its_events(store: Store) -> None:
    for event in run_of("s1"):
        store.append("s1", event)
    assert store.sessions() == [
        SessionSummary(
            id="s1",
            started=1000.0,
            title="Sum",
            model="tiny",
            outcome="verified",
            candidate="A",
            grade="samples only",
            tokens=42,
            seconds=2.5,
            mode="program",
        )
    ]
    store.append("s1", events.Applied(path="a.py", entry="e", created=False, at=9000.0))
    assert store.sessions()[0].seconds == 2.5, "what is done after the run does not lengthen it"


def test_interrupted_run_has_no_outcome_and_its_time_so_far(store: Store) -> None:
    for event in run_of("s1")[:-2]:
        store.append("s1", event)
    (summary,) = store.sessions()
    assert (summary.outcome, summary.candidate, summary.seconds) == ("", "", 2.0)


def test_text_before_anything_else_begins_a_session(store: Store) -> None:
    store.append("s1", events.Text(candidate="A", part=events.Part.PLAN, delta="x", tokens=1))
    assert [summary.id for summary in store.sessions()] == ["s1"]


@pytest.mark.parametrize(
    ("statement", "title"),
    [
        ("\n \n## Two  Sum \nmore", "Two Sum"),
        ("", ""),
        ("### \n\tx", "x"),
        ("w" * 200, "w" * 71 + "…"),
    ],
)
def test_title(store: Store, statement: str, title: str) -> None:
    for event in run_of("s1", statement):
        store.append("s1", event)
    assert store.sessions()[0].title == title


def test_newest_first_and_latest(store: Store) -> None:
    assert store.latest() is None
    for name, start in (("b", 50.0), ("a", 70.0), ("c", 60.0)):
        store.append(name, run_of(name, start=start)[0])
    assert [summary.id for summary in store.sessions()] == ["a", "c", "b"]
    assert store.latest() == "a"


def test_find_by_prefix(store: Store) -> None:
    for name in ("abc1", "abc2", "abd", "ab", "x%"):
        store.append(name, run_of(name)[0])
    assert store.find("abd") == "abd"
    assert store.find("abc2") == "abc2"
    assert store.find("ab") == "ab", "a whole id wins over those it is a prefix of"
    assert store.find("x") == "x%"
    with pytest.raises(InputError, match="abc2, abc1"):
        store.find("abc")
    for none in ("", "zz", "%", "_bc1", "ABC1"):
        with pytest.raises(InputError, match="No session"):
            store.find(none)


def test_ids_sort_by_time_and_are_unique() -> None:
    ids = [new_session_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {len(name) for name in ids} == {13}
    assert all(name.isalnum() and name == name.lower() for name in ids)


def test_files_are_private(file: Path, store: Store) -> None:
    store.append("s1", run_of("s1")[0])
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert modes.pop(".sessions-running") == 0o700
    assert set(modes) == {file.name, file.name + "-wal", file.name + "-shm"}
    assert set(modes.values()) == {0o600}


def test_unknown_and_broken_events_are_left_out_and_logged(
    file: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    written = run_of("s1")
    for event in written:
        store.append("s1", event)
    with sqlite3.connect(file) as other:
        other.execute(
            "INSERT INTO events VALUES ('s1', 100, 1.0, 'FromTheFuture', '{\"kind\":\"FromTheFuture\"}')"
        )
        other.execute("UPDATE events SET json = '{' WHERE session = 's1' AND seq = 3")
    other.close()
    with caplog.at_level(logging.WARNING):
        assert store.events("s1") == written[:2] + written[3:]
    assert "FromTheFuture" in caplog.text


def test_no_such_session_has_no_events(store: Store) -> None:
    assert store.events("nothing") == []


def test_an_older_file_learns_what_was_asked_for(file: Path) -> None:
    store = Store(file)
    for event in run_of("s1"):
        store.append("s1", event)
    store.close()
    with sqlite3.connect(file) as older:
        older.execute("ALTER TABLE sessions DROP COLUMN mode")
        older.execute("PRAGMA user_version = 1")
    older.close()
    for number in (1, 2):
        store = Store(file)
        assert [row.mode for row in store.sessions()] == ["program"] * number
        for event in run_of("s2"):
            store.append("s2", event)
        store.close()


def test_newer_format_is_refused_and_left_alone(file: Path) -> None:
    Store(file).close()
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="newer") as caught:
        Store(file)
    assert "99" in caught.value.why and caught.value.todo
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"this is not a database, but it is longer than a header " * 50, b"SQLite format 3\0" + b"\xff" * 4096],
)
def test_damaged_file_is_a_clear_error(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store(file)
    assert str(file) in caught.value.why
    assert file.read_bytes() == content


def test_damage_found_while_reading_is_a_clear_error(file: Path) -> None:
    store = Store(file)
    for event in run_of("s1") * 40:
        store.append("s1", event)
    store.close()
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(bytes(data))
    damaged = Store(file)
    with pytest.raises(StoreError, match="damaged"):
        damaged.events("s1")
    damaged.close()


def test_path_that_cannot_be_a_database(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "folder")
    (tmp_path / "plain").write_text("x")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "plain" / "x.sqlite3")


def test_after_a_full_disk_the_store_can_be_used_again(store: Store, file: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    session = new_session_id()
    event = run_of(session)[0]
    store.append(session, event)
    wal = file.with_name(f"{file.name}-wal")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100, hard))
        # Too large to be kept in memory until it is committed: SQLite itself ends the transaction.
        with pytest.raises(StoreError, match=r": (disk I|database or disk is full)"):
            store.append(session, events.Failed(what="x" * 4_000_000, why="", todo=""))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    store.append(session, event)
    assert len(store.events(session)) == 2


def test_lock_held_by_another_is_a_clear_error(
    file: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("atlas_tui.store.database.BUSY_SECONDS", 0.05)
    impatient = Store(file)
    with pytest.raises(StoreError, match="locked"):
        impatient.append("s1", run_of("s1")[0])
    assert store.events("s1") == []
    other.execute("COMMIT")
    other.close()
    impatient.append("s1", run_of("s1")[0])
    assert len(store.events("s1")) == 1
    impatient.close()


_WRITER = """
import sys
from pathlib import Path
from atlas_tui import events
from atlas_tui.store import Store
store, session, count = Store(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for number in range(count):
    if number % 10 == 0:
        event = events.StageStarted(stage=events.Stage.PLAN)
    else:
        event = events.Text(candidate="A", part=events.Part.CODE, delta=str(number), tokens=1)
    store.append(session, event)
    print(number, flush=True)
if session == "killed":
    sys.stdin.read()
"""


def writer(file: Path, session: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(file), session, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_nothing_appended_is_lost_when_the_process_is_killed(file: Path) -> None:
    with writer(file, "killed", 10_000) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) >= 300:
                os.kill(process.pid, signal.SIGKILL)
                break
        shown = int(line) + 1 + sum(1 for _ in process.stdout)
        assert process.wait(20) == -signal.SIGKILL
    store = Store(file)
    assert shown <= len(store.events("killed")) <= shown + 1
    assert store.latest() == "killed"
    store.close()


def test_processes_write_at_once(file: Path) -> None:
    started = [writer(file, name, 300) for name in ("one", "two", "one")]
    for process in started:
        process.communicate(timeout=60)
        assert process.returncode == 0
    store = Store(file)
    assert len(store.events("one")) == 600, "two processes on one session: no event lost, no number twice"
    assert len(store.events("two")) == 300
    store.close()


def test_a_long_stream_is_cheap_to_append(store: Store) -> None:
    piece = events.Text(candidate="A", part=events.Part.CODE, delta="def solve(", tokens=3)
    store.append("s1", run_of("s1")[0])
    times = []
    for _ in range(4000):
        start = time.perf_counter()
        store.append("s1", piece)
        times.append(time.perf_counter() - start)
    # Typical, not worst: the machine may be busy. It costs some tens of microseconds when idle.
    assert sorted(times)[len(times) // 2] < 0.002


def test_the_problem_of_a_session_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path / "sessions.sqlite3")
    problem = Problem(statement="Print it.", mode=Mode.PROGRAM)
    store.append("one", events.StageStarted(stage=events.Stage.READ))
    store.append("one", events.ProblemRead(problem=problem))
    assert store.problem("one") == problem
    store.append("two", events.StageStarted(stage=events.Stage.READ))
    assert store.problem("two") is None and store.problem("three") is None
    store.close()
