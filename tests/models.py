"""Small GGUF models with made-up weights, for real llama.cpp.

    python tests/models.py tiny OUT.gguf          random weights: works, but says nothing
    python tests/models.py reciter OUT.gguf TEXT… recites one of the texts, by seed
    python tests/models.py 0.6b OUT.gguf          the shape of a 0.6 billion parameter model, for timing

How a reciter works. Its texts are cut into pieces and every piece is a token of its own, found nowhere
else, so a text is a chain of tokens. Residual branches write nothing, so the next token depends on the
current one: the output matrix gives the follower of each token a high logit. After the last token of the
prompt all first pieces are equally likely, and the sampler's seed decides.

Texts can be bound to the prompt: ``{"snippet": [texts]}``. Each snippet is a token of its own as well.
One attention head looks for snippets (the order of the keys is the order of precedence), and what it
finds is added to the current token, which favours the texts of that snippet. The key ``""`` is for
prompts that hold none of them.

With ``top_p`` at 0.8 the last of five equally likely texts is never drawn; four or fewer all are.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.gguf_parts import (
    CONTROL,
    TEMPLATE,
    Array,
    Shape,
    Vocabulary,
    finish,
    header,
    matrices,
    norms,
    raw,
    write,
)

THOUGHT = tuple(f"thought {number}, " for number in range(40))
"""What a reciter thinks before it closes its thinking block by itself, one token each."""


TINY = Shape(width=64, layers=2, feed_forward=128, heads=2, kv_heads=1, head_width=32)
RECITER = Shape(
    width=256, layers=1, feed_forward=32, heads=1, kv_heads=1, head_width=64, rope_base=1e9, context=32_768
)
SIX_HUNDRED_M = Shape(width=1024, layers=28, feed_forward=3072, heads=16, kv_heads=8, head_width=128)


# Random weights


def _random_tensors(shape: Shape, vocabulary: Vocabulary, seed: int) -> Iterator[tuple[str, Array]]:
    """Gaussian weights. The first component is constant and forbids the control tokens, so that such a
    model writes on until its budget ends."""
    rng = np.random.default_rng(seed)

    def gauss(rows: int, columns: int, scale: float) -> Array:
        return rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(scale)

    size = len(vocabulary.tokens)
    embedding, output = gauss(size, shape.width, 1.0), gauss(size, shape.width, 0.3)
    embedding[:, 0], output[:, 0] = 2.0, 0.0
    for name in (*CONTROL, "<think>", "</think>"):
        output[vocabulary.id(name), 0] = -50.0
    yield "token_embd.weight", embedding
    yield "output_norm.weight", np.ones(shape.width, np.float32)
    yield "output.weight", output
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        yield from norms(shape, block)
        for name, (rows, columns) in matrices(shape).items():
            data = gauss(rows, columns, 0.15)
            if name in ("attn_output", "ffn_down"):
                data[0] = 0.0
            yield f"{block}{name}.weight", data


def make_tiny(
    path: Path,
    *,
    template: str = TEMPLATE,
    architecture: str = "qwen3",
    extra: Mapping[str, str | int] | None = None,
) -> Path:
    """A random model of about 0.4 MB. Its text is noise and never ends by itself."""
    vocabulary = Vocabulary()
    tensors = _random_tensors(TINY, vocabulary, 0)
    return write(path, TINY, vocabulary, tensors, template=template, architecture=architecture, extra=extra)


# Reciting weights

_MARKS = 24
"""Most snippets."""
_CONSTANT, _MARK, _FOUND, _FREE = 0, 1, 1 + _MARKS, 1 + 2 * _MARKS
"""Components of the residual stream: a constant, which snippet a token is, which one the head found; the
rest is a random name for every token."""
_CONST_VALUE = 4.0
_NAME_SQUARE = RECITER.width - _CONST_VALUE**2
_PEAK = 150.0


class _Chains:
    """Vocabulary and edges of a reciter."""

    def __init__(self, replies: Mapping[str, Sequence[str]]) -> None:
        self.vocabulary = Vocabulary()
        self.snippets = [key for key in replies if key]
        if len(self.snippets) > _MARKS:
            raise ValueError(f"at most {_MARKS} snippets are possible")
        self._taken = set(self.vocabulary.tokens)
        self.marks = [self._own(key, gguf.TokenType.USER_DEFINED) for key in self.snippets]
        self.edges: list[tuple[int, int]] = []
        self.firsts: list[tuple[int, int]] = []
        """First pieces, and which snippet they are bound to (-1 for none)."""
        self.lasts: list[int] = []
        for key, texts in replies.items():
            for text in dict.fromkeys(texts):
                chain = [self._own(piece) for piece in self._pieces(text)]
                self.edges += itertools.pairwise(chain)
                self.firsts.append((chain[0], self.snippets.index(key) if key else -1))
                self.lasts.append(chain[-1])
        thought = [self._own(raw(text)) for text in THOUGHT]
        one = self.vocabulary.id
        path = [one("Ċ"), one("<think>"), *thought, one("</think>"), one("ĊĊ")]
        self.edges += itertools.pairwise(path)

    def _own(self, token: str, kind: gguf.TokenType = gguf.TokenType.NORMAL) -> int:
        if token in self._taken:
            raise ValueError(f"{token!r} is needed twice")
        self._taken.add(token)
        return self.vocabulary.add(token, kind)

    def _pieces(self, text: str) -> list[str]:
        """Cut a text into pieces that are no tokens yet."""
        for size in range(12, 0, -1):
            pieces = self._cut(text, size)
            if pieces:
                return pieces
        raise ValueError(f"{text!r} is too short to be told from the other texts")

    def _cut(self, text: str, size: int) -> list[str]:
        pieces: list[str] = []
        used = set(self._taken)
        begin = 0
        while begin < len(text):
            for end in range(min(begin + size, len(text)), len(text) + 1):
                piece = raw(text[begin:end])
                if piece not in used:
                    break
            else:
                return []
            used.add(piece)
            pieces.append(piece)
            begin = end
        return pieces


def _embedding(chains: _Chains, rng: np.random.Generator) -> Array:
    size = len(chains.vocabulary.tokens)
    table = np.zeros((size, RECITER.width), np.float32)
    names = rng.standard_normal((size, RECITER.width - _FREE), dtype=np.float32)
    names *= np.sqrt(_NAME_SQUARE) / np.linalg.norm(names, axis=1, keepdims=True)
    # All last pieces have one name: the end token then has one edge, not a noisy sum of many.
    names[chains.lasts] = names[chains.lasts[0]]
    table[:, _FREE:] = names
    table[:, _CONSTANT] = _CONST_VALUE
    for index, token in enumerate(chains.marks):
        table[token, _FREE:] = 0.0
        table[token, _MARK + index] = np.sqrt(_NAME_SQUARE)
    return table


def _output(chains: _Chains, embedding: Array) -> Array:
    table = np.zeros_like(embedding)

    def edge(current: int, follower: int) -> None:
        table[follower, _FREE:] += _PEAK * embedding[current, _FREE:] / _NAME_SQUARE

    for current, follower in chains.edges:
        edge(current, follower)
    edge(chains.lasts[0], chains.vocabulary.id("<|im_end|>"))
    for first, snippet in chains.firsts:
        edge(chains.vocabulary.id("ĊĊ"), first)
        if snippet >= 0:
            # Half against without its snippet, half more than the unbound with it.
            table[first, _CONSTANT] -= 0.5 * _PEAK / _CONST_VALUE
            table[first, _FOUND + snippet] += _PEAK / np.sqrt(_NAME_SQUARE)
    return table


def _finder() -> dict[str, Array]:
    """The attention head that finds the snippet of highest precedence anywhere before.

    Queries are all the same; keys lie on a half circle in the plane that rotary embedding turns slowest
    (so slowly that position does not matter): snippets from one end on, all other tokens at the other.
    """
    shape = {name: np.zeros(size, np.float32) for name, size in matrices(RECITER).items()}
    across, up = RECITER.head_width // 2 - 1, RECITER.head_width - 1
    unit = np.sqrt(_NAME_SQUARE)
    shape["attn_q"][across, _CONSTANT] = 1.0
    shape["attn_k"][across, _CONSTANT] = -1.0 / _CONST_VALUE
    for index in range(_MARKS):
        cosine = 1.0 - 2.0 * index / _MARKS
        shape["attn_k"][across, _MARK + index] = (1.0 + cosine) / unit
        shape["attn_k"][up, _MARK + index] = np.sqrt(1.0 - cosine**2) / unit
        shape["attn_v"][index, _MARK + index] = 1.0 / unit
        shape["attn_output"][_FOUND + index, index] = unit
    return shape


def _reciter_tensors(chains: _Chains) -> Iterator[tuple[str, Array]]:
    embedding = _embedding(chains, np.random.default_rng(7))
    yield "token_embd.weight", embedding
    yield "output_norm.weight", np.ones(RECITER.width, np.float32)
    yield "output.weight", _output(chains, embedding)
    yield from norms(RECITER, "blk.0.", query=8.0, key=8.0)
    for name, data in _finder().items():
        yield f"blk.0.{name}.weight", data


def make_reciter(path: Path, replies: Sequence[str] | Mapping[str, Sequence[str]]) -> Path:
    """A model that answers every prompt with one of ``replies``, equally likely, by seed.

    With a mapping, the first key (a snippet of text) that the prompt holds decides which replies can come;
    the key ``""`` is for prompts with none. Snippets are found only where no longer snippet covers them.
    """
    table = replies if isinstance(replies, Mapping) else {"": replies}
    chains = _Chains(table)
    return write(path, RECITER, chains.vocabulary, _reciter_tensors(chains))


# A model for timing


def make_shaped(
    path: Path, shape: Shape = SIX_HUNDRED_M, *, vocabulary: int = 151_936, seed: int = 0
) -> Path:
    """A model of this shape with random Q8_0 weights and tied embeddings; its text is noise."""
    words = Vocabulary()
    for number in range(vocabulary - len(words.tokens)):
        words.add(f"[{number}]", gguf.TokenType.UNUSED)
    out = header(path, shape, words, TEMPLATE, "qwen3", {})
    rng = np.random.default_rng(seed)

    def add(name: str, rows: int, columns: int, scale: float) -> None:
        blocks = rng.integers(0, 256, (rows, columns // 32, 34), dtype=np.uint8)
        blocks[:, :, :2] = np.frombuffer(np.float16(scale / 73).tobytes(), np.uint8)
        kind = gguf.GGMLQuantizationType.Q8_0
        out.add_tensor(f"{name}.weight", blocks.reshape(rows, -1), raw_dtype=kind)

    add("token_embd", vocabulary, shape.width, 0.05)
    out.add_tensor("output_norm.weight", np.ones(shape.width, np.float32))
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        for name, data in norms(shape, block):
            out.add_tensor(name, data)
        for name, (rows, columns) in matrices(shape).items():
            add(block + name, rows, columns, 0.02)
    finish(out)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a small GGUF model with made-up weights.")
    parser.add_argument("kind", choices=("tiny", "reciter", "0.6b"))
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", nargs="*", help="what a reciter says")
    options = parser.parse_args()
    match options.kind:
        case "tiny":
            make_tiny(options.out)
        case "reciter":
            make_reciter(options.out, options.texts or ["Hello.", "Good morning."])
        case _:
            make_shaped(options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
