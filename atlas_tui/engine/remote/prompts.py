"""Prompts that are written as text, for plain completions, and what they can be held to."""

from __future__ import annotations

from dataclasses import dataclass

from atlas_tui.engine.base import EngineError, SequenceRequest
from atlas_tui.engine.remote import body
from atlas_tui.engine.remote.faults import Refusal, ServerError
from atlas_tui.engine.remote.models import LLAMA_PYTHON, LLAMA_SERVER, VLLM, Found
from atlas_tui.engine.remote.splitting import CLOSE, OPEN
from atlas_tui.engine.remote.transport import Transport


@dataclass(frozen=True, slots=True)
class Prompts:
    """How requests reach one model."""

    transport: Transport
    model: Found
    plain: bool
    """By plain completions, not by chats."""

    @property
    def name(self) -> str:
        """The model's name there."""
        return self.model.info.name

    @property
    def exact(self) -> bool:
        """An answer that was begun can be continued to the letter. In llama-server's chats the template
        would put an empty thinking block before the one that was begun."""
        return self.plain or self.model.owner == LLAMA_SERVER

    async def render(self, request: SequenceRequest, *, thinking: bool) -> str:
        """The prompt up to where the model writes: llama-server applies the model's own template, for the
        others it is ChatML.

        Raises:
            EngineError: the server cannot be reached or refuses.
        """
        if self.model.owner != LLAMA_SERVER:
            return body.chatml(request.messages) + ("" if thinking else body.NO_THOUGHT)
        wish = {
            "messages": body.messages(request.messages),
            "chat_template_kwargs": {"enable_thinking": thinking},
        }
        try:
            answer = await self.transport.post("/apply-template", wish, above=True)
        except Refusal as refusal:
            raise self.transport.error(refusal) from refusal
        prompt = answer.get("prompt") if isinstance(answer, dict) else None
        if not isinstance(prompt, str):
            raise EngineError("The prompt was not rendered", f"{self.transport.place.host} gave no prompt")
        return prompt

    def check_grammar(self, request: SequenceRequest) -> None:
        """Raises: ServerError: a server that would not keep to the grammar, and not say so."""
        grammar, owner = request.grammar, self.model.owner
        if grammar is None:
            return
        if grammar.gbnf and owner not in (LLAMA_SERVER, LLAMA_PYTHON):
            todo = "give a JSON schema instead"
            raise ServerError("This server takes no GBNF grammar", "only llama.cpp's servers do", todo)
        if grammar.json_schema and self.plain and owner not in (LLAMA_SERVER, VLLM):
            why = "for plain completions only llama-server and vLLM do"
            raise ServerError("This server takes no JSON schema", why, "set remote.api to chat")
        if grammar.json_schema and not self.transport.dialect.schemas:
            raise ServerError(
                "This server takes no JSON schema", "it has refused one", "ask without a schema"
            )


def opens_thinking(prompt: str) -> bool:
    """The template itself begins the thinking, so that the model writes no opening tag."""
    return prompt.rstrip().endswith(OPEN)


def closed_after(prompt: str, thought: str) -> str:
    """``prompt`` with a thinking block that ends where its budget ended."""
    if not opens_thinking(prompt):
        return prompt + body.closed(thought)
    return f"{prompt.rstrip()}\n{thought.strip()}\n{CLOSE}\n\n"
