"""One llama.cpp context: the KV cache of all sequences, batches with bounds, samplers."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as ll

from atlas_tui.engine.footprint import OUTPUTS
from atlas_tui.engine.llama.native import Model, NativeError

Floats = npt.NDArray[np.float32]

KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}
"""Numbers of a KV cache, as ``ggml_type``."""

_MOST_VIEWS = 256

LEAST_CELLS = 256
"""llama.cpp rounds the size of a context up to a multiple of this, but not the size of its batches."""

_libc = ctypes.CDLL(None)
# The abort callback is asked several hundred times per decode. strlen of a two-byte buffer answers it
# without Python: the empty string is 0 (go on), "\x01" is 1 (stop).
_ASK_FLAG = ctypes.cast(_libc.strlen, ll.ggml_abort_callback)


class Interrupted(Exception):
    """``Context.interrupt`` stopped a decode; what it had computed was rolled back."""


class NoRoom(NativeError):
    """The KV cache has no free cells for the batch; nothing changed."""


class Batch:
    """Rows for one ``llama_decode``. Every limit is checked here: beyond them llama.cpp aborts."""

    def __init__(self, *, rows: int, sequences: int, outputs: int, vocabulary: int) -> None:
        self._limits = (rows, sequences, outputs, vocabulary)
        self.native: Any = ll.llama_batch_init(rows, 0, sequences)
        self._token = np.ctypeslib.as_array(self.native.token, (rows,))
        self._pos = np.ctypeslib.as_array(self.native.pos, (rows,))
        self._count = np.ctypeslib.as_array(self.native.n_seq_id, (rows,))
        self._output = np.ctypeslib.as_array(self.native.logits, (rows,))
        self._rows = 0
        self.outputs: set[int] = set()

    def __len__(self) -> int:
        return self._rows

    @property
    def room(self) -> int:
        """Rows that can still be added."""
        return self._limits[0] - self._rows

    def clear(self) -> None:
        self._rows = self.native.n_tokens = 0
        self.outputs.clear()

    def add(self, token: int, position: int, sequences: Sequence[int], *, output: bool) -> int:
        """Add a row that belongs to ``sequences``; gives its index. Raises: NativeError on any limit."""
        rows, most_sequences, most_outputs, vocabulary = self._limits
        index = self._rows
        if index >= rows:
            raise NativeError(f"a batch holds at most {rows} rows")
        if not 0 <= token < vocabulary:
            raise NativeError(f"token {token} is outside the vocabulary of {vocabulary}")
        if position < 0:
            raise NativeError(f"position {position} is negative")
        if not sequences or not all(0 <= one < most_sequences for one in sequences):
            raise NativeError(f"sequences {list(sequences)} are not all within 0..{most_sequences - 1}")
        if output and len(self.outputs) >= most_outputs:
            raise NativeError(f"a batch gives at most {most_outputs} outputs")
        self._token[index], self._pos[index] = token, position
        self._count[index], self._output[index] = len(sequences), output
        for place, sequence in enumerate(sequences):
            self.native.seq_id[index][place] = sequence
        if output:
            self.outputs.add(index)
        self._rows = self.native.n_tokens = index + 1
        return index

    def close(self) -> None:
        if self.native is not None:
            ll.llama_batch_free(self.native)
            self.native = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Size and kind of a context."""

    tokens: int
    rows: int
    """Tokens of one decode at most."""
    kv_type: str = "f16"
    flash: bool = False


class Context:
    """KV cache and compute buffers for ``sequences`` sequences that share one pool of ``tokens`` cells.

    ``outputs`` rows of one decode may give logits or hidden states. Flash attention is off unless asked for:
    on a CPU it costs more than it gives here (three rows at 1,024 tokens took 12 % longer on 0.6 B
    parameters, Q8_0, and four times as long on a model of 2 M). A quantized cache needs it.

    Raises:
        NativeError: llama.cpp could not allocate it.
    """

    def __init__(
        self, model: Model, *, shape: Shape, sequences: int, threads: int, outputs: int = OUTPUTS
    ) -> None:
        if not 0 < sequences <= ll.llama_max_parallel_sequences():
            raise NativeError(f"{sequences} sequences at once are not possible")
        tokens = max(shape.tokens, LEAST_CELLS)
        self.model, self.sequences, self.rows = model, sequences, min(shape.rows, tokens)
        outputs = max(outputs, sequences)  # llama.cpp plans for one of each sequence, and aborts below
        self.outputs = min(outputs, self.rows)
        params = ll.llama_context_default_params()
        params.n_ctx = tokens
        # Equal sizes: an interrupted decode is then one whole step that llama.cpp rolls back.
        params.n_batch = params.n_ubatch = self.rows
        params.n_seq_max, params.n_outputs_max = sequences, outputs
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = threads
        params.type_k = params.type_v = KV_TYPES[shape.kv_type]
        # Where the cache allows it, llama.cpp itself says whether the device has the kernel.
        params.flash_attn_type = 1 if shape.kv_type != "f16" else -1 if shape.flash else 0
        params.pooling_type = ll.LLAMA_POOLING_TYPE_NONE
        params.no_perf = True
        self._handle = ll.llama_init_from_model(model.handle, params)
        if not self._handle:
            raise NativeError("llama.cpp could not make a context")
        self._memory = ll.llama_get_memory(self._handle)
        self.tokens: int = ll.llama_n_ctx(self._handle)
        self.goes_back: bool = not (
            ll.llama_model_is_recurrent(model.handle) or ll.llama_model_is_hybrid(model.handle)
        )
        """Whether a sequence can forget its last tokens; the state of recurrent models cannot."""
        self._flag = ctypes.create_string_buffer(2)
        self._outputs: frozenset[int] = frozenset()
        self._hidden = False
        self._views: dict[int, Floats] = {}
        ll.llama_set_abort_callback(self._handle, _ASK_FLAG, ctypes.cast(self._flag, ctypes.c_void_p))

    def close(self) -> None:
        if self._handle:
            ll.llama_free(self._handle)
            self._handle = None

    def batch(self) -> Batch:
        """A batch that fits this context."""
        return Batch(
            rows=self.rows, sequences=self.sequences, outputs=self.outputs, vocabulary=self.model.tokens
        )

    def interrupt(self) -> None:
        """Stop a running decode (CPU: within milliseconds) and refuse the next; safe from any thread."""
        self._flag[0] = b"\x01"

    def resume(self) -> None:
        """Allow decoding again."""
        self._flag[0] = b"\0"

    def decode(self, batch: Batch, *, hidden: bool = False) -> None:
        """Compute the batch (``llama_decode``); with ``hidden`` every row also gives its last hidden state.

        Raises: Interrupted, NoRoom, NativeError.
        """
        if self._flag[0] != b"\0":
            raise Interrupted
        if not len(batch):
            raise NativeError("the batch is empty")
        if hidden and len(batch) > self.outputs:
            raise NativeError(f"{len(batch)} rows with hidden states, {self.outputs} are possible")
        if hidden != self._hidden:
            ll.llama_set_embeddings(self._handle, hidden)
            self._hidden = hidden
        self._outputs = frozenset()
        code = ll.llama_decode(self._handle, batch.native)
        match code:
            case 0:
                self._outputs = frozenset(range(len(batch)) if hidden else batch.outputs)
            case 1:
                raise NoRoom("the context is full")
            case 2:
                raise Interrupted
            case _:
                raise NativeError(f"llama_decode gave {code}")

    def logits(self, row: int) -> Floats:
        """Raw logits of a row that was marked as output; valid until the next decode."""
        return self._view(ll.llama_get_logits_ith, row, self.model.tokens)

    def hidden(self, row: int) -> Floats:
        """Last hidden state (after the final norm) of a row; valid until the next decode."""
        if not self._hidden:
            raise NativeError("hidden states were not asked for")
        return self._view(ll.llama_get_embeddings_ith, row, self.model.embedding_size)

    def _view(self, get: Any, row: int, size: int) -> Floats:
        self.check_output(row)
        pointer = get(self._handle, row)
        if not pointer:
            raise NativeError(f"row {row} has no output")
        address = ctypes.addressof(pointer.contents)
        view = self._views.get(address)
        if view is None or view.size != size:
            # llama.cpp gives the same few places again and again, and a view of one is costly to make.
            if len(self._views) > _MOST_VIEWS:
                self._views.clear()
            view = self._views[address] = np.ctypeslib.as_array(pointer, (size,))
        return view

    def check_output(self, row: int) -> None:
        if row not in self._outputs:
            raise NativeError(f"row {row} has no output")

    def copy(self, source: int, target: int, length: int = -1) -> None:
        """Let ``target`` share the first ``length`` cells of ``source``, all when negative
        (``llama_memory_seq_cp``); nothing is moved. Raises: NativeError: a part, of a state that has none.
        """
        self._check(source, target)
        if length >= 0 and not self.goes_back:
            raise NativeError("a part of a recurrent state cannot be copied")
        ll.llama_memory_seq_cp(self._memory, source, target, 0 if length >= 0 else -1, length)

    def trim(self, sequence: int, keep: int) -> bool:
        """Forget what comes after the first ``keep`` tokens; False when the model's state cannot go back."""
        self._check(sequence)
        return bool(ll.llama_memory_seq_rm(self._memory, sequence, keep, -1))

    def drop(self, sequence: int) -> None:
        """Forget a whole sequence and free its cells."""
        self._check(sequence)
        ll.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def clear(self) -> None:
        """Forget every sequence."""
        ll.llama_memory_clear(self._memory, True)

    def state(self, sequence: int) -> npt.NDArray[np.uint8]:
        """All cells of a sequence as bytes (``llama_state_seq_get_data``). Raises: NativeError."""
        self._check(sequence)
        data = np.empty(ll.llama_state_seq_get_size(self._handle, sequence), np.uint8)
        size = ll.llama_state_seq_get_data(self._handle, _bytes_of(data), data.size, sequence)
        if not 0 < size <= data.size:
            raise NativeError("llama.cpp gave no state")
        return data[:size]

    def restore(self, sequence: int, data: npt.NDArray[np.uint8]) -> bool:
        """Put a state back into an empty sequence (``llama_state_seq_set_data``); False when it does not
        fit this context, which then has that sequence empty."""
        self._check(sequence)
        done = ll.llama_state_seq_set_data(self._handle, _bytes_of(data), data.size, sequence)
        if done != data.size:
            self.drop(sequence)
        return bool(done == data.size)

    def _check(self, *sequences: int) -> None:
        for one in sequences:
            if not 0 <= one < self.sequences:
                raise NativeError(f"sequence {one} is not within 0..{self.sequences - 1}")


def _bytes_of(data: npt.NDArray[np.uint8]) -> Any:
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
