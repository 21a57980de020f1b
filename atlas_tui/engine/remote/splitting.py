"""Thinking that comes as ``<think>…</think>`` inside the text."""

from __future__ import annotations

from atlas_tui.engine.base import Phase

OPEN, CLOSE = "<think>", "</think>"

Pieces = list[tuple[Phase, str]]


class ThinkSplitter:
    """Tells thinking from answer in streamed text whose tags may be cut anywhere.

    Thinking counts only where the text begins with it: a tag inside an answer is text.
    """

    def __init__(self, *, opened: bool = False) -> None:
        """``opened``: the prompt already holds the opening tag."""
        self.phase = Phase.THINKING if opened else Phase.ANSWER
        """What the text is at this moment."""
        self._held = ""
        self._begun = False
        """The answer has begun: no opening tag can come any more."""
        self._trim = opened
        """Drop the line ends that follow a tag."""

    def feed(self, text: str) -> Pieces:
        """What ``text`` adds; the possible start of a tag is held back."""
        self._held += text
        pieces: Pieces = []
        if self.phase is Phase.ANSWER and not self._begun:
            self._look_for_opening()
        if self.phase is Phase.THINKING:
            self._think(pieces)
        if self.phase is Phase.ANSWER and self._begun:
            self._take(pieces, self._held)
            self._held = ""
        return pieces

    def end(self) -> Pieces:
        """What was held back, at the end of the text."""
        pieces: Pieces = []
        self._take(pieces, self._held)
        self._held = ""
        return pieces

    def thought_elsewhere(self) -> None:
        """The server gives thinking apart: the answer's text is an answer from its first letter."""
        self._begun, self._trim = True, True

    def _look_for_opening(self) -> None:
        start = self._held.lstrip()
        if start.startswith(OPEN):
            self.phase, self._trim = Phase.THINKING, True
            self._held = start[len(OPEN) :]
        elif not OPEN.startswith(start):
            self._begun = True

    def _think(self, pieces: Pieces) -> None:
        thought, closed, answer = self._held.partition(CLOSE)
        if closed:
            self._take(pieces, thought)
            self.phase, self._begun, self._trim = Phase.ANSWER, True, True
            self._held = answer
            return
        keep = _overlap(thought, CLOSE)
        self._take(pieces, thought[: len(thought) - keep])
        self._held = thought[len(thought) - keep :]

    def _take(self, pieces: Pieces, text: str) -> None:
        if self._trim:
            text = text.lstrip("\r\n")
        if text:
            self._trim = False
            pieces.append((self.phase, text))


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of ``text`` may be the start of ``tag``."""
    for size in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:size]):
            return size
    return 0


def unopened(text: str) -> tuple[str, str] | None:
    """Thinking and answer of a text whose template opened the thinking in the prompt, where only the
    closing tag is in the text; None where there is none, or where it was opened."""
    thought, closed, answer = text.partition(CLOSE)
    if not closed or OPEN in thought:
        return None
    return thought.strip("\r\n"), answer.lstrip("\r\n")
