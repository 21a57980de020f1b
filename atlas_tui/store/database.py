"""A SQLite file of one person: how it is opened, and its faults in words."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas_tui import paths
from atlas_tui.errors import AtlasError

log = logging.getLogger(__name__)

BUSY_SECONDS = 5.0


class StoreError(AtlasError):
    """A database of ours cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds."""

    name: str
    """What it is to the person, such as ``The session database``."""
    version: int
    tables: str
    """Statements, each with its semicolon."""
    since: tuple[str, ...] = ()
    """Statements that make version 2 of version 1, 3 of 2, and so on; each as ``tables``."""


class Database:
    """One open file; several processes may use the same file at once. Use it from the thread that made it.

    Raises:
        StoreError: from every method, when the file is damaged, of a newer version, locked for longer than
            five seconds, or cannot be written.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path, self._schema = path, schema
        with self.explained():
            paths.private(path.parent)
            # SQLite gives its side files the mode of the database, so this covers all three.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with self.explained():
                self._prepare()
        except StoreError:
            self._connection.close()
            raise

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """SQLite's own, to be called inside ``explained``, where its rows are fetched too."""
        return self._connection.execute(statement, values)

    def close(self) -> None:
        """Calling it twice is harmless."""
        self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # On a full disk for instance it is over already, or not even its end could be written.
            if self._connection.in_transaction:
                self.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """SQLite's and the file system's words as an error for the person."""
        name = self._schema.name
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # A fault of ours, such as a call after close().
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{name} cannot be used",
                f"{self.path}: {error}",
                "check free space and whether another program holds the file",
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{name} is damaged",
                f"{self.path}: {error}",
                "move the file away; a new one is made at the next start",
            ) from error
        except OSError as error:
            raise StoreError(
                f"{name} cannot be opened", f"{self.path}: {error.strerror}", "check the path"
            ) from error

    def _prepare(self) -> None:
        # Asked before anything is changed: a file of a newer version stays as it is.
        self._check_version(self._version())
        mode = self.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            log.warning("%s: no write-ahead log here (mode %s); writing is slower", self.path, mode)
        self.execute("PRAGMA synchronous = NORMAL")
        wanted = self._schema.version
        if self._version() == wanted:
            return
        with self.transaction():
            # Another process may have made the tables while this one waited for the lock.
            version = self._version()
            self._check_version(version)
            steps = self._schema.since[version - 1 :] if version else (self._schema.tables,)
            for statement in ";".join(steps).split(";"):
                if statement.strip():
                    self.execute(statement)
            self.execute(f"PRAGMA user_version = {wanted}")

    def _version(self) -> int:
        return int(self.execute("PRAGMA user_version").fetchone()[0])

    def _check_version(self, version: int) -> None:
        if version > self._schema.version:
            raise StoreError(
                f"{self.path} was written by a newer Atlas TUI",
                f"its format is {version}, this version knows {self._schema.version}",
                "update Atlas TUI, or move the file away to begin anew",
            )
