"""What a server tells about its models."""

from __future__ import annotations

import difflib
import logging
from dataclasses import dataclass, replace
from typing import Any

from atlas_tui.engine.base import ModelInfo
from atlas_tui.engine.remote.chunks import number
from atlas_tui.engine.remote.faults import Refusal, ServerError
from atlas_tui.engine.remote.transport import Transport
from atlas_tui.settings import RemoteSettings

log = logging.getLogger(__name__)

LLAMA_SERVER, LLAMA_PYTHON, VLLM = "llamacpp", "me", "vllm"
"""``owned_by`` of the models of llama-server, of llama-cpp-python's server and of vLLM."""


@dataclass(frozen=True, slots=True)
class Found:
    """A model on a server."""

    info: ModelInfo
    owner: str
    """Which kind of server it is, as far as ``owned_by`` tells."""

    @property
    def serial(self) -> bool:
        """The server answers one request at a time, and may break it off when another one comes."""
        return self.owner == LLAMA_PYTHON


async def find(transport: Transport, settings: RemoteSettings) -> Found:
    """The model of the settings, or the server's first.

    Raises:
        ServerError: the server cannot be reached or refuses, or has no such model.
    """
    try:
        entries = _entries(await transport.get("/models"))
    except Refusal as refusal:
        if refusal.status not in (404, 405, 501) or not settings.model:
            raise transport.error(refusal) from refusal
        log.info("%s lists no models", transport.place.host)
        return Found(_info(transport, settings, {"id": settings.model}), "")
    names = tuple(str(one["id"]) for one in entries)
    transport.place = replace(transport.place, models=names)
    entry = _wanted(entries, settings.model, transport)
    transport.place = replace(transport.place, model=str(entry["id"]))
    owner = str(entry.get("owned_by") or "")
    info = _info(transport, settings, entry)
    if owner == LLAMA_SERVER and not info.context:
        info = replace(info, context=await _slot_context(transport))
    return Found(info, owner)


def _entries(answer: Any) -> list[dict[str, Any]]:
    listed = answer.get("data") if isinstance(answer, dict) else None
    return [one for one in listed or [] if isinstance(one, dict) and one.get("id")]


def _wanted(entries: list[dict[str, Any]], name: str, transport: Transport) -> dict[str, Any]:
    host = transport.place.host
    if not entries:
        raise ServerError(f"{host} has no models", "its list is empty", "load one there, or set remote.model")
    if not name:
        return entries[0]
    for entry in entries:
        # Ollama: no tag means the latest.
        if entry["id"] in (name, f"{name}:latest"):
            return entry
    near = difflib.get_close_matches(name, transport.place.models, n=3, cutoff=0.5)
    there = f"did you mean {' or '.join(near)}? " if near else ""
    todo = f"{there}set remote.model to one of: {transport.place.listed()}"
    raise ServerError(f"{host} has no model {name}", "its list does not hold that name", todo)


def _info(transport: Transport, settings: RemoteSettings, entry: dict[str, Any]) -> ModelInfo:
    meta = entry.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    # Of vLLM and SGLang, llama-server, and those that list others' models.
    told = (
        number(entry.get("max_model_len")) or number(meta.get("n_ctx")) or number(entry.get("context_length"))
    )
    return ModelInfo(
        name=str(entry["id"]),
        path=transport.place.address,
        context=settings.context or told,
        layers=0,
        gpu_layers=0,
        embedding_size=number(meta.get("n_embd")),
        device=transport.place.host,
        size_bytes=number(meta.get("size")),
        kv_type="unknown",
        speculation="unknown",
    )


async def _slot_context(transport: Transport) -> int:
    """Tokens that one request may have on llama-server; 0 where it does not tell."""
    try:
        props = await transport.get("/props", above=True)
    except (Refusal, ServerError) as error:
        log.info("the context is unknown: %s", error)
        return 0
    defaults = props.get("default_generation_settings") if isinstance(props, dict) else None
    return number(defaults.get("n_ctx")) if isinstance(defaults, dict) else 0
