"""What a GGUF file with made-up weights is written from: a shape, a byte-level vocabulary, tensors."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

TEMPLATE = (
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}"
    "{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}"
    "{{- '<think>\\n\\n</think>\\n\\n' }}"
    "{%- endif %}{%- endif %}"
)
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


@dataclasses.dataclass(frozen=True)
class Shape:
    """Dimensions of a Qwen3 dense model."""

    width: int
    layers: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_width: int
    context: int = 16_384
    rope_base: float = 1e6


def _printable() -> list[str]:
    """The printable stand-in of every byte value in a byte-level vocabulary."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spare = itertools.count(256)
    return [chr(byte) if byte in plain else chr(next(spare)) for byte in range(256)]


_STAND_IN = _printable()


def raw(text: str) -> str:
    return "".join(_STAND_IN[byte] for byte in text.encode())


class Vocabulary:
    """A byte-level vocabulary with ChatML's control tokens, in the order of their numbers."""

    def __init__(self) -> None:
        self.tokens = [*_STAND_IN]
        self.types = [gguf.TokenType.NORMAL] * 256
        self.merges = ["Ċ Ċ", "Ġ Ġ", "i n", "r e", "o n", "e r", "t h", "Ġ t"]
        for merge in self.merges:
            self.add(merge.replace(" ", ""))
        for name in CONTROL:
            self.add(name, gguf.TokenType.CONTROL)
        for name in ("<think>", "</think>"):
            self.add(name, gguf.TokenType.USER_DEFINED)

    def add(self, token: str, kind: gguf.TokenType = gguf.TokenType.NORMAL) -> int:
        self.tokens.append(token)
        self.types.append(kind)
        return len(self.tokens) - 1

    def id(self, token: str) -> int:
        return self.tokens.index(token)


def write(
    path: Path,
    shape: Shape,
    vocabulary: Vocabulary,
    tensors: Iterator[tuple[str, Array]],
    *,
    template: str = TEMPLATE,
    architecture: str = "qwen3",
    extra: Mapping[str, str | int] | None = None,
) -> Path:
    """Write a GGUF with F32 tensors."""
    out = header(path, shape, vocabulary, template, architecture, extra or {})
    for name, data in tensors:
        out.add_tensor(name, data)
    finish(out)
    return path


def header(
    path: Path,
    shape: Shape,
    vocabulary: Vocabulary,
    template: str,
    architecture: str,
    extra: Mapping[str, str | int],
) -> gguf.GGUFWriter:
    out = gguf.GGUFWriter(str(path), architecture)
    out.add_name(path.stem)
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_block_count(shape.layers)
    out.add_feed_forward_length(shape.feed_forward)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.kv_heads)
    out.add_key_length(shape.head_width)
    out.add_value_length(shape.head_width)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_rope_freq_base(shape.rope_base)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("qwen2")
    out.add_token_list(vocabulary.tokens)
    out.add_token_types([int(kind) for kind in vocabulary.types])
    out.add_token_merges(vocabulary.merges)
    out.add_bos_token_id(vocabulary.id("<|endoftext|>"))
    out.add_eos_token_id(vocabulary.id("<|im_end|>"))
    out.add_add_bos_token(False)
    for key, value in extra.items():
        if isinstance(value, str):
            out.add_string(key, value)
        else:
            out.add_uint32(key, value)
    if template:
        out.add_chat_template(template)
    return out


def finish(out: gguf.GGUFWriter) -> None:
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def matrices(shape: Shape) -> dict[str, tuple[int, int]]:
    """Rows and columns of the matrices of one block."""
    queries, keys = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
    return {
        "attn_q": (queries, shape.width),
        "attn_k": (keys, shape.width),
        "attn_v": (keys, shape.width),
        "attn_output": (shape.width, queries),
        "ffn_gate": (shape.feed_forward, shape.width),
        "ffn_up": (shape.feed_forward, shape.width),
        "ffn_down": (shape.width, shape.feed_forward),
    }


def norms(shape: Shape, block: str, query: float = 1.0, key: float = 1.0) -> Iterator[tuple[str, Array]]:
    for name, size, value in (
        ("attn_norm", shape.width, 1.0),
        ("ffn_norm", shape.width, 1.0),
        ("attn_q_norm", shape.head_width, query),
        ("attn_k_norm", shape.head_width, key),
    ):
        yield f"{block}{name}.weight", np.full(size, value, np.float32)
