"""Embeddings by the server's endpoint."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlas_tui.engine.base import EngineError
from atlas_tui.engine.remote import faults
from atlas_tui.engine.remote.faults import Refusal, ServerError
from atlas_tui.engine.remote.transport import Transport
from atlas_tui.events import Vector

ORIGIN = "remote-embedding:"
"""Before the model's name: these vectors are of another kind than all that the local engine makes."""
BATCH = 32
"""Texts of one request."""
_ABSENT = (400, 404, 405, 500, 501)
"""llama-server answers 501 and others 400 or 500 where the model was started without embeddings."""


async def embed(
    transport: Transport, model: str, texts: Sequence[str], *, at_once: int = BATCH
) -> list[Vector]:
    """One vector for each text, ``at_once`` of them in a request.

    Raises:
        EngineError: the server has no embeddings, cannot be reached, or answers with something else.
    """
    vectors: list[Vector] = []
    for start in range(0, len(texts), at_once):
        vectors += await _batch(transport, model, list(texts[start : start + at_once]))
    return vectors


async def _batch(transport: Transport, model: str, texts: list[str]) -> list[Vector]:
    wish = {"model": model, "input": texts, "encoding_format": "float"}
    try:
        answer = await transport.post("/embeddings", wish)
    except Refusal as refusal:
        if refusal.status not in _ABSENT or refusal.context:
            raise transport.error(refusal) from refusal
        transport.dialect.embeddings = False
        raise ServerError(
            f"{transport.place.host} gives no embeddings",
            refusal.message or f"it answered {refusal.status}",
            "start it with embeddings on, or name its model for them in remote.embedding_model",
        ) from refusal
    listed = answer.get("data") if isinstance(answer, dict) else None
    rows = [one for one in listed or [] if isinstance(one, dict)]
    if len(rows) != len(texts):
        raise _wrong(transport, f"it sent {len(rows)} vectors for {len(texts)} texts")
    ordered = sorted(enumerate(rows), key=lambda pair: pair[1].get("index", pair[0]))
    return [_vector(transport, model, row.get("embedding")) for _, row in ordered]


def _vector(transport: Transport, model: str, numbers: Any) -> Vector:
    try:
        values: NDArray[np.float32] = np.asarray(numbers, np.float32)
    except (TypeError, ValueError) as error:
        raise _wrong(transport, "a vector is no list of numbers") from error
    if values.ndim == 2 and len(values):
        # A server that does not pool gives a row for each token.
        values = values.mean(axis=0)
    with np.errstate(over="ignore"):
        half = values.astype("<f2")
    if half.ndim != 1 or not half.size or not np.isfinite(half).all():
        raise _wrong(transport, "a vector is empty, or holds something else than numbers")
    return Vector(
        origin=ORIGIN + model, size=half.size, half=base64.b64encode(half.tobytes()).decode("ascii")
    )


def _wrong(transport: Transport, why: str) -> EngineError:
    return faults.not_an_answer(why, transport.place)
