"""Guessing ahead: what is proposed, and how live acceptance decides how much."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from atlas_tui.engine.llama.context import Context, Shape
from atlas_tui.engine.llama.draft_model import DraftModel
from atlas_tui.engine.llama.drafting import Drafter, Lookup, Pace
from atlas_tui.engine.llama.native import Model, NativeError

CPU, GPU = 0.35, 0.03


def test_lookup_proposes_what_followed_before() -> None:
    lookup = Lookup(np.array([1, 2, 3, 4, 5, 6, 7, 8], np.int32))
    assert lookup.propose(4) == []
    for token in (2, 3):
        lookup.add(token)
    assert lookup.propose(4) == []  # two tokens are no match
    lookup.add(4)
    assert lookup.propose(3) == [5, 6, 7]
    assert lookup.propose(0) == []
    lookup.add(9)
    assert lookup.propose(4) == []


def test_of_several_places_the_longest_match_wins_then_the_latest() -> None:
    lookup = Lookup([1, 2, 3, 4, 70, 0, 9, 2, 3, 4, 71, 0, 8, 2, 3, 4, 72, 0])
    for token in (9, 2, 3, 4):
        lookup.add(token)
    assert lookup.propose(2) == [71, 0]
    other = Lookup([2, 3, 4, 70, 0, 2, 3, 4, 71, 0])
    for token in (2, 3, 4):
        other.add(token)
    assert other.propose(2) == [71, 0]


def test_what_repeats_itself_is_guessed_beyond_its_end() -> None:
    lookup = Lookup([9, 5, 6, 7, 5, 6, 7, 5, 6, 7])
    assert lookup.propose(8) == [5, 6, 7, 5, 6, 7, 5, 6]
    assert Lookup([4] * 4).propose(3) == [4, 4, 4]


@pytest.mark.parametrize("prompt", [[], [1], [1, 2], [1, 2, 3]])
def test_short_prompts_propose_nothing(prompt: list[int]) -> None:
    assert Lookup(prompt).propose(8) == []


def test_all_proposals_stand_somewhere_in_the_text() -> None:
    rng = random.Random(1)
    text = [rng.randrange(4) for _ in range(300)]
    lookup = Lookup(text[:100])
    for place in range(100, 300):
        guess = lookup.propose(3)
        if guess:
            assert any(
                text[at : at + 3] == text[place - 3 : place] and (text + guess)[at + 3] == guess[0]
                for at in range(place - 3)
            )
        else:
            assert text[place - 3 : place] not in [text[at : at + 3] for at in range(place - 3)]
        lookup.add(text[place])


@pytest.mark.parametrize("text", ["periodic", "noise", "one token"])
def test_the_cost_of_a_token_does_not_grow_with_the_text(text: str) -> None:
    rng = random.Random(2)
    tokens = {
        "periodic": [number % 3 for number in range(40_000)],
        "noise": [rng.randrange(3) for _ in range(40_000)],
        "one token": [1] * 40_000,
    }[text]
    spent = []
    for size in (2_000, 38_000):
        lookup = Lookup(tokens[:size])
        trials = []
        for begin in range(size, size + 1000, 200):
            before = time.thread_time()
            for token in tokens[begin : begin + 200]:
                lookup.add(token)
                lookup.propose(8)
            trials.append(time.thread_time() - before)
        spent.append(min(trials))
    assert spent[1] < 4 * spent[0]


def simulated(
    pace: Pace, row_cost: float, tokens: int, chance: Callable[[int], float], seed: int = 0
) -> float:
    """Time of writing ``tokens``, in steps of one row each, over that without any guess. Something is
    proposed at every step; a guess for place n comes true with ``chance(n)``."""
    rng = random.Random(seed)
    place, spent = 0, 0.0
    while place < tokens:
        most = min(pace.length(), tokens - place)
        right = 0
        while right < most and rng.random() < chance(place + right):
            right += 1
        pace.record(most, right)
        spent += 1 + row_cost * most
        place += right + 1
    return spent / place


def optimum(row_cost: float, share: float, most: int) -> float:
    """The least time per token with a fixed number of guesses, when each comes true with ``share``."""
    return min(
        (1 + row_cost * count) / sum(share**power for power in range(count + 1)) for count in range(most + 1)
    )


@pytest.mark.parametrize(
    ("row_cost", "tokens"),
    [(CPU, 16), (CPU, 32), *((cost, size) for cost in (CPU, 0.1, GPU) for size in (64, 200, 1000, 4000))],
)
def test_where_nothing_comes_true_it_costs_less_than_three_percent(row_cost: float, tokens: int) -> None:
    assert simulated(Pace(row_cost), row_cost, tokens, lambda place: 0.0) < 1.03


@pytest.mark.parametrize("row_cost", [CPU, 0.1, GPU])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_with_steady_acceptance_it_is_near_the_best_fixed_number(row_cost: float, share: float) -> None:
    runs = [simulated(Pace(row_cost), row_cost, 1000, lambda place: share, seed) for seed in range(10)]
    assert sum(runs) / len(runs) < 1.08 * optimum(row_cost, share, 8)


@pytest.mark.parametrize("row_cost", [CPU, GPU])
def test_it_finds_out_when_copying_begins(row_cost: float) -> None:
    """500 tokens of news, then 500 of a copy."""
    pace = Pace(row_cost)
    news = simulated(pace, row_cost, 500, lambda place: 0.0)
    copy = simulated(pace, row_cost, 500, lambda place: 0.97)
    assert news < 1.03
    assert copy < 1.4 * optimum(row_cost, 0.97, 8)
    assert simulated(pace, row_cost, 500, lambda place: 0.0) < 1.04


def test_the_pace_is_deterministic_and_within_its_bound() -> None:
    one, two = Pace(CPU, 5), Pace(CPU, 5)
    for number in range(500):
        lengths = one.length(), two.length()
        assert lengths[0] == lengths[1] and 0 <= lengths[0] <= 5
        for pace in (one, two):
            pace.record(lengths[0], lengths[0] if number % 7 else 0)
    assert Pace(CPU, 0).length() == 0


def test_steps_without_a_proposal_change_nothing() -> None:
    pace = Pace(CPU)
    first = pace.length()
    for _ in range(100):
        pace.record(0, 0)
        assert pace.length() == first > 0


# A draft model


@pytest.fixture(scope="module")
def model(tiny_gguf: Path) -> Iterator[Model]:
    made = Model(tiny_gguf, 0)
    yield made
    made.close()


@pytest.fixture
def make_context(model: Model) -> Iterator[Callable[..., Context]]:
    made: list[Context] = []

    def make(tokens: int = 256, rows: int = 32) -> Context:
        made.append(Context(model, shape=Shape(tokens, rows), sequences=1, threads=1))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def context(make_context: Callable[..., Context]) -> Context:
    return make_context()


def continued(context: Context, prompt: list[int], count: int) -> list[int]:
    """The likeliest continuation, read from the begin on for every token."""
    text = list(prompt)
    batch = context.batch()
    for _ in range(count):
        context.drop(0)
        for begin in range(0, len(text), context.rows):
            batch.clear()
            part = text[begin : begin + context.rows]
            for offset, token in enumerate(part):
                batch.add(token, begin + offset, (0,), output=offset == len(part) - 1)
            context.decode(batch)
        text.append(int(context.logits(len(batch) - 1).argmax()))
    context.drop(0)
    batch.close()
    return text[len(prompt) :]


PROMPT = [72, 101, 108, 108, 111, 44, 32]


def follow(drafter: Drafter, expected: list[int], wrong: set[int]) -> list[list[int]]:
    """Ask for guesses token by token; at some places something else is written."""
    guesses = []
    for place, token in enumerate(expected):
        guesses.append(drafter.propose(3))
        drafter.add(33 if place in wrong else token)
    return guesses


def test_a_draft_model_proposes_its_likeliest_tokens(context: Context, model: Model) -> None:
    expected = continued(context, PROMPT, 12)
    drafter = DraftModel(model, context, np.array(PROMPT, np.int32))
    guesses = follow(drafter, expected[:9], set())
    assert guesses == [expected[place : place + 3] for place in range(9)]
    assert drafter.propose(0) == []
    drafter.close()
    assert drafter.propose(3) == []


def test_after_a_wrong_guess_it_goes_on_from_what_was_written(context: Context, model: Model) -> None:
    text = [*PROMPT]
    drafter = DraftModel(model, context, PROMPT)
    for place in range(8):
        guess = drafter.propose(4)
        assert len(guess) == 4
        written = [*guess[: place % 4], 40 + place]  # some of the guess, then something else
        for token in written:
            drafter.add(token)
        text += written
    got = drafter.propose(4)
    drafter.close()
    assert got == continued(context, text, 4)


def test_drafters_take_turns_on_one_context(context: Context, model: Model) -> None:
    texts = [[*PROMPT, 60], [*PROMPT, 61], PROMPT]
    expected = [continued(context, text, 6) for text in texts]
    drafters = [DraftModel(model, context, text) for text in texts]
    for begin in (0, 2):
        for drafter, right in zip(drafters, expected, strict=True):
            for place in (begin, begin + 1):  # two guesses in each turn
                assert drafter.propose(2) == right[place : place + 2]
                drafter.add(right[place])
    for drafter in drafters:
        drafter.close()


def test_a_long_prompt_is_read_over_several_steps(make_context: Callable[..., Context], model: Model) -> None:
    context = make_context(256, 16)
    prompt = [40 + number % 50 for number in range(70)]
    expected = continued(context, prompt, 3)
    drafter = DraftModel(model, context, prompt)
    assert [drafter.propose(3) for _ in range(4)] == [[], [], [], []]
    assert drafter.propose(3) == expected
    drafter.close()


def test_at_the_end_of_its_context_it_proposes_less(context: Context, model: Model) -> None:
    prompt = [50] * (context.tokens - 2)
    drafter = DraftModel(model, context, prompt)
    got = [drafter.propose(5) for _ in range(len(prompt) // context.rows + 1)]
    assert [len(one) for one in got[-2:]] == [0, 2]
    for _ in range(5):
        drafter.add(50)
    assert drafter.propose(5) == []
    drafter.close()


def test_it_proposes_no_token_the_large_model_does_not_have(context: Context, model: Model) -> None:
    drafter = DraftModel(model, context, PROMPT, vocabulary=40)
    guesses = [token for _ in range(6) for token in drafter.propose(4)]
    assert guesses and max(guesses) < 40
    drafter.close()


def test_an_interrupt_costs_one_guess(context: Context, model: Model) -> None:
    expected = continued(context, PROMPT, 3)
    drafter = DraftModel(model, context, PROMPT)
    context.interrupt()
    assert drafter.propose(3) == []
    context.resume()
    assert drafter.propose(3) == expected
    drafter.close()


def test_a_draft_model_that_fails_gives_up_and_says_so_once(
    context: Context, model: Model, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drafter = DraftModel(model, context, PROMPT)
    assert len(drafter.propose(2)) == 2

    def broken(*_: object, **__: object) -> None:
        raise NativeError("llama_decode gave -3")

    monkeypatch.setattr(Context, "decode", broken)
    with caplog.at_level(logging.WARNING):
        assert [drafter.propose(2) for _ in range(3)] == [[], [], []]
    assert [one.getMessage() for one in caplog.records] == [
        "the draft model proposes nothing any more: llama_decode gave -3"
    ]
    drafter.close()


def test_tokens_the_small_model_does_not_have_make_it_give_up(context: Context, model: Model) -> None:
    drafter = DraftModel(model, context, PROMPT)
    drafter.add(model.tokens)
    assert drafter.propose(2) == []
    drafter.close()


def test_a_model_that_cannot_go_back_proposes_nothing(context: Context, model: Model) -> None:
    context.goes_back = False
    drafter = DraftModel(model, context, PROMPT)
    assert drafter.propose(2) == []
    drafter.close()
