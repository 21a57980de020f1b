"""What the scheduler knows about one call and about each of its sequences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from atlas_tui.engine.base import (
    Delta,
    EngineEvent,
    Finished,
    Phase,
    Prefill,
    SequenceRequest,
    Statistics,
    StopReason,
)
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.context import Floats
from atlas_tui.engine.llama.drafting import Drafter, Pace
from atlas_tui.engine.llama.grammar import CompiledGrammar
from atlas_tui.engine.llama.native import Model
from atlas_tui.engine.llama.phases import Limits, Progress, Tags
from atlas_tui.engine.llama.pool import SpanMeans
from atlas_tui.engine.llama.prefix import Tokens, common, tokens_of
from atlas_tui.engine.llama.sampling import Chain, Drawn, GrammarStuck
from atlas_tui.engine.llama.template import Prompt

Emit = Callable[[EngineEvent], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One request with its prompt and limits."""

    request: SequenceRequest
    prompt: Prompt
    limits: Limits
    tags: Tags | None
    grammar: CompiledGrammar | None = None

    def reserve(self) -> int:
        """Cells it may need beyond its prompt."""
        forced = len(self.tags.forced) if self.tags is not None else 0
        return self.limits.thinking + self.limits.answer + forced


class Call:
    """One generate call: how far its prompts are read, and where its events go."""

    def __init__(self, jobs: list[Job], cancel: Cancellation, emit: Emit, done: Callable[[], None]) -> None:
        self.jobs, self.cancel, self.done = jobs, cancel, done
        self.prompts = [tokens_of(job.prompt.tokens) for job in jobs]
        self.shared = [self._shared(place) for place in range(len(jobs))]
        """For each prompt, how many of its tokens one before it has too."""
        self.open = len(jobs)
        self._emit = emit
        self._total = sum(one.size for one in self.prompts) - sum(self.shared)
        self._read = self._reused = 0

    def _shared(self, place: int) -> int:
        return max((common(self.prompts[place], one) for one in self.prompts[:place]), default=0)

    def emit(self, event: EngineEvent) -> None:
        if isinstance(event, Finished):
            self.open -= 1
            self.cancel.finished(event.id)
        self._emit(event)

    def reused(self, place: int, tokens: int) -> None:
        """``tokens`` of a prompt need not be read, beyond what the call shares anyway."""
        self._reused += max(0, tokens - self.shared[place])

    def read(self, tokens: int = 0) -> None:
        """So many tokens were read; tells how far the call is."""
        self._read += tokens
        done = min(self._read + self._reused, self._total)
        self.emit(Prefill(done=done, total=self._total, reused=self._reused))


@dataclass(slots=True)
class Sureness:
    """Running statistics of the answer's tokens."""

    tokens: int = 0
    logprob: float = 0.0
    least: float = 0.0
    entropy: float = 0.0

    def add(self, drawn: Drawn) -> None:
        if math.isfinite(drawn.logprob):
            self.tokens += 1
            self.logprob += drawn.logprob
            self.least = min(self.least, drawn.logprob)
            self.entropy += drawn.entropy

    def statistics(self) -> Statistics | None:
        if not self.tokens:
            return None
        return Statistics(
            tokens=self.tokens,
            mean_logprob=self.logprob / self.tokens,
            least_logprob=self.least,
            mean_entropy=self.entropy / self.tokens,
        )


class Live:
    """A sequence that is being read or written. ``slot`` is its llama.cpp sequence."""

    def __init__(self, model: Model, call: Call, place: int, slot: int) -> None:
        self.call, self.place, self.slot = call, place, slot
        self.job = call.jobs[place]
        self.prompt: Tokens = call.prompts[place]
        self.read = 0
        """Tokens of the prompt whose cells it has."""
        self.leader: Live | None = None
        """The sequence that reads a common begin for this one."""
        self.needed = 0
        """How many tokens to take over from the leader."""
        self.writing = False
        self.position = 0
        """Cells it has, while it writes."""
        self.feed: tuple[int, ...] = ()
        """Tokens that are sure to follow and have no cells yet."""
        self.mark = 0
        """The spans whose mean the last one of ``feed`` belongs to."""
        self.written: list[int] = []
        self.drafter: Drafter | None = None
        self.pace: Pace | None = None
        self.drafted = self.accepted = 0
        self.progress = Progress(
            self.job.limits, self.job.request.stop, self.job.tags, inside=self.job.prompt.thinking
        )
        self._undecided = self.job.tags is not None and not self.job.prompt.thinking
        self._model = model
        self._means = SpanMeans(self.job.request.embed)
        self._chain = Chain(model, self.job.request.sampler, self.job.grammar)
        self._sureness = Sureness()

    @property
    def id(self) -> str:
        return self.job.request.id

    def add_hidden(self, mark: int, row: Floats) -> None:
        self._means.add(mark, row)

    def begin(self, logits: Floats) -> None:
        """The prompt is read; ``logits`` follow its last token."""
        self.writing, self.position, self.read = True, self.prompt.size, self.prompt.size
        opening = self.progress.opening()
        if opening:
            self._feed(opening, 0)
        else:
            self.draw(logits)

    def draw(self, logits: Floats) -> None:
        """Draw the next token, tell what it says, and set what to feed next; nothing when it is done."""
        progress = self.progress
        try:
            drawn = self._drawn(logits)
        except GrammarStuck:
            # It concerns this sequence alone; what it wrote stands.
            self._last(progress.stop(StopReason.END))
            return
        end = self._model.is_end(drawn.token)
        before = progress.thinking_tokens + progress.answer_tokens
        answered = progress.answer_tokens
        data = b"" if end else self._model.piece(drawn.token)
        taken = progress.take(drawn.token, data, end=end)
        counted = progress.thinking_tokens + progress.answer_tokens - before
        answering = progress.answer_tokens > answered or progress.reason is not None
        if answering:
            self._sureness.add(drawn)
        if taken.text or counted:
            phase = Phase.ANSWER if answering else Phase.THINKING
            self.call.emit(Delta(id=self.id, text=taken.text, tokens=counted, phase=phase))
        self._feed(taken.feed, self._means.mark(data) if taken.counted else 0)

    def _last(self, text: str) -> None:
        self.feed, self.mark = (), 0
        if text:
            self.call.emit(Delta(id=self.id, text=text, tokens=0, phase=Phase.ANSWER))

    def _drawn(self, logits: Floats) -> Drawn:
        thinking = self.progress.phase is Phase.THINKING
        if not self._undecided:
            return self._chain.draw(logits, free=thinking, measured=not thinking)
        self._undecided = False
        drawn = self._chain.draw(logits, free=True)
        opens = self.job.tags is not None and drawn.token == self.job.tags.open
        if self.job.grammar is None or opens:
            return drawn
        return self._chain.draw(logits, free=False)  # it answers at once, and the grammar has a say in it

    def _feed(self, tokens: tuple[int, ...], mark: int) -> None:
        self.feed, self.mark = tokens, mark
        self.written += tokens
        if self.drafter is not None:
            for token in tokens:
                self.drafter.add(token)

    def finish(self, reason: StopReason) -> None:
        """Tell what came of it."""
        progress = self.progress
        if progress.reason is None:
            self._last(progress.stop(reason))
        self.call.emit(
            Finished(
                id=self.id,
                reason=reason,
                text=progress.answer,
                thinking=progress.thinking,
                prompt_tokens=int(self.prompt.size),
                answer_tokens=progress.answer_tokens,
                thinking_tokens=progress.thinking_tokens,
                thinking_end=progress.thinking_end,
                waits=progress.waits,
                statistics=self._sureness.statistics(),
                embeddings=self._means.vectors(),
                drafted=self.drafted,
                accepted=self.accepted,
            )
        )

    def close(self) -> None:
        self._chain.close()
        if self.drafter is not None:
            self.drafter.close()
