"""The session database: events are written as they happen and read back as they were."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import (
    AnyEvent,
    Event,
    ProblemRead,
    RunEnded,
    RunStarted,
    StageStarted,
    Text,
    from_json,
    to_json,
)
from atlas_tui.problem import Problem
from atlas_tui.store.database import Database, Schema
from atlas_tui.store.marks import Marks
from atlas_tui.store.summary import SessionSummary, fold

log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    started REAL NOT NULL,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    candidate TEXT NOT NULL,
    grade TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    seconds REAL NOT NULL,
    mode TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE events (
    session TEXT NOT NULL REFERENCES sessions (id),
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (session, seq)
) WITHOUT ROWID;
"""
_MODE = """
ALTER TABLE sessions ADD COLUMN mode TEXT NOT NULL DEFAULT '';
UPDATE sessions SET mode = COALESCE((
    SELECT json_extract(json, '$.problem.mode') FROM events
    WHERE session = sessions.id AND seq <= 8 AND kind = 'ProblemRead' AND json_valid(json)), '');
"""
_SCHEMA = Schema("The session database", 2, _TABLES, (_MODE,))
_COLUMNS = "id, started, title, model, outcome, candidate, grade, tokens, seconds, mode"
_INSERT_EVENT = """
INSERT INTO events (session, seq, at, kind, json)
SELECT :session, COALESCE(MAX(seq), 0) + 1, :at, :kind, :json FROM events WHERE session = :session
"""
_WRITE_SUMMARY = f"""
INSERT OR REPLACE INTO sessions ({_COLUMNS})
VALUES (:id, :started, :title, :model, :outcome, :candidate, :grade, :tokens, :seconds, :mode)
"""


_HAS_WORD = """
(instr(lower(id), :word) OR instr(lower(title), :word) OR instr(lower(model), :word)
 OR instr(lower(CASE outcome WHEN '' THEN 'unfinished' ELSE outcome END), :word)
 OR EXISTS (
    SELECT 1 FROM events WHERE session = sessions.id AND seq <= 8 AND kind = 'ProblemRead'
    AND CASE WHEN json_valid(json) THEN instr(lower(json_extract(json, '$.problem.statement')), :word) END))
"""
"""The problem is among the first events: a long session is not searched whole."""


class Store:
    """All sessions of one person; several processes may use the same file at once.

    Every event is committed before ``append`` returns: with SQLite's write-ahead log and
    ``synchronous=NORMAL`` it outlives the death of this process at any moment (a power cut may
    cost the last events, never the file). Use it from the thread that made it.

    Raises:
        StoreError: from every method, when the file is damaged, of a newer version, locked for
            longer than five seconds, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: set[str] = set()
        self._marks = Marks(path)
        self._database = Database(path, _SCHEMA)

    @property
    def path(self) -> Path:
        """The file, for whoever opens it in another thread."""
        return self._path

    def append(self, session: str, event: Event) -> None:
        """Write one event at the end of a session, which begins with its first event."""
        if isinstance(event, RunStarted | StageStarted):
            self._marks.begin(session)
        row = {"session": session, "at": event.at, "kind": getattr(event, "kind", ""), "json": to_json(event)}
        with self._database.explained():
            if isinstance(event, Text) and session in self._known:
                self._database.execute(_INSERT_EVENT, row)
                return
            with self._database.transaction():
                before = self._summary(session) or SessionSummary(id=session, started=event.at)
                after = fold(before, event)
                if after != before or session not in self._known:
                    self._database.execute(_WRITE_SUMMARY, asdict(after))
                self._database.execute(_INSERT_EVENT, row)
            self._known.add(session)
        if isinstance(event, RunEnded):
            self._marks.end(session)

    def events(self, session: str, kinds: Collection[str] = ()) -> list[AnyEvent]:
        """The events of a session in the order they were appended; none when there is no such session.

        ``kinds`` leaves out those of other kinds. An event this version does not know (or a damaged one) is
        left out and logged.
        """
        wanted = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        with self._database.explained():
            rows = self._database.execute(
                f"SELECT seq, kind, json FROM events WHERE session = ?{wanted} ORDER BY seq",
                (session, *kinds),
            ).fetchall()
        found: list[AnyEvent] = []
        for seq, kind, text in rows:
            try:
                found.append(from_json(text))
            except ValueError as error:
                log.warning("session %s: event %s (%s) is left out: %s", session, seq, kind, error)
        return found

    def lengths(self) -> dict[str, int]:
        """How many events each session has: whether there is anything new in it."""
        with self._database.explained():
            # One look into the index for each: the events themselves are not read.
            rows = self._database.execute(
                "SELECT id, (SELECT MAX(seq) FROM events WHERE session = id) FROM sessions"
            ).fetchall()
        return {str(session): int(last) for session, last in rows}

    def problem(self, session: str) -> Problem | None:
        """What the session set out to solve; None where that is not known."""
        with self._database.explained():
            # Among the first events: a long session is not searched whole.
            row = self._database.execute(
                "SELECT json FROM events WHERE session = ? AND seq <= 8 AND kind = 'ProblemRead'", (session,)
            ).fetchone()
        try:
            event = from_json(row[0]) if row else None
        except ValueError as error:
            log.warning("session %s: its problem is left out: %s", session, error)
            return None
        return event.problem if isinstance(event, ProblemRead) else None

    def sessions(self) -> list[SessionSummary]:
        """All sessions, newest first."""
        with self._database.explained():
            rows = self._database.execute(
                f"SELECT {_COLUMNS} FROM sessions ORDER BY started DESC, id DESC"
            ).fetchall()
        return [_summary_of(row) for row in rows]

    def search(self, words: str) -> list[SessionSummary]:
        """Sessions in whose id, title, model, outcome or problem every one of the words is; newest first.

        Case does not matter for the letters of English.
        """
        found: list[set[str]] = []
        with self._database.explained():
            for word in words.lower().split():
                rows = self._database.execute(f"SELECT id FROM sessions WHERE {_HAS_WORD}", {"word": word})
                found.append({str(row[0]) for row in rows.fetchall()})
        return [each for each in self.sessions() if all(each.id in ids for ids in found)]

    def delete(self, session: str) -> None:
        """Forget a session and all its events. What it wrote into files stays, and can still be undone.

        Raises:
            InputError: there is none of that id.
            Refused: its run goes on.
        """
        if self._marks.running(session):
            raise Refused(f"Session {session} is not deleted", "its run goes on", "stop the run first")
        with self._database.explained(), self._database.transaction():
            if self._summary(session) is None:
                raise InputError(f"No session {session!r}", "", "see atlas-tui sessions list")
            self._database.execute("DELETE FROM events WHERE session = ?", (session,))
            self._database.execute("DELETE FROM sessions WHERE id = ?", (session,))
        self._known.discard(session)
        self._marks.end(session)

    def running(self, session: str) -> bool:
        """Its run goes on, in this process or another one."""
        return self._marks.running(session)

    def cut_off(self, folder: Path) -> list[SessionSummary]:
        """Runs begun in ``folder`` whose process is gone before their end, newest first."""
        with self._database.explained():
            found = [self._summary(session) for session in self._marks.cut_off(folder)]
        return [each for each in found if each is not None and not each.outcome]

    def let_be(self, session: str) -> None:
        """The person knows that this run was cut off: ``cut_off`` names it no more."""
        self._marks.end(session)

    def find(self, prefix: str) -> str:
        """The id that starts with ``prefix``.

        Raises:
            InputError: no session or more than one does.
        """
        todo = "see atlas-tui sessions list"
        with self._database.explained():
            rows = self._database.execute(
                "SELECT id FROM sessions WHERE substr(id, 1, length(:prefix)) = :prefix ORDER BY id DESC",
                {"prefix": prefix},
            ).fetchall()
        matches = [str(row[0]) for row in rows]
        if prefix in matches:
            return prefix
        if not prefix or not matches:
            raise InputError(f"No session {prefix!r}", "no id starts with it" if prefix else "", todo)
        if len(matches) > 1:
            more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
            raise InputError(
                f"Session {prefix!r} is not unique",
                f"it matches {', '.join(matches[:5])}{more}",
                "give more letters of the id",
            )
        return matches[0]

    def latest(self) -> str | None:
        """The id of the newest session, None when there is none."""
        with self._database.explained():
            row = self._database.execute(
                "SELECT id FROM sessions ORDER BY started DESC, id DESC LIMIT 1"
            ).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        """Close the file; calling it twice is harmless. A run without an end counts as cut off now."""
        self._marks.close()
        self._database.close()

    def _summary(self, session: str) -> SessionSummary | None:
        row = self._database.execute(f"SELECT {_COLUMNS} FROM sessions WHERE id = ?", (session,)).fetchone()
        return _summary_of(row) if row else None


def _summary_of(row: tuple[object, ...]) -> SessionSummary:
    return SessionSummary(**dict(zip(_COLUMNS.split(", "), row, strict=True)))  # type: ignore[arg-type]
