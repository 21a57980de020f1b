"""The model process: cancelling, dying, closing, and what must never reach the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from atlas_tui.engine import launch
from atlas_tui.engine.base import Delta, EngineError, ModelDied, Prefill, StopReason
from atlas_tui.engine.llama.process import log_file
from tests.conftest import REPLIES
from tests.engine.conftest import MakeEngine, ask, collect, finished

LONG = "Words that fill the prompt of this test. " * 250
PROMPT = LONG[:10_000]


def gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether a process ends within this time; one that only waits to be collected has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


async def test_cancel_while_the_prompt_is_read(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    await engine.load()
    events = []
    async for event in engine.generate([ask(PROMPT, "A"), ask(PROMPT, "B")]):
        if isinstance(event, Prefill) and not events:
            began = time.monotonic()
            engine.cancel()
        events.append(event)
    assert time.monotonic() - began < 2
    assert {one.reason for one in finished(events).values()} == {StopReason.CANCELLED}
    last = [event for event in events if isinstance(event, Prefill)][-1]
    assert last.done < last.total
    done = finished(await collect(engine, [ask("next", max_tokens=5)]))["A"]
    assert done.answer_tokens == 5


async def test_cancel_at_a_token(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    events, began = [], 0.0
    async for event in engine.generate([ask("x", name, max_tokens=5000) for name in "ABC"]):
        if isinstance(event, Delta) and not began:
            began = time.monotonic()
            engine.cancel()
        events.append(event)
    assert time.monotonic() - began < 2
    for one in finished(events).values():
        assert one.reason is StopReason.CANCELLED
        assert 0 < one.answer_tokens < 5000


async def test_cancel_one_of_three(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    events, asked = [], False
    async for event in engine.generate([ask("x", name, max_tokens=500) for name in "ABC"]):
        if isinstance(event, Delta) and not asked:
            asked = True
            engine.cancel(["B"])
        events.append(event)
    done = finished(events)
    assert done["B"].reason is StopReason.CANCELLED
    assert done["B"].answer_tokens < 500
    assert done["A"].answer_tokens == done["C"].answer_tokens == 500


async def test_closing_the_iterator_cancels(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    events = engine.generate([ask("x", max_tokens=15_000)])
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()
    began = time.monotonic()
    assert finished(await collect(engine, [ask("y", max_tokens=3)]))["A"].answer_tokens == 3
    assert time.monotonic() - began < 3


async def test_cancel_while_loading_ends_the_call_and_not_the_loading(
    make_engine: MakeEngine, reciter_gguf: Path
) -> None:
    engine = make_engine(reciter_gguf)
    call = asyncio.create_task(collect(engine, [ask("x"), ask("y", "B")]))
    await asyncio.sleep(0.01)
    assert engine.info is None
    engine.cancel()
    done = finished(await asyncio.wait_for(call, 2))
    assert [one.reason for one in done.values()] == [StopReason.CANCELLED] * 2
    assert (await engine.load()).layers == 1


async def test_cancel_of_one_before_the_model_is_loaded_is_kept(
    make_engine: MakeEngine, reciter_gguf: Path
) -> None:
    engine = make_engine(reciter_gguf)
    call = asyncio.create_task(collect(engine, [ask("x"), ask("y", "B")]))
    await asyncio.sleep(0.01)
    engine.cancel(["B"])
    done = finished(await call)
    assert done["B"].reason is StopReason.CANCELLED
    assert done["A"].text in REPLIES


async def test_a_late_cancel_does_not_hit_the_next_call(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    engine = make_engine(reciter_gguf)
    for _ in range(20):
        events = []
        async for event in engine.generate([ask("x")]):
            events.append(event)
            if "A" in finished(events):
                engine.cancel()
        assert finished(events)["A"].text in REPLIES


async def test_killed_while_writing(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    with pytest.raises(ModelDied) as died:
        async for event in engine.generate([ask("x", name, max_tokens=5000) for name in "ABC"]):
            if isinstance(event, Delta) and engine.pid:
                os.kill(engine.pid, signal.SIGKILL)
    assert "SIGKILL" in str(died.value)
    assert str(log_file()) in str(died.value)
    assert (engine.info, engine.pid) == (None, None)
    assert finished(await collect(engine, [ask("x", max_tokens=5)]))["A"].answer_tokens == 5


async def test_killed_while_idle_and_while_loading(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    engine = make_engine(reciter_gguf)
    await engine.load()
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    while engine.pid:
        await asyncio.sleep(0.01)
    loading = asyncio.create_task(engine.load())
    while not engine.pid:
        await asyncio.sleep(0.001)
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(ModelDied):
        await loading
    assert finished(await collect(engine, [ask("x")]))["A"].text in REPLIES


async def test_a_process_that_is_gone_is_not_waited_for(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    engine = make_engine(reciter_gguf)
    await engine.load()
    link, engine._link = engine._link, None  # gone between loading and asking
    for asked in (collect(engine, [ask("x")]), engine.count(ask("x").messages)):
        with pytest.raises(ModelDied):
            await asyncio.wait_for(asked, 30)
    engine._link = link


async def test_an_abort_inside_the_process_says_why(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    """The last words before an abort, and the log's last lines, come with the error."""
    engine = make_engine(reciter_gguf)
    await engine.load()
    assert engine.pid
    os.kill(engine.pid, signal.SIGABRT)
    with pytest.raises(ModelDied) as died:
        await collect(engine, [ask("x")])
    assert "SIGABRT" in str(died.value)
    assert "Aborted" in died.value.log


async def test_close_leaves_nothing(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    for wait in (0.0, 0.05, None):
        engine = make_engine(reciter_gguf)
        loading = asyncio.create_task(engine.load())
        if wait is None:
            await loading
        else:
            while not engine.pid:
                await asyncio.sleep(0.001)
            await asyncio.sleep(wait)
        pid = engine.pid
        assert pid
        await engine.close()
        assert not psutil.pid_exists(pid)
        if wait is not None:
            with pytest.raises(EngineError, match="closed"):
                await loading
        await engine.close()


async def test_a_stopped_process_is_closed_too(make_engine: MakeEngine, reciter_gguf: Path) -> None:
    engine = make_engine(reciter_gguf)
    await engine.load()
    pid = engine.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    await asyncio.wait_for(engine.close(), 10)
    assert not psutil.pid_exists(pid)


async def test_close_during_a_call_ends_it(make_engine: MakeEngine, tiny_gguf: Path) -> None:
    engine = make_engine(tiny_gguf)
    with pytest.raises(EngineError, match="closed"):
        async for event in engine.generate([ask("x", max_tokens=15_000)]):
            if isinstance(event, Delta):
                await engine.close()


SCRIPT = """
import asyncio, sys
from atlas_tui.engine.base import Message, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.settings import ModelSettings

async def main():
    engine = LlamaEngine(ModelSettings(path=sys.argv[1], threads=1))
    await engine.load()
    print(engine.pid, flush=True)
    messages = (Message(role="user", content="x"),)
    request = SequenceRequest(id="A", messages=messages, max_tokens=int(sys.argv[2]))
    async for event in engine.generate([request]):
        pass
    await engine.close()

asyncio.run(main())
"""


def script(model: Path, tokens: int, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", SCRIPT, str(model), str(tokens)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=launch.environment(),
    )


def test_it_dies_with_the_application(tiny_gguf: Path, tmp_path: Path) -> None:
    process = script(tiny_gguf, 15_000, tmp_path)
    assert process.stdout
    pid = int(process.stdout.readline())
    assert psutil.pid_exists(pid)
    process.kill()
    process.wait()
    assert gone(pid)
    process.communicate()


def test_nothing_reaches_the_terminal_and_foreign_modules_are_not_imported(
    reciter_gguf: Path, tmp_path: Path
) -> None:
    """In a folder with a ``json.py`` of its own, as a person's repository may have."""
    for name in ("json", "queue", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    process = script(reciter_gguf, 50, tmp_path)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert len(out.split()) == 1


async def test_the_log_is_kept_small(
    make_engine: MakeEngine, reciter_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = log_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * (1 << 20) + b"\n")
    await make_engine(reciter_gguf).load()
    assert path.stat().st_size < 1 << 20
    assert path.with_suffix(".log.1").exists()
    assert path.stat().st_mode & 0o077 == 0
