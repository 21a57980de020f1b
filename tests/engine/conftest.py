"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from atlas_tui.engine.base import Engine, EngineEvent, Finished, Message, Sampler, SequenceRequest
from atlas_tui.engine.llama import loading, native
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.engine.llama.session import Session
from atlas_tui.settings import ModelSettings

MakeEngine = Callable[..., LlamaEngine]
Collect = Callable[[LlamaEngine, list[SequenceRequest]], Awaitable[list[EngineEvent]]]


def ask(
    text: str, name: str = "A", *, seed: int = 0, system: str = "Be brief.", **fields: object
) -> SequenceRequest:
    """One request; draws from all that is likely."""
    messages = (Message(role="system", content=system), Message(role="user", content=text))
    sampler = Sampler(temperature=0.7, top_p=1.0, seed=seed)
    return SequenceRequest(id=name, messages=messages, sampler=sampler, **fields)  # type: ignore[arg-type]


async def collect(engine: Engine, requests: list[SequenceRequest]) -> list[EngineEvent]:
    return [event async for event in engine.generate(requests)]


def finished(events: list[EngineEvent]) -> dict[str, Finished]:
    return {event.id: event for event in events if isinstance(event, Finished)}


@pytest.fixture
async def make_engine() -> AsyncIterator[MakeEngine]:
    """Makes engines that are closed at the end of the test."""
    made: list[LlamaEngine] = []

    def make(path: Path | str, **settings: int | str) -> LlamaEngine:
        made.append(LlamaEngine(ModelSettings(path=str(path), threads=1, **settings)))
        return made[-1]

    yield make
    for engine in made:
        await engine.close()


@pytest.fixture
def make_session() -> Iterator[Callable[..., Session]]:
    """Makes sessions in this process, to look at tokens and rows."""
    made: list[Session] = []

    def make(path: Path, context: int = 2048) -> Session:
        log = native.NativeLog()
        log.install()
        wanted = loading.Wanted(path=path, context=context, gpu_layers=0, threads=1)
        made.append(Session(loading.load(wanted, log)))
        return made[-1]

    yield make
    for session in made:
        session.close()
