"""A run against servers that refuse, drop, stall and fail: tried again, then marked, never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.progress import TriedAgain
from atlas_tui.engine.remote import RemoteEngine, transport
from atlas_tui.settings import RemoteSettings
from tests.bench.run_parts import doubling
from tests.bench.test_runner import Bench, opened
from tests.engine.remote_double import (
    DONE,
    END,
    Asked,
    Double,
    Reply,
    Talk,
    begin,
    in_turn,
    say,
    silent,
    streaming,
    text,
    usage,
)

RIGHT = streaming(*text("```python\nprint(2 * int(input()))\n```"), END, usage(12, 7), DONE)
TASKS = (doubling("one"), doubling("two"))
FAST = (0.0, 0.0)


async def drop(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
    """Begins an answer and breaks off."""
    await begin(writer)
    writer.write(b"".join(text("```python\nprint(")))
    await writer.drain()
    writer.transport.abort()
    return None


async def run(folder: Path, talk: Talk, pauses: Sequence[float] = FAST) -> tuple[Bench, RunFolder, Double]:
    server = Double(talk)
    async with server.running() as address:
        remote = RemoteSettings(base_url=address, retries=0, timeout_seconds=0.3)
        async with opened(folder, RemoteEngine(remote)) as bench:
            bench.settings = bench.settings.model_copy(update={"remote": remote})
            found = await bench.run("A", TASKS, pauses, in_flight=1)
    return bench, found, server


@pytest.mark.parametrize(
    "bad", [say(429, {"error": "too many"}), say(500, {"error": "oh no"}), drop, silent],
    ids=["429", "500", "drops", "stalls"],
)  # fmt: skip
async def test_a_server_that_fails_for_a_while_costs_nothing(
    tmp_path: Path, bad: Reply | Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.0)
    bench, folder, _ = await run(tmp_path, in_turn(RIGHT, bad, bad, RIGHT))
    assert [one.right for one in folder.records()] == [True] * 4
    assert sorted(one.tries for one in folder.records()) == [1, 1, 1, 3]
    assert len([one for one in bench.messages if isinstance(one, TriedAgain)]) == 2


async def test_a_server_that_stays_away_marks_every_problem(tmp_path: Path) -> None:
    _, folder, _ = await run(tmp_path, in_turn(say(500, {"error": "oh no"})))
    records = folder.records()
    assert len(records) == 4 and all(one.tries == 3 and "oh no" in one.failed for one in records)
    assert not any(one.right for one in records)


async def test_the_address_stands_for_the_model_file_and_nothing_is_known_of_its_work(tmp_path: Path) -> None:
    _, folder, server = await run(tmp_path, RIGHT)
    header = folder.header
    assert (header.model, header.model_hash.startswith("http://127.0.0.1")) == ("small", True)
    (sitting,) = folder.sittings()
    assert sitting.conditions[0].ready_idle is None and sitting.conditions[0].tokens > 0
    assert len(server.chats) == 4
