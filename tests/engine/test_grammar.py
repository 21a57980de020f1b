"""Grammars: what is no grammar is refused with a reason before anything is decoded."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from atlas_tui.engine.base import EngineError, Grammar, Sampler
from atlas_tui.engine.llama import native
from atlas_tui.engine.llama.grammar import CompiledGrammar
from atlas_tui.engine.llama.native import Model
from atlas_tui.engine.llama.sampling import Chain


@pytest.fixture(scope="module")
def model(tiny_gguf: Path) -> Iterator[Model]:
    native.NativeLog().install()  # as in the model process; llama.cpp tells some reasons only there
    made = Model(tiny_gguf, 0)
    yield made
    made.close()


def written(model: Model, grammar: Grammar, seed: int, most: int = 300) -> str:
    """What a model that likes every token equally writes under the grammar, up to its end."""
    compiled = CompiledGrammar(model, grammar)
    chain = Chain(model, Sampler(temperature=1.0, top_k=40, top_p=1.0, seed=seed), compiled)
    rng = np.random.default_rng(seed)
    text = b""
    for _ in range(most):
        drawn = chain.draw(rng.normal(0, 1, model.tokens).astype(np.float32), free=False, measured=False)
        if model.is_end(drawn.token):
            break
        text += model.piece(drawn.token)
    chain.close()
    compiled.close()
    return text.decode()


def test_gbnf_binds_what_is_written(model: Model) -> None:
    grammar = Grammar(gbnf='root ::= "yes" | "no" [0-9]{2}\n')
    texts = {written(model, grammar, seed) for seed in range(20)}
    assert "yes" in texts and len(texts) > 2
    assert all(
        text == "yes" or (text[:2] == "no" and text[2:].isdigit() and len(text) == 4) for text in texts
    )


def test_a_json_schema_binds_what_is_written(model: Model) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "kind": {"enum": ["a", "b"]}},
        "required": ["ok", "kind"],
    }
    for seed in range(5):
        said = json.loads(written(model, Grammar(json_schema=json.dumps(schema)), seed))
        assert set(said) == {"ok", "kind"} and isinstance(said["ok"], bool) and said["kind"] in ("a", "b")


BAD = {
    "neither": (Grammar(), "either"),
    "both": (Grammar(gbnf='root ::= "a"', json_schema="{}"), "either"),
    "open string": (Grammar(gbnf='root ::= "a'), "unexpected end"),
    "no such rule": (Grammar(gbnf="root ::= foo"), "foo"),
    "no root": (Grammar(gbnf='foo ::= "a"'), "llama.cpp"),
    "left recursion": (Grammar(gbnf='root ::= root "a" | "b"'), "left recursion"),
    "garbage": (Grammar(gbnf="!!! \u2028"), "expecting name"),
    "a number too long": (Grammar(gbnf='root ::= "a"{99999999999999999999999}'), "llama.cpp"),
    "more than at most": (Grammar(gbnf='root ::= "a"{3,1}'), "at least 3 and at most 1"),
    "NUL": (Grammar(gbnf='root ::= "a"\0'), "NUL"),
    "half a character": (Grammar(gbnf='root ::= "\ud800"'), "surrogate"),
    "too deep": (Grammar(gbnf="root ::= " + "(" * 60_000 + '"a"' + ")" * 60_000), "nested deeper"),
    "too long": (Grammar(gbnf='root ::= "' + "a" * 300_000 + '"'), "characters"),
    "no JSON": (Grammar(json_schema="{"), "JSON schema"),
    "a list": (Grammar(json_schema="[]"), "not an object"),
    "an unknown type": (Grammar(json_schema='{"type": "nope"}'), "nope"),
    "a lost reference": (Grammar(json_schema='{"$ref": "#/x"}'), "x"),
    "the network": (Grammar(json_schema='{"$ref": "https://example.invalid/x"}'), "not allowed"),
    "a bad pattern": (Grammar(json_schema='{"type": "string", "pattern": "abc"}'), "Pattern"),
    "deep JSON": (Grammar(json_schema='{"items":' * 5000 + "{}" + "}" * 5000), "recursion"),
    "long strings": (Grammar(json_schema='{"type": "string", "minLength": 1e9}'), "1,000 times"),
    "long lists": (Grammar(json_schema='{"items": {"type": "array", "maxItems": 10000000}}'), "1,000 times"),
    "long patterns": (
        Grammar(json_schema='{"type":"string","pattern":"^((a{99}){99}){99}$"}'),
        "1,000 times",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_grammar_is_refused_with_a_reason(name: str, model: Model) -> None:
    grammar, reason = BAD[name]
    begin = time.monotonic()
    with pytest.raises(EngineError) as refused:
        CompiledGrammar(model, grammar)
    assert reason in refused.value.why
    assert len(refused.value.one_line().splitlines()) == 1
    assert len(refused.value.one_line()) < 400
    assert time.monotonic() - begin < 5


def test_brackets_and_braces_in_strings_are_no_groups(model: Model) -> None:
    text = "(" * 1500 + "{3,1}"
    assert written(model, Grammar(gbnf=f'root ::= "{text}" # (((( {{9,1}}\n'), 1, 2000) == text
    assert written(model, Grammar(gbnf=r'root ::= [\]"({]'), 1) in ']"({'


def test_a_year_in_a_pattern_is_no_count(model: Model) -> None:
    schema = '{"type": "string", "pattern": "^2026-[0-9]{2}$"}'
    assert written(model, Grammar(json_schema=schema), 3)[1:6] == "2026-"


def test_errors_still_reach_the_log(model: Model, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineError):
        CompiledGrammar(model, Grammar(gbnf="root ::= foo"))
    assert "Undefined rule" in capfd.readouterr().err
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"


def test_without_a_standard_error_it_still_works(model: Model) -> None:
    kept = os.dup(2)
    os.close(2)
    try:
        CompiledGrammar(model, Grammar(gbnf='root ::= "a"')).close()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
