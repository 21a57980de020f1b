"""What every stage is given, and how the model's stream becomes events."""

from __future__ import annotations

import contextlib
import hashlib
import string
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from atlas_tui.engine.base import (
    Delta,
    Engine,
    Finished,
    Grammar,
    Message,
    ModelInfo,
    Phase,
    Prefill,
    Sampler,
    SequenceRequest,
    Span,
    never_started,
)
from atlas_tui.events import Event, Part, Progress, Stage, Text, Usage
from atlas_tui.lens.scorer import Scorer
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import SolverSettings
from atlas_tui.solver import budgets, prompting
from atlas_tui.solver.arms import Switches, switches
from atlas_tui.solver.budgets import Ledger

LABELS = tuple(string.ascii_uppercase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Engine, sandbox and choices of one run."""

    engine: Engine
    sandbox: Sandbox
    settings: SolverSettings
    seed: int
    ledger: Ledger | None = None
    """What was spent; without one nothing is limited."""
    lens: Scorer | None = None
    """Without one no candidate is scored."""
    without: frozenset[str] = frozenset()
    """Parts of the method, by their names in ``Switches``, that this problem has no use for."""
    stopped: set[str] = field(default_factory=set, compare=False)
    """Candidates the person stopped: nothing more is written for them."""

    @property
    def switches(self) -> Switches:
        """Which parts of the method are used."""
        changes: dict[str, Any] = dict.fromkeys(self.without, False)
        return replace(switches(self.settings), **changes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The first candidates of this run."""
        return self.after(0)

    def after(self, drawn: int) -> tuple[str, ...]:
        """The candidates that are drawn together when ``drawn`` were before; fewer where labels run out."""
        return LABELS[drawn : drawn + self.switches.candidates]

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model; None before it is."""
        return self.engine.info

    @property
    def model_hash(self) -> str:
        """The fingerprint of the loaded model, of a server its address; empty before it is loaded."""
        return (self.info.fingerprint or self.info.path) if self.info else ""

    @property
    def thinking(self) -> int:
        """Most thinking tokens of a solution by the settings."""
        return budgets.thinking_tokens(self.settings, self.info)

    def sampler(self, *place: object, thinking: bool = False) -> Sampler:
        """The sampler of one draw; its seed depends on the run's seed and on ``place`` alone."""
        digest = hashlib.sha256("/".join(map(str, (self.seed, *place))).encode()).digest()
        seed = int.from_bytes(digest[:4], "little")
        return budgets.sampler(self.settings, self.info, seed, thinking=thinking)

    def grammar(self, name: str) -> Grammar | None:
        """The grammar ``name``; None where the engine takes none."""
        if self.info is None or not self.info.fingerprint:
            return None  # a server takes JSON schemas at most
        return Grammar(gbnf=prompting.grammar(name)) if self.engine.capabilities.grammar else None

    def plan_request(
        self, label: str, messages: tuple[Message, ...], *place: object, grammar: str = ""
    ) -> SequenceRequest:
        """A request for observations or a plan: no thinking, the smaller budget."""
        return SequenceRequest(
            id=label,
            messages=messages,
            sampler=self.sampler(*place),
            max_tokens=self.settings.plan_tokens,
            grammar=self.grammar(grammar) if grammar else None,
        )

    def code_request(
        self, label: str, messages: tuple[Message, ...], *place: object, thinking: int | None = None
    ) -> SequenceRequest:
        """A request for a program and its embedding. ``thinking`` is in tokens; None takes the settings'."""
        budget = self.thinking if thinking is None else thinking
        return SequenceRequest(
            id=label,
            messages=messages,
            sampler=self.sampler(*place, thinking=budget > 0),
            max_tokens=self.settings.code_tokens,
            thinking=budget,
            thinking_floor=min(self.settings.thinking_floor, budget),
            waits=self.settings.thinking_waits,
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

    ``shared`` renames request ids for the events, such as the observations' to the empty label. Where a
    budget is used up, what is written so far is all there is, and ``Finished.reason`` is CANCELLED; so it is
    for a candidate that is stopped.
    """
    ledger = kit.ledger or Ledger(kit.settings)
    await _loaded(kit, ledger)
    for one in (refused := _refused(kit, ledger, requests)):
        yield never_started(one)
    requests = [one for one in requests if one.id not in refused]
    if not requests:
        return
    started, prefill, answered = time.monotonic(), Prefill(done=0, total=0, reused=0), 0
    with _stopped_in_time(kit, ledger, requests) as counted:
        async for item in kit.engine.generate(requests):
            match item:
                case Prefill():
                    prefill = item
                    counted(0)
                    yield Progress(stage=stage, done=item.done, total=item.total, reused=item.reused)
                case Delta():
                    counted(item.tokens)
                    yield _text(item, part, shared or {})
                case Finished():
                    answered += item.answer_tokens + item.thinking_tokens
                    counted.ended(item.id)
                    yield item
    yield _usage(stage, prefill, answered, time.monotonic() - started)


def _usage(stage: Stage, prefill: Prefill, answered: int, seconds: float) -> Usage:
    return Usage(
        stage=stage,
        tokens_in=prefill.total,
        tokens_out=answered,
        tokens_reused=prefill.reused,
        seconds=seconds,
    )


def _refused(kit: Kit, ledger: Ledger, requests: Sequence[SequenceRequest]) -> list[str]:
    """The ids that are not begun: of stopped candidates, or all of them where a budget is used up."""
    spent = ledger.reached() is not None
    return [one.id for one in requests if spent or one.id in kit.stopped]


async def _loaded(kit: Kit, ledger: Ledger) -> None:
    with ledger.pause():
        await kit.engine.load()


def _text(delta: Delta, part: Part, names: Mapping[str, str]) -> Text:
    where = Part.THINKING if delta.phase is Phase.THINKING else part
    return Text(candidate=names.get(delta.id, delta.id), part=where, delta=delta.text, tokens=delta.tokens)


class _Counter:
    """Counts what is written, and stops the requests when a budget is used up."""

    def __init__(self, kit: Kit, ledger: Ledger, requests: Sequence[SequenceRequest]) -> None:
        self._kit, self._ledger = kit, ledger
        self._ids = [request.id for request in requests]
        self._open = set(self._ids)

    def __call__(self, tokens: int) -> None:
        self._ledger.count(tokens)
        if self._ledger.reached():
            self.stop()
        elif late := self._open & self._kit.stopped:
            # Whoever stopped them cancelled too, but the engine may not have begun with them then.
            self._kit.engine.cancel(sorted(late))

    def ended(self, name: str) -> None:
        """Nothing more comes for this request."""
        self._open.discard(name)

    def stop(self) -> None:
        # Also a second time: at the first, the engine may not have begun with them.
        self._kit.engine.cancel(self._ids)


@contextlib.contextmanager
def _stopped_in_time(kit: Kit, ledger: Ledger, requests: Sequence[SequenceRequest]) -> Iterator[_Counter]:
    counter = _Counter(kit, ledger, requests)
    with ledger.alarm(counter.stop):
        yield counter
