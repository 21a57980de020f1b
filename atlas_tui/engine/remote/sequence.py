"""One sequence on a server: a call, and a second one where thinking has to be closed from outside."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from atlas_tui.engine.base import EngineError, Finished, Phase, StopReason, ThinkingEnd
from atlas_tui.engine.remote import body, faults
from atlas_tui.engine.remote.chunks import Chunk, Counts
from atlas_tui.engine.remote.faults import Refusal
from atlas_tui.engine.remote.prompts import Prompts, closed_after, opens_thinking
from atlas_tui.engine.remote.written import Answer, Written

Tally = Callable[[Counts], None]
"""Told the server's counts at the end of each stream."""

CHAT, PLAIN = "/chat/completions", "/completions"


class RemoteSequence:
    """Runs one request."""

    def __init__(self, prompts: Prompts, written: Written, tally: Tally) -> None:
        self._prompts, self._transport = prompts, prompts.transport
        self._written, self._request, self._tally = written, written.request, tally

    async def run(self) -> Finished:
        """Write it all.

        Raises:
            EngineError: the server cannot be reached, refuses, or breaks off.
        """
        try:
            return await self._run()
        except EngineError as error:
            if not self._written.tokens:
                raise
            raise faults.lost(error, self._request.id, self._written.tokens) from error

    async def _run(self) -> Finished:
        written, dialect = self._written, self._transport.dialect
        answer = await self._begin()
        if written.text(Phase.THINKING) and not self._request.thinking:
            dialect.thinks_anyway = True
        if answer.phase is Phase.THINKING:
            written.end = ThinkingEnd.TURN if answer.reason == "stop" else ThinkingEnd.BUDGET
            answer = await self._go_on()
        elif written.text(Phase.THINKING):
            written.end = ThinkingEnd.CLOSED
        return written.finished(StopReason.LENGTH if answer.reason == "length" else StopReason.END)

    async def _begin(self) -> Answer:
        """The first call; its limit is the sum of both budgets."""
        request, model = self._request, self._prompts.name
        thinks, room = request.thinking > 0, request.thinking + request.max_tokens
        if self._prompts.plain:
            prompt = await self._prompts.render(request, thinking=thinks)
            wish = body.completion(request, model, room, prompt)
            return await self._read(self._transport.stream(PLAIN, wish), opened=opens_thinking(prompt))
        wish = body.chat(request, model, room, thinking=thinks)
        if not thinks and self._transport.dialect.thinks_anyway:
            wish["reasoning_effort"] = "none"
        return await self._read(self._transport.stream(CHAT, wish))

    async def _go_on(self) -> Answer:
        """The second call: it begins where the thinking was closed."""
        request, model, room = self._request, self._prompts.name, self._request.max_tokens
        thought = self._written.text(Phase.THINKING)
        if self._prompts.exact:
            prompt = closed_after(await self._prompts.render(request, thinking=True), thought)
            wish = body.completion(request, model, room, prompt)
            return await self._read(self._transport.stream(PLAIN, wish))
        wish = body.chat_on(request, model, thought)
        try:
            return await self._read(self._transport.stream(CHAT, wish, strict=True))
        except Refusal:
            # It takes no answer that was begun: all that is left is to ask without thinking.
            wish = body.chat(request, model, room, thinking=False)
            return await self._read(self._transport.stream(CHAT, wish))

    async def _read(self, chunks: AsyncGenerator[Chunk, None], *, opened: bool = False) -> Answer:
        """Take a stream in, up to its end or that of a budget."""
        written, counts = self._written, None
        answer = written.begin(opened=opened)
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    written.take(chunk)
                    counts = chunk.counts or counts
                    if not answer.reason and (reason := self._used_up(answer)):
                        answer.reason = reason
                        break
        finally:
            written.flush()
        if counts is not None:
            answer.settle(counts)
            written.prompt = written.prompt or counts.prompt
            self._tally(counts)
        self._check(answer)
        return answer

    def _used_up(self, answer: Answer) -> str:
        """Which budget is used up, where the server's own limit is the sum of both.

        While no thinking was seen, the text may still turn out to be thinking that the prompt opened.
        """
        request = self._request
        if not request.thinking:
            return ""
        if answer.phase is Phase.THINKING:
            return "thinking" if answer.thinking >= request.thinking else ""
        return "length" if answer.thinking and answer.answer >= request.max_tokens else ""

    def _check(self, answer: Answer) -> None:
        """Raises: ServerError: the answer did not come to an end of its own."""
        host = self._transport.place.host
        match answer.reason:
            case "":
                raise faults.StreamCut(f"{host} broke off an answer", "the stream has no end", "run again")
            case "content_filter":
                raise faults.ServerError(f"{host} withheld an answer", "its content filter stopped it")
            case "abort" | "error":
                why = f"it gave {answer.reason} as the reason"
                raise faults.StreamCut(f"{host} broke off an answer", why, "look at its log; run again")
