"""A run of the bench on disk: a header, and one file for each problem and condition that is done.

    run.json                            what makes the records comparable
    records/CONDITION/TASK.json         written last, whole or not at all: what is there is done
    events/CONDITION/TASK.jsonl.gz      everything that happened on the way
    sittings/ID.json                    what each process spent

A process that is killed leaves records that are done, and nothing of the others.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import logging
import os
import re
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from atlas_tui.bench.records import Header, Record
from atlas_tui.bench.sitting import Sitting
from atlas_tui.bench.stored import Value, from_json, to_json
from atlas_tui.errors import AtlasError, InputError, Refused
from atlas_tui.events import Event, from_json as event_from_json, to_json as event_to_json
from atlas_tui.store.whole import replace_file

log = logging.getLogger(__name__)

FREE = ("hardware", "shard", "started", "set_source")
"""Parts of a header in which two processes of one run may differ."""
_RECORDS, _EVENTS, _SITTINGS = "records", "events", "sittings"
_LOOKS = 4
"""How often it is tried to have a folder alone: who only looks whether it is in use has it for a moment."""
_SHOWN = 3
"""Differences that are named one by one."""


class RunFolder:
    """One run, or one part (shard) of it. Made by ``open`` and ``create_or_resume``."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path, self.header = path, header
        self.told: list[str] = []
        """Files that are not what they should be, in words; they count as not there."""
        self._records: dict[tuple[str, str], Record] = {}
        self._lock: int | None = None

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """The run in a folder, to be read.

        Raises: InputError: there is none, or its header cannot be read.
        """
        folder = cls(path, _header(path))
        folder._read_records()
        return folder

    @staticmethod
    def peek(path: Path) -> Header:
        """The header of a run alone. Raises: InputError: there is none, or it cannot be read."""
        return _header(path)

    def refresh(self) -> None:
        """Take in the records that another process has written since."""
        self.told.clear()
        self._read_records()

    @classmethod
    def create_or_resume(cls, path: Path, header: Header) -> RunFolder:
        """A new run, or the one that is there to go on with; nobody else may write into it meanwhile.

        Raises: Refused: another process writes there, or what is there was run with other settings (the
            differences are named). InputError: the folder holds something else. AtlasError: it cannot be
            written.
        """
        with _writing(path):
            path.mkdir(parents=True, exist_ok=True)
            if not (path / "run.json").exists() and any(one.name != "lock" for one in path.iterdir()):
                todo = "name a new folder with --out"
                raise InputError(f"{path} holds something else", "it has files and no run.json", todo)
        folder = cls(path, header)
        folder._hold()
        try:
            if (path / "run.json").exists():
                folder._resume(_header(path))
            folder._write("run.json", to_json(folder.header).encode())
        except BaseException:
            folder.close()
            raise
        return folder

    def _resume(self, known: Header) -> None:
        if differing := differences(known, self.header):
            what = f"{self.path} was run with other settings"
            todo = "give the same settings again, or name another folder with --out"
            raise Refused(what, "; ".join(differing), todo)
        hardware = (*known.hardware, *(one for one in self.header.hardware if one not in known.hardware))
        self.header = replace(known, hardware=hardware, shard=self.header.shard)
        for left in self.path.rglob(".*.json*.*"):  # a process was killed while it wrote this
            left.unlink(missing_ok=True)
        self._read_records()

    def close(self) -> None:
        """Let others write here."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # What is there

    def records(self) -> list[Record]:
        """All that is done, by condition and in the order of the tasks."""
        tasks = {name: place for place, name in enumerate(self.header.tasks)}
        order = {recipe.name: place for place, recipe in enumerate(self.header.conditions)}
        return sorted(self._records.values(), key=lambda one: (order[one.condition], tasks[one.task]))

    def has(self, condition: str, task: str) -> bool:
        """Whether this problem is done under this condition."""
        return (condition, task) in self._records

    def record(self, condition: str, task: str) -> Record | None:
        """The record of one problem; None where it is not done."""
        return self._records.get((condition, task))

    def events(self, condition: str, task: str) -> list[Event]:
        """What happened on one problem. Raises: InputError: that is not there, or cannot be read."""
        path = self.path / _EVENTS / safe(condition) / f"{safe(task)}.jsonl.gz"
        try:
            lines = gzip.decompress(path.read_bytes()).splitlines()
            return [event_from_json(line) for line in lines]
        except (OSError, EOFError, ValueError, zlib.error) as error:
            what = f"The steps of {task} under {condition} cannot be shown"
            raise InputError(what, str(error) or "the file is cut", "run the problem again") from error

    def sittings(self) -> list[Sitting]:
        """What each process spent, in order of their begin."""
        found = (self._value(Sitting, path) for path in (self.path / _SITTINGS).glob("*.json"))
        return sorted((one for one in found if one is not None), key=lambda one: one.started)

    def _read_records(self) -> None:
        conditions = {recipe.name for recipe in self.header.conditions}
        tasks = set(self.header.tasks)
        known = {self._record_path(*key) for key in self._records}
        for path in sorted((self.path / _RECORDS).glob("*/*.json")):
            if path in known:
                continue
            record = self._value(Record, path)
            if record is None:
                continue
            if record.condition not in conditions or record.task not in tasks:
                self._tell(path, "it is of no problem and condition of this run")
            elif path != self._record_path(record.condition, record.task):
                self._tell(path, f"it holds {record.task} under {record.condition}, which has another name")
            else:
                self._records[record.condition, record.task] = record

    def _value(self, kind: type[Value], path: Path) -> Value | None:
        try:
            return from_json(kind, path.read_bytes())
        except (OSError, ValueError) as error:
            self._tell(path, str(error))
            return None

    def _tell(self, path: Path, why: str) -> None:
        sentence = f"{path.relative_to(self.path)} is left out: {why}"
        log.warning("%s: %s", self.path, sentence)
        self.told.append(sentence)

    # Writing

    def write(self, record: Record, events: Iterable[Event]) -> None:
        """Keep one problem that is done; the record comes last, so it is there only when all is.

        Raises: AtlasError: it cannot be written (the disk is full); nothing half is left.
        """
        lines = "".join(event_to_json(event) + "\n" for event in events)
        name = f"{safe(record.condition)}/{safe(record.task)}"
        self._write(f"{_EVENTS}/{name}.jsonl.gz", gzip.compress(lines.encode(), 6, mtime=0))
        self._write(f"{_RECORDS}/{name}.json", to_json(record).encode())
        self._records[record.condition, record.task] = record

    def note(self, sitting: Sitting) -> None:
        """Keep what a process has spent so far. Raises: AtlasError: it cannot be written."""
        self._write(f"{_SITTINGS}/{safe(sitting.id)}.json", to_json(sitting).encode())

    def _write(self, name: str, content: bytes) -> None:
        with _writing(self.path / name):
            replace_file(self.path / name, content)

    def _record_path(self, condition: str, task: str) -> Path:
        return self.path / _RECORDS / safe(condition) / f"{safe(task)}.json"

    def _hold(self) -> None:
        """Raises: Refused: another process writes here."""
        import fcntl  # not on Windows, where nothing can be run anyway

        with _writing(self.path):
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        for left in reversed(range(_LOOKS)):
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if not left:
                    self.close()
                    why, todo = (
                        "another process writes there",
                        "wait for it, or name another folder with --out",
                    )
                    raise Refused(f"{self.path} is in use", why, todo) from error
                time.sleep(0.05)


def safe(name: str) -> str:
    """A file name for any name; two names never share one."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._")[:80]
    return f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def differences(one: Header, other: Header) -> list[str]:
    """In what two headers differ that must be equal, in words; empty where their records belong together."""
    mine, theirs = asdict(one), asdict(other)
    found = []
    for key in mine:
        if key not in FREE and mine[key] != theirs[key]:
            found += _told(key, mine[key], theirs[key])
    return found


def _told(key: str, mine: object, theirs: object) -> list[str]:
    if key == "conditions" and isinstance(mine, tuple) and isinstance(theirs, tuple):
        return _conditions_told(mine, theirs)
    if isinstance(mine, tuple) and isinstance(theirs, tuple) and len(mine) + len(theirs) > _SHOWN:
        both = frozenset(mine) & frozenset(theirs)
        odd = [str(each) for each in (*mine, *theirs) if each not in both]
        named = f", such as {', '.join(odd[:_SHOWN])}" if odd else ", in another order"
        return [f"{_word(key)}: {len(mine)} there, {len(theirs)} now{named}"]
    return [f"{_word(key)}: {mine!r} there, {theirs!r} now"]


def _conditions_told(mine: Sequence[dict[str, object]], theirs: Sequence[dict[str, object]]) -> list[str]:
    there, now = ({str(one["name"]): one for one in each} for each in (mine, theirs))
    if list(there) != list(now):
        return [f"conditions: {', '.join(there)} there, {', '.join(now)} now"]
    found = []
    for name, old in there.items():
        new = now[name]
        before, after = _settings(old), _settings(new)
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                found.append(f"{key} of {name}: {before.get(key)!r} there, {after.get(key)!r} now")
    return found


def _settings(recipe: dict[str, object]) -> dict[str, object]:
    inner, lens = recipe["settings"], recipe["lens"]
    weights = f"{lens['state']}, weights {lens['weights'][:12]}" if isinstance(lens, dict) else "none"
    rest = {"title": recipe["title"], "repeats": recipe["of"], "lens": weights}
    return {**(inner if isinstance(inner, dict) else {}), **rest}


def _word(key: str) -> str:
    return key.replace("_", " ")


def _header(path: Path) -> Header:
    """Raises: InputError."""
    file = path / "run.json"
    try:
        return from_json(Header, file.read_bytes())
    except FileNotFoundError as error:
        todo = "name the folder that `atlas-tui bench run` made"
        raise InputError(f"{path} holds no run", "run.json is not there", todo) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be used", str(error), "begin a new folder") from error


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        todo = "make room, then run the same command again: it goes on where it stopped"
        raise AtlasError(f"{path} cannot be written", error.strerror or str(error), todo) from error
