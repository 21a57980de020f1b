"""Pulling a model: every byte once, also after a kill, and nothing in its place before it is checked."""

from __future__ import annotations

import datetime
import errno
import hashlib
import io
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from atlas_tui import paths
from atlas_tui.engine import hub, stored
from atlas_tui.engine.catalog import Source
from atlas_tui.engine.hub import Cut, PullError, Remote
from atlas_tui.errors import Refused

SPARE = 256 << 20
"""Bytes of the disk that a pull leaves free."""
WAITS = (1.0, 2.0, 4.0, 8.0, 8.0)
"""Seconds before each further try after a cut; a try that brings bytes starts them anew."""

log = logging.getLogger(__name__)


class PullPaused(PullError):
    """It was asked to stop; what was fetched is kept, and pulling again fetches the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a pull is. Sizes in bytes, over all parts of the model."""

    file: str
    done: int
    total: int | None
    """None where the hub does not tell."""
    seconds: float
    """Since this pull began."""
    rate: float
    """Bytes fetched a second, on average over this pull; 0 while nothing is fetched yet."""
    checking: bool = False
    """What was fetched earlier is being read, not fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A model that is here now."""

    path: Path
    """Its (first) file."""
    size: int
    """Bytes of all its parts."""
    fetched: int
    """Bytes that came over the network this time."""
    seconds: float
    checked: bool
    """Whether the hub had checksums for all of it."""


Report = Callable[[Progress], None]


@dataclass(slots=True)
class _Tally:
    """What has been done so far, and whom to tell."""

    report: Report
    stop: threading.Event
    total: int | None
    before: int = 0
    """Bytes of parts that are done."""
    fetched: int = 0
    begun: float = field(default_factory=time.monotonic)
    fetching: float = 0.0
    """Seconds spent on the network."""

    def tell(self, file: str, done: int, *, checking: bool = False) -> None:
        """Raises: PullPaused where it was asked to stop."""
        self.report(
            Progress(
                file=file,
                done=self.before + done,
                total=self.total,
                seconds=time.monotonic() - self.begun,
                rate=self.fetched / self.fetching if self.fetching else 0.0,
                checking=checking,
            )
        )
        if self.stop.is_set():
            raise PullPaused("The pull is paused", "what was fetched is kept", "pull it again to go on")


def pull(
    source: Source, report: Report = lambda progress: None, stop: threading.Event | None = None
) -> Pulled:
    """Fetch a model, or the rest of it, into the models' folder; a newer version on the hub replaces it.

    What was fetched stays when this is ended, killed or cut off, and the next call fetches the rest.
    ``report`` is called at each piece that comes, often. ``stop`` can be set from another thread.

    Raises:
        PullError: offline, no such file, no right to it, too many cuts, or a wrong checksum.
        PullPaused: ``stop`` was set.
        Refused: another pull of it runs, or the disk is too small.
    """
    remotes = _remotes(source)
    sizes = [one.size for one in remotes]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    tally = _Tally(report, stop or threading.Event(), total)
    try:
        with stored.alone(source.path):
            _refuse_small_disk(source, remotes)
            records = [_part(source.place(one.file), one, tally) for one in remotes]
    except OSError as error:
        raise _disk_error(error) from error
    return Pulled(
        path=source.path,
        size=sum(one.size for one in records),
        fetched=tally.fetched,
        seconds=time.monotonic() - tally.begun,
        checked=all(one.checked for one in records),
    )


def _remotes(source: Source) -> list[Remote]:
    """What the hub says about each part, all of one commit. Raises: PullError."""
    first = hub.metadata(source.repo, source.files[0])
    return [first, *(hub.metadata(source.repo, file, first.commit) for file in source.files[1:])]


def _refuse_small_disk(source: Source, remotes: list[Remote]) -> None:
    """Raises: Refused where the rest does not fit."""
    needed = 0
    for one in remotes:
        place = source.place(one.file)
        if one.size is None or _is_current(place, one):
            continue
        partial = stored.partial_place(place, one.etag)
        needed += max(0, one.size - (partial.stat().st_size if partial.exists() else 0))
    free = shutil.disk_usage(source.path.parent).free
    if needed and needed + SPARE > free:
        why = f"{stored.words(needed)} are to come and {stored.words(free)} are free in {paths.models_dir()}"
        raise Refused("The disk is too small for this model", why, "free some space, or set ATLAS_TUI_HOME")


def _is_current(place: Path, remote: Remote) -> bool:
    """Whether this very version is here and recorded."""
    record = stored.read_record(place)
    if record is None or not place.is_file() or place.stat().st_size != record.size:
        return False
    return record.sha256 == remote.sha256 if remote.sha256 else record.commit == remote.commit


def _part(place: Path, remote: Remote, tally: _Tally) -> stored.Record:
    """Bring one file to its place, with its record."""
    record = stored.read_record(place)
    if record is None or not _is_current(place, remote):
        record = _adopted(place, remote, tally) or _fetched(place, remote, tally)
    for left in stored.partials(place):
        left.unlink(missing_ok=True)
    tally.before += record.size
    tally.tell(remote.file, 0)
    return record


def _adopted(place: Path, remote: Remote, tally: _Tally) -> stored.Record | None:
    """The record of a file that is here without one and is the right one, such as after a crash."""
    if not remote.sha256 or not place.is_file() or place.stat().st_size != remote.size:
        return None
    found = stored.digest(place, lambda read: tally.tell(remote.file, read, checking=True))
    return _kept(place, remote, found, remote.size) if found == remote.sha256 else None


def _fetched(place: Path, remote: Remote, tally: _Tally) -> stored.Record:
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = stored.partial_place(place, remote.etag)
    for left in stored.partials(place):
        if left != partial:
            left.unlink(missing_ok=True)
    # Not buffered: whatever was told as done is in the file if we are killed.
    with partial.open("a+b", buffering=0) as file:
        fetch = _Fetch(file, remote, tally)
        fetch.read_again()
        fetch.run()
        os.fsync(file.fileno())
        found, size = fetch.hash.hexdigest(), fetch.done
    if remote.sha256 and found != remote.sha256:
        partial.unlink()
        why = f"its checksum is {found[:16]}… and the hub says {remote.sha256[:16]}…"
        raise PullError(f"{remote.file} came over damaged and was thrown away", why, "pull it again")
    stored.record_place(place).unlink(missing_ok=True)
    partial.replace(place)
    return _kept(place, remote, found, size)


def _kept(place: Path, remote: Remote, sha256: str, size: int) -> stored.Record:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    record = stored.Record(
        repo=remote.repo, file=remote.file, commit=remote.commit, sha256=sha256, size=size, pulled_at=now,
        checked=bool(remote.sha256),
    )  # fmt: skip
    stored.write_record(place, record)
    return record


class _Fetch:
    """One file on its way: how far it is, and the checksum so far."""

    def __init__(self, file: io.FileIO, remote: Remote, tally: _Tally) -> None:
        self.file, self.remote, self.tally = file, remote, tally
        self.hash, self.done = hashlib.sha256(), 0

    def read_again(self) -> None:
        """Take in what an earlier pull has fetched."""
        if self.remote.size is not None and self.file.seek(0, os.SEEK_END) > self.remote.size:
            self.start_over()
        self.file.seek(0)
        while block := self.file.read(stored.BLOCK):
            self.hash.update(block)
            self.done += len(block)
            self.tally.tell(self.remote.file, self.done, checking=True)

    def start_over(self) -> None:
        self.file.truncate(0)
        self.hash, self.done = hashlib.sha256(), 0

    def run(self) -> None:
        """Fetch until all is there. Raises: PullError after too many cuts in a row."""
        size, tries = self.remote.size, 0
        while size is None or self.done < size:
            had = self.done
            try:
                self.once()
                if size is None:
                    return
                if self.done < size:
                    raise Cut("it ended early")
            except Cut as cut:
                tries = 1 if self.done > had else tries + 1
                log.info("cut at %d of %s: %s", self.done, size, cut)
                if tries > len(WAITS):
                    why = f"{cut}; {stored.words(self.done)} are here and are kept"
                    raise PullError("The pull was cut off", why, "pull it again to go on") from cut
                self.wait(WAITS[tries - 1])

    def wait(self, seconds: float) -> None:
        """Wait, but not for somebody who wants to stop."""
        self.tally.stop.wait(seconds)
        self.tally.tell(self.remote.file, self.done)

    def once(self) -> None:
        """Fetch as much as one connection gives. Raises: Cut."""
        before = time.monotonic()
        try:
            with hub.content(self.remote, self.done) as (begin, chunks):
                if begin != self.done:
                    self.start_over()
                for chunk in chunks:
                    self.take(chunk)
                    now = time.monotonic()
                    self.tally.fetching += now - before
                    before = now
                    self.tally.tell(self.remote.file, self.done)
        finally:
            self.tally.fetching += time.monotonic() - before

    def take(self, chunk: bytes) -> None:
        if self.remote.size is not None and self.done + len(chunk) > self.remote.size:
            self.start_over()
            raise PullError(f"{self.remote.file} is longer than the hub says", "", "try again later")
        rest = memoryview(chunk)
        while rest:
            rest = rest[self.file.write(rest) or 0 :]
        self.hash.update(chunk)
        self.done += len(chunk)
        self.tally.fetched += len(chunk)


def _disk_error(error: OSError) -> PullError:
    """Words for a disk that does not take the file."""
    todo = "pull it again to go on"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PullError("The disk is full", "what was fetched is kept", f"free some space, then {todo}")
    why = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    return PullError("The model cannot be written", f"{where}{why}", "see the folder's rights and its disk")
