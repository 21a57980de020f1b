"""What a sequence on a server has written so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from atlas_tui.engine.base import (
    Delta,
    EngineEvent,
    Finished,
    Phase,
    SequenceRequest,
    Statistics,
    StopReason,
    ThinkingEnd,
)
from atlas_tui.engine.remote.chunks import Chunk, Counts
from atlas_tui.engine.remote.splitting import Pieces, ThinkSplitter, unopened

Emit = Callable[[EngineEvent], None]


class Answer:
    """One stream: what it is writing at the moment, and its tokens so far."""

    def __init__(self, *, opened: bool = False) -> None:
        self.phase = Phase.THINKING if opened else Phase.ANSWER
        self.thinking = 0
        self.answer = 0
        self.reason = ""
        """Why it ended: the server's word, or ours where we closed it."""
        self._splitter = ThinkSplitter(opened=opened)

    def take(self, chunk: Chunk) -> Pieces:
        """The text of a chunk by phase; thinking comes in a field of its own, or between tags."""
        pieces: Pieces = []
        if chunk.reasoning:
            self._splitter.thought_elsewhere()
            self.phase = Phase.THINKING
            pieces.append((Phase.THINKING, chunk.reasoning))
        if chunk.content:
            pieces += self._splitter.feed(chunk.content)
            self.phase = self._splitter.phase
        if self.phase is Phase.THINKING:
            self.thinking += chunk.tokens
        else:
            self.answer += chunk.tokens
        self.reason = chunk.finish or self.reason
        return pieces

    def rest(self) -> Pieces:
        """Text that was held back."""
        return self._splitter.end()

    def settle(self, counts: Counts) -> None:
        """Put the server's counts in the place of ours."""
        thought = counts.reasoning or min(self.thinking, counts.completion)
        if self.thinking and not self.answer:
            thought = counts.completion
        self.thinking, self.answer = thought, max(counts.completion - thought, 0)


class Written:
    """The text of a request and its tokens, over the one or two streams that it takes.

    Tokens are those of the server's usage. Where it gives none, or a stream was closed by us, they are the
    log-probabilities that came along, and without these the pieces of the stream.
    """

    def __init__(self, request: SequenceRequest, emit: Emit) -> None:
        self.request = request
        self.end = ThinkingEnd.NONE
        self.prompt = 0
        """Tokens of the prompt; 0 while the server did not tell."""
        self._emit = emit
        self._text: dict[Phase, list[str]] = {Phase.THINKING: [], Phase.ANSWER: []}
        self._answers: list[Answer] = []
        self._logprobs: list[float] = []
        self._unsaid = 0

    @property
    def tokens(self) -> int:
        """All that came so far."""
        return sum(one.thinking + one.answer for one in self._answers)

    def text(self, phase: Phase) -> str:
        """What was written in this phase."""
        return "".join(self._text[phase])

    def begin(self, *, opened: bool = False) -> Answer:
        """A further stream; ``opened``: its prompt already begins the thinking."""
        self._answers.append(Answer(opened=opened))
        return self._answers[-1]

    def take(self, chunk: Chunk) -> None:
        """Add a piece of the last stream."""
        answer = self._answers[-1]
        pieces = answer.take(chunk)
        if answer.phase is Phase.ANSWER:
            self._logprobs += chunk.logprobs
        self._unsaid += chunk.tokens
        self._write(pieces)

    def flush(self) -> None:
        """Add what the last stream held back."""
        self._write(self._answers[-1].rest())

    def _write(self, pieces: Pieces) -> None:
        for phase, text in pieces:
            self._text[phase].append(text)
            tokens, self._unsaid = self._unsaid, 0
            self._emit(Delta(id=self.request.id, text=text, tokens=tokens, phase=phase))

    def finished(self, reason: StopReason) -> Finished:
        """What there is, as the last event of this sequence."""
        text, thinking = self.text(Phase.ANSWER), self.text(Phase.THINKING)
        event = Finished(
            id=self.request.id,
            reason=reason,
            text=text,
            thinking=thinking,
            prompt_tokens=self.prompt,
            answer_tokens=sum(one.answer for one in self._answers),
            thinking_tokens=sum(one.thinking for one in self._answers),
            thinking_end=self.end,
            statistics=self._statistics(),
        )
        if self.request.thinking and not thinking and (parts := unopened(text)):
            return replace(event, thinking=parts[0], text=parts[1], thinking_end=ThinkingEnd.CLOSED)
        return event

    def _statistics(self) -> Statistics | None:
        values = self._logprobs
        if not values:
            return None
        return Statistics(
            tokens=len(values), mean_logprob=sum(values) / len(values), least_logprob=min(values)
        )
