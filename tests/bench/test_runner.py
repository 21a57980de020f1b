"""Runs of the bench on real parts: llama.cpp reciting known replies, the sandbox, folders on disk."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.bench import begin, runner as runner_module
from atlas_tui.bench.begin import Asked, Shard
from atlas_tui.bench.conditions import choose
from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.judged import Judged
from atlas_tui.bench.progress import Message, ProblemBegan, ProblemEnded, Progress, Pulse, TriedAgain
from atlas_tui.bench.records import Record
from atlas_tui.bench.runner import Parts, Runner
from atlas_tui.bench.task import ProblemSet, Task
from atlas_tui.engine.base import Engine, EngineError, ModelDied
from atlas_tui.engine.energy import unknown
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Chosen, Event, ProblemRead, RunEnded, RunStarted, Verdict
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Sandbox, Tier
from atlas_tui.settings import ModelSettings, RemoteSettings, SandboxSettings, Settings
from atlas_tui.store import whole
from tests.bench.run_parts import by_its_text, doubling, files
from tests.conftest import REPLIES, reciter

TASKS = tuple(doubling(name) for name in ("one", "two", "three"))


class Bench:
    """A run that can be begun again and again on the same parts."""

    def __init__(self, folder: Path, engine: Engine, sandbox: Sandbox, settings: Settings) -> None:
        self.path, self.engine, self.sandbox, self.settings = folder, engine, sandbox, settings
        self.progress, self.messages = Progress(), list[Message]()
        self.watch: Callable[[Message], None] = lambda message: None
        self.judge = by_its_text

    def tell(self, message: Message) -> None:
        self.messages.append(message)
        self.progress.fold(message)
        self.watch(message)

    async def run(
        self,
        conditions: str = "B",
        tasks: Sequence[Task] = TASKS,
        pauses: Sequence[float] = (),
        **asked: object,
    ) -> RunFolder:
        problems = ProblemSet(name="own", version="1", source="here", identity="4711", tasks=tuple(tasks))
        wanted = Asked(
            problems=problems,
            options={},
            conditions=choose(conditions, self.settings.solver),
            settings=self.settings,
            **{"in_flight": 3, **asked},  # type: ignore[arg-type]
        )
        folder, sitting = await begin.begin(wanted, self.engine, self.sandbox, self.path)
        parts = Parts(engine=self.engine, sandbox=self.sandbox, meter=unknown("a test"), judge=self.judge)
        plan = replace(wanted.plan, pauses=pauses)
        try:
            await Runner(plan, folder, parts, sitting=sitting, tell=self.tell).run()
        finally:
            folder.close()
        return RunFolder.open(self.path)


@contextlib.asynccontextmanager
async def opened(folder: Path, engine: Engine | None = None, **solver: object) -> AsyncIterator[Bench]:
    settings = Settings.model_validate(
        {"model": {"path": str(reciter(REPLIES)), "gpu_layers": 0}, "solver": {"plan": False, **solver}}
    )
    engine = engine or LlamaEngine(settings.model)
    sandbox = LocalSandbox(SandboxSettings())
    try:
        yield Bench(folder / "run", engine, sandbox, settings)
    finally:
        await asyncio.gather(engine.close(), sandbox.close())


async def test_every_problem_is_solved_scored_and_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        scored: list[str] = []

        async def judge(sandbox: Sandbox, task: Task, text: str) -> Judged:
            scored.append(f"{task.id} {text}")
            return await by_its_text(sandbox, task, text)

        bench.judge = judge
        folder = await bench.run()
    records = folder.records()
    assert [(one.condition, one.task) for one in records] == [
        (condition, task.id) for condition in ("B", "B again") for task in TASKS
    ]
    assert len(scored) == len(set(scored)), "each distinct program is scored once, whatever the condition"
    for record in records:
        assert [one.label for one in record.candidates] == ["A", "B", "C"] and record.first == 3
        assert record.chosen is not None and record.chosen.samples == record.samples == 1
        assert all(one.right is ("** 2" not in text_of(folder, record, one.label)) for one in record.written)
        assert record.platform == "ours" and record.tries == 1 and not record.failed
        assert record.costs[0].stage == "generate" and record.tokens > 0 and record.seconds > 0
        assert record.steps[-1].startswith("stop: ") and record.state and record.probability
        events = folder.events(record.condition, record.task)
        assert isinstance(events[0], RunStarted) and isinstance(events[1], ProblemRead)
        assert isinstance(events[-1], RunEnded) and any(isinstance(one, Chosen) for one in events)
    first, again = ({one.seed for one in records if one.condition == name} for name in ("B", "B again"))
    assert not first & again and len(first) == len(TASKS)
    (sitting,) = folder.sittings()
    assert sitting.ended and sitting.energy == "unknown; a test"
    spent = sitting.conditions[0]
    assert (spent.condition, spent.problems, spent.joules) == ("B", 3, None)
    assert spent.tokens == sum(one.tokens for one in records if one.condition == "B")
    assert spent.ready_idle is not None and 0 <= spent.ready_idle <= 1
    row = bench.progress.rows["B"]
    assert (row.done, row.total) == (3, 3) and not row.solving and not row.scoring
    assert row.right == sum(one.right for one in records if one.condition == "B")
    recipe = folder.header.conditions[0].settings
    assert (recipe["temperature"], recipe["candidates"], recipe["thinking_tokens"]) == (0.7, 3, 0), (
        "what was left to the model is told"
    )
    assert folder.header.model_hash and folder.header.in_flight == 3
    assert [one.name for one in folder.header.conditions] == ["B", "B again"]


def text_of(folder: RunFolder, record: object, label: str) -> str:
    events = folder.events(record.condition, record.task)
    return next(one.code for one in events if one.kind == "CandidateReady" and one.candidate == label)


async def test_a_run_goes_on_where_it_was_cancelled_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is being written when it is cancelled is there when it has ended, not a moment later."""
    write, loop, running = RunFolder.write, asyncio.get_running_loop(), list[asyncio.Task[RunFolder]]()

    def cancelled_in_the_second(folder: RunFolder, record: Record, events: Iterable[Event]) -> None:
        if folder.records():
            loop.call_soon_threadsafe(running[0].cancel)
            time.sleep(1)
        write(folder, record, events)

    async with opened(tmp_path) as bench:
        monkeypatch.setattr(RunFolder, "write", cancelled_in_the_second)
        running.append(asyncio.create_task(bench.run("A", in_flight=1)))
        with pytest.raises(asyncio.CancelledError):
            await running[0]
        done = RunFolder.open(bench.path).records()
        assert 2 <= len(done) < 6
        monkeypatch.setattr(RunFolder, "write", write)
        (sitting,) = RunFolder.open(bench.path).sittings()
        assert not sitting.ended and sitting.conditions[0].problems >= 1
        bench.messages = []
        folder = await bench.run("A", in_flight=1)
    begun = [(one.condition, one.task) for one in bench.messages if isinstance(one, ProblemBegan)]
    assert len(begun) == 6 - len(done) and not {(one.condition, one.task) for one in done} & set(begun)
    assert len(folder.records()) == 6 and set(done) <= set(folder.records())
    assert len(folder.sittings()) == 2


async def test_other_settings_are_refused_before_anything_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await bench.run("A", TASKS[:1])
        with pytest.raises(Refused, match="conditions: A, A again there, B, B again now"):
            await bench.run("B", TASKS[:1])
        with pytest.raises(Refused, match="tasks: 1 there, 3 now"):
            await bench.run("A")
        with pytest.raises(Refused, match="seed: 1 there, 2 now"):
            await bench.run("A", TASKS[:1], seed=2)


async def test_parts_do_each_problem_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        first = await bench.run("A", shard=Shard(1, 2))
        bench.path = tmp_path / "other"
        second = await bench.run("A", shard=Shard(2, 2))
    done = [{one.task for one in folder.records()} for folder in (first, second)]
    assert done == [{"one", "three"}, {"two"}]


class Failing(LlamaEngine):
    """Fails the calls of some problems, by what their prompts say, so many times."""

    def __init__(self, word: str, times: int, error: EngineError) -> None:
        super().__init__(ModelSettings(path=str(reciter(REPLIES)), gpu_layers=0))
        self.word, self.left, self.error = word, times, error

    async def generate(self, requests):
        if self.left and any(self.word in str(one.messages) for one in requests):
            self.left -= 1
            raise self.error
        async for event in super().generate(requests):
            yield event


async def test_a_problem_that_fails_is_tried_again(tmp_path: Path) -> None:
    error = EngineError("The server does not answer", "it is overloaded")
    async with opened(tmp_path, Failing("problem two", 2, error)) as bench:
        folder = await bench.run("A", pauses=(0, 0.01, 0))
    record = folder.record("A", "two")
    assert record is not None and record.tries == 3 and not record.failed and record.chosen
    told = [one for one in bench.messages if isinstance(one, TriedAgain)]
    assert [one.task for one in told] == ["two", "two"] and "overloaded" in told[0].why
    assert bench.progress.tries == 2 and not bench.progress.rows["A"].waiting


async def test_a_killed_model_process_costs_no_problem(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        killed: list[int] = []

        def kill(message: Message) -> None:
            if isinstance(message, ProblemBegan) and not killed:
                killed.append(bench.engine.pid)
                os.kill(killed[0], signal.SIGKILL)

        bench.watch = kill
        folder = await bench.run("A", pauses=(0, 0))
    assert killed and len(folder.records()) == 6
    assert not any(one.failed for one in folder.records()) and all(one.chosen for one in folder.records())


async def test_a_problem_that_keeps_failing_is_marked_and_may_be_run_again(tmp_path: Path) -> None:
    engine = Failing("problem two", 99, ModelDied("it was killed", "log"))
    async with opened(tmp_path, engine) as bench:
        folder = await bench.run("A", pauses=(0,))
        record = folder.record("A", "two")
        assert record is not None and "killed" in record.failed and record.tries == 2
        assert not record.right and record.chosen is None
        assert sum(bool(one.failed) for one in folder.records()) == 2 and len(folder.records()) == 6
        assert bench.progress.rows["A"].failed == 1
        engine.left, bench.messages = 0, []
        await bench.run("A", pauses=(0,))
        assert not [one for one in bench.messages if isinstance(one, ProblemBegan)], "marked is done"
        folder = await bench.run("A", pauses=(0,), again=True)
    assert not any(one.failed for one in folder.records())
    assert [one.task for one in bench.messages if isinstance(one, ProblemBegan)] == ["two", "two"]


async def test_what_does_not_fit_is_not_tried_again(tmp_path: Path) -> None:
    long = doubling("two " * 20_000)
    long = replace(long, id="long")
    async with opened(tmp_path) as bench:
        folder = await bench.run("A", [long, TASKS[0]], pauses=(0, 0))
    record = folder.record("A", "long")
    assert record is not None and record.tries == 1 and "context" in record.failed
    assert folder.record("A", "one") is not None


async def test_a_fault_of_ours_costs_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = runner_module.walk

    async def broken(kit, task, tell):
        if task.id == "two":
            raise KeyError("nobody thought of it")
        return await real(kit, task, tell)

    monkeypatch.setattr(runner_module, "walk", broken)
    async with opened(tmp_path) as bench:
        folder = await bench.run("A", pauses=(0,))
    failed = [one for one in folder.records() if one.failed]
    assert {one.task for one in failed} == {"two"} and "KeyError" in failed[0].failed
    assert len(folder.records()) == 6


async def test_what_cannot_be_scored_is_not_right(tmp_path: Path) -> None:
    async def judge(sandbox: Sandbox, task: Task, text: str) -> Judged:
        if task.id == "one":
            raise AtlasError("There is no isolation")
        if task.id == "two":
            raise KeyError("a fault in a judge")
        return Judged(right=True, verdict=Verdict.OK)

    async with opened(tmp_path) as bench:
        bench.judge = judge
        folder = await bench.run("A")
    found = {one.task: one for one in folder.records() if one.condition == "A"}
    assert found["one"].written[0].right is None and "isolation" in found["one"].written[0].why
    assert found["two"].written[0].right is None and "KeyError" in found["two"].written[0].why
    assert not found["one"].right and found["three"].right
    assert (bench.progress.rows["A"].not_scored, bench.progress.rows["A"].right) == (2, 1)


async def test_a_full_disk_ends_the_run_with_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.fsync
    async with opened(tmp_path) as bench:

        def fill(message: Message) -> None:
            if isinstance(message, ProblemEnded):
                monkeypatch.setattr(whole.os, "fsync", full)

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        bench.watch = fill
        with pytest.raises(AtlasError, match="No space left"):
            await bench.run("A", in_flight=1)
        monkeypatch.setattr(whole.os, "fsync", written)
        done = RunFolder.open(bench.path).records()
        # Records are written in threads: another may have been on its way to the disk.
        assert 1 <= len(done) < 6 and not [one for one in files(bench.path) if "/." in one]
        bench.watch = lambda message: None
        assert len((await bench.run("A", in_flight=1)).records()) == 6


async def test_a_model_that_is_not_there_ends_the_run_at_once(tmp_path: Path) -> None:
    engine = LlamaEngine(ModelSettings(path=str(tmp_path / "none.gguf")))
    async with opened(tmp_path, engine) as bench:
        with pytest.raises(EngineError):
            await bench.run("A")
        assert not bench.path.exists()


async def test_programs_are_not_asked_for_where_nothing_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(self: LocalSandbox) -> Isolation:
        return Isolation(tier=Tier.NONE, why="no bubblewrap")

    monkeypatch.setattr(LocalSandbox, "probe", none)
    async with opened(tmp_path) as bench:
        with pytest.raises(Refused, match="no bubblewrap"):
            await bench.run("A")
        assert bench.engine.info is None and not bench.path.exists()


async def test_the_speed_and_the_idle_engine_are_told_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "PULSE", 0.02)
    monkeypatch.setattr(runner_module, "NOTED", 2)
    async with opened(tmp_path) as bench:
        await bench.run("B")
    pulses = [one for one in bench.messages if isinstance(one, Pulse)]
    assert len(pulses) > 4 and pulses[-1].spent.condition == "B again"
    assert bench.progress.tokens_per_second


def test_the_settings_of_a_server_leave_the_energy_unknown() -> None:
    engine = LlamaEngine(ModelSettings())
    sandbox = LocalSandbox(SandboxSettings())
    there = Settings(remote=RemoteSettings(base_url="http://gpu.example.org/v1"))
    assert "another machine" in begin.parts(engine, sandbox, there).meter.words
