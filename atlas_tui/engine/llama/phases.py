"""What one sequence is doing: thinking or answering, and how much of each it may still do."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import ContextTooSmall, Phase, StopReason
from atlas_tui.engine.llama.text import TextStream

LEAST_ANSWER = 16
"""Tokens of answer that must fit for a run to be worth starting."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Most tokens of one sequence, by phase."""

    thinking: int
    answer: int


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


class Progress:
    """Phase, counts and text of one sequence, moved on token by token."""

    def __init__(self, limits: Limits, stop: Sequence[str], tags: Tags | None, *, inside: bool) -> None:
        self._limits, self._tags = limits, tags
        self._undecided = tags is not None and not inside
        self.phase = Phase.THINKING if inside else Phase.ANSWER
        self.thinking_tokens = self.answer_tokens = 0
        self.reason: StopReason | None = None
        self.forced: deque[int] = deque()
        self._thought = TextStream(skip_newlines=True)
        self._answer = TextStream(stop, skip_newlines=tags is not None)
        if inside and limits.thinking <= 0:
            self._close_thinking()

    @property
    def answer(self) -> str:
        return self._answer.text

    @property
    def thinking(self) -> str:
        return self._thought.text.strip()

    def force(self) -> int:
        """The next token that is fed instead of a drawn one; it leads out of thinking."""
        token = self.forced.popleft()
        if not self.forced:
            self.phase = Phase.ANSWER
        return token

    def take(self, token: int, data: bytes, *, end: bool) -> str:
        """Account for a drawn token with the bytes ``data``; gives text that is now certain.

        Sets ``reason`` when the sequence is done, fills ``forced`` when its thinking is to be closed.
        """
        if self._undecided:
            self._undecided = False
            if self._tags is not None and token == self._tags.open:
                self.phase = Phase.THINKING
                if self._limits.thinking <= 0:
                    self._close_thinking()
                return ""
        if self.phase is Phase.THINKING:
            return self._think(token, data, end)
        if end:
            return self.stop(StopReason.END)
        self.answer_tokens += 1
        text = self._answer.feed(data)
        if self._answer.stopped:
            self.reason = StopReason.END
        elif self.answer_tokens >= self._limits.answer:
            text += self.stop(StopReason.LENGTH)
        return text

    def stop(self, reason: StopReason) -> str:
        """End here; gives the text that was still held back."""
        self.reason = reason
        return self._answer.finish()

    def _think(self, token: int, data: bytes, end: bool) -> str:
        if self._tags is not None and token == self._tags.close:
            self.phase = Phase.ANSWER
            return ""
        if end:
            # The turn ended inside the block: close it and let the model answer.
            self._close_thinking()
            return ""
        self.thinking_tokens += 1
        text = self._thought.feed(data)
        if self.thinking_tokens >= self._limits.thinking:
            self._close_thinking()
        return text

    def _close_thinking(self) -> None:
        self.forced.extend(self._tags.forced if self._tags else ())
