"""What one sequence is doing: thinking or answering, and how much of each it may still do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import ContextTooSmall, Phase, StopReason, ThinkingEnd
from atlas_tui.engine.llama.loops import LoopWatch
from atlas_tui.engine.llama.text import TextStream

LEAST_ANSWER = 16
"""Tokens of answer that must fit for a run to be worth starting."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Most tokens of one sequence, by phase."""

    thinking: int
    answer: int
    floor: int = 0
    """Thinking tokens before which the block is not to be closed."""
    waits: int = 0
    """How often a close that comes too early is turned into "Wait"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one sequence would like to have."""

    prompt: int
    thinking: int
    answer: int
    closing: int
    """Tokens that close a thinking block by force."""

    def total(self) -> int:
        return self.answer + (self.thinking + self.closing if self.thinking else 0)


def share_room(wishes: Sequence[Wish], shared: int, cells: int, longest: int) -> list[Limits]:
    """Divide the context. ``shared`` prompt tokens are held once; no sequence grows over ``longest``.

    Sequences that want little leave the rest to the others; thinking gives way before the answer.

    Raises:
        ContextTooSmall: not even ``LEAST_ANSWER`` tokens fit for each.
    """
    prompts = shared + sum(one.prompt - shared for one in wishes)
    if prompts + LEAST_ANSWER * len(wishes) > cells:
        raise ContextTooSmall(prompts + LEAST_ANSWER * len(wishes), cells)
    for one in wishes:
        if one.prompt + LEAST_ANSWER > longest:
            raise ContextTooSmall(one.prompt + LEAST_ANSWER, longest)
    room = cells - prompts
    given = [0] * len(wishes)
    wanted = [min(one.total(), longest - one.prompt) for one in wishes]
    order = sorted(range(len(wishes)), key=lambda index: wanted[index])
    for place, index in enumerate(order):
        given[index] = min(wanted[index], room // (len(order) - place))
        room -= given[index]
    return [_limits(one, tokens) for one, tokens in zip(wishes, given, strict=True)]


def _limits(wish: Wish, tokens: int) -> Limits:
    if not wish.thinking:
        return Limits(0, min(wish.answer, tokens))
    answer = min(wish.answer, max(tokens // 2, tokens - wish.thinking - wish.closing))
    thinking = min(wish.thinking, tokens - answer - wish.closing)
    return Limits(thinking, answer) if thinking > 0 else Limits(0, min(wish.answer, tokens - wish.closing))


@dataclass(frozen=True, slots=True)
class Tags:
    """The tokens around a thinking block."""

    open: int
    close: int
    forced: tuple[int, ...]
    """Tokens that close the block from outside."""
    wait: tuple[int, ...] = ()
    """Tokens that are fed in place of a close that came too early; without them every close counts."""
    wait_text: str = ""
    """What they say."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What follows from a drawn token."""

    text: str
    """Text that is now certain."""
    feed: tuple[int, ...]
    """Tokens to evaluate next; none when the sequence is done."""
    counted: bool
    """Whether the last of them is an answer token that the model drew."""


class Progress:
    """Phase, counts and text of one sequence, moved on token by token.

    Thinking is left within its budget: the token that uses it up is fed together with those that close the
    block. Nothing is drawn again, and the work per token does not grow with what was written.
    """

    def __init__(self, limits: Limits, stop: Sequence[str], tags: Tags | None, *, inside: bool) -> None:
        self._limits, self._tags = limits, tags
        self._undecided = tags is not None and not inside
        self.phase = Phase.THINKING if inside else Phase.ANSWER
        self.thinking_tokens = self.answer_tokens = self.waits = 0
        self.thinking_end = ThinkingEnd.NONE
        self.reason: StopReason | None = None
        self._thought = TextStream(skip_newlines=True)
        self._answer = TextStream(stop, skip_newlines=tags is not None)
        self._loops = LoopWatch()

    @property
    def answer(self) -> str:
        return self._answer.text

    @property
    def thinking(self) -> str:
        return self._thought.text.strip()

    def opening(self) -> tuple[int, ...]:
        """Tokens to feed before the first draw: they close a block for which there is no budget."""
        if self.phase is Phase.THINKING and self._limits.thinking <= 0:
            return self._leave(ThinkingEnd.BUDGET)
        return ()

    def take(self, token: int, data: bytes, *, end: bool) -> Taken:
        """Account for a drawn token with the bytes ``data``; ``end``: it ends the model's turn.

        Sets ``reason`` when the sequence is done.
        """
        if self._undecided:
            self._undecided = False
            if self._tags is not None and token == self._tags.open:
                self.phase = Phase.THINKING
                return Taken("", (token, *self.opening()), False)
        if self.phase is Phase.THINKING:
            return self._think(token, data, end)
        if end:
            return Taken(self.stop(StopReason.END), (), False)
        self.answer_tokens += 1
        text = self._answer.feed(data)
        if self._answer.stopped:
            self.reason = StopReason.END
        elif self.answer_tokens >= self._limits.answer:
            text += self.stop(StopReason.LENGTH)
        return Taken(text, (), False) if self.reason is not None else Taken(text, (token,), True)

    def stop(self, reason: StopReason) -> str:
        """End here; gives the text that was still held back."""
        self.reason = reason
        return self._answer.finish()

    def _think(self, token: int, data: bytes, end: bool) -> Taken:
        closed = self._tags is not None and token == self._tags.close
        if closed or end:
            if self._may_wait():
                return self._wait()
            if closed:
                self._leave(ThinkingEnd.CLOSED)
                return Taken("", (token,), False)
            # The turn ended inside the block; that end is not fed, the closing is.
            return Taken("", self._leave(ThinkingEnd.TURN), False)
        self.thinking_tokens += 1
        text = self._thought.feed(data)
        if self.thinking_tokens >= self._limits.thinking:
            return Taken(text, (token, *self._leave(ThinkingEnd.BUDGET)), False)
        if self._loops.repeats(token):
            return Taken(text, (token, *self._leave(ThinkingEnd.LOOP)), False)
        return Taken(text, (token,), False)

    def _may_wait(self) -> bool:
        wait = self._tags.wait if self._tags is not None else ()
        return (
            bool(wait)
            and self.waits < self._limits.waits
            and self.thinking_tokens < self._limits.floor
            and self.thinking_tokens + len(wait) < self._limits.thinking
        )

    def _wait(self) -> Taken:
        assert self._tags is not None
        self.waits += 1
        self.thinking_tokens += len(self._tags.wait)
        text = self._thought.feed(self._tags.wait_text.encode())
        return Taken(text, self._tags.wait, False)

    def _leave(self, how: ThinkingEnd) -> tuple[int, ...]:
        """Go over to the answer; gives the tokens that close the block."""
        self.phase, self.thinking_end = Phase.ANSWER, how
        return self._tags.forced if self._tags is not None else ()
