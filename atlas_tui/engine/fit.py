"""How a model is put into the memory there is: the best plan first, then what can be tried when it fails.

Pure: a header, a machine and wishes go in, plans come out; nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.engine import hardware
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.footprint import OUTPUTS, SEQUENCES, Work, round_up, title
from atlas_tui.engine.llama.gguf_header import Header, check_model, kv_bytes
from atlas_tui.engine.planning import GPU_ROWS, Machine, Planner, Step, Wishes

__all__ = ["Fit", "Machine", "Plan", "look", "plans", "this_machine"]

STREAMS = 3
"""Candidates that share the context; named in the plan's line."""
_CHOOSE = "choose a smaller model or quantization, or free memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way to load a model. Sizes in bytes."""

    name: str
    layers: int
    """All layers, the output counted as one."""
    gpu_layers: int
    context: int
    """Tokens that all sequences share."""
    kv_type: str
    flash: bool
    rows: int
    """Tokens of one step at most."""
    chunk: int
    """Prompt tokens to read per step."""
    outputs: int
    gpu_bytes: tuple[int, ...]
    """What it takes on each GPU."""
    gpu_free: tuple[int, ...]
    ram_bytes: int
    ram_free: int
    compute_bytes: int
    """Of both: the estimate of a compute buffer, which each device that computes has."""
    sequences: int = STREAMS
    """How many share the context, in the line."""
    given_up: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is so, a line each."""

    @property
    def line(self) -> str:
        """The plan in one line: layers on the GPU, context, memory."""
        where = f"{self.gpu_layers}/{self.layers} layers" if self.gpu_layers else "CPU"
        used, free = (
            (sum(self.gpu_bytes), sum(self.gpu_free)) if self.gpu_layers else (self.ram_bytes, self.ram_free)
        )
        size = f"{used / 1e9:.1f} of {free / 1e9:.1f} GB"
        return f"{self.name}: {where}, {short_tokens(self.context)} × {self.sequences}, {size}"


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model file fits this machine."""

    path: Path
    header: Header
    machine: Machine
    plans: tuple[Plan, ...]

    @property
    def plan(self) -> Plan:
        """The best one."""
        return self.plans[0]


def short_tokens(tokens: int) -> str:
    """A number of tokens in a few signs: 16k, 4.5k, 256."""
    return f"{tokens / 1024:.1f}".removesuffix(".0") + "k" if tokens >= 1024 else str(tokens)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """Settings with some of them released."""

    context: int
    gpu_layers: int
    kv_type: str
    flash_attention: str


def plans(header: Header, machine: Machine, settings: Wishes, *, stem: str = "model") -> list[Plan]:
    """All plans that fit by what the header says, best first; never an empty list. ``stem`` names a model
    whose header does not.

    Raises:
        ModelLoadError: the settings contradict each other or the machine, or nothing fits; says what would.
    """
    planner = Planner(header, machine, settings)
    _check(planner)
    steps = planner.fitting()
    if not steps:
        raise _nothing_fits(header, planner)
    name = title(header, stem)
    return [_plan(name, planner, step) for step in steps]


def look(path: Path, settings: Wishes, machine: Machine | None = None) -> Fit:
    """How this file fits, without loading it. Without ``machine`` this one is looked at, which takes about a
    second; to look at several files, take ``this_machine()`` once.

    Raises:
        ModelLoadError: see ``gguf_header.check_model`` and ``plans``.
    """
    header = check_model(path)
    machine = machine or this_machine()
    return Fit(path, header, machine, tuple(plans(header, machine, settings, stem=path.stem)))


def this_machine() -> Machine:
    """The memory of this machine, as a process of its own sees it."""
    found = hardware.look()
    return Machine(found.memory_free, found.gpus, found.gpu_supported)


def _check(planner: Planner) -> None:
    """Refuse what no memory could make possible."""
    wishes, machine = planner.wishes, planner.machine
    if wishes.gpu_layers > 0 and not (machine.gpu_supported and machine.gpus):
        why = "no GPU is seen" if machine.gpu_supported else "this build of llama.cpp cannot use a GPU"
        raise ModelLoadError(
            f"model.gpu_layers = {wishes.gpu_layers} is not possible",
            why,
            "set it to -1 (all that fit) or 0; `atlas-tui doctor` says how to build for the GPU",
        )
    if wishes.kv_type not in ("auto", "f16"):
        if not planner.parts.quantizable:
            why = "the width of this model's attention heads is not a multiple of 32"
            todo = "set it to auto or f16"
            raise ModelLoadError(f"model.kv_type = {wishes.kv_type} is not possible", why, todo)
        if wishes.flash_attention == "off":
            why = "a KV cache of this kind needs flash attention, and model.flash_attention is off"
            todo = "set one of the two to auto"
            raise ModelLoadError(f"model.kv_type = {wishes.kv_type} is not possible", why, todo)


def _nothing_fits(header: Header, planner: Planner) -> ModelLoadError:
    """What to say when no plan fits: what the smallest needs, and which setting would change it."""
    least = list(planner.steps())[-1]
    gpus, ram = planner.need(least)
    machine = planner.machine
    needs = [_short_of("RAM", ram, machine.ram_room(), machine.memory_free)]
    if least.gpu_layers:
        free = sum(gpu.free for gpu in machine.gpus)
        needs.insert(0, _short_of("GPU memory", sum(gpus), sum(machine.room()), free))
    why = f"for {least.context:,} tokens of context, " + "; ".join(needs)
    todo = " or ".join(_would_fit(header, planner)) or _CHOOSE
    return ModelLoadError("The model does not fit into memory", why, todo)


def _short_of(memory: str, needed: int, room: int, free: int) -> str:
    return f"{_size(needed)} of {memory} are needed, and {_size(room)} of the {_size(free)} free may be used"


def _would_fit(header: Header, planner: Planner) -> Iterator[str]:
    """Changes of one setting that would make room."""
    given = planner.wishes
    now = _Wishes(given.context, given.gpu_layers, given.kv_type, given.flash_attention)
    if now.context:
        sizes = [planner.most_context(step, 1024) for step in planner.steps()]
        if most := max(sizes, default=0):
            yield f"set model.context to {most:,} or less"
    others = {
        "gpu_layers": replace(now, gpu_layers=-1),
        "kv_type": replace(now, kv_type="auto"),
        "flash_attention": replace(now, flash_attention="auto"),
    }
    for key, wishes in others.items():
        other = Planner(header, planner.machine, wishes)
        first = next((step for step in other.steps() if other.fits(step)), None)
        if wishes != now and first is not None:
            yield f"set model.{key} to {getattr(first, key, 'auto')}"


def _plan(name: str, planner: Planner, step: Step) -> Plan:
    gpus, ram = planner.need(step)
    chunk = step.rows if step.gpu_layers else min(step.rows, planner.cpu_chunk())
    given_up = tuple(_given_up(planner, step))
    return Plan(
        name=name,
        layers=planner.layers,
        gpu_layers=step.gpu_layers,
        context=step.context,
        kv_type=step.kv_type,
        flash=step.flash,
        rows=step.rows,
        chunk=chunk,
        outputs=OUTPUTS,
        gpu_bytes=gpus,
        gpu_free=tuple(gpu.free for gpu in planner.machine.gpus),
        ram_bytes=ram,
        ram_free=planner.machine.memory_free,
        compute_bytes=planner.parts.compute(Work(step.rows, round_up(step.context), step.flash)),
        given_up=given_up,
        reasons=tuple(_reasons(planner, step)),
    )


def _given_up(planner: Planner, step: Step) -> Iterator[str]:
    """What is less than it could be, the cheapest first."""
    if step.gpu_layers > 0 and step.rows < min(GPU_ROWS[0], step.context):
        yield f"prompts are read {step.rows} tokens at a time, not {GPU_ROWS[0]:,}"
    if step.kv_type != "f16" and planner.wishes.kv_type == "auto":
        yield f"the KV cache is {step.kv_type}, not f16"
    if step.context < planner.context:
        yield f"{short_tokens(step.context)} tokens of context, not {short_tokens(planner.context)}"
    if planner.machine.gpus and planner.machine.gpu_supported and planner.wishes.gpu_layers < 0:
        left = planner.layers - step.gpu_layers
        if left:
            yield f"{left} of {planner.layers} layers run on the CPU"


def _reasons(planner: Planner, step: Step) -> Iterator[str]:
    """Where the memory goes, a line each."""
    parts, machine = planner.parts, planner.machine
    largest = max(parts.layers, default=0)
    yield (
        f"weights {_size(parts.weights)}: {len(parts.layers)} layers of up to {_size(largest)}, "
        f"output {_size(parts.output_on_gpu)}, embedding {_size(parts.embedding)} (always in RAM)"
    )
    cache = kv_bytes(sum(parts.cells), step.kv_type) * round_up(step.context)
    states = parts.state * SEQUENCES * sum(parts.stateful)
    flash = "with" if step.flash else "without"
    yield (
        f"KV cache {step.kv_type}, {flash} flash attention: {_size(cache)} for {step.context:,} tokens "
        f"that all sequences share, {cache // max(1, round_up(step.context)):,} bytes a token"
    )
    if states:
        yield f"recurrent states {_size(states)} for {SEQUENCES} sequences"
    compute = parts.compute(Work(step.rows, round_up(step.context), step.flash))
    yield f"compute buffer {_size(compute)} (estimate) for steps of {step.rows:,} tokens"
    if step.gpu_layers:
        spare = sum(gpu.free for gpu in machine.gpus) - sum(machine.room())
        yield f"{_size(max(0, spare))} of GPU memory are left to the driver and the desktop"
        yield f"{_size(planner.need(step)[1])} of RAM beside it, of {_size(machine.memory_free)} free"
    elif not machine.gpu_supported:
        yield "on the CPU: this build of llama.cpp cannot use a GPU"
    elif not machine.gpus:
        yield "on the CPU: no GPU is seen"
    elif planner.wishes.gpu_layers == 0:
        yield "on the CPU: model.gpu_layers is 0"
    yield from parts.unknown


def _size(count: int) -> str:
    """Bytes in words: GB and MB are powers of ten."""
    return f"{count / 1e9:.2f} GB" if count >= 10**9 else f"{count / 1e6:,.1f} MB"
