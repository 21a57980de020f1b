"""Frames between the app and its sandbox supervisor: a JSON object and bytes, each with its length."""

from __future__ import annotations

import json
import struct
from typing import Any

HEADER = struct.Struct(">II")
MOST_BYTES = 1 << 30


class BadFrame(ValueError):
    """What came is not a frame; the connection cannot be used any more."""


def packed(message: dict[str, Any], blob: bytes = b"") -> bytes:
    """One frame.

    Raises:
        ValueError: the message or the bytes are larger than a frame can carry.
    """
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES or len(blob) > MOST_BYTES:
        raise ValueError(f"larger than {MOST_BYTES >> 20} MB")
    return HEADER.pack(len(text), len(blob)) + text + blob


def sizes(header: bytes) -> tuple[int, int]:
    """Lengths of the JSON text and of the bytes that follow ``header``.

    Raises:
        BadFrame: impossible lengths.
    """
    text, blob = HEADER.unpack(header)
    if text > MOST_BYTES or blob > MOST_BYTES:
        raise BadFrame(f"a frame of {text} + {blob} bytes")
    return text, blob


def unpacked(text: bytes) -> dict[str, Any]:
    """The JSON object of a frame.

    Raises:
        BadFrame: not a JSON object.
    """
    try:
        message = json.loads(text)
    except ValueError as error:
        raise BadFrame(str(error)) from error
    if not isinstance(message, dict):
        raise BadFrame("not an object")
    return message


def token(place: str) -> str:
    """Stands for ``box``, ``scratch`` or ``tree`` in a command; no argument can hold it by accident."""
    return f"\0{place}\0"
