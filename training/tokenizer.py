"""The byte-level BPE: Qwen2's pre-tokenizer, ChatML specials, about two thousand tokens."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.problems.generate import problems
from training.render import SPECIALS
from training.render_more import tree

SIZE = 2048
# llama.cpp's pre-type "qwen2": single digits, words with one leading non-letter, …
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SPECIAL = re.compile("|".join(map(re.escape, SPECIALS)))


def _texts(seed: int, count: int) -> Iterator[str]:
    rng = random.Random(seed)
    for made in islice(problems(seed, held=False), count):
        whole = tree(rng, made)
        texts = [whole.prefix, *(f"{b.task}{b.thought}{b.answer}" for b in whole.branches)]
        # Special tokens are stripped, else merges would be spent on their spelling.
        yield from (part for text in texts for part in _SPECIAL.split(text))


def dressed(bpe: models.BPE) -> Tokenizer:
    """A tokenizer around ``bpe`` that splits as llama.cpp's pre-type ``qwen2`` does."""
    tok = Tokenizer(bpe)
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tok.decoder = decoders.ByteLevel()
    return tok


def train_tokenizer(seed: int, count: int = 4000) -> Tokenizer:
    """A tokenizer trained on ``count`` generated problems."""
    tok = dressed(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        special_tokens=list(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tok.train_from_iterator(_texts(seed, count), trainer)
    return tok


def load_or_train(path: Path, seed: int) -> Tokenizer:
    """The tokenizer in ``path``, made first when it is not there."""
    if not path.exists():
        train_tokenizer(seed).save(str(path))
    return Tokenizer.from_file(str(path))
