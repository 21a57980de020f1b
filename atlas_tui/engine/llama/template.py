"""Chat messages to tokens, by the template in the model file.

The template's own text may contain control tokens, the messages' text may not: each message is tokenized
apart, so that a pasted ``<|im_end|>`` stays the ten characters it is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import TemplateError
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from atlas_tui.engine.base import Message, ModelLoadError
from atlas_tui.engine.llama.native import Model

OPEN, CLOSE = "<think>", "</think>"
EMPTY_THOUGHT = "<think>\n\n</think>\n\n"
FORCED_CLOSE = "\n</think>\n\n"
"""What is fed when the thinking budget is used up."""

# Thinking tags are no control tokens to llama.cpp: it finds them in any text, unless they are cut in two.
_TAG_MIDDLE = re.compile(r"(?<=<)(?=/?think>)")

_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What code in a template can raise."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt."""

    tokens: list[int]
    thinking: bool
    """The prompt itself already opened a thinking block that the model is to continue."""


class ChatTemplate:
    """The chat template of a model.

    Raises:
        ModelLoadError: the template cannot be rendered.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        try:
            self._formatter = Jinja2ChatFormatter(
                model.chat_template(), model.name_of(end=True), model.name_of(end=False)
            )
        except TemplateError as error:
            raise _unusable(str(error)) from error
        self.open_token, self.close_token = model.single(OPEN), model.single(CLOSE)
        probe = (Message(role="system", content="a"), Message(role="user", content="b"))
        self._knows_thinking = self._render(probe, True) != self._render(probe, False)

    @property
    def can_think(self) -> bool:
        """Whether the vocabulary has the tags around a thinking block."""
        return self.open_token is not None and self.close_token is not None

    def prompt(self, messages: Sequence[Message], *, thinking: bool) -> Prompt:
        """Tokens of the conversation up to where the model's turn begins. Raises: ModelLoadError."""
        pieces = self._render(messages, thinking)
        tail = pieces[-1][1]
        if not thinking and self.can_think:
            pieces[-1] = (True, tail + self._shut(tail))
        tokens: list[int] = []
        for own, text in pieces:
            for part in [text] if own else _TAG_MIDDLE.split(text):
                tokens += self._model.tokenize(part, special=own)
        if not tokens:
            raise _unusable("it makes no text of the messages")
        leading = self._model.leading_token()
        if leading is not None and tokens[:1] != [leading]:
            tokens.insert(0, leading)
        return Prompt(tokens, thinking and self.can_think and tail.rstrip().endswith(OPEN))

    def _shut(self, tail: str) -> str:
        """What to add so that a prompt ending in ``tail`` leaves no room for thinking."""
        if tail.rstrip().endswith(OPEN):
            return FORCED_CLOSE if tail.endswith("\n") else "\n" + FORCED_CLOSE
        return "" if self._knows_thinking or tail.rstrip().endswith(CLOSE) else EMPTY_THOUGHT

    def _render(self, messages: Sequence[Message], thinking: bool) -> list[tuple[bool, str]]:
        """The rendered text in pieces: (is the template's own, text); the last is the template's."""
        pieces = self._split(messages, thinking) or self._split(_without_system(messages), thinking)
        if pieces is None:
            raise _unusable("it does not keep the messages it is given")
        return pieces

    def _split(self, messages: Sequence[Message], thinking: bool) -> list[tuple[bool, str]] | None:
        """Render with a mark in place of each text; None when the template refuses or loses one."""
        key = secrets.token_hex(8)
        marks = [f"atlas{key}n{index}m" for index in range(len(messages))]
        rows = [{"role": one.role, "content": mark} for one, mark in zip(messages, marks, strict=True)]
        try:
            text = self._formatter(messages=rows, enable_thinking=thinking).prompt
        except _FAULTS as error:
            if all(one.role != "system" for one in messages):
                raise _unusable(str(error)) from error
            return None
        found = re.findall(f"atlas{key}n\\d+m", text)
        if found != marks:
            return None
        own = re.split(f"atlas{key}n\\d+m", text)
        pieces = [(True, own[0])]
        for message, after in zip(messages, own[1:], strict=True):
            pieces += [(False, message.content), (True, after)]
        return pieces


def _without_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The system text at the head of the first user message, for templates that know no system role."""
    system = "\n\n".join(one.content for one in messages if one.role == "system")
    rest = [one for one in messages if one.role != "system"]
    if not system or not rest:
        return tuple(messages)
    first = Message(role=rest[0].role, content=f"{system}\n\n{rest[0].content}")
    return (first, *rest[1:])


def _unusable(why: str) -> ModelLoadError:
    return ModelLoadError(
        "The model's chat template cannot be used", " ".join(why.split()), "choose another GGUF of this model"
    )
