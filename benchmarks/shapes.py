"""GGUF files of real shapes with made-up weights, for timing.

    python benchmarks/shapes.py 0.6b OUT.gguf      Qwen3-0.6B's shape, Q4_0, 151,936 tokens (0.4 GB)
    python benchmarks/shapes.py 14b OUT.gguf       Qwen3-14B's shape, Q4_K_M (9 GB)

Blocks are random, and what they write into the residual stream is nothing (scale 0), which costs the same
time as anything else. So a token's logits depend on that token alone, and the output matrix decides what
follows what. Every token has a code of its own, a row of ±1; the row of a follower holds the sum of the codes
of those it may follow. After the prompt one of four texts begins:

    free     words; each has four followers, so three seeds write three texts, and none ends by itself
    json     one JSON object, word for word, and then the end of the turn
    copy     ``COPIED``, word for word but for one word in ``EDIT``, as a repaired program repeats the old one
    noise    12 words, each with 6 followers: the same three come again and again, what follows is a draw

Without further ado it is ``free``; for another one, forbid the first tokens of those that stand before it:
``bias`` gives what a request needs. In thinking, ``free`` goes on until the budget ends.
"""

from __future__ import annotations

import argparse
import itertools
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from gguf import GGMLQuantizationType as Kind

from tests.gguf_parts import TEMPLATE, Shape, Vocabulary, header, matrices, norms

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int8]

SIX_HUNDRED_M = Shape(width=1024, layers=28, feed_forward=3072, heads=16, kv_heads=8, head_width=128)
FOURTEEN_B = Shape(
    width=5120, layers=40, feed_forward=17_408, heads=40, kv_heads=8, head_width=128, context=40_960
)
OUTPUT_ONLY = Shape(width=1024, layers=1, feed_forward=256, heads=8, kv_heads=8, head_width=128)
"""A step is little more than the output matrix: many steps in short time, with the whole vocabulary."""
NARROW = Shape(width=256, layers=1, feed_forward=256, heads=2, kv_heads=1, head_width=64)
"""Hardly any weights under the whole vocabulary: what is left is our own work."""
MIXING = Shape(width=512, layers=4, feed_forward=1024, heads=8, kv_heads=4, head_width=64)
"""For models whose blocks do write, so that a hidden state depends on all that was read."""

QWEN3_TOKENS = 151_936
COPIED, EDIT = 320, 25
"""Words of the text to copy, and that one in so many is another one."""
VERSION = 3
"""Changes with what is written, so that files kept from before are not used."""
_FOLLOWERS, _NOISE_WORDS, _NOISE_FOLLOWERS = 4, 12, 6
_JSON_WORDS = 200
_STARTS = 4
"""First words of ``free``."""
_FIRM = 4
"""How much more than a free follower the next word of a fixed text is wanted."""
TEXTS = ("free", "json", "copy", "noise")
"""The four texts; of those that are not forbidden the first is written."""
_WANTED = dict(zip(TEXTS, (8, 6, 4, 2), strict=True))
_MATCH = 16.0
"""Logit of a free follower; other words have about 0 ± 1."""


# Words


class Words(Vocabulary):
    """A vocabulary as large as wanted: bytes, control tokens, and words with the blank before them.

    Every beginning of a word is a token too, and a merge adds one letter, so that a text of these words is
    one token a word in any order.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.merges = ["Ċ Ċ"]
        self._known = {token: index for index, token in enumerate(self.tokens)}
        spare = _JSON_WORDS + 8
        self.words: list[int] = []
        for word in _prompt_words():
            for end in range(1, len(word) + 1):
                if f"Ġ{word[:end]}" not in self._known:
                    self.merges.append(f"Ġ{word[: end - 1]} {word[end - 1]}")
                    self.known(f"Ġ{word[:end]}")
        asked = set(self._known)
        for stem, letter in _stems():
            if len(self.tokens) >= size - spare:
                break
            if stem + letter not in asked:
                self.merges.append(f"{stem} {letter}")
            index = self.known(stem + letter)
            if len(stem) >= 3 and stem + letter not in asked:
                self.words.append(index)
        self.pieces = [self.known(piece) for piece in _json_pieces()]
        for number in itertools.count():
            if len(self.tokens) >= size:
                break
            self.add(f"[{number}]", gguf.TokenType.UNUSED)

    def known(self, token: str) -> int:
        """Number of the token, which is added if it is not there."""
        if token not in self._known:
            self._known[token] = self.add(token)
        return self._known[token]

    def id(self, token: str) -> int:
        return self._known[token]

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(self.tokens[one] for one in tokens).replace("Ġ", " ")


def _prompt_words() -> list[str]:
    """The words of the solver's prompts: as in a real vocabulary, they are a token each after a blank."""
    folder = Path(str(resources.files("atlas_tui.solver"))) / "prompts"
    texts = [file.read_text("utf-8") for file in sorted(folder.iterdir())]
    return sorted({word for text in texts for word in re.findall("[A-Za-z]{2,}", text)})


def _stems() -> Iterator[tuple[str, str]]:
    """All words, short ones first, each as what it begins with and its last letter."""
    sounds = ("bcdfghjklmnpqrstvwxz", "aeiou")
    level = ["Ġ"]
    for place in itertools.count():
        longer = []
        for stem in level:
            for letter in sounds[place % 2]:
                yield stem, letter
                longer.append(stem + letter)
        level = longer


def _json_pieces() -> list[str]:
    """A JSON object, cut into tokens that are found once each."""
    steps = [f'"step{number}",' for number in range(_JSON_WORDS)]
    return ['{"steps":[', *steps, '"done"],', '"count":', f"{_JSON_WORDS}", "}"]


# What follows what


@dataclass(frozen=True)
class Voice:
    """The words that take part in each text."""

    free: npt.NDArray[np.int64]
    copied: npt.NDArray[np.int64]
    spare: npt.NDArray[np.int64]
    """What stands in the original where ``copied`` has another word."""
    noise: npt.NDArray[np.int64]
    json: npt.NDArray[np.int64]

    @classmethod
    def of(cls, words: Words) -> Voice:
        order = np.random.default_rng(1).permutation(np.array(words.words))
        parts = np.split(order, np.cumsum([COPIED, COPIED, _NOISE_WORDS]))
        return cls(parts[3], parts[0], parts[1], parts[2], np.array(words.pieces))

    def starts(self) -> dict[str, list[int]]:
        first = {"json": self.json[:1], "copy": self.copied[:1], "noise": self.noise[:1]}
        return {"free": self.free[:_STARTS].tolist()} | {key: one.tolist() for key, one in first.items()}

    def original(self) -> list[int]:
        """What ``copy`` is a corrected copy of."""
        places = np.arange(COPIED)
        return np.where(places % EDIT == EDIT - 1, self.spare, self.copied).tolist()

    def provoking(self) -> list[int]:
        """Every three words that ``noise`` may write, each followed by one that it never writes."""
        table, found = _noise_table(), []
        for one, two, three in itertools.product(range(_NOISE_WORDS), repeat=3):
            if table[two, one] and table[three, two]:
                found.append([*self.noise[[one, two, three]].tolist(), int(self.spare[len(found) % COPIED])])
        np.random.default_rng(5).shuffle(found)
        return list(itertools.chain.from_iterable(found))


def _noise_table() -> npt.NDArray[np.bool_]:
    """Row f, column p: whether word f may follow word p."""
    rng = np.random.default_rng(2)
    size = _NOISE_WORDS
    return np.stack([np.isin(np.arange(size), rng.permutation(size)[:_NOISE_FOLLOWERS]) for _ in range(size)])


def bias(voice: Voice, text: str) -> tuple[tuple[int, float], ...]:
    """Logit biases that make a model of ``write`` begin with ``text``."""
    before = TEXTS[: TEXTS.index(text)]
    return tuple((token, -math.inf) for one in before for token in voice.starts()[one])


def _codes(size: int, width: int) -> Codes:
    return np.random.default_rng(3).integers(0, 2, (size, width), dtype=np.int8) * 2 - 1


def _followers(words: Words, voice: Voice, codes: Codes) -> Codes:
    """The output matrix, in whole numbers."""
    table = np.zeros_like(codes)
    rng = np.random.default_rng(4)
    for _ in range(_FOLLOWERS):
        table[rng.permutation(voice.free)] += codes[voice.free]
    allowed = _noise_table()
    for row, token in enumerate(voice.noise):
        table[token] += codes[voice.noise[allowed[row]]].sum(axis=0, dtype=np.int8)
    ends = np.array([words.id("<|im_end|>")])
    for chain in (np.append(voice.json, ends), np.append(voice.copied, ends)):
        table[chain[1:]] += _FIRM * codes[chain[:-1]]
    opening, thinking, line = words.id("ĊĊ"), words.id("<think>"), words.id("Ċ")
    for text, firsts in voice.starts().items():
        table[firsts] += _WANTED[text] * codes[opening]
    table[voice.free[:_STARTS]] += _FIRM * codes[thinking]
    table[thinking] += _FIRM * codes[line]
    return table.clip(-31, 31)


# Blocks of numbers


def _half(value: float) -> Bytes:
    return np.frombuffer(np.float16(value).tobytes(), np.uint8)


def _random(rows: int, columns: int, kind: Kind, scale: float, rng: np.random.Generator) -> Bytes:
    """Random weights of about this size; 0 makes them exactly 0."""
    numbers, size = gguf.GGML_QUANT_SIZES[kind]
    if kind is Kind.F32:
        values = rng.standard_normal((rows, columns), dtype=np.float32) * np.float32(scale)
        return values.view(np.uint8)
    blocks = np.frombuffer(rng.bytes(rows * columns // numbers * size), np.uint8)
    blocks = blocks.reshape(rows, columns // numbers, size).copy()
    match kind:
        case Kind.Q4_0:
            blocks[:, :, :2] = _half(scale / 4.6)
        case Kind.Q4_K:  # d * scale * q - dmin * min: both of six bits, q of four
            blocks[:, :, :2], blocks[:, :, 2:4] = _half(scale / 150), _half(scale / 40)
        case Kind.Q6_K:
            blocks[:, :, 192:208] = 1
            blocks[:, :, 208:] = _half(scale / 18.5)
        case _:
            raise ValueError(f"no random weights of kind {kind.name}")
    return blocks.reshape(rows, -1)


def _signs(codes: Codes, kind: Kind) -> Bytes:
    """±1 in blocks of this kind, exactly."""
    rows, up = len(codes), codes > 0
    match kind:
        case Kind.F32:
            return codes.astype(np.float32).view(np.uint8)
        case Kind.Q4_0:  # scale, then 8 + value, the first half of a block in the low bits
            halves = np.where(up, 9, 7).astype(np.uint8).reshape(rows, -1, 2, 16)
            packed = halves[:, :, 0] | halves[:, :, 1] << 4
            head = np.broadcast_to(_half(1.0), (*packed.shape[:2], 2))
            return np.concatenate([head, packed], axis=2).reshape(rows, -1)
        case Kind.Q4_K:  # scales and minima all 1, so a value is q - 1
            halves = np.where(up, 2, 0).astype(np.uint8).reshape(rows, -1, 4, 2, 32)
            packed = (halves[:, :, :, 0] | halves[:, :, :, 1] << 4).reshape(rows, -1, 128)
            ones = [*_half(1.0), *_half(1.0), *[1] * 8, *[0x11] * 4]
            head = np.broadcast_to(np.array(ones, np.uint8), (*packed.shape[:2], 16))
            return np.concatenate([head, packed], axis=2).reshape(rows, -1)
        case _:
            raise ValueError(f"no codes of kind {kind.name}")


def _whole(table: Codes, scale: float, kind: Kind) -> Bytes:
    """Whole numbers from -32 to 31 times ``scale``: F32 or Q6_K (``ql``, ``qh``, ``scales``, ``d``)."""
    if kind is Kind.F32:
        return (table.astype(np.float32) * np.float32(scale)).view(np.uint8)
    parts = []
    for rows in np.array_split(table, max(1, len(table) // 8192)):
        six = (rows + np.int8(32)).view(np.uint8).reshape(len(rows), -1, 2, 4, 32)
        low, high = six & 15, six >> 4
        ql = np.concatenate([low[..., 0, :] | low[..., 2, :] << 4, low[..., 1, :] | low[..., 3, :] << 4], -1)
        qh = high[..., 0, :] | high[..., 1, :] << 2 | high[..., 2, :] << 4 | high[..., 3, :] << 6
        count = six.shape[1]
        tail = np.array([*[1] * 16, *_half(scale)], np.uint8)
        tails = np.broadcast_to(tail, (len(rows), count, 18))
        blocks = [ql.reshape(len(rows), count, 128), qh.reshape(len(rows), count, 64), tails]
        parts.append(np.concatenate(blocks, axis=2).reshape(len(rows), -1))
    return np.concatenate(parts)


# Files


@dataclass(frozen=True)
class Tensor:
    name: str
    rows: int
    columns: int
    kind: Kind
    make: Callable[[], npt.NDArray]

    @property
    def size(self) -> int:
        """Bytes."""
        numbers, size = gguf.GGML_QUANT_SIZES[self.kind]
        return self.rows * self.columns // numbers * size


def kind_of(name: str, layer: int, layers: int, mixture: str) -> Kind:
    """The kind llama.cpp's quantizer gives a block's matrix (``llama_tensor_get_type``)."""
    if mixture != "Q4_K_M":
        return Kind[mixture]
    eighth = layers // 8
    more = layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
    return Kind.Q6_K if more and name in ("attn_v", "ffn_down") else Kind.Q4_K


def tensors(shape: Shape, words: Words, mixture: str, *, mixing: bool = False) -> Iterator[Tensor]:
    """All tensors of a model; nothing is made before ``make`` is called."""
    rng = np.random.default_rng(0)
    size = len(words.tokens)
    outer = Kind.F32 if mixture == "F32" else Kind.Q6_K

    def embedding() -> Bytes:
        return _signs(_codes(size, shape.width), kind_of("token_embd", 0, shape.layers, mixture))

    def output() -> Bytes:
        table = _followers(words, Voice.of(words), _codes(size, shape.width))
        return _whole(table, _MATCH / shape.width, outer)

    def block(rows: int, columns: int, kind: Kind, scale: float) -> Callable[[], Bytes]:
        return lambda: _random(rows, columns, kind, scale, rng)

    yield Tensor("token_embd.weight", size, shape.width, kind_of("", 0, shape.layers, mixture), embedding)
    ones = np.ones(shape.width, np.float32)
    yield Tensor("output_norm.weight", 1, shape.width, Kind.F32, lambda: ones)
    yield Tensor("output.weight", size, shape.width, outer, output)
    for layer in range(shape.layers):
        prefix = f"blk.{layer}."
        for name, data in norms(shape, prefix):
            yield Tensor(name, 1, data.size, Kind.F32, lambda data=data: data)  # type: ignore[misc]
        for name, (rows, columns) in matrices(shape).items():
            kind = kind_of(name, layer, shape.layers, mixture)
            writes = name in ("attn_output", "ffn_down")
            scale = 0.0 if writes and not mixing else columns**-0.5
            yield Tensor(f"{prefix}{name}.weight", rows, columns, kind, block(rows, columns, kind, scale))


def write(
    path: Path, shape: Shape, mixture: str, *, size: int = QWEN3_TOKENS, mixing: bool = False,
    hollow: bool = False,
) -> Path:  # fmt: skip
    """Write a model; ``hollow`` leaves its numbers out (a sparse file, for what reads the header alone).

    ``mixture`` is F32, Q4_0 or Q4_K_M; ``mixing`` lets the blocks write, and then its text says nothing.
    The file appears when it is whole.
    """
    words = Words(size)
    fresh = path.with_suffix(".part")
    out = header(fresh, shape, words, TEMPLATE, "qwen3", {})
    parts = list(tensors(shape, words, mixture, mixing=mixing))
    for one in parts:
        flat = one.rows == 1
        dtype = np.dtype(np.float32 if one.kind is Kind.F32 else np.uint8)
        sizes = [one.columns] if flat else [one.rows, one.size // one.rows // dtype.itemsize]
        raw_kind = None if one.kind is Kind.F32 else one.kind
        out.add_tensor_info(one.name, sizes, dtype, one.size, raw_dtype=raw_kind)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_ti_data_to_file()
    if not hollow:
        for one in parts:
            out.write_tensor_data(one.make())
    out.close()
    if hollow:
        total = sum(-(-one.size // 32) * 32 for one in parts)
        with fresh.open("r+b") as file:
            end = file.seek(0, 2)
            file.truncate(-(-end // 32) * 32 + total)
    return fresh.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a GGUF model of a real shape with made-up weights.")
    parser.add_argument("shape", choices=("0.6b", "14b"))
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    shape, mixture = (FOURTEEN_B, "Q4_K_M") if options.shape == "14b" else (SIX_HUNDRED_M, "Q4_0")
    write(options.out, shape, mixture)
    print(f"{options.out}: {options.out.stat().st_size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
