"""The steps of giving way when a model is put into memory, and what each needs. Sizes in bytes.

In this order: tokens read per step, precision of the KV cache, context, layers on the GPU, at last the GPU.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Protocol

from atlas_tui.engine.footprint import OUTPUTS, Footprint, Work, measure, round_up
from atlas_tui.engine.hardware import GpuDevice
from atlas_tui.engine.llama.gguf_header import Header

DEFAULT_CONTEXT, LEAST_CONTEXT = 16_384, 2_048
GPU_FLOOR = 4_096
"""Tokens of context below which layers leave the GPU rather than more context."""
GPU_ROWS = (2048, 512, 256)
"""Tokens of one step on a GPU, best first."""
CPU_CHUNK, SMALL_CHUNK = 64, 16
"""Prompt tokens read per step on a CPU. Small steps show progress and stop soon. (0.6 B parameters, Q8_0, one
core: 64 cost 6 % more than 256, 32 cost 24 % more.)"""
SMALL_MODEL = 100_000_000
"""Bytes up to which a model is read in ``SMALL_CHUNK`` steps: reading is quick and its prompts are short."""
KV_TYPES = ("f16", "q8_0", "q4_0")
FLASH_WIDTHS = frozenset((64, 80, 96, 112, 128, 256))
"""Widths of an attention head that llama.cpp's GPU kernels for flash attention know."""
PROCESS_BYTES = 150_000_000
"""RAM of the model process beside the model, roughly: Python, numpy, llama.cpp and the vocabulary."""
_STEP = 1024


class Wishes(Protocol):
    """What the settings force; see ``ModelSettings``."""

    @property
    def context(self) -> int: ...
    @property
    def gpu_layers(self) -> int: ...
    @property
    def kv_type(self) -> str: ...
    @property
    def flash_attention(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory there is. Sizes in bytes."""

    memory_free: int
    gpus: tuple[GpuDevice, ...] = ()
    gpu_supported: bool = False
    """Whether the build of llama.cpp in use can use a GPU."""

    def room(self) -> tuple[int, ...]:
        """What may be planned on each GPU: a margin is left for the driver's own needs and the desktop. One
        that reports no memory at all is taken to use the machine's, as llama.cpp does."""
        return tuple(
            max(0, gpu.free - max(400_000_000, gpu.total * 3 // 100)) if gpu.total else self.ram_room()
            for gpu in self.gpus
        )

    def ram_room(self) -> int:
        """What may be planned in RAM."""
        return self.memory_free - min(1_000_000_000, self.memory_free // 20)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be tried; sizes are not known yet."""

    gpu_layers: int
    rows: int
    kv_type: str
    context: int
    flash: bool


class Planner:
    """Counts what a step needs, and walks the steps."""

    def __init__(self, header: Header, machine: Machine, wishes: Wishes) -> None:
        self.machine, self.wishes = machine, wishes
        self.parts: Footprint = measure(header)
        self.layers = len(self.parts.layers) + 1
        self.file_bytes = header.file_bytes
        trained = header.number("context_length") or DEFAULT_CONTEXT
        self.context = wishes.context or max(1, min(trained, DEFAULT_CONTEXT))
        key = header.number("attention.key_length", header.head_width())
        self.gpu_flash = key in FLASH_WIDTHS

    # What a step needs

    def shares(self, gpu_layers: int) -> list[list[int]]:
        """Layers of each GPU, in llama.cpp's order: the last ones, split by free memory, the output last."""
        sizes = [gpu.free if gpu.total else self.machine.memory_free for gpu in self.machine.gpus]
        splits = [bound / max(1, sum(sizes)) for bound in accumulate(sizes)]
        shares: list[list[int]] = [[] for _ in sizes]
        for place in range(gpu_layers):
            part = place / gpu_layers
            gpu = next((index for index, bound in enumerate(splits) if bound > part), len(splits) - 1)
            shares[gpu].append(self.layers - gpu_layers + place)
        return shares

    def layer(self, index: int, step: Step, *, gpu: bool) -> int:
        """Weights and cache of one layer."""
        if index == self.layers - 1:
            return self.parts.output_on_gpu if gpu else self.parts.output
        return self.parts.layers[index] + self.parts.cache(index, step.context, step.kv_type)

    def need(self, step: Step) -> tuple[tuple[int, ...], int]:
        """Bytes on each GPU and in RAM."""
        compute = self.parts.compute(Work(step.rows, round_up(step.context), step.flash))
        # Weights that stay in RAM are lent to the GPU for the length of a product, two tensors at a time.
        lent = 2 * self.parts.largest if step.gpu_layers < self.layers else 0
        gpus = tuple(
            sum(self.layer(index, step, gpu=True) for index in share) + compute + lent if share else 0
            for share in self.shares(step.gpu_layers)
        )
        here = range(self.layers - step.gpu_layers)
        ram = self.parts.embedding + sum(self.layer(index, step, gpu=False) for index in here)
        # The memory of such a GPU is the machine's own.
        ram += sum(size for gpu, size in zip(self.machine.gpus, gpus, strict=True) if gpu.shared)
        return gpus, ram + compute + self.parts.outputs() + PROCESS_BYTES

    def fits(self, step: Step) -> bool:
        gpus, ram = self.need(step)
        return ram <= self.machine.ram_room() and all(
            size <= room for size, room in zip(gpus, self.machine.room(), strict=True)
        )

    # Steps, best first

    def kv_types(self) -> tuple[str, ...]:
        if self.wishes.kv_type != "auto":
            return (self.wishes.kv_type,)
        free = self.parts.quantizable and self.wishes.flash_attention != "off"
        return KV_TYPES if free else KV_TYPES[:1]

    def step(self, gpu_layers: int, rows: int, kv_type: str, context: int) -> Step:
        auto = kv_type != "f16" or (gpu_layers > 0 and self.gpu_flash)
        flash = {"on": True, "off": False}.get(self.wishes.flash_attention, auto)
        return Step(gpu_layers, min(max(rows, OUTPUTS), max(context, 256)), kv_type, context, flash)

    def shrunk(self, step: Step, floor: int) -> Iterator[Step]:
        """The same with as much context as fits, then with the least; nothing when the context is forced."""
        if self.wishes.context or step.context <= floor:
            return
        most = self.most_context(step, floor)
        for tokens in dict.fromkeys((most, floor)):
            if 0 < tokens < step.context:
                yield replace(step, context=tokens)

    def most_context(self, step: Step, floor: int) -> int:
        """The largest context that fits, between ``floor`` and the step's own; 0 when not even that one."""
        sizes = range(-(-floor // _STEP), step.context // _STEP + 1)

        def too_large(thousands: int) -> bool:
            return not self.fits(replace(step, context=thousands * _STEP))

        count = bisect.bisect_left(sizes, True, key=too_large)
        return sizes[count - 1] * _STEP if count else 0

    def whole(self, layers: int) -> Iterator[Step]:
        """With this many layers on the GPU, giving way in everything else."""
        kinds = self.kv_types()
        for rows in GPU_ROWS:
            yield self.step(layers, rows, kinds[0], self.context)
        for kind in kinds[1:]:
            yield self.step(layers, GPU_ROWS[-1], kind, self.context)
        yield from self.shrunk(self.step(layers, GPU_ROWS[-1], kinds[-1], self.context), GPU_FLOOR)

    def partly(self) -> Iterator[Step]:
        """With as many layers as fit, then fewer. The context is whole again and the cache at most q8_0: what
        they could give up now would bring only a few layers back."""
        kinds = self.kv_types()
        kind = kinds[min(1, len(kinds) - 1)]
        fitting = (
            layers
            for layers in range(self.layers - 1, 0, -1)
            if self.fits(self.step(layers, GPU_ROWS[-1], kind, self.context))
        )
        most = next(fitting, 0)
        for layers in dict.fromkeys((most, most * 3 // 4, most // 2, most // 4)):
            if layers:
                yield self.step(layers, GPU_ROWS[-1], kind, self.context)

    def cpu_chunk(self) -> int:
        """Prompt tokens to read per step without a GPU."""
        return SMALL_CHUNK if self.file_bytes <= SMALL_MODEL else CPU_CHUNK

    def on_cpu(self) -> Iterator[Step]:
        rows, kinds = self.cpu_chunk(), self.kv_types()
        for kind in kinds:
            yield self.step(0, rows, kind, self.context)
        yield from self.shrunk(self.step(0, rows, kinds[-1], self.context), LEAST_CONTEXT)

    def steps(self) -> Iterator[Step]:
        wanted = self.wishes.gpu_layers
        if self.machine.gpus and self.machine.gpu_supported and wanted:
            yield from self.whole(self.layers if wanted < 0 else min(wanted, self.layers))
            if wanted < 0:
                yield from self.partly()
        if wanted <= 0:
            yield from self.on_cpu()

    def fitting(self) -> list[Step]:
        return [step for step in dict.fromkeys(self.steps()) if self.fits(step)]
