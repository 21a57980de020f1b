"""The warm workers of one supervisor, and which of them runs what.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import logging

from atlas_tui.sandbox.supervisor.run import Run
from atlas_tui.sandbox.supervisor.warm import WarmRun
from atlas_tui.sandbox.supervisor.worker import Worker

log = logging.getLogger("atlas_tui.sandbox.supervisor")


class Crew:
    """At most ``size`` workers; each is started when it is first needed and kept for the next run."""

    def __init__(self, size: int, drop: bool) -> None:
        self._size, self._drop = size, drop
        self._workers: list[Worker] = []
        self._busy: dict[int, tuple[Worker, WarmRun]] = {}

    @property
    def starting(self) -> bool:
        return any(not worker.ready for worker in self._workers)

    def worker_for(self, run: WarmRun) -> Worker:
        """An idle worker of the right kind, or a new one, which takes it when it is ready.

        Raises:
            OSError, subprocess.SubprocessError, KeyError, ValueError: none could be started.
        """
        spec = run.spec()
        idle = [one for one in self._idle() if not one.gone and one.spec == spec]
        worker = next((one for one in idle if one.ready), None) or next(iter(idle), None)
        if worker is None:
            worker = Worker(spec, self._drop)
            self._workers.append(worker)
        self._busy[run.id] = (worker, run)
        return worker

    def run_of(self, worker: Worker) -> WarmRun | None:
        return next((run for other, run in self._busy.values() if other is worker), None)

    def free(self, run: Run) -> None:
        self._busy.pop(run.id, None)

    def lost(self) -> list[Worker]:
        """Those that have ended, or never came to be ready."""
        for worker in self._workers:
            if worker.late:
                worker.kill()
        return [worker for worker in self._workers if worker.gone]

    def surplus(self) -> list[Worker]:
        """Idle ones beyond the size: of another kind than those that are needed now."""
        return self._idle()[: max(0, len(self._workers) - self._size)]

    def _idle(self) -> list[Worker]:
        return [worker for worker in self._workers if self.run_of(worker) is None]

    def dismiss(self, worker: Worker) -> None:
        """Let go of it and of all it has."""
        self._workers.remove(worker)
        self._busy = {number: pair for number, pair in self._busy.items() if pair[0] is not worker}
        try:
            worker.collect()
        except OSError:
            log.exception("a worker left something behind")

    def close(self) -> None:
        """Have all of them end."""
        for worker in self._workers:
            worker.close()

    def collect(self) -> None:
        for worker in list(self._workers):
            self.dismiss(worker)
