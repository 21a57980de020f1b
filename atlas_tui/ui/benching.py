"""Runs of the bench as the screen shows them: found, begun, watched, opened problem by problem. No Textual.

A run is a process of its own that writes a folder; what is shown is read from that folder, whoever writes it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused

if TYPE_CHECKING:
    from atlas_tui.bench.figures import Study
    from atlas_tui.bench.folder import RunFolder
    from atlas_tui.bench.records import Record
    from atlas_tui.bench.shelf import Found
    from atlas_tui.ui.desk import Desk

ENDING = 30.0
"""Most seconds a run gets to end when it is stopped; what is done stays in any case."""
WINDOW = 60.0
"""Seconds over which the speed of a run is the mean."""


class Shown(StrEnum):
    """Which problems are listed."""

    ALL = "all"
    WRONG = "wrong"
    """Not right under at least one condition."""
    DIFFERS = "differs"
    """Right under some conditions and not under others."""
    FAILED = "failed"
    """Without an answer under at least one condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person wants to be run."""

    problems: str
    """A set, ``name``, ``name:path`` or a path."""
    conditions: str = "A,B,E"
    limit: str = ""
    """How many problems; empty takes all."""
    out: str = ""
    """The folder, relative to that of the app."""


@dataclass(slots=True)
class Begun:
    """The process that this app has begun."""

    path: Path
    process: asyncio.subprocess.Process
    said: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    stopped: bool = False


@dataclass(slots=True, eq=False)
class Opened:
    """The run on the screen; another one once it has more records."""

    folder: RunFolder
    study: Study | None
    """None while it has no records."""
    at_work: bool
    by_task: dict[str, dict[str, Record]]
    pace: deque[tuple[float, int]] = field(default_factory=deque)
    """When how many records were there."""

    @property
    def done(self) -> int:
        return sum(len(rows) for rows in self.by_task.values())

    @property
    def total(self) -> int:
        """Records when all of this part is done."""
        header = self.folder.header
        index, count = header.shard
        return len(header.tasks[index - 1 :: count]) * len(header.conditions)

    @property
    def seconds_left(self) -> float | None:
        """By the pace of the last minute; None while it is not known, or nobody is at work."""
        if not self.at_work or len(self.pace) < 2:
            return None
        (begun, before), (ended, after) = self.pace[0], self.pace[-1]
        return (self.total - after) * (ended - begun) / (after - before) if after > before else None


class Benching:
    """What the screen of the bench shows and does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.found: tuple[Found, ...] = ()
        self.at: Path | None = None
        """The marked run."""
        self.opened: Opened | None = None
        self.begun: Begun | None = None
        self.shown = Shown.ALL
        self.condition = 0
        """The column that is marked."""
        self.task = ""
        """The row that is marked."""
        self.order = Order(problems="")
        """What was asked for last."""
        self._named: list[Path] = []
        """Runs elsewhere that were opened by their path."""

    # Looking

    async def look(self) -> None:
        """Find the runs again, and read what is new in the one that is shown. Raises: AtlasError."""
        before = self._seen()
        self.found = tuple(await asyncio.to_thread(self._look))
        if self.at is None and self.found:
            self.at = self.found[0].path
        if self.at is not None:
            await self._read(self.at)
        if self._seen() != before:
            self._desk.changed()

    def _seen(self) -> tuple[object, ...]:
        """What a look can change of what is shown."""
        opened = self.opened
        if opened is None:
            return (self.found, self.at)
        left = opened.seconds_left
        return (self.found, self.at, opened, opened.at_work, None if left is None else round(left))

    def _look(self) -> list[Found]:
        from atlas_tui.bench import shelf

        inside = shelf.runs(self._desk.folder / paths.USUAL_RUNS)
        known = {one.path for one in inside}
        elsewhere = [shelf.glance(path) for path in self._named if path not in known]
        return [*inside, *elsewhere]

    async def _read(self, path: Path) -> None:
        opened = self.opened if self.opened and self.opened.folder.path == path else None
        fresh = await asyncio.to_thread(_opened, path, opened)
        if self.at == path:
            self.opened = fresh
            self.condition = min(self.condition, len(fresh.folder.header.conditions) - 1)

    async def mark(self, path: Path) -> None:
        """Show that run. Raises: AtlasError."""
        if path != self.at or self.opened is None:
            self.at, self.opened, self.task = path, None, ""
            await self._read(path)
            self._desk.changed()

    async def add(self, text: str) -> None:
        """A run in another folder. Raises: InputError: there is none."""
        from atlas_tui.bench import shelf

        path = (self._desk.folder / Path(text.strip()).expanduser()).absolute()
        await asyncio.to_thread(shelf.glance, path)
        self._named.append(path)
        self.at, self.opened = path, None
        await self.look()

    def tasks(self) -> list[str]:
        """The problems that are listed, in the order of the set."""
        opened = self.opened
        if opened is None:
            return []
        return [task for task in opened.folder.header.tasks if self._fits(opened.by_task.get(task, {}))]

    def _fits(self, rows: dict[str, Record]) -> bool:
        match self.shown:
            case Shown.ALL:
                return True
            case Shown.WRONG:
                return any(not row.right for row in rows.values())
            case Shown.DIFFERS:
                return len({row.right for row in rows.values()}) > 1
            case Shown.FAILED:
                return any(row.failed for row in rows.values())

    @property
    def record(self) -> Record | None:
        """Of the marked problem under the marked condition; None where it is not done."""
        if self.opened is None or not self.task:
            return None
        conditions = self.opened.folder.header.conditions
        return self.opened.by_task.get(self.task, {}).get(conditions[self.condition].name)

    # Opening a problem

    async def show(self) -> None:
        """Put the run of the marked problem on the desk.

        Raises: Refused: a run goes on, or the problem is not done; InputError: it was not kept.
        """
        record, opened = self.record, self.opened
        if record is None or opened is None:
            raise Refused("There is nothing to show yet", "the problem is not done", "wait, or mark another")
        if self._desk.run.running:
            raise Refused("The problem is not opened", "a run goes on", "stop it first, or wait for its end")
        events = await asyncio.to_thread(opened.folder.events, record.condition, record.task)
        from atlas_tui.ui.replay import folded

        run = await asyncio.to_thread(folded, events)
        self._desk.archive.leave_replay()
        # It is of no session, so nothing can be asked of it further.
        self._desk.show(replace(run, session=""), "")

    # Beginning and ending

    async def begin(self, order: Order) -> None:
        """Start a process for it; a folder with the same run goes on where it stopped.

        The model of the app is given back first: two at once may not fit into memory.

        Raises: Refused: a run is on already; InputError.
        """
        if self.begun is not None:
            raise Refused("A run of the bench is on", "one at a time is begun here", "stop it first")
        if not order.problems.strip():
            raise InputError("No problems are named", "", "name a set, such as humaneval, or a file")
        backend = self._desk.ready()
        await backend.unload_model()
        self.order = order
        path = (self._desk.folder / Path(order.out.strip()).expanduser()).absolute()
        process = await asyncio.create_subprocess_exec(
            *self._command(order, path),
            cwd=self._desk.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
            start_new_session=True,
        )
        self.begun = Begun(path, process)
        self.at, self.opened, self.task = path, None, ""
        if path.parent != self._desk.folder / paths.USUAL_RUNS:
            self._named.append(path)
        self._desk.changed()

    def _command(self, order: Order, path: Path) -> list[str]:
        settings = self._desk.machine.settings
        model = "" if settings.remote.base_url else settings.model.path
        command = [sys.executable, "-m", "atlas_tui", "bench", "run", order.problems.strip()]
        command += ["--conditions", order.conditions.strip(), "--out", str(path)]
        command += ["--limit", order.limit.strip()] if order.limit.strip() else []
        return command + (["--model", model] if model else [])

    async def follow(self) -> str:
        """Wait for the end of the process; gives why it failed, empty where it ended well or was stopped."""
        begun = self.begun
        if begun is None or begun.process.stderr is None:
            return ""
        try:
            while line := await begun.process.stderr.readline():
                begun.said.append(line.decode("utf-8", "replace").strip())
            code = await begun.process.wait()
        finally:
            self.begun = None
            self._desk.changed()
        if code == 0 or begun.stopped:
            return ""
        return next((line for line in reversed(begun.said) if line), f"it ended with {code}")

    async def stop(self) -> None:
        """End the process that was begun here; what is done stays, and the same order goes on from there."""
        begun = self.begun
        if begun is None or begun.process.returncode is not None:
            return
        begun.stopped = True
        begun.process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(ENDING):
                await begun.process.wait()
        except TimeoutError:
            begun.process.kill()

    async def write_report(self, path: Path) -> None:
        """Write the report of the run that is shown into a new file; its end says as what.

        Raises: InputError, Refused.
        """
        study = self.opened.study if self.opened else None
        if study is None:
            raise Refused("There is no report yet", "no problem is done", "wait for the first")
        await asyncio.to_thread(_write_report, study, path)


def _opened(path: Path, known: Opened | None) -> Opened:
    from atlas_tui.bench import shelf
    from atlas_tui.bench.figures import Study
    from atlas_tui.bench.folder import RunFolder

    before = known.done if known else -1
    if known is not None:
        known.folder.refresh()
        folder, pace = known.folder, known.pace
    else:
        folder, pace = RunFolder.open(path), deque()
    records = folder.records()
    now = time.monotonic()
    pace.append((now, len(records)))
    while pace[0][0] < now - WINDOW:
        pace.popleft()
    at_work = shelf.at_work(path)
    if known is not None and len(records) == before:
        known.at_work = at_work
        return known
    by_task: dict[str, dict[str, Record]] = {}
    for record in records:
        by_task.setdefault(record.task, {})[record.condition] = record
    study = Study.of(folder.header, records, folder.sittings()) if records else None
    return Opened(folder, study, at_work, by_task, pace)


def _write_report(study: Study, path: Path) -> None:
    """Raises: InputError."""
    from atlas_tui.bench import forms
    from atlas_tui.store import saving

    form = forms.ENDS[saving.end_of(path, forms.ENDS)]
    saving.refuse_existing(path)
    saving.write(path, forms.report(study, form))
