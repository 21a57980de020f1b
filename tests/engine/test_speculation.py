"""Guessing ahead changes how many steps a text takes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Finished, Sampler, SequenceRequest, Span
from atlas_tui.engine.llama import loading, native, speculating
from atlas_tui.engine.llama.pool import components
from atlas_tui.engine.llama.session import Session
from tests.engine.conftest import MakeEngine, ask, collect, finished
from tests.engine.test_batch import Running, run


@pytest.fixture(params=["lookup", "draft"])
def sessions(request: pytest.FixtureRequest, tiny_gguf: Path) -> Iterator[tuple[Session, Session]]:
    """The same model without and with guesses; the draft model is the model itself."""
    made = []
    for kind in ("off", request.param):
        log = native.NativeLog()
        log.install()
        draft = tiny_gguf if kind == "draft" else None
        wanted = loading.Wanted(
            path=tiny_gguf, context=2048, gpu_layers=0, threads=1, speculation=kind, draft=draft
        )
        loaded = loading.load(wanted, log)
        guess = speculating.speculation(kind, loaded.model, on_gpu=False, draft=loaded.draft)
        # As if a further row cost nothing, so that there is always something to guess.
        made.append(Session(loaded, speculation=replace(guess, row_cost=0.01) if guess else None))
    yield made[0], made[1]
    for one in made:
        one.close()


def carry_out(session: Session, request: SequenceRequest) -> tuple[Finished, int]:
    """What came of it, and in how many steps."""
    call = Running(session, [request])
    steps = 0
    while not call.done:
        session.step()
        steps += 1
    return call.finished[request.id], steps


@pytest.mark.parametrize("temperature", [0.0, 0.3])
def test_the_text_is_the_same_in_fewer_steps(sessions: tuple[Session, Session], temperature: float) -> None:
    plain, guessing = sessions
    sampler = Sampler(temperature=temperature, top_k=5, seed=3)
    request = replace(ask("go", max_tokens=300, embed=(Span.ANSWER,)), sampler=sampler)
    one, steps = carry_out(plain, request)
    other, fewer = carry_out(guessing, request)
    assert other.text == one.text
    assert (one.drafted, one.accepted) == (0, 0)
    assert 0 < other.accepted <= other.drafted
    assert fewer <= steps - other.accepted
    assert other.answer_tokens == one.answer_tokens == 300
    assert other.statistics is not None and one.statistics is not None
    assert other.statistics.tokens == 300
    assert other.statistics.mean_logprob == pytest.approx(one.statistics.mean_logprob, abs=1e-3)
    left, right = components(one.embeddings[0]), components(other.embeddings[0])
    assert left @ right / np.linalg.norm(left) / np.linalg.norm(right) > 0.9999


def test_a_stop_string_inside_a_run_of_guesses_ends_there(sessions: tuple[Session, Session]) -> None:
    plain, guessing = sessions
    cold = Sampler(temperature=0.0)
    text = carry_out(plain, replace(ask("go", max_tokens=200), sampler=cold))[0].text
    stop = text[150:154]
    done = carry_out(guessing, replace(ask("go", max_tokens=200, stop=(stop,)), sampler=cold))[0]
    assert done.text == text[: text.index(stop)]
    again = carry_out(guessing, replace(ask("go", max_tokens=200), sampler=cold))[0]
    assert again.text == text, "what was guessed and dropped is still in the cache"


def test_in_a_batch_nothing_is_guessed(sessions: tuple[Session, Session]) -> None:
    _, guessing = sessions
    cold = Sampler(temperature=0.0)
    call = Running(guessing, [replace(ask("go", name, max_tokens=100), sampler=cold) for name in "ABC"])
    run(guessing, call)
    assert [one.drafted for one in call.finished.values()] == [0, 0, 0]


async def test_a_draft_model_of_another_vocabulary_is_left_out(
    make_engine: MakeEngine, tiny_gguf: Path
) -> None:
    engine = make_engine(tiny_gguf, draft=str(bundled_model_path()))
    info = await engine.load()
    assert info.speculation == "lookup"
    assert any("draft" in line and "vocabulary" in line for line in info.given_up)
    assert finished(await collect(engine, [ask("go", max_tokens=10)]))["A"].answer_tokens == 10
