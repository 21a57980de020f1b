"""From a file to a model that is ready: checks first, then the best plan that works."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from atlas_tui.engine import fit, hardware
from atlas_tui.engine.base import ModelInfo, ModelLoadError
from atlas_tui.engine.fit import Plan
from atlas_tui.engine.footprint import SEQUENCES
from atlas_tui.engine.llama import native
from atlas_tui.engine.llama.context import Context, Shape
from atlas_tui.engine.llama.draft_loading import open_draft, this_machine
from atlas_tui.engine.llama.gguf_header import Header, check_model, fingerprint
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.llama.template import ChatTemplate
from atlas_tui.engine.planning import Machine

log = logging.getLogger(__name__)

PROMPT_HASH_KEY = "atlas.prompt_hash"
TRIAL_FROM = 1_000_000_000
"""Bytes of weights from which llama.cpp is asked for the size of its buffers before anything is loaded."""

_CHOOSE = "see the log, or choose another model"
_MEMORY = re.compile(r"alloc|out ?of ?\w*memory", re.IGNORECASE)

Progress = Callable[[float, int], None]
"""Told the fraction of the weights that is loaded, and how many layers go to the GPU."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the settings ask for; see ``ModelSettings``."""

    path: Path
    context: int = 0
    gpu_layers: int = -1
    threads: int = 0
    kv_type: str = "auto"
    flash_attention: str = "auto"
    draft: Path | None = None
    speculation: str = "auto"
    skip: int = 0
    """Plans to leave out, because the process died with them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready."""

    model: Model
    context: Context
    template: ChatTemplate
    info: ModelInfo
    chunk: int
    """Prompt tokens to read per step."""
    plan: Plan
    draft: tuple[Model, Context] | None = None
    """A small model with the same vocabulary that guesses ahead."""

    def close(self) -> None:
        """Free everything, contexts first."""
        if self.draft is not None:
            self.draft[1].close()
            self.draft[0].close()
        self.context.close()
        self.model.close()


def load(wanted: Wanted, native_log: native.NativeLog, progress: Progress | None = None) -> Loaded:
    """Load and make ready, telling ``progress`` how far it is.

    Raises:
        ModelLoadError: see ``gguf_header.check_model`` and ``fit.plans``; or llama.cpp refused it.
    """
    header = check_model(wanted.path)
    machine = this_machine()
    plans = fit.plans(header, machine, wanted, stem=wanted.path.stem)
    skipped = min(wanted.skip, len(plans) - 1)
    opener = _Opener(wanted, header, machine, native_log, progress)
    try:
        plan, model, context = opener.first_that_works(plans[skipped:])
        try:
            template = _template(wanted.path, model)
            draft, why = open_draft(wanted, model, context, on_gpu=plan.gpu_layers > 0)
        except BaseException:
            context.close()
            raise
    except BaseException:
        opener.close()
        raise
    given_up = [*plan.given_up, *opener.notes]
    if skipped:
        given_up.append("the model process died with a larger plan")
    given_up += [f"no draft model: {why}"] if why else []
    info = _info(wanted.path, header, context, plan, _device(machine, plan))
    info = replace(info, given_up=tuple(given_up))
    return Loaded(model, context, template, info, min(plan.chunk, context.rows), plan, draft)


def _template(path: Path, model: Model) -> ChatTemplate:
    if not model.generates:
        raise ModelLoadError("This model cannot write text", f"{path} is of another kind", _CHOOSE)
    return ChatTemplate(model)


class _Opener:
    """Tries plans. The weights are kept while only the context changes."""

    def __init__(
        self,
        wanted: Wanted,
        header: Header,
        machine: Machine,
        native_log: native.NativeLog,
        progress: Progress | None,
    ) -> None:
        self._wanted, self._header, self._machine = wanted, header, machine
        self._log, self._progress = native_log, progress
        self._threads = wanted.threads or hardware.default_threads()
        self._model: Model | None = None
        self._layers = -1
        self.notes: list[str] = []
        """What was tried and failed, in words."""

    def close(self) -> None:
        """Free the weights, if there are any."""
        if self._model is not None:
            self._model.close()
            self._model = None

    def first_that_works(self, plans: Sequence[Plan]) -> tuple[Plan, Model, Context]:
        """The first plan that llama.cpp can carry out. Raises: ModelLoadError: none; or it is the file."""
        too_many, last = plans[0].layers + 1, NativeError("there was nothing to try")
        for plan in plans:
            if plan.gpu_layers >= too_many:
                continue
            if not self._enough_room(plan):
                last = NativeError("it needs more memory than is free")
                continue
            self._log.errors.clear()
            try:
                model = self._weights(plan.gpu_layers)
            except NativeError as error:
                too_many, last = plan.gpu_layers, error
                if not any(_MEMORY.search(line) for line in self._log.errors):
                    break  # another plan does not change the file
                self._failed(plan, error)
                continue
            try:
                return (
                    plan,
                    model,
                    Context(
                        model,
                        shape=shape_of(plan),
                        sequences=SEQUENCES,
                        threads=self._threads,
                        outputs=plan.outputs,
                    ),
                )
            except NativeError as error:
                last = error
                self._failed(plan, error)
        raise _refused(self._wanted.path, self._header, last, list(self._log.errors)) from last

    def _weights(self, gpu_layers: int) -> Model:
        """The model with this many layers on the GPU. Raises: NativeError."""
        if self._model is None or self._layers != gpu_layers:
            self.close()
            tell = partial(self._tell, gpu_layers)
            self._model = Model(self._wanted.path, gpu_layers, progress=tell)
            self._layers = gpu_layers
        return self._model

    def _tell(self, gpu_layers: int, fraction: float) -> None:
        if self._progress is not None:
            self._progress(fraction, gpu_layers)

    def _failed(self, plan: Plan, error: NativeError) -> None:
        why = next(_details(list(self._log.errors)), str(error))
        log.warning("the plan %s failed: %s", plan.line, why)
        self.notes = [f"a larger plan failed: {why}"]

    def _enough_room(self, plan: Plan) -> bool:
        """Ask llama.cpp for the size of its buffers where the estimate matters. A plan before this one that
        ended the process is a reason not to ask."""
        if self._header.file_bytes < TRIAL_FROM or self._wanted.skip or self._model is not None:
            return True
        size = compute_size(self._wanted.path, plan, self._log)
        more = max(0, size - plan.compute_bytes)
        if plan.ram_bytes + more <= self._machine.ram_room() and all(
            used + more <= room
            for used, room in zip(plan.gpu_bytes, self._machine.room(), strict=True)
            if used
        ):
            return True
        log.warning("the plan %s needs %.2f GB more than was estimated", plan.line, more / 1e9)
        self.notes = ["a larger plan needs more memory than was estimated"]
        return False


def shape_of(plan: Plan) -> Shape:
    """The context a plan wants."""
    return Shape(tokens=plan.context, rows=plan.rows, kv_type=plan.kv_type, flash=plan.flash)


def compute_size(path: Path, plan: Plan, native_log: native.NativeLog) -> int:
    """Bytes of the largest compute buffer of this plan, as llama.cpp counts it without allocating anything;
    0 when it does not tell."""
    native_log.buffers.clear()
    try:
        model = Model(path, plan.gpu_layers, trial=True)
    except NativeError as error:
        log.info("a trial of %s gave nothing: %s", path, error)
        return 0
    try:
        shape = shape_of(plan)
        Context(model, shape=shape, sequences=SEQUENCES, threads=1, outputs=plan.outputs).close()
    except NativeError as error:
        log.info("a trial of %s gave nothing: %s", path, error)
    finally:
        model.close()
    return max(native_log.buffers, default=0)


def _info(path: Path, header: Header, context: Context, plan: Plan, device: str) -> ModelInfo:
    model = context.model
    return ModelInfo(
        name=header.text("general.name") or path.stem,
        path=str(path),
        context=context.tokens,
        layers=model.layers,
        gpu_layers=min(plan.gpu_layers, model.layers),
        embedding_size=model.embedding_size,
        device=device,
        size_bytes=header.file_bytes,
        prompt_hash=header.text(PROMPT_HASH_KEY),
        fingerprint=fingerprint(header),
        fit=plan.line,
        kv_type=plan.kv_type,
    )


def _device(machine: Machine, plan: Plan) -> str:
    """Where the model runs, in words."""
    if not plan.gpu_layers:
        return "CPU"
    names = " + ".join(one.description or one.name for one in machine.gpus)
    if plan.gpu_layers >= plan.layers:
        return names
    return f"{names}, {plan.gpu_layers} of {plan.layers} layers, the rest on the CPU"


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
