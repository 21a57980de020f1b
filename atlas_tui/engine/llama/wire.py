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
    Message,
    ModelInfo,
    ModelLoadError,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    StopReason,
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
    rest = {**row, "messages": to_messages(row["messages"]), "sampler": Sampler(**row["sampler"])}
    return SequenceRequest(**{**rest, "stop": tuple(row["stop"])})


def from_event(event: EngineEvent) -> Frame:
    return {"event": type(event).__name__, **asdict(event)}


def to_event(row: Frame) -> EngineEvent:
    """Raises: WireError."""
    fields = dict(row)
    match fields.pop("event", None):
        case "Prefill":
            return Prefill(**fields)
        case "Delta":
            return Delta(**{**fields, "phase": Phase(fields["phase"])})
        case "Finished":
            vector = fields["embedding"]
            fields["embedding"] = Vector(**vector) if vector is not None else None
            return Finished(**{**fields, "reason": StopReason(fields["reason"])})
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
    return ModelInfo(**row)
