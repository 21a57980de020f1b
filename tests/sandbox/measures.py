"""What a supervisor and all below it use, and what a sandbox leaves on the host; for tests and benchmarks."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Policy
from atlas_tui.settings import SandboxSettings

ROOT = Path(__file__).resolve().parents[2]
SUPERVISOR = "atlas_tui.sandbox.supervisor"
ACTIVE = 8
"""Runs of ``crowd`` that are to be active at once."""
_LONG = Limits(cpu_seconds=60.0, wall_seconds=60.0)
_WAIT = "import time; time.sleep(60)"
_DAEMON = f"import os\nif not os.fork():\n    os.setsid()\n    os.fork()\n{_WAIT}"
_FORKING = "sleep 60 & while :; do (sleep 0.01; :) & wait $!; done"
FORKS = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
"""Fills its limit of processes and keeps all of them busy."""
FLOOD = """
import os, sys, time
size = {size}
while size:
    size -= os.write(1, b"x" * min(size, 65536))
print(time.monotonic(), file=sys.stderr, flush=True)
while True:
    os.write(1, b"x" * 65536)
"""
"""Writes ``size`` bytes, tells when that was done, and goes on for ever."""

# One of each way to end and of each thing that must be cleaned up, all quick.
VARIED = (
    Job(source="print(sum(map(int, input().split())))", stdin=b"1 2 3\n"),
    Job(source="import os\nfor n in range(20): os.makedirs(f'd{n}/e'); open(f'd{n}/e/f', 'w').write('x')"),
    Job(source="import tempfile as t, mmap\nf = t.TemporaryFile()\nf.truncate(9)\nmmap.mmap(f.fileno(), 0)"),
    Job(source="def f(n): return list(range(n))", entry_point="f", arguments="[100]"),
    Job(source="1/0"),
    Job(source="x = ("),
    Job(source="import sys; print('x' * 100_000); sys.exit(3)"),
    Job(source="import os; os.kill(os.getpid(), 9)"),
    Job(source="import socket\ntry: socket.create_connection(('::1', 1))\nexcept OSError as e: print(e)"),
    Job(source="import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)"),
    Job(source="import threading\nfor _ in range(5): threading.Thread(target=print, args=(1,)).start()"),
    Job(source="import os\nwhile True: os.write(1, b'x' * 65536)", limits=Limits(output_bytes=100_000)),
    Job(source="bytearray(50 << 20)"),
)


# --- processes


def supervisor_of(parent: int) -> psutil.Process:
    """The newest supervisor that ``parent`` has started."""
    return max(supervisors_of(parent), key=lambda child: float(child.create_time()))


def supervisors_of(parent: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(parent).children() if is_supervisor(child)]


def is_supervisor(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return SUPERVISOR in process.cmdline()
    return False


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Used so far by them and by all that they have waited for.

    Their own is read to the nanosecond (``own_cpu_seconds``), the rest in ticks of mostly 10 ms.
    """
    total = 0.0
    for one in processes:
        with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            times = one.cpu_times()
            total += own_cpu_seconds(one.pid) + times.children_user + times.children_system
    return total


def own_cpu_seconds(pid: int) -> float:
    """Used so far by a process of one thread itself."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def unsupervised(before: set[int]) -> set[str]:
    """Processes since ``before`` that bear the marks of a sandbox, with no living supervisor above them."""
    found = set()
    for pid in set(psutil.pids()) - before:
        with suppress(OSError, psutil.NoSuchProcess, KeyError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            status = dict(line.split(":\t", 1) for line in lines)
            marks = (status["NoNewPrivs"], status["Seccomp"])
            if marks != ("1", "2") or status["State"].startswith("Z"):
                continue
            if not any(is_supervisor(one) for one in psutil.Process(pid).parents()):
                found.add(f"process {pid} {status['Name']}")
    return found


# --- what is left


def things() -> set[str]:
    """Files, shared memory and mounts on the host that could be of a run."""
    marks = ("atlas-tui-", "/newroot", "/oldroot")
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    found = {str(path) for path in Path(tempfile.gettempdir()).glob("atlas-tui-*")}
    found |= {str(path) for path in Path("/dev/shm").glob("*")}
    return found | {line for line in mounts if any(mark in line for mark in marks)}


@dataclass(frozen=True)
class Before:
    """The host as it was before something was run."""

    pids: set[int]
    things: set[str]

    @classmethod
    def now(cls) -> Before:
        return cls(set(psutil.pids()), things())

    def left(self, known: list[psutil.Process]) -> set[str]:
        """What is there of ``known`` and of any run since, now that its supervisor is dead."""
        alive = {f"process {one.pid}" for one in known if lives(one)}
        return alive | unsupervised(self.pids) | (things() - self.things)

    def until_clean(self, known: list[psutil.Process], seconds: float = 15.0) -> tuple[float, set[str]]:
        """Seconds until nothing was left, and what still is when ``seconds`` have passed."""
        started = time.monotonic()
        while left := self.left(known):
            if time.monotonic() > started + seconds:
                break
            time.sleep(0.01)
        seconds = time.monotonic() - started
        for one in known if left else ():  # a program that goes on must not do so after the test
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return seconds, left


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether ``condition`` came to hold within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)
    return True


# --- many runs of all kinds at once, and their app killed


def crowd() -> list[Job]:
    """``ACTIVE`` runs that would go on for a minute, and some that wait behind them."""
    shell = shutil.which("bash") or "/bin/sh"
    project: dict[str, Any] = {"policy": Policy.PROJECT, "limits": _LONG}
    return [
        Job(source="open('mine', 'w').close()\nwhile True: pass", limits=_LONG),
        Job(source="import time\nwhile True: time.time()", limits=_LONG),
        Job(source=f"open('mine', 'w').write('x' * 99999)\n{_WAIT}", limits=_LONG),
        Job(source=f"import threading\nthreading.Thread(target=input).start()\n{_WAIT}", limits=_LONG),
        Job(source=f"import signal\nsignal.signal(15, signal.SIG_IGN)\n{_WAIT}", limits=_LONG),
        Job(source=f"kept = bytearray(100 << 20)\n{_WAIT}", limits=_LONG),
        Job(command=(shell, "-c", _FORKING), **project),
        Job(source=_DAEMON, **project),
        *(Job(source="print('waited')", group="others") for _ in range(4)),
    ]


def with_slots(tier: str, slots: int) -> LocalSandbox:
    """A sandbox that runs ``slots`` programs at once, whatever the machine has."""
    made = LocalSandbox(SandboxSettings(tier=tier))
    made._slots = slots
    return made


def active(supervisor: psutil.Process, tier: str) -> int:
    """Runs of ``crowd`` that have begun: workers that have a candidate, boxes that have started something."""
    below = 2 if tier == "full" else 1
    with suppress(psutil.NoSuchProcess):
        return sum(len(one.children(recursive=True)) >= below for one in supervisor.children())
    return 0


async def _be_an_app(tier: str) -> None:
    sandbox = with_slots(tier, ACTIVE)
    print(await sandbox.probe(), flush=True)

    async def run(job: Job) -> None:
        ran = await sandbox.run(job)
        if ran.stdout != b"waited\n":
            print(f"ended too early: {job.command or job.source!r}: {ran}", file=sys.stderr)

    await asyncio.gather(*(run(job) for job in crowd()))


async def killed_app(tier: str) -> tuple[float, set[str]]:
    """Seconds from the SIGKILL of an app with ``ACTIVE`` runs until nothing was left, and what still is.

    Raises:
        TimeoutError: the runs did not begin.
    """
    before = Before.now()
    code = f"import asyncio; from tests.sandbox import measures; asyncio.run(measures._be_an_app({tier!r}))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    ) as app:  # fmt: skip
        try:
            assert app.stdout is not None and app.stdout.readline()
            await until(lambda: bool(supervisors_of(app.pid)))
            supervisor = supervisor_of(app.pid)
            if not await until(lambda: active(supervisor, tier) >= ACTIVE):
                raise TimeoutError(f"only {active(supervisor, tier)} of {ACTIVE} runs have begun")
            known = [supervisor, *supervisor.children(recursive=True)]
        finally:
            app.kill()
        return before.until_clean(known)


# --- growth


@dataclass(frozen=True)
class Household:
    """A supervisor and its only worker while nothing runs."""

    pids: tuple[int, ...]
    """The supervisor, bubblewrap where there is one, the worker."""
    descriptors: tuple[int, ...]
    """Of each that lets itself be asked: another user's worker does not."""
    resident: tuple[int, ...]
    """Bytes of each."""
    files: int
    """In what runs may write to."""
    zombies: int

    def grown(self, later: Household, most_bytes: int) -> list[str]:
        """What ``later`` has too much; memory may have grown by ``most_bytes`` a process."""
        found = [
            f"{name}: {was} -> {now}"
            for name in ("pids", "descriptors", "files", "zombies")
            if (was := getattr(self, name)) != (now := getattr(later, name))
        ]
        pairs = zip(self.resident, later.resident, strict=False)
        return found + [f"memory: {was} -> {now}" for was, now in pairs if now - was > most_bytes]


_COUNT = "import os\nprint(sum((v := os.statvfs(f)).f_files - v.f_ffree for f in ('/tmp', '/dev/shm')))"


async def household(sandbox: LocalSandbox, supervisor: psutil.Process, tier: str) -> Household:
    """How things stand; the sandbox must be idle and have one worker.

    Raises:
        ValueError: there are more processes than that.
    """
    ran = await sandbox.run(Job(source=_COUNT))
    below = supervisor.children(recursive=True)
    if len(below) != (2 if tier == "full" else 1):
        raise ValueError(f"not one idle worker: {below}")
    processes = [supervisor, *below]
    descriptors = []
    for one in processes:
        with suppress(psutil.AccessDenied):
            descriptors.append(one.num_fds())
    folders = Path(tempfile.gettempdir()).glob("atlas-tui-run-*")
    files = int(ran.stdout) if tier == "full" else sum(len(list(folder.rglob("*"))) + 1 for folder in folders)
    zombies = sum(one.status() == psutil.STATUS_ZOMBIE for one in psutil.Process().children(recursive=True))
    return Household(
        tuple(one.pid for one in processes), tuple(descriptors),
        tuple(int(one.memory_info().rss) for one in processes), files, zombies,
    )  # fmt: skip


async def vary(sandbox: LocalSandbox, runs: int) -> list[str]:
    """Run so many of ``VARIED`` one after another; gives the verdicts."""
    return [str((await sandbox.run(VARIED[number % len(VARIED)])).verdict) for number in range(runs)]
