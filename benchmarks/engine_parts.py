"""What the parts of ``benchmarks/engine.py`` share: goals, prompts, clocks, model files, engines."""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from atlas_tui.engine.base import Delta, EngineEvent, Finished, Message, Prefill, Sampler, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.settings import ModelSettings
from atlas_tui.solver.prompting import prompt_hash
from benchmarks import shapes
from tests.gguf_parts import Shape

STREAMS = 3
Found = dict[str, Any]
"""Values by key: numbers, or None for what could not be measured."""


@dataclass(frozen=True)
class Goal:
    """One number of a line, and what it ought to be."""

    key: str
    text: str
    unit: str = "x"
    most: float | None = None
    least: float | None = None
    digits: int = 3

    def judged(self, value: float | None) -> str:
        """The goal, and whether it was met."""
        if self.most is None and self.least is None:
            return ""
        goal = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"
        if value is None:
            return goal
        met = value <= self.most if self.most is not None else value >= (self.least or 0.0)
        return f"{goal:10} {'met' if met else 'MISSED'}"


class Skipped(Exception):
    """A line that cannot be measured here; says why."""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    models: Path
    runs: int = 5
    threads: int = 1
    quick: bool = False
    gpu: bool = False
    llama_server: Path | None = None

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass
class Bench:
    """What a line measures with."""

    options: Options
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something now, and keep it for the report."""
        self.notes.append(text)
        print(f"    {text}", flush=True)

    def _file(self, name: str, shape: Shape, mixture: str, **more: Any) -> Path:
        path = self.options.models / f"{name}-v{shapes.VERSION}-{prompt_hash()[:8]}.gguf"
        if not path.exists():
            self.options.models.mkdir(parents=True, exist_ok=True)
            print(f"    writing {path}", flush=True)
            shapes.write(path, shape, mixture, **more)
        return path

    @property
    def small(self) -> Path:
        """0.6 B parameters."""
        return self._file("shape-0.6b-q4_0", shapes.SIX_HUNDRED_M, "Q4_0")

    @property
    def large(self) -> Path:
        """14 B parameters, for a GPU."""
        return self._file("shape-14b-q4_k_m", shapes.FOURTEEN_B, "Q4_K_M")

    @property
    def output_only(self) -> Path:
        return self._file("shape-output", shapes.OUTPUT_ONLY, "Q4_0")

    @property
    def narrow(self) -> Path:
        return self._file("shape-narrow", shapes.NARROW, "Q4_0")

    def mixing(self, mixture: str) -> Path:
        """A small model whose hidden states depend on all that was read."""
        return self._file(f"mixing-{mixture.lower()}", shapes.MIXING, mixture, size=4096, mixing=True)

    @cached_property
    def words(self) -> shapes.Words:
        """The vocabulary of the shaped models."""
        return shapes.Words(shapes.QWEN3_TOKENS)

    @cached_property
    def voice(self) -> shapes.Voice:
        return shapes.Voice.of(self.words)

    def prose(self, tokens: int, label: str) -> str:
        """So many words; those of another label are others, from the first word on."""
        drawn = random.Random(label).choices(self.voice.spare.tolist() + self.voice.free[99:9999].tolist(),
                                             k=tokens)  # fmt: skip
        return self.words.text(drawn)

    def bias(self, text: str) -> tuple[tuple[int, float], ...]:
        return shapes.bias(self.voice, text)

    @contextlib.asynccontextmanager
    async def engine(self, path: Path, **settings: Any) -> AsyncIterator[LlamaEngine]:
        """A loaded engine on this file; on the CPU unless said otherwise."""
        wanted = {"threads": self.options.threads, "gpu_layers": 0, "speculation": "off", "saved_state_mb": 0}
        engine = LlamaEngine(ModelSettings(path=str(path), **{**wanted, **settings}))
        try:
            await engine.load()
            yield engine
        finally:
            await engine.close()


def ask(content: str, name: str = "A", *, seed: int = 1, tokens: int = 64, **fields: Any) -> SequenceRequest:
    """One request without thinking; ``bias`` chooses the text."""
    sampler = Sampler(seed=seed, logit_bias=fields.pop("bias", ()))
    messages = (Message(role="user", content=content),)
    return SequenceRequest(id=name, messages=messages, sampler=sampler, max_tokens=tokens, **fields)


def three(content: str, tokens: int, **fields: Any) -> list[SequenceRequest]:
    """Three candidates of one prompt."""
    return [ask(content, str(seed), seed=seed, tokens=tokens, **fields) for seed in range(1, STREAMS + 1)]


def renamed(requests: Sequence[SequenceRequest], suffix: str) -> list[SequenceRequest]:
    return [replace(one, id=one.id + suffix) for one in requests]


def rendered(content: str) -> str:
    """The prompt as the template of the shaped models renders it without thinking."""
    tail = "<|im_start|>assistant\n<think>\n\n</think>\n\n"
    return f"<|im_start|>user\n{content}<|im_end|>\n{tail}"


@dataclass
class Run:
    """What came of one call, and when."""

    events: list[EngineEvent] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)
    first: float = 0.0
    """When the first text came."""
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def done(self) -> dict[str, Finished]:
        return {event.id: event for event in self.events if isinstance(event, Finished)}

    @property
    def written(self) -> int:
        """New tokens over all sequences."""
        return sum(one.answer_tokens + one.thinking_tokens for one in self.done.values())

    @property
    def evaluated(self) -> int:
        """Prompt tokens that were really computed."""
        told = [event for event in self.events if isinstance(event, Prefill)]
        return told[-1].done - told[-1].reused if told else 0

    @property
    def rate(self) -> float:
        """Tokens per second after the first text, over all sequences."""
        early = sum(event.tokens for event in self.events[: self._place() + 1] if isinstance(event, Delta))
        return (self.written - early) / (self.ended - self.first)

    def _place(self) -> int:
        return next(index for index, event in enumerate(self.events) if isinstance(event, Delta))


async def run(engine: LlamaEngine, requests: Sequence[SequenceRequest]) -> Run:
    """Run one call to its end."""
    result = Run()
    async for event in engine.generate(requests):
        if isinstance(event, Delta) and not result.first:
            result.first = time.perf_counter()
        result.events.append(event)
    result.ended = time.perf_counter()
    return result


def cpu_seconds(pid: int | None = None) -> float:
    """User and system time of a process."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def middle(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Smallest to largest."""
    return f"{min(values):.{digits}f}-{max(values):.{digits}f}"


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
