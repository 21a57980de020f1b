"""Embeddings of a candidate: means of its last hidden states, summed up while it is written."""

from __future__ import annotations

import base64
import re

import numpy as np
import numpy.typing as npt

from atlas_tui.engine.base import Span
from atlas_tui.events import Vector

ORIGIN = "generated-mean"
"""Rows of what was generated, after the prompt it was generated from; the span's name follows."""

Sums = npt.NDArray[np.float64]
Row = npt.NDArray[np.float32]


class SpanMeans:
    """Running means over the ranges ``spans`` of one answer.

    A row belongs to the token that was fed for it; an answer's last token is never fed and has none.
    """

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self._spans = spans
        self._sums: list[Sums | None] = [None] * len(spans)
        self._rows = [0] * len(spans)
        self._all = sum(1 << place for place, span in enumerate(spans) if span is Span.ANSWER)
        self._code = sum(1 << place for place, span in enumerate(spans) if span is Span.CODE)
        self._block = FirstBlock()

    def mark(self, data: bytes) -> int:
        """Which spans the answer's next token, of the bytes ``data``, belongs to: a bit for each.

        To be called once for every token of the answer, in order.
        """
        inside = bool(self._code) and self._block.take(data)
        return self._all | self._code if inside else self._all

    def add(self, marks: int, row: Row) -> None:
        """Count a row into the spans of ``marks``. The row is llama.cpp's memory and is not kept."""
        for place in range(len(self._spans)):
            if marks >> place & 1:
                total = self._sums[place]
                if total is None:
                    self._sums[place] = row.astype(np.float64)
                else:
                    total += row
                self._rows[place] += 1

    def vectors(self) -> tuple[Vector, ...]:
        """The mean of each span that had rows, in the order of the spans; what is not finite is left out."""
        means = (
            mean_vector(total, rows, f"{ORIGIN}/{span}")
            for span, total, rows in zip(self._spans, self._sums, self._rows, strict=True)
            if total is not None
        )
        return tuple(one for one in means if one is not None)


_OPEN = re.compile(rb"[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?P<mark>`{3,}(?=[^`]*$)|~{3,})")
_LONGEST = 200
"""Bytes of a line that are kept; a fence is shorter."""


class FirstBlock:
    """Follows an answer token by token and knows which tokens lie in its first fenced block.

    The lines of the fences do not. A line that begins like the closing fence is held for it at once, since a
    token cannot be taken back; where it turns out to be code, only those first tokens are missing.
    """

    def __init__(self) -> None:
        self._line = b""
        self._mark = b""
        """The opening fence's mark, while its block is open."""
        self._over = False

    def take(self, data: bytes) -> bool:
        """Whether the next token, of the bytes ``data``, has text inside the block and none of a fence."""
        if self._over:
            return False
        inside = fence = False
        for number, part in enumerate(data.split(b"\n")):
            if number:
                inside |= bool(self._mark) and not self._closes()
                if self._end_line():
                    break
            if part:
                self._line = (self._line + part)[:_LONGEST]
                is_fence = not self._mark or self._begins_close()
                inside, fence = inside or not is_fence, fence or is_fence
        return inside and not fence

    def _end_line(self) -> bool:
        """Go on to the next line; whether the block is over."""
        if self._mark:
            self._over = self._closes()
        else:
            opened = _OPEN.match(self._line)
            self._mark = opened["mark"] if opened else b""
        self._line = b""
        return self._over

    def _begins_close(self) -> bool:
        """Whether the line can still become the closing fence, and has begun to be it."""
        begun = self._line.strip(b" \t\r")
        return bool(begun) and begun == self._mark[:1] * len(begun)

    def _closes(self) -> bool:
        return self._begins_close() and len(self._line.strip(b" \t\r")) >= len(self._mark)


def mean_vector(total: Sums, rows: int, origin: str) -> Vector | None:
    """The mean of ``rows`` rows with the sum ``total``, as half floats.

    None when there was no row, or it is not finite or too large for a half float.
    """
    if not rows:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        half = (total / rows).astype("<f2")
    if not np.isfinite(half).all():
        return None
    return Vector(origin=origin, size=half.size, half=base64.b64encode(half.tobytes()).decode())


def components(vector: Vector) -> Row:
    """The numbers of a vector. Raises: ValueError when it does not hold as many as it says."""
    half = np.frombuffer(base64.b64decode(vector.half, validate=True), dtype="<f2")
    if half.size != vector.size:
        raise ValueError(f"a vector of {vector.size} components holds {half.size}")
    return half.astype(np.float32)
