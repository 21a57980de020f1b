"""How sure a model is of a token: log-probability and entropy of a whole row of logits."""

from __future__ import annotations

import ctypes
import logging
import math
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from atlas_tui.engine.llama.context import Floats
from atlas_tui.engine.llama.native import library

log = logging.getLogger(__name__)

Ids = npt.NDArray[np.intp]
Exponentials = Callable[[Floats, Floats, float], float]
"""(row, out, peak): writes ``exp(row - peak)`` to ``out``; gives the sum."""

_LINE = 64
"""Bytes of a line of the processor's cache."""
_LARGE = 500.0
"""Logits beyond this lose too many digits in a sum of products that is not shifted."""


def aligned(size: int) -> Floats:
    """Zeros that begin at a line of the processor's cache; a dot product over them takes half the time."""
    memory = np.zeros(size * 4 + _LINE, np.uint8)
    begin = -memory.ctypes.data % _LINE
    return memory[begin : begin + size * 4].view(np.float32)


class Softmax:
    """The distribution of rows of ``size`` logits. One thread, one row at a time."""

    def __init__(self, size: int) -> None:
        self._weights = aligned(size)
        self._exponentials = native() or with_numpy

    def measure(self, logits: Floats, token: int, top: Ids, peak: float) -> tuple[float, float]:
        """Log-probability of ``token`` and entropy, both in nats.

        ``top``: the likeliest tokens, the first of all among them; ``peak``: its logit. Their share of the
        entropy is summed in double precision, that of the long tail in single.
        """
        weights = self._weights
        total = self._exponentials(logits, weights, peak)
        likely = weights.take(top).astype(np.float64)
        distance = logits.take(top).astype(np.float64) - peak
        weights[top] = 0.0
        rest = total - float(likely.sum())
        moment = self._tail(logits, rest, peak) + float(np.dot(likely, np.where(likely > 0, distance, 0.0)))
        log_total = math.log(total)
        return float(logits[token]) - peak - log_total, max(0.0, log_total - moment / total)

    def _tail(self, logits: Floats, rest: float, peak: float) -> float:
        """Sum of weight times distance from the peak over what is not among the likeliest."""
        weights = self._weights
        if abs(peak) > _LARGE:
            return float(np.dot(weights, np.where(weights > 0, logits - np.float32(peak), np.float32(0))))
        with np.errstate(invalid="ignore"):
            moment = float(np.dot(weights, logits))
        if math.isnan(moment):  # 0 times the minus infinity of a token that is impossible
            moment = float(np.dot(weights, np.where(weights > 0, logits, np.float32(0))))
        return moment - peak * rest


def with_numpy(row: Floats, out: Floats, peak: float) -> float:
    np.subtract(row, np.float32(peak), out=out)
    np.exp(out, out=out)
    return float(out.sum())


@cache
def native() -> Exponentials | None:
    """ggml's own vector loop (``ggml_vec_soft_max_f32``), which takes 60 % of numpy's time, or None.

    It is no part of ggml's public interface. The package is pinned to one version, and what it gives is
    compared with numpy before it is used.
    """
    try:
        cpu = library("ggml-cpu")
        call = cpu.ggml_vec_soft_max_f32 if cpu is not None else None
    except (OSError, AttributeError):
        log.info("ggml's softmax is not there", exc_info=True)
        call = None
    if call is None:
        return None
    call.restype = ctypes.c_double
    call.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_float]

    def exponentials(row: Floats, out: Floats, peak: float) -> float:
        if not row.flags.c_contiguous or row.dtype != np.float32 or row.size > out.size:
            return with_numpy(row, out, peak)
        return float(call(row.size, out.ctypes.data, row.ctypes.data, peak))

    return exponentials if _agrees(exponentials) else None


def _agrees(exponentials: Exponentials) -> bool:
    row = np.linspace(-90, 7, 1003, dtype=np.float32)
    row[5] = -np.inf
    expected, got = np.empty_like(row), np.empty_like(row)
    sums = with_numpy(row, expected, 7.0), exponentials(row, got, 7.0)
    agrees = bool(np.allclose(expected, got, rtol=1e-5, atol=1e-30)) and math.isclose(*sums, rel_tol=1e-5)
    if not agrees:
        log.warning("ggml's softmax gives other numbers than numpy; numpy is used")
    return agrees
