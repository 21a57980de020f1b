"""One llama.cpp context: the KV cache of all sequences, batches with bounds, samplers."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as ll

from atlas_tui.engine.base import Sampler
from atlas_tui.engine.llama.native import Model, NativeError

Floats = npt.NDArray[np.float32]

DEFAULT_SEED = 0xFFFFFFFF
"""``LLAMA_DEFAULT_SEED``: to llama.cpp this one seed means a random one, so it is never passed on."""

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
        self.outputs: set[int] = set()

    def __len__(self) -> int:
        return int(self.native.n_tokens)

    @property
    def room(self) -> int:
        """Rows that can still be added."""
        return self._limits[0] - len(self)

    def clear(self) -> None:
        self.native.n_tokens = 0
        self.outputs.clear()

    def add(self, token: int, position: int, sequences: Sequence[int], *, output: bool) -> int:
        """Add a row that belongs to ``sequences``; gives its index. Raises: NativeError on any limit."""
        rows, most_sequences, most_outputs, vocabulary = self._limits
        index = len(self)
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
        self.native.n_tokens = index + 1
        return index

    def close(self) -> None:
        if self.native is not None:
            ll.llama_batch_free(self.native)
            self.native = None


class Context:
    """KV cache and compute buffers for ``sequences`` sequences that share one pool of ``tokens`` cells.

    With ``flash`` llama.cpp decides itself about flash attention; without there is none. On a CPU it costs
    more than it gives here: three rows at 1,024 tokens took 12 % longer on 0.6 B parameters (Q8_0), and four
    times as long on a model of 2 M.

    Raises:
        NativeError: llama.cpp could not allocate it.
    """

    def __init__(
        self, model: Model, *, tokens: int, rows: int, sequences: int, threads: int, flash: bool = False
    ) -> None:
        if not 0 < sequences <= ll.llama_max_parallel_sequences():
            raise NativeError(f"{sequences} sequences at once are not possible")
        tokens = max(tokens, LEAST_CELLS)
        self.model, self.sequences, self.rows = model, sequences, min(rows, tokens)
        params = ll.llama_context_default_params()
        params.n_ctx = tokens
        # Equal sizes: an interrupted decode is then one whole step that llama.cpp rolls back.
        params.n_batch = params.n_ubatch = self.rows
        params.n_seq_max = params.n_outputs_max = sequences
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = -1 if flash else 0
        params.pooling_type = ll.LLAMA_POOLING_TYPE_NONE
        params.no_perf = True
        self._handle = ll.llama_init_from_model(model.handle, params)
        if not self._handle:
            raise NativeError("llama.cpp could not make a context")
        self._memory = ll.llama_get_memory(self._handle)
        self.tokens: int = ll.llama_n_ctx(self._handle)
        self._flag = ctypes.create_string_buffer(2)
        self._outputs: frozenset[int] = frozenset()
        self._hidden = False
        ll.llama_set_abort_callback(self._handle, _ASK_FLAG, ctypes.cast(self._flag, ctypes.c_void_p))

    def close(self) -> None:
        if self._handle:
            ll.llama_free(self._handle)
            self._handle = None

    def batch(self) -> Batch:
        """A batch that fits this context."""
        return Batch(
            rows=self.rows, sequences=self.sequences, outputs=self.sequences, vocabulary=self.model.tokens
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
        if hidden and len(batch) > self.sequences:
            raise NativeError(f"{len(batch)} rows with hidden states, {self.sequences} are possible")
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
        return np.ctypeslib.as_array(pointer, (size,))

    def check_output(self, row: int) -> None:
        if row not in self._outputs:
            raise NativeError(f"row {row} has no output")

    def copy(self, source: int, target: int) -> None:
        """Let ``target`` share all cells of ``source`` (``llama_memory_seq_cp``); nothing is moved."""
        self._check(source, target)
        ll.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def trim(self, sequence: int, keep: int) -> bool:
        """Forget what comes after the first ``keep`` tokens; False when the model's state cannot go back."""
        self._check(sequence)
        return bool(ll.llama_memory_seq_rm(self._memory, sequence, keep, -1))

    def drop(self, sequence: int) -> None:
        """Forget a whole sequence and free its cells."""
        self._check(sequence)
        ll.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def _check(self, *sequences: int) -> None:
        for one in sequences:
            if not 0 <= one < self.sequences:
                raise NativeError(f"sequence {one} is not within 0..{self.sequences - 1}")

    def sample(self, chain: SamplerChain, row: int) -> int:
        """Draw a token from a row's logits."""
        self.check_output(row)
        return int(ll.llama_sampler_sample(chain.handle, self._handle, row))


class SamplerChain:
    """The sampler of one sequence. ``top_k`` stands first: the rest then works on a few tokens only."""

    def __init__(self, settings: Sampler) -> None:
        self.handle = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
        for one in self._parts(settings):
            if not one:
                raise NativeError("llama.cpp could not make a sampler")
            ll.llama_sampler_chain_add(self.handle, one)

    @staticmethod
    def _parts(settings: Sampler) -> list[Any]:
        if settings.temperature <= 0:
            return [ll.llama_sampler_init_greedy()]
        parts = []
        if settings.top_k > 0:
            parts.append(ll.llama_sampler_init_top_k(settings.top_k))
        if settings.top_p < 1:
            parts.append(ll.llama_sampler_init_top_p(settings.top_p, 1))
        if settings.min_p > 0:
            parts.append(ll.llama_sampler_init_min_p(settings.min_p, 1))
        parts.append(ll.llama_sampler_init_temp(settings.temperature))
        parts.append(ll.llama_sampler_init_dist(settings.seed % DEFAULT_SEED))
        return parts

    def close(self) -> None:
        """Free the chain; it owns its parts."""
        if self.handle:
            ll.llama_sampler_free(self.handle)
            self.handle = None


def log_probability(logits: Floats, token: int) -> float:
    """Natural log-probability of ``token`` under the model itself (log-softmax of the raw logits)."""
    peak = logits.max()
    total = np.exp(logits - peak).sum(dtype=np.float64)
    return float(logits[token] - peak - np.log(total))
