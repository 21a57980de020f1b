"""The model file behind llama.cpp's C interface: hooks, devices, vocabulary.

Everything that would end the process (llama.cpp aborts on wrong arguments) is checked here or in
``context`` first and raised as a Python exception.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp import llama_cpp as ll

log = logging.getLogger(__name__)

WARN, ERROR, CONTINUED = 3, 4, 5
"""Levels of ``ggml_log_level`` in ggml.h; a continued line belongs to the one before it."""

_GPU, _INTEGRATED_GPU = 1, 2  # ggml_backend_dev_type; 0 is the CPU, 3 an accelerator beside it
_METAL = "MTL"
_PROGRESS_SECONDS = 0.05
_COMPUTE_BUFFER = re.compile(rb"compute buffer size = +([0-9.]+) MiB")

_kept: list[object] = []
"""Callbacks that were handed out: ctypes holds no reference to them and llama.cpp calls them for ever."""


class NativeError(Exception):
    """llama.cpp refused, or would have aborted the process."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device llama.cpp was built for. Sizes in bytes."""

    name: str
    description: str
    free: int
    total: int
    gpu: bool
    shared: bool = False
    """Its memory is the machine's own."""


def _tell(line: str) -> None:
    """Write to the descriptor itself, where llama.cpp's own prints go as well."""
    with contextlib.suppress(OSError):  # without a log there is nowhere to tell that there is none
        os.write(2, line.encode())


class NativeLog:
    """Keeps llama.cpp's last warnings and errors and writes them to standard error (the log file)."""

    def __init__(self) -> None:
        self.errors: deque[str] = deque(maxlen=50)
        self.buffers: deque[int] = deque(maxlen=50)
        """Bytes of the compute buffers it spoke of, the last ones."""
        self._level = 0
        self._callback = ll.llama_log_callback(self._line)

    def install(self) -> None:
        _kept.append(self._callback)
        ll.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _line(self, level: int, text: bytes, _data: object) -> None:
        if level != CONTINUED:
            self._level = level
        if found := _COMPUTE_BUFFER.search(text):
            self.buffers.append(int(float(found[1]) * (1 << 20)))
        if self._level in (WARN, ERROR):
            line = text.decode("utf-8", "replace")
            _tell(line)
            if self._level == ERROR and line.strip():
                self.errors.append(line.strip())


def library(name: str) -> ctypes.CDLL | None:
    """The instance of a ggml library that libllama itself uses.

    The package holds copies of each library under several names; on Linux libllama loads the ``.so.0``
    ones, and any other name opens a second instance with its own globals.
    """
    folder = Path(llama_cpp.__file__).parent / "lib"
    for file in (f"lib{name}.so.0", f"lib{name}.0.dylib", f"lib{name}.dylib", f"lib{name}.so"):
        if (folder / file).exists():
            return ctypes.CDLL(str(folder / file))
    log.warning("lib%s was not found in %s", name, folder)
    return None


_ABORT = ctypes.CFUNCTYPE(None, ctypes.c_char_p)


def on_abort(last_words: Callable[[str], None]) -> None:
    """Call ``last_words`` with the assertion's text right before llama.cpp aborts the process
    (``ggml_set_abort_callback``)."""
    base = library("ggml-base")
    if base is None:
        return

    def hook(message: bytes) -> None:
        text = message.decode("utf-8", "replace").strip()
        _tell(f"abort: {text}\n")
        last_words(text)

    callback = _ABORT(hook)
    _kept.append(callback)
    base.ggml_set_abort_callback.argtypes = [_ABORT]
    base.ggml_set_abort_callback.restype = None
    base.ggml_set_abort_callback(callback)


def devices() -> list[Device]:
    """The devices llama.cpp can use in this build, with their memory right now."""
    registry, base = library("ggml"), library("ggml-base")
    if registry is None or base is None:
        return []
    registry.ggml_backend_dev_count.restype = ctypes.c_size_t
    registry.ggml_backend_dev_get.restype = ctypes.c_void_p
    registry.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    size = ctypes.POINTER(ctypes.c_size_t)
    base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    base.ggml_backend_dev_memory.restype = None
    for text in (base.ggml_backend_dev_name, base.ggml_backend_dev_description):
        text.argtypes, text.restype = [ctypes.c_void_p], ctypes.c_char_p
    base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
    found = []
    for index in range(registry.ggml_backend_dev_count()):
        handle = registry.ggml_backend_dev_get(index)
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        base.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
        name = base.ggml_backend_dev_name(handle).decode("utf-8", "replace")
        kind = base.ggml_backend_dev_type(handle)
        found.append(
            Device(
                name=name,
                description=base.ggml_backend_dev_description(handle).decode("utf-8", "replace").strip(),
                free=free.value,
                total=total.value,
                gpu=kind in (_GPU, _INTEGRATED_GPU),
                shared=kind == _INTEGRATED_GPU or name.startswith(_METAL),
            )
        )
    return found


def backends() -> list[str]:
    """Names of the backends in this build, such as CUDA and CPU."""
    registry, base = library("ggml"), library("ggml-base")
    if registry is None or base is None:
        return []
    registry.ggml_backend_reg_count.restype = ctypes.c_size_t
    registry.ggml_backend_reg_get.restype = ctypes.c_void_p
    registry.ggml_backend_reg_get.argtypes = [ctypes.c_size_t]
    base.ggml_backend_reg_name.argtypes, base.ggml_backend_reg_name.restype = (
        [ctypes.c_void_p],
        ctypes.c_char_p,
    )
    handles = (registry.ggml_backend_reg_get(index) for index in range(registry.ggml_backend_reg_count()))
    names = [base.ggml_backend_reg_name(handle).decode("utf-8", "replace") for handle in handles]
    return ["Metal" if name == _METAL else name for name in names]


def gpus() -> list[Device]:
    """The GPUs llama.cpp would put layers on: integrated ones only where there is no other."""
    if not offload_supported():
        return []
    found = [one for one in devices() if one.gpu]
    own = [one for one in found if not one.shared or one.name.startswith(_METAL)]
    return own or found


def offload_supported() -> bool:
    """Whether this build of llama.cpp can put layers on a GPU at all."""
    return bool(ll.llama_supports_gpu_offload())


def version() -> str:
    """The version of llama-cpp-python, which comes with its own llama.cpp."""
    return str(llama_cpp.__version__)


def _reporter(progress: Callable[[float], None]) -> Any:
    """A callback for llama.cpp that hands on the fraction that is loaded, about 20 times a second."""
    last = -1.0

    def report(fraction: float, _data: object) -> bool:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_SECONDS or fraction >= 1:
            last = now
            progress(min(max(fraction, 0.0), 1.0))
        return True

    return ll.llama_progress_callback(report)


class Model:
    """Weights and vocabulary (``llama_model_load_from_file``).

    Without ``gpu_layers`` it gets no GPU at all: a build for one would else keep the KV cache there and send
    large products of matrices to it. ``progress`` is told the fraction that is loaded, 0 to 1. With ``trial``
    the weights stay on disk and nothing can be computed: contexts then tell the sizes they would need.

    Raises:
        NativeError: llama.cpp could not load the file; the reason is in its log.
    """

    def __init__(
        self,
        path: Path,
        gpu_layers: int,
        *,
        progress: Callable[[float], None] | None = None,
        trial: bool = False,
    ) -> None:
        ll.llama_backend_init()
        params = ll.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        no_devices = (ctypes.c_void_p * 1)(None)
        if not gpu_layers:
            params.devices = ctypes.cast(no_devices, ctypes.c_void_p)
        if trial:
            # Anything but this mode is an assertion of llama.cpp's.
            params.no_alloc, params.load_mode = True, ll.LLAMA_LOAD_MODE_NONE
        reporter = _reporter(progress) if progress is not None else None
        if reporter is not None:
            params.progress_callback = reporter
        self.handle = ll.llama_model_load_from_file(str(path).encode(), params)
        if not self.handle:
            raise NativeError("llama.cpp could not load the file")
        self._vocab = ll.llama_model_get_vocab(self.handle)
        self.tokens: int = ll.llama_vocab_n_tokens(self._vocab)
        self.layers: int = ll.llama_model_n_layer(self.handle)
        self.embedding_size: int = ll.llama_model_n_embd(self.handle)
        self.trained_context: int = ll.llama_model_n_ctx_train(self.handle)
        self.size_bytes: int = ll.llama_model_size(self.handle)
        self.generates: bool = self._generates()
        self._pieces: dict[int, bytes] = {}
        self._ends: dict[int, bool] = {}

    def close(self) -> None:
        if self.handle:
            ll.llama_model_free(self.handle)
            self.handle = None

    def _generates(self) -> bool:
        """Whether it continues a text token by token, with nothing but that text to start from."""
        other = ll.llama_model_has_encoder(self.handle) or ll.llama_model_is_diffusion(self.handle)
        return bool(self.tokens > 0 and ll.llama_model_has_decoder(self.handle) and not other)

    def chat_template(self) -> str:
        """The Jinja chat template in the file, or the empty string."""
        found = ll.llama_model_chat_template(self.handle, None)
        return found.decode("utf-8", "replace") if found else ""

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Tokens of ``text``; the names of control tokens count as such only when ``special``."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (ll.llama_token * room)()
        count = ll.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise NativeError(f"a text of {len(data)} bytes gave {-count} tokens")
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; control tokens stand for none."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._piece(token)
        return known

    def _piece(self, token: int, special: bool = False) -> bytes:
        self.check_token(token)
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = ll.llama_token_to_piece(self._vocab, token, buffer, room, 0, special)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def text_of(self, token: int) -> bytes:
        """The text a token is written as; control tokens give their names."""
        return self._piece(token, special=True)

    def check_token(self, token: int) -> None:
        if not 0 <= token < self.tokens:
            raise NativeError(f"token {token} is outside the vocabulary of {self.tokens}")

    def is_end(self, token: int) -> bool:
        """Whether the token ends the model's turn (``llama_vocab_is_eog``)."""
        known = self._ends.get(token)
        if known is None:
            known = self._ends[token] = bool(ll.llama_vocab_is_eog(self._vocab, token))
        return known

    def single(self, text: str) -> int | None:
        """The token that is exactly ``text``, or None when it takes several."""
        tokens = self.tokenize(text, special=True)
        if len(tokens) == 1 and self._piece(tokens[0], special=True) == text.encode():
            return tokens[0]
        return None

    def leading_token(self) -> int | None:
        """The token the file wants before every prompt (``add_bos_token``), or None."""
        bos = ll.llama_vocab_bos(self._vocab)
        return int(bos) if bos >= 0 and ll.llama_vocab_get_add_bos(self._vocab) else None

    def name_of(self, *, end: bool) -> str:
        """Text of the begin or end token, which templates may write themselves."""
        token = ll.llama_vocab_eos(self._vocab) if end else ll.llama_vocab_bos(self._vocab)
        return self._piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""
