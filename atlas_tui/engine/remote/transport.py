"""HTTP with one server: requests, streams, retries and the errors they end in."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import itertools
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx

from atlas_tui.engine.base import EngineError
from atlas_tui.engine.remote import faults
from atlas_tui.engine.remote.address import Address, Key
from atlas_tui.engine.remote.chunks import Chunk, NotUnderstood, SaidError, parse
from atlas_tui.engine.remote.dialect import Body, Dialect
from atlas_tui.engine.remote.faults import Place, Refusal
from atlas_tui.engine.remote.sse import EventReader
from atlas_tui.settings import RemoteSettings

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
"""Longest time to reach a server."""
LONGEST_WAIT = 60.0
"""A server that asks to wait longer than this many seconds is not waited for."""
FIRST_PAUSE = 0.25
"""Seconds before the second try; doubled for each further one."""
LONGEST_PAUSE = 8.0
"""But never more than this many seconds."""
DRAIN_SECONDS = 0.2
"""Longest wait for the end of a stream after its last event."""
LESSONS = 8
"""Most changes of one request after refusals."""
_FIELDS = (b":", b"data", b"event", b"id", b"retry")
"""How a stream of events can begin; servers do not always give the content type."""
_PASSING = (429, 502, 503, 504)


class _Tries:
    """What one request looks like by now, and how often it was put off."""

    def __init__(self, sent: Body) -> None:
        self.sent = sent
        self.waits = 0
        self._lessons = 0
        self._refused: Body | None = None
        """The request before it lost all that is not standard."""

    def changed(self, refusal: Refusal, dialect: Dialect, *, strict: bool) -> bool:
        """Make it what the server may take; False when there is nothing to change."""
        if self._lessons < LESSONS and dialect.learn(refusal, self.sent):
            self._lessons += 1
            self.sent = dialect.adapt(self.sent)
            return True
        if strict or self._refused is not None:
            return False
        if plain := dialect.without_private(refusal, self.sent):
            self._refused, self.sent = self.sent, plain
        return plain is not None

    def worked(self, dialect: Dialect) -> None:
        """The server took it."""
        if self._refused is not None:
            dialect.confirm(self.sent, self._refused)


class Transport:
    """One server. Everything is to be used from one event loop.

    Its requests hold the API key; nothing that it raises or logs does.
    """

    def __init__(self, settings: RemoteSettings, address: Address, key: Key, dialect: Dialect) -> None:
        """Raises: ServerError: the proxy or the certificates of the environment cannot be used."""
        self.dialect = dialect
        self.place = Place(host=address.shown, address=address.base, key=key.source, model=settings.model)
        self._address, self._key, self._settings = address, key, settings
        # These would write each address, and at their lowest level each header.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        seconds = settings.timeout_seconds
        try:
            self._client = httpx.AsyncClient(
                headers={"Authorization": f"Bearer {key.value}"} if key.value else {},
                timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS), pool=None),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=settings.in_flight),
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            todo = "check HTTP_PROXY, HTTPS_PROXY and SSL_CERT_FILE in the environment"
            raise faults.ServerError("HTTP cannot be set up", self._key.hidden(str(error)), todo) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def get(self, path: str, *, above: bool = False) -> Any:
        """The JSON at ``path`` below the base, or above ``/v1``. Raises: EngineError, Refusal."""
        return await self._whole("GET", path, None, above=above)

    async def post(self, path: str, body: Body, *, above: bool = False) -> Any:
        """The JSON that answers ``body``. Raises: EngineError, Refusal."""
        return await self._whole("POST", path, body, above=above)

    def error(self, refusal: Refusal) -> EngineError:
        """What a refusal means for people."""
        return faults.of_refusal(refusal, self.place)

    async def _whole(self, method: str, path: str, body: Body | None, *, above: bool) -> Any:
        url = (self._address.root if above else self._address.base) + path
        for attempt in itertools.count():
            try:
                response = await self._client.request(method, url, json=body)
                if response.status_code != 200:
                    raise faults.refusal(response, self._key.hidden)
                return response.json()
            except httpx.InvalidURL as error:
                raise faults.not_an_answer(str(error), self.place) from error
            except httpx.HTTPError as error:
                await self._pause_or_raise(error, attempt)
            except Refusal as refusal:
                if not await self._pause(refusal, attempt):
                    raise
            except ValueError as error:
                why = f"{path} gave no JSON"
                raise faults.not_an_answer(why, self.place) from error
        raise AssertionError("unreachable")

    async def stream(self, path: str, body: Body, *, strict: bool = False) -> AsyncGenerator[Chunk, None]:
        """The pieces of the answer to ``body``. Before the first one, a passing fault is waited out and
        a refused field left out; with ``strict``, fields are left out only where the server names them.

        Raises:
            Refusal: with ``strict``, 400 and 422.
            EngineError: everything else that goes wrong.
        """
        tries, begun = _Tries(self.dialect.adapt(body)), False
        while True:
            try:
                async with aclosing(self._once(path, tries.sent)) as chunks:
                    async for chunk in chunks:
                        if not begun:
                            tries.worked(self.dialect)
                        begun = True
                        yield chunk
                return
            except httpx.HTTPError as error:
                cut = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
                refusal = await self._why(path, tries.sent) if cut and not begun else None
                if refusal is None:
                    await self._pause_or_raise(error, tries.waits, begun=begun)
                    tries.waits += 1
                    continue
            except Refusal as error:
                refusal = error
            if begun:
                raise self.error(refusal)
            if tries.changed(refusal, self.dialect, strict=strict):
                continue
            if strict and refusal.status in (400, 422) and not refusal.context:
                raise refusal
            if not await self._pause(refusal, tries.waits):
                raise self.error(refusal)
            tries.waits += 1

    async def _once(self, path: str, body: Body) -> AsyncGenerator[Chunk, None]:
        """One request. Raises: httpx.HTTPError, Refusal, ServerError."""
        url = self._address.base + path
        async with self._client.stream("POST", url, json=body) as response:
            if response.status_code != 200:
                await response.aread()
                raise faults.refusal(response, self._key.hidden)
            try:
                async for text in _answers(response):
                    yield parse(text)
            except (NotUnderstood, ValueError) as error:
                # Without the cause, which holds the server's words as they came: the key may be among them.
                raise faults.not_an_answer(self._key.hidden(str(error)), self.place) from None
            except SaidError as error:
                raise faults.from_body(error.body, 0, self._key.hidden) from error

    async def _why(self, path: str, body: Body) -> Refusal | None:
        """Some servers begin a stream before they look at the request, and then just hang up: ask for one
        token without streaming, to be told the reason. None when that works."""
        probe = {key: value for key, value in body.items() if key not in ("stream", "stream_options")}
        probe["max_completion_tokens" if "max_completion_tokens" in body else "max_tokens"] = 1
        # Twice: the connection may be one that the server has just closed.
        for _ in range(2):
            try:
                response = await self._client.post(self._address.base + path, json=probe)
            except httpx.HTTPError as error:
                log.debug("no reason for the hang-up: %s", type(error).__name__)
                continue
            return faults.refusal(response, self._key.hidden) if response.status_code != 200 else None
        return None

    async def _pause_or_raise(self, error: httpx.HTTPError, attempt: int, *, begun: bool = False) -> None:
        if begun or attempt >= self._settings.retries or not faults.passing(error):
            raise faults.of_transport(error, self.place, self._settings.timeout_seconds) from error
        await asyncio.sleep(_backoff(attempt))

    async def _pause(self, refusal: Refusal, attempt: int) -> bool:
        """Wait where a refusal may pass by itself; False where it will not."""
        wait = refusal.retry_after
        if refusal.status not in _PASSING or attempt >= self._settings.retries:
            return False
        if wait is not None and wait > LONGEST_WAIT:
            return False
        await asyncio.sleep(_backoff(attempt) if wait is None else wait)
        return True


def _backoff(attempt: int) -> float:
    """Seconds; scattered, so that sequences that failed together do not come back together."""
    return float(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE) * random.uniform(0.75, 1.25))


async def _answers(response: httpx.Response) -> AsyncGenerator[str, None]:
    """The JSON texts of a body: the events of a stream, or a whole answer from a server that does not
    stream. Raises: ValueError: neither."""
    reader, whole, streamed = EventReader(), bytearray(), None
    pieces = response.aiter_bytes()
    async for piece in pieces:
        if streamed is None:
            streamed = _is_stream(bytes(whole) + piece)
        if not streamed:
            whole += piece
            continue
        for text in reader.feed(bytes(whole) + piece):
            if text.strip() == "[DONE]":
                await _drain(pieces)
                return
            yield text
        whole.clear()
    if not streamed and not whole.strip():
        raise httpx.RemoteProtocolError("an empty answer")
    if streamed:
        for text in reader.end():
            if text.strip() != "[DONE]":
                yield text
    elif whole.lstrip().startswith(b"<"):
        raise ValueError("it sent a web page")
    else:
        yield whole.decode("utf-8", "replace")


def _is_stream(start: bytes) -> bool | None:
    """Whether a body that begins so is a stream of events; None while that is open."""
    start = start.lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    if start.startswith(_FIELDS):
        return True
    return None if any(one.startswith(start) for one in _FIELDS) else False


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read the end of a body that said it is done, so that its connection can be used again."""
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in pieces:
                pass
