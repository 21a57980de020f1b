"""The model file in the package: made for the present prompts, small, and tokenized as in training."""

from __future__ import annotations

from typing import Any

import gguf
import llama_cpp
import pytest

from atlas_tui.engine import bundled_model_path
from atlas_tui.solver import prompting
from training.problems.generate import problems

LARGEST = 12_000_000


@pytest.fixture(scope="module")
def fields() -> dict[str, Any]:
    reader = gguf.GGUFReader(bundled_model_path())
    return {name: field.contents() for name, field in reader.fields.items()}


def test_it_was_trained_on_the_present_prompts(fields: dict[str, Any]) -> None:
    assert fields["atlas.prompt_hash"] == prompting.prompt_hash(), (
        "the prompts changed since the bundled model was trained: run make model"
    )


def test_it_is_small_enough_to_travel_with_the_package() -> None:
    assert bundled_model_path().stat().st_size <= LARGEST


def test_it_is_a_qwen3_that_names_itself_and_adds_no_token_of_its_own(fields: dict[str, Any]) -> None:
    assert fields["general.architecture"] == "qwen3"
    assert fields["general.name"] == "Atlas Tiny"
    assert fields["tokenizer.ggml.add_bos_token"] is False
    assert fields["qwen3.context_length"] >= 2048


def test_its_tokens_are_those_of_training(fields: dict[str, Any]) -> None:
    pytest.importorskip("tokenizers")
    from tokenizers import AddedToken, models

    from training.render import SPECIALS, chat
    from training.tokenizer import dressed

    vocabulary = {token: i for i, token in enumerate(fields["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
    tok = dressed(models.BPE(vocab=vocabulary, merges=merges))
    tok.add_special_tokens([AddedToken(token, special=True) for token in SPECIALS])
    llm = llama_cpp.Llama(str(bundled_model_path()), vocab_only=True, verbose=False)
    stream = problems(41, held=True)
    for _ in range(40):
        text = chat(prompting.observe(next(stream).problem))
        assert llm.tokenize(text.encode(), add_bos=False, special=True) == tok.encode(text).ids
