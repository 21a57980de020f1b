"""The local engine as the application sees it; llama.cpp itself runs in another process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import (
    EngineError,
    EngineEvent,
    Finished,
    Message,
    ModelDied,
    ModelInfo,
    ModelLoadError,
    SequenceRequest,
    StopReason,
)
from atlas_tui.engine.llama import wire
from atlas_tui.engine.llama.process import HostProcess
from atlas_tui.settings import ModelSettings

log = logging.getLogger(__name__)

_End = EngineError | None
"""What ends a call: an error, or None for done."""


class _Call:
    """A generate call: its open sequences and what has come of it."""

    def __init__(self, number: int, requests: Sequence[SequenceRequest]) -> None:
        self.number = number
        self.open = [one.id for one in requests]
        self.inbox: asyncio.Queue[EngineEvent | EngineError | None] = asyncio.Queue()
        self.cancelled: set[str] = set()
        self.given_up = asyncio.Event()
        """Set when everything was cancelled."""
        self.sent = False

    def cancel(self, ids: Sequence[str] | None) -> None:
        self.cancelled.update(self.open if ids is None else ids)
        if self.cancelled.issuperset(self.open):
            self.given_up.set()


class LlamaEngine:
    """A GGUF model through llama.cpp; see ``engine.base.Engine``.

    Everything is to be used from one event loop. The process is started by ``load`` or the first call,
    and again after it has died.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._host: HostProcess | None = None
        self._info: ModelInfo | None = None
        self._loading: asyncio.Task[ModelInfo] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[wire.Frame]] = {}
        self._calls: dict[int, _Call] = {}

    @property
    def info(self) -> ModelInfo | None:
        return self._info

    @property
    def pid(self) -> int | None:
        """Process id of the model process, or None while there is none."""
        return self._host.pid if self._host else None

    def path(self) -> Path:
        """The model file: the one in the settings, else the bundled one."""
        wanted = self._settings.path
        return Path(wanted).expanduser().absolute() if wanted else bundled_model_path()

    async def load(self) -> ModelInfo:
        """Start the model if it is not running. A waiter that is cancelled does not stop the loading;
        ``close`` does. Raises: ModelLoadError, ModelDied, EngineError."""
        if self._info is not None:
            return self._info
        return await asyncio.shield(self._load_task())

    def _load_task(self) -> asyncio.Task[ModelInfo]:
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())
            # The error is given to whoever waits; with nobody waiting it is not a fault.
            self._loading.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._loading

    async def _load(self) -> ModelInfo:
        if self._info is not None:
            return self._info
        await self._end_process()
        self._host = host = await HostProcess.start()
        self._reading = asyncio.create_task(self._read(host))
        settings = self._settings
        try:
            answer = await self._ask(
                "load",
                path=str(self.path()),
                context=settings.context,
                gpu_layers=settings.gpu_layers,
                threads=settings.threads,
            )
        except ModelDied as died:
            if host.crashed:
                todo = "the file may be damaged, or of a kind this llama.cpp cannot load; try another"
                raise ModelLoadError("The model cannot be loaded", died.why, todo) from died
            raise
        except EngineError:
            await self._end_process()
            raise
        if self._host is not host:
            raise ModelDied("it ended as soon as it was loaded", "")
        self._info = wire.to_info(answer["info"])
        return self._info

    async def count(self, messages: Sequence[Message]) -> int:
        """Tokens of the rendered prompt. Raises: ModelLoadError, ModelDied."""
        await self.load()
        answer = await self._ask("count", messages=wire.from_messages(messages))
        return int(answer["tokens"])

    async def generate(self, requests: Sequence[SequenceRequest]) -> AsyncIterator[EngineEvent]:
        """Continue all requests in one batch; see ``engine.base.Engine.generate``."""
        if not requests or len({one.id for one in requests}) != len(requests):
            raise ValueError("a call needs requests with ids of their own")
        if any(one.max_tokens < 1 or one.thinking < 0 for one in requests):
            raise ValueError("an answer needs a budget of at least one token")
        call = _Call(next(self._numbers), requests)
        self._calls[call.number] = call
        try:
            if not await self._loaded_unless_cancelled(call):
                for one in requests:
                    yield _never_started(one.id)
                return
            self._submit(call, requests)
            while (event := await call.inbox.get()) is not None:
                if isinstance(event, EngineError):
                    raise event
                if isinstance(event, Finished):
                    call.open.remove(event.id)
                yield event
        finally:
            self._calls.pop(call.number, None)
            if call.sent and call.open:
                self._send_cancel(call, None)

    async def _loaded_unless_cancelled(self, call: _Call) -> bool:
        """Wait for the model; False when the whole call was cancelled first."""
        if self._info is None:
            loading = self._load_task()
            given_up = asyncio.create_task(call.given_up.wait())
            try:
                await asyncio.wait({loading, given_up}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                given_up.cancel()
            if loading.done():
                if loading.cancelled():
                    raise EngineError("The model was closed")
                loading.result()
        return not call.given_up.is_set()

    def _submit(self, call: _Call, requests: Sequence[SequenceRequest]) -> None:
        self._send("generate", call.number, requests=[wire.from_request(one) for one in requests])
        call.sent = True
        if call.cancelled:
            self._send_cancel(call, sorted(call.cancelled))

    def cancel(self, ids: Sequence[str] | None = None) -> None:
        """Stop these sequences (all when None), also while the model loads or reads a prompt.
        Loading itself goes on: the model is wanted for the next run."""
        for call in self._calls.values():
            call.cancel(ids)
            if call.sent:
                self._send_cancel(call, ids)

    def _send_cancel(self, call: _Call, ids: Sequence[str] | None) -> None:
        if self._host is not None:
            self._send("cancel", call.number, ids=list(ids) if ids is not None else None)

    async def close(self) -> None:
        """Stop the model, also in the middle of loading, and wait until its process is gone."""
        if self._loading is not None and not self._loading.done():
            self._loading.cancel()
            await asyncio.wait({self._loading})
        await self._end_process()
        self._fail_all(EngineError("The model was closed"))

    # Talking with the process

    def _send(self, do: str, call: int, **fields: Any) -> None:
        if self._host is None:
            raise ModelDied("it ended before it could be asked", "")
        self._host.send({"do": do, "call": call, **fields})

    async def _ask(self, do: str, **fields: Any) -> wire.Frame:
        number = next(self._numbers)
        answer: asyncio.Future[wire.Frame] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            self._send(do, number, **fields)
            return await answer
        finally:
            self._answers.pop(number, None)

    async def _read(self, host: HostProcess) -> None:
        """Deliver messages until the process is gone; then every waiting call fails."""
        while (frame := await host.receive()) is not None:
            self._deliver(frame)
        died = await host.obituary()
        if host is self._host:
            log.error("%s\n%s", died, died.log)
            self._host = self._info = None
            self._fail_all(died)

    def _deliver(self, frame: wire.Frame) -> None:
        number = frame.get("call", 0)
        call, answer = self._calls.get(number), self._answers.get(number)
        match frame["kind"]:
            case "event" if call is not None:
                call.inbox.put_nowait(wire.to_event(frame["body"]))
            case "done" if call is not None:
                call.inbox.put_nowait(None)
            case "refused":
                error = wire.to_error(frame["error"])
                if call is not None:
                    call.inbox.put_nowait(error)
                elif answer is not None and not answer.done():
                    answer.set_exception(error)
            case "loaded" | "counted" if answer is not None and not answer.done():
                answer.set_result(frame)

    def _fail_all(self, error: EngineError) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)
        for call in self._calls.values():
            if call.sent:
                call.inbox.put_nowait(error)

    async def _end_process(self) -> None:
        """End the process on purpose, so that nobody is told it died."""
        host, self._host, self._info = self._host, None, None
        reading, self._reading = self._reading, None
        if host is not None:
            await host.end()
        if reading is not None and not reading.done():
            with contextlib.suppress(asyncio.CancelledError):
                await reading


def _never_started(name: str) -> Finished:
    return Finished(
        id=name,
        reason=StopReason.CANCELLED,
        text="",
        thinking="",
        prompt_tokens=0,
        answer_tokens=0,
        thinking_tokens=0,
        mean_logprob=None,
        embedding=None,
    )
