"""A small recurrent model (Mamba) with made-up weights: its state cannot go back part of the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.gguf_parts import CONTROL, Array, Shape, Vocabulary, finish, header

WIDTH, LAYERS, STATE, KERNEL, RANK = 64, 2, 16, 4, 4
INNER = 2 * WIDTH


def make_recurrent(path: Path) -> Path:
    """A random model that never ends by itself."""
    vocabulary = Vocabulary()
    shape = Shape(width=WIDTH, layers=LAYERS, feed_forward=0, heads=1, kv_heads=1, head_width=32)
    extra: dict[str, str | int] = {
        "mamba.ssm.conv_kernel": KERNEL,
        "mamba.ssm.inner_size": INNER,
        "mamba.ssm.state_size": STATE,
        "mamba.ssm.time_step_rank": RANK,
    }
    from tests.gguf_parts import TEMPLATE

    out = header(path, shape, vocabulary, TEMPLATE, "mamba", extra)
    for name, data in _tensors(vocabulary):
        out.add_tensor(name, data)
    finish(out)
    return path


def _tensors(vocabulary: Vocabulary) -> Iterator[tuple[str, Array]]:
    rng = np.random.default_rng(0)

    def gauss(*size: int, scale: float = 0.2) -> Array:
        return rng.standard_normal(size, dtype=np.float32) * np.float32(scale)

    count = len(vocabulary.tokens)
    embedding, output = gauss(count, WIDTH, scale=1.0), gauss(count, WIDTH, scale=0.3)
    embedding[:, 0], output[:, 0] = 3.0, 0.0
    for name in (*CONTROL, "<think>", "</think>"):
        output[vocabulary.id(name), 0] = -50.0
    yield "token_embd.weight", embedding
    yield "output_norm.weight", np.ones(WIDTH, np.float32)
    yield "output.weight", output
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        last = gauss(WIDTH, INNER)
        last[0] = 0.0
        yield f"{block}attn_norm.weight", np.ones(WIDTH, np.float32)
        yield f"{block}ssm_in.weight", gauss(2 * INNER, WIDTH)
        yield f"{block}ssm_conv1d.weight", gauss(INNER, KERNEL)
        yield f"{block}ssm_conv1d.bias", gauss(INNER)
        yield f"{block}ssm_x.weight", gauss(RANK + 2 * STATE, INNER)
        yield f"{block}ssm_dt.weight", gauss(INNER, RANK)
        yield f"{block}ssm_dt.bias", gauss(INNER)
        yield f"{block}ssm_a", -np.exp(gauss(INNER, STATE))
        yield f"{block}ssm_d", np.ones(INNER, np.float32)
        yield f"{block}ssm_out.weight", last
