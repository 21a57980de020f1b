"""What a server's JSON says: a piece of a stream, or a whole answer."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_PLACEHOLDER = -9000.0
"""vLLM writes -9999.0 where it has no log-probability."""


class NotUnderstood(Exception):
    """The server's answer is not what the API promises."""


class SaidError(Exception):
    """The server reported an error inside a stream that had begun well."""

    def __init__(self, body: Json) -> None:
        super().__init__("error in the stream")
        self.body = body


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Tokens as the server counted them."""

    prompt: int
    completion: int
    cached: int
    """Of ``prompt``: what was in the server's cache."""
    reasoning: int
    """Of ``completion``: thinking; 0 also where the server does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of an answer."""

    content: str = ""
    reasoning: str = ""
    tokens: int = 0
    """One for each log-probability that came along, else one for the whole piece."""
    logprobs: tuple[float, ...] = ()
    finish: str = ""
    counts: Counts | None = None


def parse(text: str) -> Chunk:
    """One JSON object of a stream, or the answer of a server that does not stream.

    Raises:
        NotUnderstood: it is not JSON, or not of that form.
        SaidError: it is an error.
    """
    try:
        body = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(f"not JSON: {text[:120]!r}") from error
    if not isinstance(body, dict):
        raise NotUnderstood(f"not a JSON object: {text[:120]!r}")
    if body.get("error") or body.get("object") == "error":
        raise SaidError(body)
    choices = body.get("choices")
    if not isinstance(choices, list):
        if isinstance(body.get("usage"), dict):
            choices = []
        else:
            raise NotUnderstood(f"an answer without choices: {text[:120]!r}")
    counts = _counts(body.get("usage"))
    choice = choices[0] if choices and isinstance(choices[0], dict) else {}
    return _chunk(choice, counts)


def _chunk(choice: Json, counts: Counts | None) -> Chunk:
    whole = choice.get("message")
    said = whole if isinstance(whole, dict) else choice.get("delta")
    said = said if isinstance(said, dict) else {"content": choice.get("text")}
    content = _text(said.get("content"))
    reasoning = _text(said.get("reasoning_content")) or _text(said.get("reasoning"))
    values = _logprobs(choice.get("logprobs"))
    return Chunk(
        content=content,
        reasoning=reasoning,
        tokens=len(values) or int(bool(content or reasoning)),
        logprobs=tuple(one for one in values if math.isfinite(one) and one > _PLACEHOLDER),
        finish=_text(choice.get("finish_reason")),
        counts=counts,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _logprobs(value: object) -> list[float]:
    """Of the chosen tokens: ``content`` of chat completions, ``token_logprobs`` of completions."""
    if not isinstance(value, dict):
        return []
    content, plain = value.get("content"), value.get("token_logprobs")
    if isinstance(content, list):
        found = [one.get("logprob") for one in content if isinstance(one, dict)]
    elif isinstance(plain, list):
        found = plain
    else:
        return []
    return [float(one) if isinstance(one, int | float) else math.nan for one in found]


def _counts(usage: object) -> Counts | None:
    if not isinstance(usage, dict):
        return None
    return Counts(
        prompt=number(usage.get("prompt_tokens")),
        completion=number(usage.get("completion_tokens")),
        cached=_inner(usage.get("prompt_tokens_details"), "cached_tokens"),
        reasoning=_inner(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


def _inner(group: object, name: str) -> int:
    return number(group.get(name)) if isinstance(group, dict) else 0


def number(value: object) -> int:
    """A count that a server gave, or 0 where it gave none."""
    return max(value, 0) if isinstance(value, int) else 0
