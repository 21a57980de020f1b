"""One decode loop over all sequences of a call.

The common begin of the prompts is read once into a sequence of its own (``PREFIX``) and shared by copying
cell references; it stays there, and the next call reads only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from atlas_tui.engine.base import (
    Delta,
    EngineEvent,
    Finished,
    Phase,
    Prefill,
    SequenceRequest,
    StopReason,
)
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.context import Batch, Context, Interrupted, SamplerChain, log_probability
from atlas_tui.engine.llama.phases import Limits, Progress, Tags
from atlas_tui.engine.llama.pool import HiddenMean
from atlas_tui.engine.llama.template import Prompt

PREFIX = 0
"""The sequence that keeps the last call's common prompt."""

Emit = Callable[[EngineEvent], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One request with its prompt and limits."""

    request: SequenceRequest
    prompt: Prompt
    limits: Limits
    tags: Tags | None


@dataclass(slots=True)
class _Live:
    """A sequence that is being written."""

    slot: int
    job: Job
    sampler: SamplerChain
    progress: Progress
    position: int
    pending: int = -1
    """The token to feed next."""
    counted: bool = False
    """Whether that token belongs to the answer, so that its row goes into the embedding."""
    logprob: float = 0.0
    drawn: int = 0
    mean: HiddenMean = field(default_factory=HiddenMean)

    @property
    def id(self) -> str:
        return self.job.request.id


def common_length(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with; one less than the shortest unless all are equal, so that
    every sequence has a token of its own to go on from."""
    columns = zip(*prompts, strict=False)
    same = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    lengths = {len(prompt) for prompt in prompts}
    return same if len(lengths) == 1 and same in lengths else min(same, min(lengths) - 1)


class Scheduler:
    """Runs calls one after another on a context. ``chunk`` prompt tokens are read per step."""

    def __init__(self, context: Context, chunk: int) -> None:
        self._context, self._chunk = context, min(chunk, context.rows)
        self._model = context.model
        self._batch: Batch = context.batch()
        self._cached: list[int] = []
        self._live: list[_Live] = []
        self._done = self._total = self._reused = 0

    def close(self) -> None:
        self._batch.close()

    def run(self, jobs: Sequence[Job], cancel: Cancellation, emit: Emit) -> None:
        """Continue all jobs; ends after one ``Finished`` for each. Raises: NativeError."""
        self._live = [self._start(slot, job) for slot, job in enumerate(jobs, PREFIX + 1)]
        try:
            self._drop_cancelled(cancel, emit)
            prompts = [job.prompt.tokens for job in jobs]
            shared = common_length(prompts)
            self._read_shared(prompts[0][:shared], len(set(map(tuple, prompts))) == 1, jobs, cancel, emit)
            self._read_rest(shared, cancel, emit)
            self._write(cancel, emit)
        except Interrupted:
            for live in tuple(self._live):
                self._finish(live, StopReason.CANCELLED, emit)
        finally:
            for live in tuple(self._live):
                self._release(live)

    def _start(self, slot: int, job: Job) -> _Live:
        progress = Progress(job.limits, job.request.stop, job.tags, inside=job.prompt.thinking)
        return _Live(slot, job, SamplerChain(job.request.sampler), progress, len(job.prompt.tokens))

    def _release(self, live: _Live) -> None:
        self._live.remove(live)
        live.sampler.close()
        self._context.drop(live.slot)

    # Reading the prompts

    def _reuse(self, shared: list[int], equal: bool) -> int:
        """Cut the kept prefix down to what ``shared`` begins with; gives how much is left.

        Only whole chunks are reused: every chunk is then computed in the same batch layout whether or
        not something was reused before it, and the same seed gives the same text.
        """
        pairs = zip(self._cached, shared, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if equal:
            same = min(same, len(shared) - 1)  # the last row is needed for its logits
        keep = same - same % self._chunk
        if not self._context.trim(PREFIX, keep):
            keep = 0  # recurrent models cannot go back part of the way
            self._context.drop(PREFIX)
        del self._cached[keep:]
        return keep

    def _read_shared(
        self, shared: list[int], equal: bool, jobs: Sequence[Job], cancel: Cancellation, emit: Emit
    ) -> None:
        """Read the common prompt and hand it to every sequence; equal prompts then share its last row."""
        self._done = self._reused = self._reuse(shared, equal)
        self._total = len(shared) + sum(len(job.prompt.tokens) - len(shared) for job in jobs)
        emit(Prefill(done=self._done, total=self._total, reused=self._reused))
        for begin in range(self._done, len(shared), self._chunk):
            self._drop_cancelled(cancel, emit)
            chunk = shared[begin : begin + self._chunk]
            last = begin + len(chunk) == len(shared)
            self._batch.clear()
            for offset, token in enumerate(chunk):
                output = equal and last and offset == len(chunk) - 1
                self._batch.add(token, begin + offset, (PREFIX,), output=output)
            self._decode_chunk(emit)
            self._cached += chunk
        for live in tuple(self._live):
            self._context.copy(PREFIX, live.slot)
            if equal:
                self._draw(live, len(self._batch) - 1, emit)

    def _read_rest(self, shared: int, cancel: Cancellation, emit: Emit) -> None:
        """Read what each prompt has of its own, several sequences in one step."""
        rows = [
            (live, position) for live in self._live for position in range(shared, len(live.job.prompt.tokens))
        ]
        for begin in range(0, len(rows), self._chunk):
            self._drop_cancelled(cancel, emit)
            self._batch.clear()
            ready: list[tuple[_Live, int]] = []
            for live, position in rows[begin : begin + self._chunk]:
                if live not in self._live:
                    continue
                tokens = live.job.prompt.tokens
                last = position == len(tokens) - 1
                row = self._batch.add(tokens[position], position, (live.slot,), output=last)
                if last:
                    ready.append((live, row))
            if len(self._batch):
                self._decode_chunk(emit)
            for live, row in ready:
                self._draw(live, row, emit)

    def _decode_chunk(self, emit: Emit) -> None:
        self._context.decode(self._batch)
        self._done += len(self._batch)
        emit(Prefill(done=self._done, total=self._total, reused=self._reused))

    # Writing

    def _write(self, cancel: Cancellation, emit: Emit) -> None:
        while self._live:
            self._drop_cancelled(cancel, emit)
            self._batch.clear()
            rows = tuple(self._live)
            for live in rows:
                self._batch.add(live.pending, live.position, (live.slot,), output=True)
                live.position += 1
            hidden = any(live.counted for live in rows)
            self._context.decode(self._batch, hidden=hidden)
            for row, live in enumerate(rows):
                if live.counted:
                    live.mean.add(self._context.hidden(row))
                self._draw(live, row, emit)

    def _draw(self, live: _Live, row: int, emit: Emit) -> None:
        """Choose the sequence's next token from a row, and tell what it says."""
        progress = live.progress
        if progress.forced:
            live.pending, live.counted = progress.force(), False
            return
        token = self._context.sample(live.sampler, row)
        end = self._model.is_end(token)
        before = progress.thinking_tokens + progress.answer_tokens
        text = progress.take(token, b"" if end else self._model.piece(token), end=end)
        answering = progress.answer_tokens > 0 or progress.reason is not None
        if answering:
            live.logprob += log_probability(self._context.logits(row), token)
            live.drawn += 1
        live.pending, live.counted = token, answering and live.job.request.embed
        counted = progress.thinking_tokens + progress.answer_tokens - before
        if text or counted:
            phase = Phase.ANSWER if answering else Phase.THINKING
            emit(Delta(id=live.id, text=text, tokens=counted, phase=phase))
        if progress.reason is not None:
            self._finish(live, progress.reason, emit)
        elif progress.forced and end:
            # The turn ended inside the thinking block; that end is not fed, the closing is.
            live.pending, live.counted = progress.force(), False

    def _drop_cancelled(self, cancel: Cancellation, emit: Emit) -> None:
        """Finish what is no longer wanted. Raises: Interrupted when nothing is left."""
        for live in tuple(self._live):
            if cancel.includes(live.id):
                self._finish(live, StopReason.CANCELLED, emit)
        if not self._live:
            raise Interrupted

    def _finish(self, live: _Live, reason: StopReason, emit: Emit) -> None:
        progress = live.progress
        if progress.reason is None:
            text = progress.stop(reason)
            if text:
                emit(Delta(id=live.id, text=text, tokens=0, phase=Phase.ANSWER))
        emit(
            Finished(
                id=live.id,
                reason=reason,
                text=progress.answer,
                thinking=progress.thinking,
                prompt_tokens=len(live.job.prompt.tokens),
                answer_tokens=progress.answer_tokens,
                thinking_tokens=progress.thinking_tokens,
                mean_logprob=live.logprob / live.drawn if live.drawn else None,
                embedding=live.mean.vector() if live.job.request.embed else None,
            )
        )
        self._release(live)
