"""GGUF files that have the header of a large model and no weights: sparse, a few MB on disk.

They are for planning, which reads the header only, and for llama.cpp's trial loads (``no_alloc``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np

from tests.gguf_parts import TEMPLATE, Shape, Vocabulary, header, matrices

Kind = gguf.GGMLQuantizationType

QWEN3_14B = Shape(width=5120, layers=40, feed_forward=17_408, heads=40, kv_heads=8, head_width=128)
QWEN3_06B = Shape(width=1024, layers=28, feed_forward=3072, heads=16, kv_heads=8, head_width=128)
QWEN3_VOCABULARY = 151_936
Q4_K_M, Q8_0 = 15, 7


@dataclass(frozen=True)
class Ghost:
    """A model without weights. ``tied``: the output uses the embedding's weights."""

    shape: Shape = QWEN3_14B
    file_type: int = Q4_K_M
    vocabulary: int = QWEN3_VOCABULARY
    tied: bool = False
    architecture: str = "qwen3"
    extra: Mapping[str, str | int] = field(default_factory=dict)


def _more_bits(layer: int, layers: int) -> bool:
    """Which layers the mix Q4_K_M gives more bits."""
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def tensors(ghost: Ghost) -> Iterator[tuple[str, tuple[int, ...], gguf.GGMLQuantizationType]]:
    """Names, shapes (rows first) and types."""
    shape, mixed = ghost.shape, ghost.file_type == Q4_K_M
    plain = Kind.Q4_K if mixed else Kind.Q8_0
    better = Kind.Q6_K if mixed else Kind.Q8_0
    yield "token_embd.weight", (ghost.vocabulary, shape.width), plain
    if not ghost.tied:
        yield "output.weight", (ghost.vocabulary, shape.width), better
    yield "output_norm.weight", (shape.width,), Kind.F32
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm"):
            yield f"{block}{norm}.weight", (shape.width,), Kind.F32
        for norm in ("attn_q_norm", "attn_k_norm"):
            yield f"{block}{norm}.weight", (shape.head_width,), Kind.F32
        for name, size in matrices(shape).items():
            more = name in ("attn_v", "ffn_down") and _more_bits(layer, shape.layers)
            yield f"{block}{name}.weight", size, better if more else plain


def tensor_bytes(size: tuple[int, ...], kind: gguf.GGMLQuantizationType) -> int:
    per_block, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    return int(np.prod(size)) // per_block * block_bytes


def make_ghost(path: Path, ghost: Ghost | None = None) -> Path:
    """Write it; gives ``path``. The model's name is the file's stem."""
    ghost = ghost or Ghost()
    words = Vocabulary()
    for number in range(ghost.vocabulary - len(words.tokens)):
        words.add(f"[{number}]", gguf.TokenType.UNUSED)
    extra = {"general.file_type": ghost.file_type, **ghost.extra}
    out = header(path, ghost.shape, words, TEMPLATE, ghost.architecture, extra)
    total = 0
    for name, size, kind in tensors(ghost):
        count = tensor_bytes(size, kind)
        if kind is Kind.F32:
            out.add_tensor_info(name, size, np.dtype(np.float32), count)
        else:
            stored = gguf.quant_shape_to_byte_shape(size, kind)
            out.add_tensor_info(name, stored, np.dtype(np.uint8), count, raw_dtype=kind)
        total += -(-count // 32) * 32
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_ti_data_to_file()
    out.close()
    begin = -(-path.stat().st_size // 32) * 32
    os.truncate(path, begin + total)
    return path
