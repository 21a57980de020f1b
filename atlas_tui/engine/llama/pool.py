"""The embedding of a candidate: the mean of its last hidden states, summed up while it is written."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

from atlas_tui.events import Vector

ORIGIN = "generated-mean"


class HiddenMean:
    """Running mean of hidden states."""

    def __init__(self) -> None:
        self._sum: npt.NDArray[np.float64] | None = None
        self._rows = 0

    def add(self, row: npt.NDArray[np.float32]) -> None:
        """Count one row in. The row is llama.cpp's memory and is not kept."""
        if self._sum is None:
            self._sum = row.astype(np.float64)
        else:
            self._sum += row
        self._rows += 1

    def vector(self) -> Vector | None:
        """The mean as half floats, or None when there was no row or it is not finite."""
        if self._sum is None:
            return None
        half = (self._sum / self._rows).astype("<f2")
        if not np.isfinite(half).all():
            return None
        return Vector(origin=ORIGIN, size=half.size, half=base64.b64encode(half.tobytes()).decode())


def components(vector: Vector) -> npt.NDArray[np.float32]:
    """The numbers of a vector. Raises: ValueError when it does not hold as many as it says."""
    half = np.frombuffer(base64.b64decode(vector.half, validate=True), dtype="<f2")
    if half.size != vector.size:
        raise ValueError(f"a vector of {vector.size} components holds {half.size}")
    return half.astype(np.float32)
