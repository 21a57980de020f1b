"""What a model needs of memory, from its header alone: weights by layer, KV cache, states, compute buffers.

Everything is in bytes. llama.cpp counts the output as one more layer, and so does this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas_tui.engine.llama.gguf_header import RECURRENT, Header, kv_bytes

CELLS_STEP = 256
"""llama.cpp rounds a context up to a multiple of this many tokens."""
SEQUENCES = 24
"""Sequence ids of a context: those that write, and those that keep what was read."""
OUTPUTS = 32
"""Rows of one step that may give an output; at least ``SEQUENCES``, or llama.cpp aborts."""

_BLOCK = re.compile(r"blk\.(\d+)\.")
_F32 = 4
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL",
    26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0",
    37: "TQ2_0", 38: "MXFP4", 39: "NVFP4",
}  # fmt: skip
"""Names of ``llama_ftype`` in llama.h."""
_GUESSED = 1024  # a flag beside the type
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Work:
    """The size of one step: ``rows`` tokens against a context of ``cells`` tokens."""

    rows: int
    cells: int
    flash: bool


@dataclass(frozen=True, slots=True)
class Footprint:
    """Sizes of one model."""

    layers: tuple[int, ...]
    """Weights of each layer."""
    output: int
    """Weights that only the output layer has."""
    output_on_gpu: int
    """The same on a GPU; where the output uses the embedding's weights, a second copy of them goes there."""
    embedding: int
    """What always stays in RAM: the embedding table, of which a token reads one row."""
    largest: int
    """The largest tensor of any layer."""
    cells: tuple[int, ...]
    """Numbers in the KV cache for a token, by layer."""
    state: int
    """Recurrent state of one sequence in one layer that has one; 0 for models without."""
    stateful: tuple[bool, ...]
    """Which layers have a recurrent state."""
    quantizable: bool
    """Whether the KV cache can be q8_0 or q4_0: the width of a head is a multiple of 32."""
    width: int
    spread: int
    """Widest thing a feed-forward layer computes for a token, in numbers; all experts in use together."""
    heads: int
    query: int
    vocabulary: int
    unknown: tuple[str, ...]
    """What the header does not tell, in words."""

    @property
    def weights(self) -> int:
        """All weights, each once."""
        return sum(self.layers) + self.embedding + self.output

    def cache(self, layer: int, tokens: int, kv_type: str) -> int:
        """KV cache and recurrent states of one layer."""
        states = self.state * SEQUENCES if self.stateful[layer] else 0
        return kv_bytes(self.cells[layer], kv_type) * round_up(tokens) + states

    def compute(self, work: Work) -> int:
        """An estimate of a device's compute buffer.

        The terms are the tensors that are alive at once in llama.cpp's graph at its widest place: in the
        feed-forward layer, in the attention (without flash attention all scores of a step are kept), and at
        the output. They were fitted to the sizes llama.cpp 0.3.36 reports for Qwen3 0.6B and 14B, from 32 to
        2,048 rows and 4,096 to 65,536 cells: at worst 1.3 % too small, and 11 MB or 3 % too large.
        """
        rows = -(-work.rows // SEQUENCES) * SEQUENCES
        mask = rows * work.cells * (2 if work.flash else _F32)
        feed = rows * _F32 * (3 * self.spread + 4 * self.width)
        wide = max(self.query, self.width)
        scores = 0 if work.flash else rows * work.cells * self.heads * _F32
        attention = scores + rows * _F32 * 11 * wide // 2
        last = OUTPUTS * self.vocabulary * _F32 + rows * _F32 * 3 * self.width
        return mask + max(feed, attention, last)

    def outputs(self) -> int:
        """Logits and hidden states that one step hands over, in RAM."""
        return OUTPUTS * (self.vocabulary + self.width) * _F32


def round_up(tokens: int) -> int:
    return -(-tokens // CELLS_STEP) * CELLS_STEP


def measure(header: Header) -> Footprint:
    """The footprint of a model."""
    count = header.number("block_count")
    layers, output, embedding, rest = [0] * count, 0, 0, 0
    for tensor in header.table:
        match = _BLOCK.match(tensor.name)
        if match and int(match[1]) < count:
            layers[int(match[1])] += tensor.size
        elif tensor.name.startswith("output"):
            output += tensor.size
        elif tensor.name.startswith("token_embd."):
            embedding += tensor.size
        else:
            rest += tensor.size
    tied = not any(tensor.name == "output.weight" for tensor in header.table)
    state, stateful = _states(header)
    cells = header.cell_numbers()
    heads = max(0, *header.per_layer("attention.head_count"), 0)
    width = header.head_width()
    key = max(0, header.number("attention.key_length", width))
    value = max(0, header.number("attention.value_length", width))
    return Footprint(
        layers=tuple(layers),
        output=output,
        output_on_gpu=output + (embedding if tied else 0),
        embedding=embedding + rest,
        largest=max((tensor.size for tensor in header.table if _BLOCK.match(tensor.name)), default=0),
        cells=cells,
        state=state,
        stateful=stateful,
        quantizable=any(cells) and key > 0 and key % 32 == 0 and value > 0 and value % 32 == 0,
        width=_count(header, "embedding_length"),
        spread=_spread(header),
        heads=heads,
        query=heads * key,
        vocabulary=header.lengths.get("tokenizer.ggml.tokens", 0),
        unknown=_unknown(header, state, stateful),
    )


def _count(header: Header, key: str) -> int:
    """A number that cannot be negative, whatever the file says."""
    return max(0, header.number(key))


def _spread(header: Header) -> int:
    dense = max(0, *header.per_layer("feed_forward_length"), 0)
    used = _count(header, "expert_used_count")
    expert = _count(header, "expert_feed_forward_length") or dense
    if not used:
        return dense
    # Every expert in use also gives a whole row of the model's width before they are summed.
    shared = _count(header, "expert_shared_count") * expert
    return used * (expert + _count(header, "embedding_length")) + shared


def _states(header: Header) -> tuple[int, tuple[bool, ...]]:
    """Bytes of a recurrent state in one layer for one sequence, and which layers have one.

    As ``llama_hparams::n_embd_r`` and ``n_embd_s`` count them for state-space layers, in F32.
    """
    count = header.number("block_count")
    inner, size = _count(header, "ssm.inner_size"), _count(header, "ssm.state_size")
    if not inner:
        return 0, (False,) * count
    window = max(0, header.number("ssm.conv_kernel") - 1)
    numbers = window * (inner + 2 * _count(header, "ssm.group_count") * size) + size * inner
    heads = header.per_layer("attention.head_count_kv", -1)
    interval = header.number("full_attention_interval")
    mixed = 0 in heads and any(heads)
    stateful = (
        (layer + 1) % interval > 0 if interval > 0 else not mixed or heads[layer] == 0
        for layer in range(count)
    )
    return numbers * _F32, tuple(stateful)


def _unknown(header: Header, state: int, stateful: tuple[bool, ...]) -> tuple[str, ...]:
    notes = []
    recurrent = tuple(f"{header.architecture}.{part}." for part in ("ssm", "wkv", "kda", "shortconv"))
    if not state and any(key.startswith(recurrent) for key in header.values):
        notes.append("the size of its recurrent state is unknown and not counted")
    if not any(header.cell_numbers()) and header.architecture not in RECURRENT:
        notes.append("the size of its KV cache is unknown and not counted")
    if not header.table:
        notes.append("the sizes of its weights are unknown")
    return tuple(notes)


def quantization(header: Header) -> str:
    """What its weights are, such as ``Q4_K_M``; empty when the header does not tell."""
    kind = header.values.get("general.file_type")
    if not isinstance(kind, int) or kind == _GUESSED:
        return ""
    return _FILE_TYPES.get(kind & ~_GUESSED, "")


def title(header: Header, stem: str) -> str:
    """Its name and quantization in one line, such as ``Qwen3-14B Q4_K_M``. The name may be anything, so only
    what can be printed is kept of it."""
    given = header.text("general.name") or stem
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in given).split())[:_LONGEST_NAME]
    kind = quantization(header)
    name = re.sub(rf"[-_. ]*{re.escape(kind)}\Z", "", name, flags=re.IGNORECASE) if kind else name
    return " ".join(part for part in (name or "model", kind) if part)
