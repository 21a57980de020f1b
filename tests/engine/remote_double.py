"""A small HTTP server whose answers a test writes, for faults that real servers do not make on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from atlas_tui.engine.base import EngineEvent, SequenceRequest
from atlas_tui.engine.remote import RemoteEngine


async def collect(engine: RemoteEngine, requests: list[SequenceRequest]) -> list[EngineEvent]:
    """All events of a call."""
    return [event async for event in engine.generate(requests)]


MODELS = {"object": "list", "data": [{"id": "small", "owned_by": "vllm", "max_model_len": 4096}]}


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Reply:
    """A whole response."""

    status: int
    body: bytes
    headers: str = "Content-Type: application/json\r\n"


def say(status: int, body: object, headers: str = "") -> Reply:
    return Reply(status, json.dumps(body).encode(), f"Content-Type: application/json\r\n{headers}")


Talk = Callable[[Asked, asyncio.StreamWriter], Awaitable[Reply | None]]


class Double:
    """Answers ``/models`` by itself and leaves the rest to ``talk``; None means that ``talk`` wrote."""

    def __init__(self, talk: Talk, models: object = MODELS) -> None:
        self.talk, self.models = talk, models
        self.asked: list[Asked] = []
        self._tasks: set[asyncio.Task[None] | None] = set()
        self.open = 0
        """Connections that are being answered."""

    @property
    def chats(self) -> list[dict[str, Any]]:
        """Bodies of the chat requests, in order."""
        return [one.body for one in self.asked if one.path == "/v1/chat/completions"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                if asked.path == "/v1/models" and self.models is not None:
                    reply: Reply | None = say(200, self.models)
                else:
                    self.open += 1
                    try:
                        reply = await self.talk(asked, writer)
                    finally:
                        self.open -= 1
                if reply is None:
                    break
                head = (
                    f"HTTP/1.1 {reply.status} X\r\n{reply.headers}Content-Length: {len(reply.body)}\r\n\r\n"
                )
                writer.write(head.encode() + reply.body)
                await writer.drain()
        writer.close()

    @contextlib.asynccontextmanager
    async def running(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        """Its base address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{port}/v1"
        finally:
            server.close()
            left = [task for task in self._tasks if task is not None and not task.done()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left)


async def _read(reader: asyncio.StreamReader) -> Asked:
    start = await reader.readexactly(1)
    if not start.isalpha():
        raise ConnectionError("this is no HTTP")
    head = (start + await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, json.loads(body) if body else {})


async def begin(writer: asyncio.StreamWriter) -> None:
    """The head of a stream that ends with its connection."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    await writer.drain()


def event(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> bytes:
    """One chunk of a chat as an event."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps({"choices": choices, **fields}).encode() + b"\n\n"


def text(*parts: str) -> list[bytes]:
    return [event({"content": part}) for part in parts]


def thought(*parts: str, field: str = "reasoning_content") -> list[bytes]:
    return [event({field: part}) for part in parts]


END = event({}, "stop")
DONE = b"data: [DONE]\n\n"


def usage(prompt: int, completion: int, cached: int = 0, reasoning: int = 0) -> bytes:
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return event(None, usage=counts)


def streaming(*parts: bytes) -> Talk:
    """Answers each request with these bytes."""

    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        await begin(writer)
        writer.write(b"".join(parts))
        await writer.drain()
        return None

    return talk


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
    """Begins an answer and says nothing further, for as long as the double runs."""
    await begin(writer)
    await asyncio.sleep(3600)
    return None


def in_turn(*replies: Reply | Talk) -> Talk:
    """The first request gets the first, and so on; the last one stays."""
    left = list(replies)

    async def talk(asked: Asked, writer: asyncio.StreamWriter) -> Reply | None:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply if isinstance(reply, Reply) else await reply(asked, writer)

    return talk
