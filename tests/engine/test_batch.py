"""Sequences of several calls in one batch: who gets in, what they share, and how they leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.engine.base import (
    Delta,
    EngineEvent,
    Finished,
    Grammar,
    Prefill,
    Sampler,
    SequenceRequest,
    StopReason,
)
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.session import Session
from tests.conftest import REPLIES
from tests.engine.conftest import ask

MakeSession = Callable[..., Session]

LONG = "A sentence that takes some room in the prompt. " * 20


class Running:
    """A call in a session of this process, and what has come of it."""

    def __init__(self, session: Session, requests: Sequence[SequenceRequest]) -> None:
        self.events: list[EngineEvent] = []
        self.cancel = Cancellation(one.id for one in requests)
        self.done = False
        session.submit(requests, self.cancel, self.events.extend, self._end)

    def _end(self) -> None:
        assert not self.done
        self.done = True

    @property
    def finished(self) -> dict[str, Finished]:
        return {event.id: event for event in self.events if isinstance(event, Finished)}

    @property
    def written(self) -> int:
        return sum(event.tokens for event in self.events if isinstance(event, Delta))

    @property
    def prefill(self) -> Prefill:
        return [event for event in self.events if isinstance(event, Prefill)][-1]


def run(session: Session, *calls: Running) -> None:
    for _ in range(20_000):
        if all(call.done for call in calls):
            return
        session.step()
    raise AssertionError("the calls do not end")


def alone(session: Session, request: SequenceRequest) -> Finished:
    call = Running(session, [request])
    run(session, call)
    return call.finished[request.id]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are passed on at once."""
    monkeypatch.setattr("atlas_tui.engine.llama.outbox.Outbox.__init__.__defaults__", (0.0,))


@pytest.mark.usefixtures("now")
def test_a_call_joins_while_another_writes_and_neither_stands_still(
    make_session: MakeSession, tiny_gguf: Path
) -> None:
    session = make_session(tiny_gguf, context=4096)
    first = Running(session, [ask("go", name, seed=1, max_tokens=400) for name in "ABC"])
    while first.written < 30:
        session.step()
    second = Running(session, [ask(LONG, name, seed=2, max_tokens=20) for name in "ABC"])
    before = first.written
    steps = 0
    while not second.written:
        session.step()
        steps += 1
    assert steps > 10, "the prompt was not read in chunks"
    assert first.written - before >= 3 * steps, "streams stood still while a prompt was read"
    run(session, first, second)
    assert {one.answer_tokens for one in first.finished.values()} == {400}
    assert {one.answer_tokens for one in second.finished.values()} == {20}


def test_what_is_written_does_not_depend_on_who_else_is_in_the_batch(
    make_session: MakeSession, reciter_gguf: Path
) -> None:
    session = make_session(reciter_gguf, context=8192)
    texts = {seed: alone(session, ask("x", seed=seed)).text for seed in range(6)}
    assert set(texts.values()) <= set(REPLIES)
    calls = []
    for seed in texts:
        calls.append(Running(session, [ask(f"{LONG[: 90 * seed]}x", seed=seed)]))
        session.step()
        session.step()
    run(session, *calls)
    assert [call.finished["A"].text for call in calls] == list(texts.values())


def test_more_sequences_than_places_wait_their_turn(make_session: MakeSession, reciter_gguf: Path) -> None:
    session = make_session(reciter_gguf, context=8192)
    calls = [Running(session, [ask("x", name, seed=ord(name)) for name in "ABC"]) for _ in range(7)]
    ends: list[int] = []
    while len(ends) < len(calls):
        session.step()
        ends += [index for index, call in enumerate(calls) if call.done and index not in ends]
    assert ends == sorted(ends)
    assert all(one.text in REPLIES for call in calls for one in call.finished.values())


def test_the_budget_of_cells_is_kept_and_nobody_overtakes(make_session: MakeSession, tiny_gguf: Path) -> None:
    """Each call needs two thirds of the context: they can only run one after another."""
    session = make_session(tiny_gguf, context=768)
    calls = [Running(session, [ask(f"{number} go", max_tokens=450)]) for number in range(3)]
    small = Running(session, [ask("small", max_tokens=5)])
    while not calls[0].done:
        session.step()
        assert not calls[1].events and not small.events
    run(session, *calls)
    assert [call.finished["A"].answer_tokens for call in calls] == [450, 450, 450]
    run(session, small)
    assert small.finished["A"].answer_tokens == 5


def test_equal_prompts_are_read_once(make_session: MakeSession, tiny_gguf: Path) -> None:
    session = make_session(tiny_gguf, context=4096)
    call = Running(session, [ask(LONG, name, seed=ord(name), max_tokens=4) for name in "ABCDE"])
    run(session, call)
    assert call.prefill.total == call.finished["A"].prompt_tokens


def test_two_calls_with_one_statement_read_it_once(make_session: MakeSession, tiny_gguf: Path) -> None:
    """The second one follows the first, which is still reading."""
    session = make_session(tiny_gguf, context=4096)
    first = Running(session, [ask(f"{LONG} first task", max_tokens=4)])
    second = Running(session, [ask(f"{LONG} second task", max_tokens=4)])
    run(session, first, second)
    assert first.prefill.reused == 0
    assert second.prefill.reused > 0.9 * second.prefill.total


def test_a_cancelled_reader_leaves_what_it_read_to_its_followers(
    make_session: MakeSession, reciter_gguf: Path
) -> None:
    session = make_session(reciter_gguf, context=4096)
    expected = {name: alone(session, ask("y", name, seed=ord(name))).text for name in "BC"}
    call = Running(session, [ask(LONG, name, seed=ord(name)) for name in "ABC"])
    for _ in range(4):
        session.step()
    call.cancel.add(["A"])
    run(session, call)
    assert call.finished["A"].reason is StopReason.CANCELLED
    assert {name: call.finished[name].text for name in "BC"} == expected


def test_cancelled_before_its_turn(make_session: MakeSession, tiny_gguf: Path) -> None:
    session = make_session(tiny_gguf, context=512)
    first = Running(session, [ask("go", max_tokens=400)])
    waits = Running(session, [ask("go", name, max_tokens=100) for name in "AB"])
    session.step()
    waits.cancel.add(None)
    session.step()
    assert waits.done and not first.done
    assert {one.reason for one in waits.finished.values()} == {StopReason.CANCELLED}
    run(session, first)
    assert not session.busy


def test_an_interrupt_that_comes_too_late_harms_nobody(make_session: MakeSession, reciter_gguf: Path) -> None:
    session = make_session(reciter_gguf)
    session.interrupt()
    assert alone(session, ask("x", seed=3)).text in REPLIES


def test_an_interrupted_step_is_repeated_for_those_who_stay(
    make_session: MakeSession, tiny_gguf: Path
) -> None:
    """Interrupting rolls a step back; a sequence that goes on writes what it would have written."""
    session = make_session(tiny_gguf, context=2048)
    expected = alone(session, ask("go", seed=5, max_tokens=60)).text
    call = Running(session, [ask("go", seed=5, max_tokens=60)])
    for _ in range(40):
        session.interrupt()
        session.step()
        session.step()
    run(session, call)
    assert call.finished["A"].text == expected


def test_a_grammar_that_leads_nowhere_ends_its_sequence_alone(
    make_session: MakeSession, tiny_gguf: Path
) -> None:
    """The only letter that may follow is forbidden by a bias."""
    session = make_session(tiny_gguf)
    (letter,) = session._loaded.model.tokenize("c", special=False)
    sampler = Sampler(logit_bias=((letter, -math.inf),))
    stuck = replace(ask("go", grammar=Grammar(gbnf='root ::= "abc"'), max_tokens=50), sampler=sampler)
    call = Running(session, [stuck, ask("go", "B", max_tokens=30)])
    run(session, call)
    assert call.finished["A"].text == "ab"
    assert call.finished["B"].answer_tokens == 30
