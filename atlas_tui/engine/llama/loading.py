"""From a file to a model that is ready: checks first, then the largest plan that works."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from atlas_tui.engine import hardware
from atlas_tui.engine.base import ModelInfo, ModelLoadError
from atlas_tui.engine.llama import native
from atlas_tui.engine.llama.context import Context
from atlas_tui.engine.llama.gguf_header import Header, check_model
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.llama.template import ChatTemplate

log = logging.getLogger(__name__)

MOST_SEQUENCES = 8
"""Most sequences in one call; one more keeps the common prompt."""

DEFAULT_CONTEXT, LEAST_CONTEXT = 16_384, 2_048
PROMPT_HASH_KEY = "atlas.prompt_hash"
CPU_CHUNK, GPU_CHUNK, SMALL_CHUNK = 64, 256, 16
"""Prompt tokens read per step, and the unit in which a prefix is reused. Small steps show progress, stop soon
and lose little of a prefix; a GPU needs larger ones. (0.6 B parameters, Q8_0, one core: 64 cost 6 % more than
256, 32 cost 24 % more.)"""
SMALL_MODEL = 100_000_000
"""Bytes up to which a model is read in ``SMALL_CHUNK`` steps: reading is quick and its prompts are short."""

_CHOOSE = "see the log, or choose another model"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings ask for; 0 and -1 as in ``ModelSettings``."""

    path: Path
    context: int
    gpu_layers: int
    threads: int


@dataclass(frozen=True, slots=True)
class Loaded:
    model: Model
    context: Context
    template: ChatTemplate
    info: ModelInfo
    chunk: int

    def close(self) -> None:
        self.context.close()
        self.model.close()


def context_size(wanted: int, header: Header, free_bytes: int) -> int:
    """Tokens of context to ask for.

    Raises:
        ModelLoadError: a size that was asked for needs more memory than is free.
    """
    cell = header.cell_bytes()
    fits = int(free_bytes * 0.8) // cell if cell else 1 << 30
    if wanted:
        if wanted > fits:
            raise ModelLoadError(
                "The context does not fit into memory",
                f"{wanted:,} tokens need {wanted * cell / 1e9:.1f} GB and {free_bytes / 1e9:.1f} GB are free",
                f"set model.context to {max(fits, 256):,} or less",
            )
        return wanted
    trained = header.number("context_length", DEFAULT_CONTEXT) or DEFAULT_CONTEXT
    return min(trained, DEFAULT_CONTEXT, max(fits, LEAST_CONTEXT))


def chunk_size(gpu_layers: int, model_bytes: int) -> int:
    """Prompt tokens to read per step."""
    if gpu_layers:
        return GPU_CHUNK
    return SMALL_CHUNK if model_bytes <= SMALL_MODEL else CPU_CHUNK


def layer_plans(layers: int, wanted: int, fit: int) -> list[int]:
    """Numbers of layers on the GPU to try, largest first; the last one is 0 (CPU).

    ``layers`` counts the output layer in, as llama.cpp does; ``fit`` is an estimate of what fits.
    """
    first = min(wanted if wanted >= 0 else fit, layers)
    steps = [first, first * 3 // 4, first // 2, first // 4, 0]
    return list(dict.fromkeys(steps))


def first_that_works(plans: list[int], attempt: Callable[[int], T]) -> tuple[T, int]:
    """The first plan whose attempt raises no ``NativeError``, with its result; else the last error."""
    for place, plan in enumerate(plans):
        try:
            return attempt(plan), plan
        except NativeError as error:
            log.warning("loading with %d layers on the GPU failed: %s", plan, error)
            if place == len(plans) - 1:
                raise
    raise NativeError("there was nothing to try")


def _open(path: Path, header: Header, size: int, threads: int, gpu_layers: int) -> tuple[Model, Context]:
    """Model and context with this many layers on the GPU. Raises: NativeError."""
    model = Model(path, gpu_layers)
    try:
        context = Context(
            model,
            tokens=size,
            rows=chunk_size(gpu_layers, header.file_bytes),
            sequences=MOST_SEQUENCES + 1,
            threads=threads,
            flash=gpu_layers > 0,
        )
    except NativeError:
        model.close()
        raise
    return model, context


def load(wanted: Wanted, native_log: native.NativeLog) -> Loaded:
    """Load and make ready.

    Raises:
        ModelLoadError: see ``gguf_header.check_model``; or llama.cpp refused it, or memory is short.
    """
    header = check_model(wanted.path)
    gpus = [one for one in native.devices() if one.gpu] if native.offload_supported() else []
    size = context_size(wanted.context, header, hardware.free_memory() + sum(one.free for one in gpus))
    threads = wanted.threads or hardware.default_threads()
    layers = header.number("block_count") + 1
    plans = [0]
    if gpus and wanted.gpu_layers:
        free = sum(one.free for one in gpus)
        fit = hardware.fitting_layers(layers, header.file_bytes, size * header.cell_bytes(), free)
        plans = layer_plans(layers, wanted.gpu_layers, fit)

    def attempt(gpu_layers: int) -> tuple[Model, Context]:
        native_log.errors.clear()
        return _open(wanted.path, header, size, threads, gpu_layers)

    try:
        (model, context), gpu_layers = first_that_works(plans, attempt)
    except NativeError as error:
        raise _refused(wanted.path, header, error, list(native_log.errors)) from error
    if not model.generates:
        raise ModelLoadError("This model cannot write text", f"{wanted.path} is of another kind", _CHOOSE)
    device = _device(gpus, gpu_layers, plans, layers)
    info = _info(wanted.path, header, model, context, gpu_layers, device)
    return Loaded(model, context, ChatTemplate(model), info, context.rows)


def _info(
    path: Path, header: Header, model: Model, context: Context, gpu_layers: int, device: str
) -> ModelInfo:
    return ModelInfo(
        name=header.text("general.name") or path.stem,
        path=str(path),
        context=context.tokens,
        layers=model.layers,
        gpu_layers=min(gpu_layers, model.layers),
        embedding_size=model.embedding_size,
        device=device,
        size_bytes=header.file_bytes,
        prompt_hash=header.text(PROMPT_HASH_KEY),
    )


def _device(gpus: list[native.Device], gpu_layers: int, plans: list[int], layers: int) -> str:
    """Where the model runs, and what was given up, in words."""
    if not gpu_layers:
        return "CPU" if len(plans) == 1 else "CPU (loading it on the GPU failed)"
    names = " + ".join(one.description or one.name for one in gpus)
    if gpu_layers >= layers:
        return names
    return f"{names}, {gpu_layers} of {layers} layers, the rest on the CPU"


def _refused(path: Path, header: Header, error: NativeError, lines: list[str]) -> ModelLoadError:
    """Turn llama.cpp's last error lines into one that says what to do."""
    for line in lines:
        if "unknown model architecture" in line:
            return ModelLoadError(
                "llama.cpp does not know this kind of model",
                f"its architecture is {header.architecture!r}",
                "choose another model, or a newer version of this program",
            )
    why = next(_details(lines), str(error))
    return ModelLoadError("The model cannot be loaded", f"{path}: {why}", _CHOOSE)


def _details(lines: list[str]) -> Iterator[str]:
    """Error lines that carry a cause, first one first, without llama.cpp's function names."""
    for line in lines:
        text = line.partition(": ")[2] or line
        if "failed to load model" not in text or ":" in text.partition("failed to load model")[2]:
            yield " ".join(text.split())[:300]
