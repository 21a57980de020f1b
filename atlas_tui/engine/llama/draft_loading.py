"""A small second model that guesses ahead for the first; without it everything works as well."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from atlas_tui.engine import fit, hardware
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.hardware import GpuDevice
from atlas_tui.engine.llama import native
from atlas_tui.engine.llama.context import Context, Shape
from atlas_tui.engine.llama.gguf_header import check_model
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.planning import Machine

_COMPARED = 1024
"""Tokens whose texts are compared, spread evenly over the vocabulary."""
_PADDING = 128
"""Models of one family may differ by so many tokens at the end, which stand for nothing."""


class _Wanted(Protocol):
    @property
    def draft(self) -> Path | None: ...
    @property
    def threads(self) -> int: ...
    @property
    def speculation(self) -> str: ...
    @property
    def gpu_layers(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Wishes:
    """It should hold as much as the first model, and be where that one is."""

    context: int
    gpu_layers: int
    kv_type: str = "auto"
    flash_attention: str = "auto"


def open_draft(
    wanted: _Wanted, main: Model, context: Context, *, on_gpu: bool
) -> tuple[tuple[Model, Context] | None, str]:
    """The draft model with a context of one sequence, or None and why it is not used."""
    if wanted.draft is None or wanted.speculation not in ("auto", "draft"):
        return None, ""
    try:
        header = check_model(wanted.draft, chat=False)
        machine = this_machine()
        wishes = _Wishes(context.tokens, -1 if on_gpu else 0)
        plan = fit.plans(header, machine, wishes, stem=wanted.draft.stem)[0]
        if on_gpu and plan.gpu_layers < plan.layers:
            return None, "it does not fit on the GPU beside the model"
        model = Model(wanted.draft, plan.gpu_layers)
    except (ModelLoadError, NativeError) as error:
        return None, str(error)
    try:
        if why := different(main, model):
            raise NativeError(why)
        shape = Shape(plan.context, plan.rows, plan.kv_type, plan.flash)
        threads = wanted.threads or hardware.default_threads()
        return (model, Context(model, shape=shape, sequences=1, threads=threads, outputs=1)), ""
    except NativeError as error:
        model.close()
        return None, str(error)


def different(main: Model, draft: Model) -> str:
    """How the vocabularies of two models differ, in words; empty when they are the same."""
    if abs(main.tokens - draft.tokens) > _PADDING:
        return f"its vocabulary has {draft.tokens:,} tokens, the model's has {main.tokens:,}"
    common = min(main.tokens, draft.tokens)
    for number in range(min(_COMPARED, common)):
        token = number * common // min(_COMPARED, common)
        if main.text_of(token) != draft.text_of(token):
            return f"token {token} is another text in its vocabulary"
    for text in ("def solve(n):\n    return [x ** 2 for x in range(n)]\n", "Größe 数 ≤ 10⁹"):
        if main.tokenize(text, special=False) != draft.tokenize(text, special=False):
            return "it cuts a text into other tokens"
    return ""


def this_machine() -> Machine:
    """The memory of this machine right now, as this process sees it."""
    gpus = tuple(
        GpuDevice(one.name, one.description, one.free, one.total, one.shared) for one in native.gpus()
    )
    return Machine(hardware.free_memory(), gpus, native.offload_supported())
