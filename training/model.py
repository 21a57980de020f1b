"""The Qwen3 dense transformer in PyTorch, its parameters named as GGUF names its tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.data import Packed


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes; rows are multiples of 32 as Q8_0 wants them."""

    n_vocab: int
    n_embd: int = 192
    n_layer: int = 4
    n_ff: int = 544
    n_head: int = 4
    n_head_kv: int = 2
    head_dim: int = 64
    rope_base: float = 1e4
    eps: float = 1e-6
    n_ctx: int = 8192


_SHARP = 1.5
"""First weight of the per-head norms. At 1 attention is too flat for copying to be learned soon."""


_WORD, _OUT = 0.5, 0.05
"""First size of the embeddings, and of the last norm that makes up for it in the logits.

Words as small as the other weights would drown in what the first blocks add."""


class Table(NamedTuple):
    """Queries of some branches, the keys they may see, and the additive mask between them."""

    queries: Tensor
    keys: Tensor
    mask: Tensor


class Layout(NamedTuple):
    """Where each token attends: padded index tables into the flat tokens, and the way back."""

    angle: Tensor
    prefixes: Tensor
    tables: list[Table]
    back: Tensor


def _table(prefixes: Tensor, branches: Tensor, parents: Tensor, device: torch.device) -> Table:
    length = branches.shape[1]
    keys = torch.cat([prefixes[parents], branches], 1)
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    seen = torch.cat([torch.ones(length, prefixes.shape[1], dtype=torch.bool), causal], 1)
    mask = torch.zeros(len(branches), 1, length, keys.shape[1])
    mask.masked_fill_(~(seen[None] & (keys >= 0)[:, None, :])[:, None], -torch.inf)
    return Table(branches.clamp(min=0).to(device), keys.clamp(min=0).to(device), mask.to(device))


def lay_out(batch: Packed, device: torch.device, shape: Shape) -> Layout:
    """The attention layout of a batch of trees."""
    prefixes = torch.from_numpy(batch.prefixes)
    branches = [torch.from_numpy(table) for table in batch.branches]
    parents = [torch.from_numpy(rows) for rows in batch.parents]
    flat = torch.cat([prefixes.flatten(), *(table.flatten() for table in branches)])
    back = torch.empty(len(batch.ids), dtype=torch.long)
    back[flat[flat >= 0]] = torch.arange(len(flat))[flat >= 0]
    half = torch.arange(0, shape.head_dim, 2) / shape.head_dim
    angle = torch.from_numpy(batch.positions)[:, None].float() * shape.rope_base**-half
    tables = [_table(prefixes, some, rows, device) for some, rows in zip(branches, parents, strict=True)]
    return Layout(angle.to(device), prefixes.clamp(min=0).to(device), tables, back.to(device))


def _linear(n_in: int, n_out: int, std: float = 0.02) -> nn.Linear:
    layer = nn.Linear(n_in, n_out, bias=False)
    nn.init.normal_(layer.weight, std=std)
    return layer


def _rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """NEOX style: the pairs are (i, i + head_dim / 2), so Q and K need no permutation."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def _rows(x: Tensor, index: Tensor) -> Tensor:
    """[tokens, heads, dim] → [rows, heads, length, dim]."""
    picked = x.flatten(1).index_select(0, index.flatten())
    return picked.view(*index.shape, *x.shape[1:]).transpose(1, 2)


class Block(nn.Module):
    """Attention with per-head norms, then a gated feed-forward layer."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.shape = s
        out = 0.02 / math.sqrt(2 * s.n_layer)
        self.attn_norm = nn.RMSNorm(s.n_embd, eps=s.eps)
        self.attn_q = _linear(s.n_embd, s.n_head * s.head_dim)
        self.attn_k = _linear(s.n_embd, s.n_head_kv * s.head_dim)
        self.attn_v = _linear(s.n_embd, s.n_head_kv * s.head_dim)
        self.attn_q_norm = nn.RMSNorm(s.head_dim, eps=s.eps)
        self.attn_k_norm = nn.RMSNorm(s.head_dim, eps=s.eps)
        for norm in (self.attn_q_norm, self.attn_k_norm):
            nn.init.constant_(norm.weight, _SHARP)
        self.attn_output = _linear(s.n_head * s.head_dim, s.n_embd, out)
        self.ffn_norm = nn.RMSNorm(s.n_embd, eps=s.eps)
        self.ffn_gate = _linear(s.n_embd, s.n_ff)
        self.ffn_up = _linear(s.n_embd, s.n_ff)
        self.ffn_down = _linear(s.n_ff, s.n_embd, out)

    def forward(self, x: Tensor, lay: Layout, cos: Tensor, sin: Tensor) -> Tensor:
        s, h = self.shape, self.attn_norm(x)
        q = _rope(self.attn_q_norm(self.attn_q(h).view(-1, s.n_head, s.head_dim)), cos, sin)
        k = _rope(self.attn_k_norm(self.attn_k(h).view(-1, s.n_head_kv, s.head_dim)), cos, sin)
        v = self.attn_v(h).view(-1, s.n_head_kv, s.head_dim)
        x = x + self.attn_output(self._attend(q, k, v, lay))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, lay: Layout) -> Tensor:
        s = self.shape
        k, v = (t.repeat_interleave(s.n_head // s.n_head_kv, 1) for t in (k, v))
        width = s.n_head * s.head_dim
        first = (_rows(q, lay.prefixes), _rows(k, lay.prefixes), _rows(v, lay.prefixes))
        out = [F.scaled_dot_product_attention(first[0], first[1], first[2], is_causal=True)]
        for table in lay.tables:
            seen = _rows(k, table.keys), _rows(v, table.keys)
            out.append(
                F.scaled_dot_product_attention(
                    _rows(q, table.queries), *seen, attn_mask=table.mask.to(q.dtype)
                )
            )
        flat = torch.cat([t.transpose(1, 2).reshape(-1, width) for t in out])
        return flat.index_select(0, lay.back)


class Model(nn.Module):
    """Token ids to logits; the embedding is also the output matrix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.n_vocab, shape.n_embd)
        nn.init.normal_(self.token_embd.weight, std=_WORD)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.n_layer))
        self.output_norm = nn.RMSNorm(shape.n_embd, eps=shape.eps)
        nn.init.constant_(self.output_norm.weight, _OUT)

    def forward(self, ids: Tensor, lay: Layout, predict: Tensor) -> Tensor:
        """Logits at the flat positions ``predict``."""
        x = self.token_embd(ids)
        cos, sin = lay.angle.cos()[:, None], lay.angle.sin()[:, None]
        for block in self.blk:
            x = block(x, lay, cos, sin)
        logits: Tensor = self.output_norm(x.index_select(0, predict)) @ self.token_embd.weight.T
        return logits

    def parameter_count(self) -> int:
        return sum(p.numel() for p in self.parameters())


def single(ids: list[int], shape: Shape) -> tuple[Tensor, Layout]:
    """Input and layout of one plain sequence, to compare with llama.cpp."""
    import numpy as np

    count = np.arange(len(ids))
    packed = Packed(
        ids=np.array(ids),
        positions=count,
        prefixes=count[None],
        branches=(),
        parents=(),
        predict=count[-1:],
        targets=count[-1:],
        trees=1,
    )
    return torch.tensor(ids), lay_out(packed, torch.device("cpu"), shape)
