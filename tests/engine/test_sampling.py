"""Drawing tokens: the same as llama.cpp itself, on a vocabulary of real size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from llama_cpp import llama_cpp as ll

from atlas_tui.engine.base import Grammar, Sampler
from atlas_tui.engine.llama import softmax
from atlas_tui.engine.llama.context import Context, Shape
from atlas_tui.engine.llama.grammar import CompiledGrammar
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.llama.sampling import Chain, _parts
from tests import gguf_parts, models
from tests.conftest import cached_model

VOCABULARY = 151_936
Row = npt.NDArray[np.float32]

SAMPLERS = {
    "the default": Sampler(seed=11),
    "wide": Sampler(temperature=1.3, top_k=200, top_p=1.0, seed=1),
    "least p": Sampler(temperature=1.0, top_k=40, top_p=0.95, min_p=0.05, seed=2),
    "one": Sampler(top_k=1, seed=3),
    "greedy": Sampler(temperature=0),
    "the random seed": Sampler(temperature=1.0, seed=0xFFFFFFFF),
    "a long seed": Sampler(temperature=1.0, seed=0x1_2345_6789),
    "all columns": Sampler(temperature=1.5, top_k=2374, top_p=1.0, seed=4),
}


def small(path: Path) -> Path:
    shape = gguf_parts.Shape(
        width=32, layers=1, feed_forward=32, heads=1, kv_heads=1, head_width=32, context=256
    )
    return models.make_shaped(path, shape, vocabulary=VOCABULARY)


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    made = Model(cached_model("small with a large vocabulary", small), 0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def context(model: Model) -> Iterator[Context]:
    """One decoded row, whose logits are then overwritten in llama.cpp's memory."""
    made = Context(model, shape=Shape(256, 8), sequences=1, threads=1)
    batch = made.batch()
    batch.add(5, 0, (0,), output=True)
    made.decode(batch)
    batch.close()
    yield made
    made.close()


class Reference:
    """``llama_sampler_sample`` with the same samplers."""

    def __init__(self, context: Context, settings: Sampler) -> None:
        self._context, self._row = context, context.logits(0)
        self._chain = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
        for part in _parts(settings):
            ll.llama_sampler_chain_add(self._chain, part)

    def draw(self, logits: Row) -> int:
        np.copyto(self._row, logits)
        return int(ll.llama_sampler_sample(self._chain, self._context._handle, 0))

    def close(self) -> None:
        ll.llama_sampler_free(self._chain)


def likely_logits(rng: np.random.Generator) -> Row:
    """A long tail and some tokens that stand out of it."""
    logits = rng.normal(0, 2, VOCABULARY).astype(np.float32)
    logits[rng.choice(VOCABULARY, 60, replace=False)] += rng.uniform(4, 12, 60).astype(np.float32)
    return logits


@pytest.mark.parametrize("name", SAMPLERS)
def test_it_draws_what_llama_cpp_draws(name: str, model: Model, context: Context) -> None:
    rng = np.random.default_rng(5)
    chain, reference = Chain(model, SAMPLERS[name]), Reference(context, SAMPLERS[name])
    rows = [likely_logits(rng) for _ in range(8)]
    for number in range(400):
        logits = np.roll(rows[number % 8], number * 977)
        expected = reference.draw(logits)
        assert chain.draw(logits, free=False, measured=False).token == expected
    chain.close()
    reference.close()


@pytest.mark.parametrize(
    "settings", [Sampler(top_k=0, seed=6), Sampler(top_k=0, top_p=1.0, seed=6), Sampler(top_k=4000, seed=6)]
)
def test_without_a_small_top_k_the_whole_vocabulary_takes_part(
    settings: Sampler, model: Model, context: Context
) -> None:
    rng = np.random.default_rng(6)
    chain, reference = Chain(model, settings), Reference(context, settings)
    for _ in range(10):
        logits = rng.normal(0, 1, VOCABULARY).astype(np.float32)
        assert chain.draw(logits, free=False, measured=False).token == reference.draw(logits)
    chain.close()
    reference.close()


def test_of_equal_logits_it_draws_an_equal_one(model: Model, context: Context) -> None:
    """Which of equal tokens a partial sort puts first is left open; their logits are the same."""
    rng = np.random.default_rng(7)
    for name in ("the default", "wide", "greedy"):
        chain, reference = Chain(model, SAMPLERS[name]), Reference(context, SAMPLERS[name])
        for _ in range(60):
            logits = rng.normal(0, 2, VOCABULARY).astype(np.float32).round()
            expected = logits[reference.draw(logits)]
            assert logits[chain.draw(logits, free=False, measured=False).token] == expected
        flat = np.zeros(VOCABULARY, np.float32)
        assert 0 <= chain.draw(flat, free=False).token < VOCABULARY
        if name == "greedy":
            assert chain.draw(flat, free=False).token == reference.draw(flat) == 0
        chain.close()
        reference.close()


@pytest.mark.parametrize("shift", [0.0, 40.0, 500.0, -3000.0])
def test_the_numbers_are_those_of_the_softmax(shift: float, model: Model) -> None:
    rng = np.random.default_rng(8)
    chain = Chain(
        model, Sampler(temperature=1.5, top_k=100, top_p=1.0, logit_bias=((3, 40.0), (9, -math.inf)))
    )
    for sharp in (0.01, 1.0, 6.0):
        logits = (likely_logits(rng) * np.float32(sharp) + np.float32(shift)).astype(np.float32)
        drawn = chain.draw(logits, free=False)
        exact = logits.astype(np.float64) - logits.max()
        logs = exact - math.log(np.exp(exact).sum())
        assert drawn.token == 3 or sharp > 1
        assert drawn.logprob == pytest.approx(logs[drawn.token], abs=2e-4)
        assert drawn.entropy == pytest.approx(-(np.exp(logs) * logs).sum(), abs=2e-4)
    unmeasured = chain.draw(logits, free=False, measured=False)
    assert math.isnan(unmeasured.logprob) and math.isnan(unmeasured.entropy)
    chain.close()


def test_ggml_and_numpy_give_the_same_softmax(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(10)
    logits = likely_logits(rng)
    top, peak = np.argsort(logits)[-20:], float(logits.max())
    one = softmax.Softmax(VOCABULARY).measure(logits, 7, top, peak)
    monkeypatch.setattr(softmax, "native", lambda: None)
    assert softmax.Softmax(VOCABULARY).measure(logits, 7, top, peak) == pytest.approx(one, abs=1e-5)


def test_a_softmax_that_gives_other_numbers_is_not_used() -> None:
    def halved(row: Row, out: Row, peak: float) -> float:
        return softmax.with_numpy(row, out, peak) / 2

    assert softmax._agrees(softmax.with_numpy)
    assert not softmax._agrees(halved)


def test_rows_of_any_layout_are_measured() -> None:
    """What is no plain row of floats must not be handed to C."""
    exponentials = softmax.native()
    if exponentials is None:
        pytest.skip("this build has no ggml_vec_soft_max_f32")
    wide = np.random.default_rng(1).normal(0, 1, 2000).astype(np.float32)
    row, out = wide[::2], np.empty(1000, np.float32)
    assert exponentials(row, out, 0.0) == pytest.approx(float(np.exp(row).sum()), rel=1e-5)
    assert np.allclose(out, np.exp(row), rtol=1e-5)


def test_impossible_tokens_do_not_spoil_the_entropy(model: Model) -> None:
    logits = np.full(VOCABULARY, -np.inf, np.float32)
    logits[[10, 80_000]] = 2.0
    chain = Chain(model, Sampler(temperature=1.0, top_p=1.0))
    drawn = [chain.draw(logits, free=False) for _ in range(40)]
    assert {one.token for one in drawn} == {10, 80_000}
    assert drawn[0].entropy == pytest.approx(math.log(2), abs=1e-6)
    assert drawn[0].logprob == pytest.approx(-math.log(2), abs=1e-6)
    chain.close()


def test_a_bias_is_added_before_the_cut(model: Model, context: Context) -> None:
    rng = np.random.default_rng(9)
    logits = likely_logits(rng)
    tail = int(logits.argmin())
    top = int(logits.argmax())
    settings = Sampler(temperature=1.0, seed=4)
    bias = ((tail, 8.0), (tail, float(logits.max() - logits.min()) - 8.0), (top, -math.inf), (7, 0.5))
    chain = Chain(model, Sampler(temperature=1.0, seed=4, logit_bias=bias))
    reference = Reference(context, settings)
    biased = logits.copy()
    biased[tail] += biased[top] - biased[tail]
    biased[top], biased[7] = -np.inf, biased[7] + 0.5
    before = logits.copy()
    drawn = [chain.draw(logits, free=False, measured=False).token for _ in range(300)]
    assert np.array_equal(before, logits)
    assert drawn == [reference.draw(biased) for _ in range(300)]
    assert tail in drawn and top not in drawn
    chain.close()
    reference.close()


@pytest.mark.parametrize("bias", [((VOCABULARY, 1.0),), ((-1, 1.0),), ((1, math.nan),), ((1, math.inf),)])
def test_a_bias_that_makes_no_sense_is_refused(bias: tuple[tuple[int, float], ...], model: Model) -> None:
    with pytest.raises(NativeError):
        Chain(model, Sampler(logit_bias=bias))


@pytest.mark.parametrize("place", [0, 77_777, VOCABULARY - 1])
@pytest.mark.parametrize("settings", [Sampler(), Sampler(temperature=0), Sampler(top_k=0)])
def test_broken_logits_are_an_error_and_no_crash(settings: Sampler, place: int, model: Model) -> None:
    chain = Chain(model, settings)
    for value in (np.nan, np.inf):
        logits = np.zeros(VOCABULARY, np.float32)
        logits[place] = value
        with pytest.raises(NativeError, match="broken"):
            chain.draw(logits, free=False)
    with pytest.raises(NativeError):
        chain.draw(np.full(VOCABULARY, -np.inf, np.float32), free=False)
    logits[place] = 1
    assert 0 <= chain.draw(logits, free=False).token < VOCABULARY
    chain.close()
    with pytest.raises(NativeError, match="closed"):
        chain.draw(logits, free=False)
    chain.close()


def test_everything_forbidden_is_an_error(tiny_gguf: Path) -> None:
    model = Model(tiny_gguf, 0)
    chain = Chain(model, Sampler(logit_bias=tuple((token, -math.inf) for token in range(model.tokens))))
    with pytest.raises(NativeError):
        chain.draw(np.zeros(model.tokens, np.float32), free=False)
    chain.close()
    model.close()


def test_vocabularies_that_do_not_fold_evenly(tiny_gguf: Path) -> None:
    model = Model(tiny_gguf, 0)
    assert model.tokens % 64
    rng = np.random.default_rng(1)
    for top_k in (1, 3):
        chain = Chain(model, Sampler(top_k=top_k, top_p=1.0, temperature=1.0))
        for _ in range(200):
            logits = rng.normal(0, 3, model.tokens).astype(np.float32)
            best = np.argsort(logits)[-top_k:]
            drawn = chain.draw(logits, free=False)
            exact = logits.astype(np.float64)
            expected = exact[drawn.token] - math.log(np.exp(exact).sum())
            assert drawn.token in best
            assert drawn.logprob == pytest.approx(expected, abs=1e-5)
        chain.close()
    model.close()


def letters(model: Model, text: str, start: float = 5.0) -> Row:
    """Logits that prefer the characters of ``text``, the first most."""
    logits = np.random.default_rng(2).normal(-10, 1, model.tokens).astype(np.float32)
    for place, letter in enumerate(text):
        logits[model.tokenize(letter, special=False)[0]] = start + (len(text) - place) * 2.0
    return logits


def test_a_grammar_is_asked_about_the_drawn_token_first(model: Model) -> None:
    grammar = CompiledGrammar(model, Grammar(gbnf='root ::= "ab" [c-d]'))
    chain = Chain(model, Sampler(seed=1), grammar)
    words = [model.tokenize(one, special=False)[0] for one in "abcdz"]
    assert [model.piece(one) for one in words] == [b"a", b"b", b"c", b"d", b"z"]
    logits = letters(model, "zbadc")
    assert model.piece(chain.draw(logits, free=True).token) == b"z"
    said = [model.piece(chain.draw(logits, free=False).token) for _ in range(3)]
    assert said[:2] == [b"a", b"b"] and said[2] in (b"c", b"d")
    # The grammar is complete: only an end of the turn is left, far down in the vocabulary.
    assert model.is_end(chain.draw(logits, free=False).token)
    chain.close()
    grammar.close()


def test_a_grammar_does_not_change_what_it_allows(model: Model) -> None:
    grammar = CompiledGrammar(model, Grammar(gbnf="root ::= [!-~]*"))
    free, bound = Chain(model, Sampler(seed=3)), Chain(model, Sampler(seed=3), grammar)
    logits = letters(model, "qwertyuiop", 2.0)
    for _ in range(200):
        assert free.draw(logits, free=False) == bound.draw(logits, free=False)
    free.close()
    bound.close()
    grammar.close()


def test_sequences_with_one_grammar_do_not_disturb_each_other(model: Model) -> None:
    grammar = CompiledGrammar(model, Grammar(gbnf='root ::= "abc"'))
    one, two = (Chain(model, Sampler(temperature=0), grammar) for _ in range(2))
    logits = letters(model, "cab")
    assert model.piece(one.draw(logits, free=False).token) == b"a"
    assert model.piece(two.draw(logits, free=False).token) == b"a"
    assert model.piece(one.draw(logits, free=False).token) == b"b"
    one.close()
    grammar.close()
    assert model.piece(two.draw(logits, free=False).token) == b"b"
    two.close()
    with pytest.raises(NativeError, match="copied"):
        Chain(model, Sampler(), grammar)


def test_a_grammar_that_cannot_go_on_says_so(model: Model) -> None:
    grammar = CompiledGrammar(model, Grammar(gbnf='root ::= <[99999999]> "a"'))
    chain = Chain(model, Sampler(), grammar)
    with pytest.raises(NativeError, match="cannot go on"):
        chain.draw(letters(model, "abc"), free=False)
    chain.close()
    grammar.close()


def test_a_bias_and_a_grammar_together_leave_nothing(model: Model) -> None:
    grammar = CompiledGrammar(model, Grammar(gbnf='root ::= "a"'))
    token = model.tokenize("a", special=False)[0]
    chain = Chain(model, Sampler(logit_bias=((token, -math.inf),)), grammar)
    with pytest.raises(NativeError, match="cannot go on"):
        chain.draw(letters(model, "abc"), free=False)
    chain.close()
    grammar.close()
