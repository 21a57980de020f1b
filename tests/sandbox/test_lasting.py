"""What holds over many runs, in a crowd, and when something dies."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Policy
from atlas_tui.sandbox.languages import Language
from atlas_tui.sandbox.programs import Box
from atlas_tui.sandbox.supervisor.run import Run
from atlas_tui.sandbox.supervisor.waiting import MOST_RUNS, Full, Waiting
from atlas_tui.sandbox.supervisor.warm import WarmRun
from tests.sandbox import measures
from tests.sandbox.opening import opened, supervisor, works

PROMISED_SECONDS = 1.0
SLACK = 5.0
"""How much longer it may take on a busy machine; ``benchmarks/sandbox.py`` tells the figures."""
SLEEP = Job(source="import time; time.sleep(60)", limits=Limits(cpu_seconds=60.0, wall_seconds=60.0))
MB = 1 << 20


@pytest_asyncio.fixture
async def own(tier: str) -> AsyncIterator[LocalSandbox]:
    """A sandbox of this test alone, with as many slots as ``measures.crowd`` needs."""
    async with opened(tier, measures.ACTIVE) as made:
        yield made


# --- deaths


async def test_an_app_killed_in_a_crowd_leaves_nothing(own: LocalSandbox, tier: str) -> None:
    seconds, left = await measures.killed_app(tier)
    assert not left
    assert seconds < PROMISED_SECONDS * SLACK


@pytest.mark.slow
async def test_a_supervisor_killed_in_a_crowd_leaves_nothing(tier: str) -> None:
    before = measures.Before.now()
    async with opened(tier, measures.ACTIVE) as sandbox:
        first = supervisor()
        runs = asyncio.gather(*(sandbox.run(job) for job in measures.crowd()))
        assert await measures.until(lambda: measures.active(first, tier) >= measures.ACTIVE)
        known = [first, *first.children(recursive=True)]
        first.kill()
        seconds, left = await asyncio.to_thread(before.until_clean, known)
        # Folders that nobody lives to remove are for the next supervisor.
        assert all(path.startswith(f"{tempfile.gettempdir()}/atlas-tui-run-{first.pid}-") for path in left)
        assert left or seconds < PROMISED_SECONDS * SLACK
        rans = await runs
        died = [ran for ran in rans if ran.stdout != b"waited\n"]
        assert {ran.verdict for ran in died} == {Verdict.IE} and len(died) >= measures.ACTIVE
        # A few may have lost their worker a moment earlier, to the load, and say that.
        told = [ran for ran in died if "supervisor died" in ran.facts.notes[0]]
        assert len(told) >= measures.ACTIVE
        assert await works(sandbox)
        assert supervisor().pid != first.pid
        assert not any(Path(path).exists() for path in left)


def test_what_is_left_would_be_noticed(own_home: Path) -> None:
    before = measures.Before.now()
    with (
        tempfile.TemporaryDirectory(prefix="atlas-tui-left-") as folder,
        subprocess.Popen(["/bin/sleep", "60"]) as process,
    ):
        seconds, left = before.until_clean([psutil.Process(process.pid)], 0.1)
        process.kill()
    assert {folder, f"process {process.pid}"} <= left and seconds >= 0.1


# --- many runs


async def test_nothing_grows_over_many_runs(own: LocalSandbox, tier: str) -> None:
    first = supervisor()
    await measures.vary(own, 3 * len(measures.VARIED))
    early = await measures.household(own, first, tier)
    verdicts = await measures.vary(own, 300)
    late = await measures.household(own, first, tier)
    assert early.grown(late, MB) == []
    assert set(verdicts) == {"OK", "RE", "CE", "SV", "OLE"}


def test_growth_would_be_noticed() -> None:
    early = measures.Household((1, 2), (10,), (MB, MB), 3, 0)
    assert early.grown(measures.Household((1, 2), (10,), (2 * MB, MB), 3, 0), MB) == []
    later = measures.Household((1, 3), (11,), (MB, 2 * MB + 1), 4, 1)
    assert [line.partition(":")[0] for line in early.grown(later, MB)] == [
        "pids", "descriptors", "files", "zombies", "memory",
    ]  # fmt: skip


# --- turns, cancelling, and how much may wait


async def test_a_small_group_does_not_wait_for_a_large_one(tier: str) -> None:
    ended: list[str] = []
    async with opened(tier) as sandbox:

        async def run(group: str) -> None:
            ran = await sandbox.run(Job(source="import time; time.sleep(0.02)", group=group))
            assert ran.verdict is Verdict.OK
            ended.append(group)

        large = [asyncio.create_task(run("large")) for _ in range(60)]
        assert await measures.until(lambda: len(ended) >= 4)
        already = len(ended)
        await asyncio.gather(*(run("small") for _ in range(3)))
        between = len(ended) - already - 3
        await asyncio.gather(*large)
    assert between <= 12, "three runs of one group waited for too many of another"


@pytest.mark.parametrize("remembered", [False, True])
async def test_cancelling_all_ends_a_crowd(own: LocalSandbox, tier: str, remembered: bool) -> None:
    """Where the isolation was tried earlier, a run that fails is begun again; a cancelled one is not."""
    if remembered:
        await own.close()
        own = measures.with_slots(tier, measures.ACTIVE)
        assert (await own.probe()).cached
        assert await works(own)
    first = supervisor()
    runs = [asyncio.create_task(own.run(job)) for job in measures.crowd()]
    assert await measures.until(lambda: measures.active(first, tier) >= measures.ACTIVE)
    await own.cancel_all()
    rans = await asyncio.wait_for(asyncio.gather(*runs), 20)
    ended = [ran for ran in rans if ran.stdout != b"waited\n"]
    assert len(ended) >= measures.ACTIVE
    for ran in ended:
        assert ran.verdict is Verdict.IE and any("cancelled" in note for note in ran.facts.notes), ran
    assert await works(own)
    assert supervisor().pid == first.pid
    await own.close()


async def test_a_run_cancelled_between_two_of_its_steps_is_not_begun(
    own: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tools are found, then all are cancelled, then it would be sent: nothing was there to kill."""
    find = own._programs._found

    async def found_then_cancelled(language: Language, box: Box) -> Any:
        found = await find(language, box)
        await own.cancel_all()
        return found

    monkeypatch.setattr(own._programs, "_found", found_then_cancelled)
    waiting = Job(source="import time; time.sleep(60)", policy=Policy.PROJECT)
    ran = await asyncio.wait_for(own.run(waiting), 20)
    assert ran.verdict is Verdict.IE and ran.facts.notes == ("cancelled",)
    assert (await own.run(Job(source="print(1)", policy=Policy.PROJECT))).stdout == b"1\n"
    await own.close()


def request(number: int, size: int = 0, group: str = "") -> Run:
    return Run({"id": number, "group": group, "limits": {}}, b"x" * size)


def test_only_so_many_runs_wait() -> None:
    waiting = Waiting(most_runs=3)
    for number in range(3):
        waiting.add(request(number))
    with pytest.raises(Full, match="3 runs"):
        waiting.add(request(3))
    assert waiting.next().id == 0
    waiting.add(request(3))
    assert [waiting.next().id for _ in range(len(waiting))] == [1, 2, 3]
    with pytest.raises(KeyError):
        waiting.next()


def test_only_so_many_bytes_wait_but_one_run_always_may() -> None:
    waiting = Waiting(most_bytes=100)
    waiting.add(request(1, size=1000))
    with pytest.raises(Full):
        waiting.add(request(2, size=1))
    assert waiting.remove(1) is not None and waiting.remove(1) is None
    for number in range(10):
        waiting.add(request(number, size=10))
    with pytest.raises(Full):
        waiting.add(request(10, size=1))


def test_groups_take_turns() -> None:
    waiting = Waiting()
    for number, group in enumerate("aaaabbc"):
        waiting.add(request(number, group=group))
    assert [waiting.next().group for _ in range(7)] == list("abcabaa")


@pytest.mark.slow
async def test_one_run_too_many_is_refused(tier: str) -> None:
    async with opened(tier, 1) as sandbox:
        first = supervisor()
        sleeper = asyncio.create_task(sandbox.run(SLEEP))
        assert await measures.until(lambda: measures.active(first, tier) == 1)
        tasks = [asyncio.create_task(sandbox.run(Job(source="print(1)"))) for _ in range(MOST_RUNS + 1)]
        refused, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        (ran,) = [task.result() for task in refused]
        assert ran.verdict is Verdict.IE and f"{MOST_RUNS} runs" in ran.facts.notes[0]
        assert first.memory_info().rss < 256 * MB
        await sandbox.cancel_all()
        assert {task.result().verdict for task in (await asyncio.wait([*waiting, sleeper]))[0]} == {
            Verdict.IE
        }
        assert await works(sandbox)


# --- bombs and floods


@pytest.mark.parametrize("boxed", [False, True], ids=["warm", "box"])
async def test_a_flood_is_ended_soon_after_its_cap(own: LocalSandbox, boxed: bool) -> None:
    limits = Limits(cpu_seconds=20.0, wall_seconds=20.0, output_bytes=MB)
    source = measures.FLOOD.format(size=limits.output_bytes)
    job = Job(source=source, limits=limits, policy=Policy.PROJECT if boxed else Policy.STRICT)
    assert await works(own)
    ran = await own.run(job)
    ended = time.monotonic()
    assert ran.verdict is Verdict.OLE and len(ran.stdout) == limits.output_bytes and ran.facts.cut
    assert ended - float(ran.stderr) < 0.2 * SLACK


async def test_a_fork_bomb_is_gone_soon_after_its_limit(own: LocalSandbox) -> None:
    first, wall = supervisor(), 1.0
    assert await works(own)
    workers = set(first.children(recursive=True))
    limits = Limits(cpu_seconds=60.0, wall_seconds=wall, memory_bytes=4096 * MB)
    job = Job(source=measures.FORKS, policy=Policy.PROJECT, limits=limits)
    run = asyncio.create_task(own.run(job))
    seen: set[psutil.Process] = set()
    while not run.done():
        seen |= set(first.children(recursive=True)) - workers
        await asyncio.sleep(0.05)
    ran = await run
    # Where the kernel counts its processes with those of others, it may get more than 64, and is killed.
    assert ran.facts.limit == "wall" or ran.facts.notes == ("killed: too many threads",), ran
    assert not any("second time" in note for note in ran.facts.notes), "what starved it was itself"
    assert ran.facts.wall_seconds < wall + PROMISED_SECONDS * SLACK
    assert len(seen) >= 20, "it did not fork"
    assert set(first.children(recursive=True)) <= workers
    assert not any(measures.lives(one) for one in seen)


async def test_children_that_have_ended_do_not_count(own: LocalSandbox) -> None:
    """A shell that leaves many short-lived grandchildren behind has few processes at any time."""
    script = "i=0; while [ $i -lt 300 ]; do (: & :); i=$((i+1)); done; echo done"
    ran = await own.run(Job(command=("/bin/sh", "-c", script), policy=Policy.PROJECT))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"done\n"), ran


async def test_boxes_that_get_ready_slowly_are_not_taken_for_full(own: LocalSandbox) -> None:
    """While bubblewrap is still at work, its child sees the file systems of the host."""
    job = Job(command=("/bin/sh", "-c", "sleep 0.1; echo 1"), policy=Policy.PROJECT)
    rans = await asyncio.gather(*(own.run(job) for _ in range(100)))
    assert [ran for ran in rans if ran.verdict is not Verdict.OK] == []


# --- runs that others kept from the processor


@pytest.mark.parametrize(
    ("limit", "delayed", "cpu", "tries", "again"),
    [
        ("wall", 2.6, 1.0, 1, True),
        ("wall", 2.4, 1.0, 1, False),
        ("wall", 2.6, 1.0, 2, False),
        ("cpu", 9.0, 4.0, 1, False),
        ("cancelled", 9.0, 0.0, 1, False),
        ("", 9.0, 0.0, 1, False),
        ("wall", -1.0, 1.9, 1, True),
        ("wall", -1.0, 2.1, 1, False),
    ],
)
def test_only_a_run_kept_from_the_processor_is_run_again(
    limit: str, delayed: float, cpu: float, tries: int, again: bool
) -> None:
    run = WarmRun({"id": 1, "limits": {"cpu_seconds": 4.0, "wall_seconds": 10.0}}, b"")
    assert not run.starved
    run.tries, run.inside = tries, {"limit": limit, "delayed": delayed, "cpu": cpu}
    assert run.starved is again
