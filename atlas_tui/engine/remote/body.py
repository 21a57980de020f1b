"""Requests as the API's JSON; the same messages give the same bytes, which servers' prefix caches need."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from atlas_tui.engine.base import EngineError, Message, SequenceRequest
from atlas_tui.engine.remote.dialect import Body
from atlas_tui.engine.remote.splitting import CLOSE, OPEN

MOST_BIAS = 100.0
"""The API's range of a logit bias; JSON has no infinity, and this forbids or forces a token as well."""
END_OF_TURN = "<|im_end|>"
NO_THOUGHT = f"{OPEN}\n\n{CLOSE}\n\n"


def chat(request: SequenceRequest, model: str, tokens: int, *, thinking: bool) -> Body:
    """A chat completion of at most ``tokens`` tokens. Raises: EngineError: the schema is not JSON."""
    body = _common(request, model, tokens)
    body["messages"] = messages(request.messages)
    # llama.cpp's servers take "no alternatives" for "no log-probabilities".
    body["logprobs"], body["top_logprobs"] = True, 1
    body["chat_template_kwargs"] = {"enable_thinking": thinking}
    return body


def chat_on(request: SequenceRequest, model: str, thought: str) -> Body:
    """The same chat, going on after ``thought``, which is closed."""
    body = chat(request, model, request.max_tokens, thinking=False)
    body["messages"].append({"role": "assistant", "content": closed(thought)})
    # vLLM's and SGLang's way to go on in the last message; others do so by themselves, or answer anew.
    body["add_generation_prompt"], body["continue_final_message"] = False, True
    return body


def completion(request: SequenceRequest, model: str, tokens: int, prompt: str) -> Body:
    """A completion of ``prompt``. Raises: EngineError: the schema is not JSON."""
    body = _common(request, model, tokens)
    body["prompt"] = prompt
    body["logprobs"] = 1
    body["stop"] = [*request.stop, END_OF_TURN]
    if "response_format" in body:
        # llama-server's name for it here.
        body["json_schema"] = body["response_format"]["json_schema"]["schema"]
    return body


def messages(of: Sequence[Message]) -> list[dict[str, str]]:
    """Messages as the API wants them."""
    return [{"role": one.role, "content": one.content} for one in of]


def chatml(of: Sequence[Message]) -> str:
    """The prompt as ChatML, the format of the Qwen models, up to where the assistant's turn begins.

    Control tokens in the messages' text lose their form, so that none of them can end its message.
    """
    turns = (f"<|im_start|>{one.role}\n{one.content.replace('<|im_', '<| im_')}{END_OF_TURN}\n" for one in of)
    return "".join(turns) + "<|im_start|>assistant\n"


def closed(thought: str) -> str:
    """A thinking block that ends where its budget ended."""
    return f"{OPEN}\n{thought.strip()}\n{CLOSE}\n\n"


def _common(request: SequenceRequest, model: str, tokens: int) -> Body:
    sampler = request.sampler
    body: Body = {
        "model": model,
        "max_tokens": tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampler.temperature,
        "top_p": sampler.top_p,
        "seed": sampler.seed,
    }
    if sampler.top_k:
        body["top_k"] = sampler.top_k
    if sampler.min_p:
        body["min_p"] = sampler.min_p
    if request.stop:
        body["stop"] = list(request.stop)
    if sampler.logit_bias:
        body["logit_bias"] = {str(token): _bias(value) for token, value in sampler.logit_bias}
    if request.grammar is not None:
        _constrain(body, request)
    return body


def _bias(value: float) -> float:
    return 0.0 if math.isnan(value) else max(-MOST_BIAS, min(MOST_BIAS, value))


def _constrain(body: Body, request: SequenceRequest) -> None:
    grammar = request.grammar
    if grammar is None:
        return
    if grammar.gbnf:
        body["grammar"] = grammar.gbnf
        return
    try:
        schema = json.loads(grammar.json_schema)
    except ValueError as error:
        raise EngineError("The answer's JSON schema cannot be used", f"it is not JSON: {error}") from error
    inner = {"name": "answer", "schema": schema, "strict": True}
    body["response_format"] = {"type": "json_schema", "json_schema": inner}
