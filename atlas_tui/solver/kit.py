"""What every stage is given, and how the model's stream becomes events."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import (
    Delta,
    Engine,
    Finished,
    Message,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    Span,
)
from atlas_tui.events import Event, Part, Progress, Stage, Text, Usage
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import SolverSettings

LABELS = ("A", "B", "C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Engine, sandbox and choices of one run."""

    engine: Engine
    sandbox: Sandbox
    settings: SolverSettings
    seed: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The candidates of this run."""
        return LABELS[: self.settings.candidates]

    def sampler(self, *place: object) -> Sampler:
        """The sampler of one draw; its seed depends on the run's seed and on ``place`` alone."""
        digest = hashlib.sha256("/".join(map(str, (self.seed, *place))).encode()).digest()
        return Sampler(
            temperature=self.settings.temperature,
            top_p=self.settings.top_p,
            top_k=self.settings.top_k,
            seed=int.from_bytes(digest[:4], "little"),
        )

    def plan_request(self, label: str, messages: tuple[Message, ...], *place: object) -> SequenceRequest:
        """A request for observations or a plan: no thinking, the smaller budget."""
        return SequenceRequest(
            id=label, messages=messages, sampler=self.sampler(*place), max_tokens=self.settings.plan_tokens
        )

    def code_request(self, label: str, messages: tuple[Message, ...], *place: object) -> SequenceRequest:
        """A request for a program, with thinking where the settings allow it, and its embedding."""
        return SequenceRequest(
            id=label,
            messages=messages,
            sampler=self.sampler(*place),
            max_tokens=self.settings.code_tokens,
            thinking=self.settings.thinking_tokens,
            embed=(Span.ANSWER,),
        )


async def stream(
    kit: Kit,
    stage: Stage,
    part: Part,
    requests: Sequence[SequenceRequest],
    shared: Mapping[str, str] | None = None,
) -> AsyncIterator[Event | Finished]:
    """Run ``requests`` in one batch: events as the text comes, then each ``Finished``, then ``Usage``.

    ``shared`` renames request ids for the events, such as the observations' to the empty label.
    """
    names = shared or {}
    await kit.engine.load()  # the time a model takes to load is not the stage's
    started = time.monotonic()
    prefill, answered = Prefill(done=0, total=0, reused=0), 0
    async for item in kit.engine.generate(requests):
        match item:
            case Prefill():
                prefill = item
                yield Progress(stage=stage, done=item.done, total=item.total, reused=item.reused)
            case Delta():
                where = Part.THINKING if item.phase is Phase.THINKING else part
                name = names.get(item.id, item.id)
                yield Text(candidate=name, part=where, delta=item.text, tokens=item.tokens)
            case Finished():
                answered += item.answer_tokens + item.thinking_tokens
                yield item
    yield Usage(
        stage=stage,
        tokens_in=prefill.total,
        tokens_out=answered,
        tokens_reused=prefill.reused,
        seconds=time.monotonic() - started,
    )
