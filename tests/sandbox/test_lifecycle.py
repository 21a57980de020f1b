"""Starting, cancelling, dying and closing: nothing is left behind, and the app can go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Tier
from atlas_tui.sandbox.supervisor import inquiries
from atlas_tui.settings import SandboxSettings
from tests.sandbox.measures import lives, supervisor_of, supervisors_of, until

LIMITS = Limits(cpu_seconds=60.0, wall_seconds=60.0)
SLEEPER = Job(source="open('mine', 'w').close()\nimport time; time.sleep(60)", limits=LIMITS)


@pytest_asyncio.fixture
async def own(tier: str) -> AsyncIterator[LocalSandbox]:
    """A sandbox of this test alone, to be mistreated."""
    made = LocalSandbox(SandboxSettings(tier=tier))
    isolation = await made.probe()
    if isolation.tier is Tier.NONE:
        await made.close()
        pytest.skip(isolation.why)
    yield made
    await made.close()


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(lives(one) for one in processes)


def folders() -> set[str]:
    return {str(path) for path in Path(tempfile.gettempdir()).glob("atlas-tui-run-*")}


def candidates(supervisor: psutil.Process) -> list[psutil.Process]:
    """The processes of programs in warm workers: forked, they have the command line of their parent.

    So has for a moment whatever the supervisor or bubblewrap starts, which are no workers.
    """
    return [one for one in supervisor.children(recursive=True) if _is_forked(one, supervisor)]


def _is_forked(process: psutil.Process, supervisor: psutil.Process) -> bool:
    try:
        command, parent = process.cmdline(), process.parent()
        if not command or parent is None or parent == supervisor:
            return False
        return Path(command[0]).name != "bwrap" and command == parent.cmdline()
    except psutil.NoSuchProcess:
        return False


async def running(supervisor: psutil.Process) -> list[psutil.Process]:
    """The processes of all runs and their workers, once a candidate is there."""
    assert await until(lambda: bool(candidates(supervisor)))
    await asyncio.sleep(0.3)
    return [*supervisor.children(recursive=True)]


async def test_cancelling_kills_the_run(own: LocalSandbox) -> None:
    before, supervisor = folders(), supervisor_of(os.getpid())
    task = asyncio.create_task(own.run(SLEEPER))
    await running(supervisor)
    programs = candidates(supervisor)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await until(lambda: all_gone(programs))
    assert await until(lambda: not any(list(Path(folder).iterdir()) for folder in folders() - before))
    assert (await own.run(Job(source="print(1)"))).stdout == b"1\n"


async def test_closing_ends_all_runs_and_the_supervisor(own: LocalSandbox) -> None:
    before, supervisor = folders(), supervisor_of(os.getpid())
    tasks = [asyncio.create_task(own.run(SLEEPER)) for _ in range(3)]
    processes = [supervisor, *await running(supervisor)]
    await own.close()
    assert await until(lambda: all_gone(processes)) and folders() <= before
    assert [(await task).verdict for task in tasks] == [Verdict.IE] * 3
    assert (await own.run(Job(source="print(1)"))).verdict is Verdict.IE
    await own.close()


async def test_a_killed_supervisor_is_ie_and_the_next_run_works(own: LocalSandbox) -> None:
    before, supervisor = folders(), supervisor_of(os.getpid())
    task = asyncio.create_task(own.run(SLEEPER))
    processes = await running(supervisor)
    supervisor.send_signal(signal.SIGKILL)
    ran = await task
    assert ran.verdict is Verdict.IE and "supervisor died" in ran.facts.notes[0]
    assert await until(lambda: all_gone(processes))
    assert await until(lambda: folders() <= before)
    assert (await own.run(Job(source="print(1)"))).stdout == b"1\n"
    assert supervisor_of(os.getpid()).pid != supervisor.pid


async def test_a_killed_worker_is_replaced_once_and_takes_the_candidate_along(own: LocalSandbox) -> None:
    supervisor = supervisor_of(os.getpid())
    task = asyncio.create_task(own.run(SLEEPER))
    first = await running(supervisor)
    supervisor.children()[0].send_signal(signal.SIGKILL)
    assert await until(lambda: all_gone(first))
    second = await running(supervisor)
    assert not {one.pid for one in first} & {one.pid for one in second}
    supervisor.children()[0].send_signal(signal.SIGKILL)
    ran = await task
    assert ran.verdict is Verdict.IE and "its worker was killed" in ran.facts.notes[0]
    assert await until(lambda: all_gone(second))
    assert (await own.run(Job(source="print(1)"))).stdout == b"1\n"


async def test_a_run_whose_worker_was_killed_ends_on_another(own: LocalSandbox) -> None:
    supervisor = supervisor_of(os.getpid())
    task = asyncio.create_task(own.run(Job(source="import time; time.sleep(1); print('done')")))
    await running(supervisor)
    candidates(supervisor)[0].parent().send_signal(signal.SIGKILL)
    ran = await task
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"done\n") and "second time" in ran.facts.notes[-1]


async def test_runs_share_the_slots_and_all_end(own: LocalSandbox) -> None:
    supervisor, slots = supervisor_of(os.getpid()), psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    job = Job(source="import time; time.sleep(0.3); print(input())")
    jobs = [Job(source=job.source, stdin=f"{number}\n".encode()) for number in range(3 * slots)]
    tasks = asyncio.gather(*(own.run(job) for job in jobs))
    most = 0
    while not tasks.done():
        most = max(most, len(supervisor.children()))
        await asyncio.sleep(0.02)
    assert [int(ran.stdout) for ran in await tasks] == list(range(3 * slots))
    assert 1 <= most <= slots


async def test_a_waiting_run_can_be_cancelled(own: LocalSandbox) -> None:
    supervisor, slots = supervisor_of(os.getpid()), psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    sleepers = [asyncio.create_task(own.run(SLEEPER)) for _ in range(slots)]
    await running(supervisor)
    waiting = asyncio.create_task(own.run(Job(source="print('never')")))
    await asyncio.sleep(0.2)
    for task in (waiting, *sleepers):
        task.cancel()
    assert all(isinstance(end, asyncio.CancelledError)
               for end in await asyncio.gather(waiting, *sleepers, return_exceptions=True))  # fmt: skip
    assert (await own.run(Job(source="print(1)"))).stdout == b"1\n"


async def test_descriptors_do_not_grow(own: LocalSandbox) -> None:
    supervisor = supervisor_of(os.getpid())
    await own.run(Job(source="print(1)"))
    here, there = psutil.Process().num_fds(), supervisor.num_fds()
    for source in [
        "print(1)",
        "x = (",
        "1/0",
        "import os; os.kill(os.getpid(), 9)",
        "while True: print('x' * 9999)",
    ]:
        await own.run(Job(source=source, limits=Limits(output_bytes=100_000)))
    assert await until(lambda: supervisor.num_fds() == there and psutil.Process().num_fds() == here)
    assert len(supervisor.children()) == 1 and candidates(supervisor) == []


PYTHONPATH = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
APP = """
import asyncio, sys
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job
from atlas_tui.problem import Limits
from atlas_tui.settings import SandboxSettings

async def main():
    sandbox = LocalSandbox(SandboxSettings(tier=sys.argv[1]))
    print(await sandbox.probe(), flush=True)
    await sandbox.run(Job(source="while True: pass", limits=Limits(cpu_seconds=60, wall_seconds=60)))

asyncio.run(main())
"""


async def test_a_killed_app_takes_everything_along(own: LocalSandbox, tier: str) -> None:
    before = folders()
    app = subprocess.Popen(
        [sys.executable, "-c", APP, tier], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
    )  # fmt: skip
    try:
        assert app.stdout is not None and tier in app.stdout.readline().decode()
        assert await until(lambda: bool(supervisors_of(app.pid)))
        supervisor = supervisor_of(app.pid)
        processes = [supervisor, *await running(supervisor)]
        app.kill()
        app.wait()
        assert await until(lambda: all_gone(processes))
        assert await until(lambda: folders() <= before)
    finally:
        app.kill()
        app.wait()
        if app.stdout is not None:
            app.stdout.close()


async def test_an_app_killed_while_it_probes_leaves_no_bait(
    own: LocalSandbox, tier: str, tmp_path: Path
) -> None:
    def baits() -> set[Path]:
        return set(Path(tempfile.gettempdir()).glob("atlas-tui-probe-*"))

    before = baits()
    app = subprocess.Popen(
        [sys.executable, "-c", APP, tier], stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2],
        # A home of its own: nothing is remembered there.
        env={**os.environ, "PYTHONPATH": PYTHONPATH, "ATLAS_TUI_HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        assert await until(lambda: bool(baits() - before))
        app.kill()
        app.wait()
        assert await until(lambda: baits() <= before)
    finally:
        app.kill()
        app.wait()


def test_the_bait_is_opened_to_others_last(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, int, bool]] = []
    monkeypatch.setattr(
        os, "chmod", lambda path, mode: opened.append((path, mode, Path(path, "secret").exists()))
    )
    path = Path(inquiries.lay_bait())
    try:
        assert opened == [(str(path.parent), 0o1777, True)]
        assert path.stat().st_mode & 0o777 == 0o666 and path.parent.stat().st_mode & 0o777 == 0o700
    finally:
        path.unlink()
        path.parent.rmdir()


async def test_the_supervisor_ignores_the_folder_the_person_is_in(
    tier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("selectors", "json", "atlas_tui"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'w').close()")
    monkeypatch.chdir(tmp_path)
    sandbox = LocalSandbox(SandboxSettings(tier=tier))
    isolation = await sandbox.probe()
    await sandbox.close()
    assert not (tmp_path / "imported").exists()
    assert isolation.tier is not Tier.NONE or "supervisor" not in isolation.why
