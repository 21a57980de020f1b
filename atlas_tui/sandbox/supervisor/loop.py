"""The supervisor's loop: takes requests, gives runs their turn, watches and collects them, answers.

Requests: ``run`` (a candidate, in a warm worker) and ``box`` (a command of its own), both with bytes whose
first part is standard input; ``kill`` (one of them), ``kill-all``, ``ask`` (about an interpreter), ``find``
(bubblewrap), ``bait`` and ``unbait`` (a file that no run may reach).
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import shutil
import socket
import subprocess
import time
from typing import Any

from atlas_tui.sandbox.supervisor import inquiries
from atlas_tui.sandbox.supervisor.channel import Channel
from atlas_tui.sandbox.supervisor.crew import Crew
from atlas_tui.sandbox.supervisor.oneshot import LOOK_SECONDS, BoxRun
from atlas_tui.sandbox.supervisor.run import Run
from atlas_tui.sandbox.supervisor.waiting import Full, Waiting
from atlas_tui.sandbox.supervisor.warm import WarmRun
from atlas_tui.sandbox.supervisor.worker import Worker

log = logging.getLogger("atlas_tui.sandbox.supervisor")

_TICK_SECONDS = 0.25
_MOST_UNSENT = 64 << 20
"""While more than this waits for the app to read it, nothing new is begun."""
_ERRORS = (OSError, subprocess.SubprocessError, KeyError, ValueError)


class Supervisor:
    """At most ``slots`` runs at once, groups of them in turn."""

    def __init__(self, link: socket.socket, slots: int) -> None:
        self._slots, self._drop = slots, os.geteuid() == 0
        self._selector = selectors.DefaultSelector()
        self._link = Channel(link, self._selector)
        self._waiting = Waiting()
        self._again: list[Run] = []
        """Runs that were kept from the processor; each is tried once more with nothing beside it."""
        self._runs: dict[int, Run] = {}
        self._crew = Crew(slots, self._drop)
        self._watched: dict[int, Run | Worker] = {}
        self._baits: list[str] = []

    def serve(self) -> None:
        """Until the app closes its end; leaves nothing behind then."""
        try:
            while self._step():
                pass
        finally:
            self._kill_all("closed")
            self._crew.close()
            for run in list(self._runs.values()):
                self._collect(run)
            self._crew.collect()
            self._unbait()

    def _step(self) -> bool:
        for key, events in self._selector.select(self._patience()):
            if key.fileobj is self._link.socket:
                if not self._link.on_ready(events, self._handle):
                    return False
            elif key.fd in self._watched:
                self._hear(key.fd)
        now = time.monotonic()
        for run in list(self._runs.values()):
            if isinstance(run, BoxRun):
                self._look_at_box(run, now)
            elif now > run.deadline and isinstance(run, WarmRun):
                self._end_worker(run)
        self._look_after_workers()
        self._begin()
        return True

    def _look_at_box(self, run: BoxRun, now: float) -> None:
        # Before it closes any: what it opens next often has the same number, and would not be heard.
        self._unwatch(run)
        try:
            over = run.over(now)
        except _ERRORS as error:
            log.warning("run %d failed", run.id, exc_info=True)
            self._fail(run, f"could not be run: {error}")
            return
        if not over:
            self._watch(run, run.descriptors())
        elif run.fault:
            self._fail(run, run.fault)
        else:
            self._finish(run)

    def _patience(self) -> float | None:
        if any(isinstance(run, BoxRun) for run in self._runs.values()):
            return LOOK_SECONDS
        return _TICK_SECONDS if self._runs or self._crew.starting else None

    # --- requests

    def _handle(self, message: dict[str, Any], blob: bytes) -> None:
        match message["op"]:
            case "run" | "box":
                self._queue(message, blob)
            case "kill":
                self._kill(message["id"])
            case "kill-all":
                self._kill_all("cancelled")
            case "ask":
                self._reply_with(message, lambda: inquiries.ask_interpreter(message["python"], self._drop))
            case "find":
                self._reply_with(message, inquiries.find_bubblewrap)
            case "bait":
                self._reply_with(message, self._lay_bait)
            case "unbait":
                self._unbait()
                self._link.send({"id": message["id"]})

    def _reply_with(self, message: dict[str, Any], answer: Any) -> None:
        try:
            told = answer()
        except _ERRORS as error:
            told = {"error": str(error)}
        self._link.send({"id": message["id"], **told})

    def _queue(self, message: dict[str, Any], blob: bytes) -> None:
        try:
            kind = WarmRun if message["op"] == "run" else BoxRun
            self._waiting.add(kind(message, blob))
        except (Full, KeyError, ValueError) as error:
            self._link.send({"id": message["id"], "error": f"not taken: {error}"})

    def _lay_bait(self) -> dict[str, Any]:
        self._baits.append(inquiries.lay_bait())
        return {"path": self._baits[-1]}

    def _unbait(self) -> None:
        while self._baits:
            try:
                shutil.rmtree(os.path.dirname(self._baits.pop()))
            except OSError:
                log.exception("a bait is left behind")

    def _kill(self, number: int, why: str = "cancelled") -> None:
        run = self._runs.get(number)
        if isinstance(run, WarmRun) and run.worker is None:
            self._fail(run, "cancelled")  # its worker is still being started
        elif run is not None:
            run.kill(why)
        waiting = self._waiting.remove(number) or next((one for one in self._again if one.id == number), None)
        if waiting is not None:
            self._again = [one for one in self._again if one is not waiting]
            self._link.send({"id": number, "error": "cancelled"})

    def _kill_all(self, why: str) -> None:
        for run in [*self._waiting, *self._again]:
            self._kill(run.id)
        for run in list(self._runs.values()):
            self._kill(run.id, why)

    # --- runs

    def _begin(self) -> None:
        while len(self._runs) < self._slots and self._link.unsent <= _MOST_UNSENT:
            if self._again:
                if self._runs:
                    return  # it is to have the machine for itself
                self._start(self._again.pop())
                return
            if not self._waiting:
                return
            self._start(self._waiting.next())

    def _start(self, run: Run) -> None:
        self._runs[run.id] = run
        try:
            if isinstance(run, BoxRun):
                run.begin(self._drop)
                self._watch(run, run.descriptors())
            elif isinstance(run, WarmRun):
                worker = self._crew.worker_for(run)
                self._watch(worker, worker.descriptors())
                if worker.ready:
                    self._give(run, worker)
        except _ERRORS as error:
            log.warning("run %s not started", run.id, exc_info=True)
            self._fail(run, f"could not be started: {error}")

    def _give(self, run: WarmRun, worker: Worker) -> None:
        """Hand it over; a worker that is gone is found out when its end is heard of."""
        try:
            run.begin(worker, self._drop)
        except OSError:
            log.warning("run %d could not be handed over", run.id, exc_info=True)
            worker.kill()
        self._watch(run, run.stream_descriptors())

    def _hear(self, descriptor: int) -> None:
        owner = self._watched[descriptor]
        if isinstance(owner, BoxRun):
            owner.on_ready(descriptor)
            self._watch(owner, owner.descriptors())
        elif isinstance(owner, WarmRun):
            owner.take(descriptor)
            self._watch(owner, owner.stream_descriptors())
        elif isinstance(owner, Worker):
            was_ready = owner.ready
            report = owner.hear(descriptor)
            run = self._crew.run_of(owner)
            if report is not None and run is not None:
                run.reported(report)
                self._finish(run)
            elif owner.ready and not was_ready and run is not None:
                self._give(run, owner)
            self._watch(owner, owner.descriptors())

    def _look_after_workers(self) -> None:
        for worker in self._crew.lost():
            run = self._crew.run_of(worker)
            words = worker.last_words()
            log.warning("a worker ended: %s", words or "no reason known")
            self._unwatch(worker)
            self._crew.dismiss(worker)
            if run is not None:
                self._lost(run, worker, words)
        for worker in self._crew.surplus():
            self._unwatch(worker)
            self._crew.dismiss(worker)

    def _lost(self, run: WarmRun, worker: Worker, words: str) -> None:
        """Its worker ended before it reported: once more, unless it was to end or never had a chance."""
        if worker.ready and not run.killed_for and run.tries < 2:
            self._unwatch(run)
            run.collect()
            self._start(run)
        elif run.killed_for:
            self._finish(run)
        else:
            begun = "its worker was killed" if worker.ready else "the sandbox could not be set up"
            self._fail(run, f"{begun}: {words or 'no reason known'}")

    def _end_worker(self, run: WarmRun) -> None:
        run.killed_for = run.killed_for or "wall"
        if run.worker is not None:
            run.worker.kill()
        run.deadline = time.monotonic() + _TICK_SECONDS

    def _finish(self, run: Run) -> None:
        again = run.starved
        self._collect(run)
        if again:
            log.info("run %d had too little of the processor and is tried again", run.id)
            self._again.append(run)
        else:
            self._link.send(*run.answer())

    def _fail(self, run: Run, why: str) -> None:
        self._collect(run)
        self._link.send({"id": run.id, "error": why})

    def _collect(self, run: Run) -> None:
        self._unwatch(run)
        self._runs.pop(run.id, None)
        self._crew.free(run)
        try:
            if isinstance(run, BoxRun | WarmRun):
                run.collect()
        except OSError:
            log.exception("run %d left something behind", run.id)

    # --- what is watched

    def _watch(self, owner: Run | Worker, wanted: list[int]) -> None:
        """Bring the selector up to date with what ``owner`` still has open."""
        for descriptor in [known for known, other in self._watched.items() if other is owner]:
            if descriptor not in wanted:
                self._forget(descriptor)
        for descriptor in wanted:
            if descriptor not in self._watched:
                self._selector.register(descriptor, selectors.EVENT_READ)
                self._watched[descriptor] = owner

    def _unwatch(self, owner: Run | Worker) -> None:
        for descriptor in [known for known, other in self._watched.items() if other is owner]:
            self._forget(descriptor)

    def _forget(self, descriptor: int) -> None:
        with contextlib.suppress(KeyError, OSError):
            self._selector.unregister(descriptor)
        self._watched.pop(descriptor, None)
