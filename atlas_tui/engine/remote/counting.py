"""Tokens of a prompt, where the server counts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atlas_tui.engine.base import Message
from atlas_tui.engine.remote import body
from atlas_tui.engine.remote.chunks import number
from atlas_tui.engine.remote.faults import Refusal, ServerError
from atlas_tui.engine.remote.transport import Transport

_ABSENT = (400, 404, 405, 422, 501)


async def count(transport: Transport, model: str, messages: Sequence[Message]) -> int:
    """Tokens of the chat with its template, by llama-server or vLLM. There is no guess for other servers.

    Raises:
        EngineError: the server does not count tokens, cannot be reached, or refuses.
    """
    chat = {"model": model, "messages": body.messages(messages)}
    for path, above, field in (
        ("/chat/completions/input_tokens", False, "input_tokens"),
        ("/tokenize", True, "count"),
    ):
        found = number((await _ask(transport, path, chat, above=above)).get(field))
        if found:
            return found
    prompt = (await _ask(transport, "/apply-template", chat, above=True)).get("prompt")
    if isinstance(prompt, str):
        content = {"content": prompt, "add_special": True}
        tokens = (await _ask(transport, "/tokenize", content, above=True)).get("tokens")
        if isinstance(tokens, list):
            return len(tokens)
    raise ServerError(
        "The prompt's tokens cannot be counted",
        f"{transport.place.host} has no endpoint for it",
        "nothing needs to be done: the server checks its context itself",
    )


async def _ask(transport: Transport, path: str, what: dict[str, Any], *, above: bool) -> dict[str, Any]:
    """The answer, empty where there is no such endpoint."""
    try:
        answer = await transport.post(path, what, above=above)
    except Refusal as refusal:
        if refusal.status in _ABSENT and not refusal.context:
            return {}
        raise transport.error(refusal) from refusal
    return answer if isinstance(answer, dict) else {}
