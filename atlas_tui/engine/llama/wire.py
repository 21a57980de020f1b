"""Messages between the application and the model process: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from atlas_tui.engine.base import (
    ContextTooSmall,
    Delta,
    EngineError,
    EngineEvent,
    Finished,
    Grammar,
    Message,
    ModelInfo,
    ModelLoadError,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    Span,
    Statistics,
    StopReason,
    ThinkingEnd,
)
from atlas_tui.events import Vector

Frame = dict[str, Any]

LENGTH = struct.Struct(">I")
LONGEST = 256 << 20


class WireError(Exception):
    """The other side sent something that is no message."""


def pack(frame: Frame) -> bytes:
    """One message as bytes."""
    body = json.dumps(frame, separators=(",", ":")).encode()
    if len(body) > LONGEST:
        raise WireError(f"a message of {len(body):,} bytes is too long")
    return LENGTH.pack(len(body)) + body


def body_length(head: bytes) -> int:
    """Length of the body after this head. Raises: WireError."""
    size: int = LENGTH.unpack(head)[0]
    if size > LONGEST:
        raise WireError(f"a message of {size:,} bytes is too long")
    return size


def unpack(body: bytes) -> Frame:
    """The message in ``body``. Raises: WireError."""
    try:
        frame = json.loads(body)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(frame, dict):
        raise WireError("not a message")
    return frame


def receive(sock: socket.socket) -> Frame | None:
    """The next message from a blocking socket, or None when the other side is gone."""
    head = _exactly(sock, LENGTH.size)
    body = _exactly(sock, body_length(head)) if head else b""
    return unpack(body) if body else None


def _exactly(sock: socket.socket, size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = sock.recv(min(size, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def from_messages(messages: Sequence[Message]) -> list[Frame]:
    return [asdict(one) for one in messages]


def to_messages(rows: list[Frame]) -> tuple[Message, ...]:
    return tuple(Message(**row) for row in rows)


def from_request(request: SequenceRequest) -> Frame:
    return asdict(request)


def to_request(row: Frame) -> SequenceRequest:
    bias = tuple((token, value) for token, value in row["sampler"]["logit_bias"])
    fields = {
        **row,
        "messages": to_messages(row["messages"]),
        "sampler": Sampler(**{**row["sampler"], "logit_bias": bias}),
        "stop": tuple(row["stop"]),
        "grammar": Grammar(**row["grammar"]) if row["grammar"] is not None else None,
        "embed": tuple(Span(span) for span in row["embed"]),
    }
    return SequenceRequest(**fields)


def from_event(event: EngineEvent) -> Frame:
    """The event as a frame; short ones by hand, because they come many times a second."""
    match event:
        case Delta():
            return {"event": "Delta", "row": [event.id, event.text, event.tokens, event.phase]}
        case Prefill():
            return {"event": "Prefill", "row": [event.done, event.total, event.reused]}
        case Finished():
            return {"event": "Finished", **asdict(event)}


def to_event(row: Frame) -> EngineEvent:
    """Raises: WireError."""
    match row.get("event"):
        case "Delta":
            name, text, tokens, phase = row["row"]
            return Delta(id=name, text=text, tokens=tokens, phase=Phase(phase))
        case "Prefill":
            done, total, reused = row["row"]
            return Prefill(done=done, total=total, reused=reused)
        case "Finished":
            fields = {key: value for key, value in row.items() if key != "event"}
            statistics = fields["statistics"]
            fields["reason"] = StopReason(fields["reason"])
            fields["thinking_end"] = ThinkingEnd(fields["thinking_end"])
            fields["statistics"] = Statistics(**statistics) if statistics is not None else None
            fields["embeddings"] = tuple(Vector(**one) for one in fields["embeddings"])
            return Finished(**fields)
        case other:
            raise WireError(f"unknown event {other!r}")


def from_error(error: EngineError) -> Frame:
    row: Frame = {"what": error.what, "why": error.why, "todo": error.todo, "type": "EngineError"}
    match error:
        case ContextTooSmall():
            row |= {"type": "ContextTooSmall", "needed": error.needed, "available": error.available}
        case ModelLoadError():
            row["type"] = "ModelLoadError"
    return row


def to_error(row: Frame) -> EngineError:
    match row["type"]:
        case "ContextTooSmall":
            return ContextTooSmall(row["needed"], row["available"])
        case "ModelLoadError":
            return ModelLoadError(row["what"], row["why"], row["todo"])
        case _:
            return EngineError(row["what"], row["why"], row["todo"])


def from_info(info: ModelInfo) -> Frame:
    return asdict(info)


def to_info(row: Frame) -> ModelInfo:
    return ModelInfo(**{**row, "given_up": tuple(row["given_up"])})
