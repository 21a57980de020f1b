"""From a checkpoint to the GGUF in the package: F32, Q8_0 through llama.cpp, both checked against PyTorch."""

from __future__ import annotations

import ctypes
import json
import os
import random
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import gguf
import llama_cpp
import numpy as np
import torch
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from tokenizers import Tokenizer

from atlas_tui.solver import prompting
from training.model import Model, Shape, single
from training.problems.generate import problems
from training.render import END, NO_THOUGHT, START, STOP, THINK, UNTHINK, chat
from training.render_more import tree

NAME = "Atlas Tiny"
HASH_KEY = "atlas.prompt_hash"
LARGEST = 12_000_000
"""Bytes the bundled file may have."""


class CheckFailed(Exception):
    """llama.cpp and PyTorch disagree, or the file breaks a promise."""


def template() -> str:
    return (Path(__file__).parent / "chat_template.jinja").read_text("utf-8").rstrip("\n")


def load_model(folder: Path) -> Model:
    """The model of a run's checkpoint, in F32 on the CPU."""
    shape = Shape(**json.loads((folder / "shape.json").read_text()))
    model = Model(shape)
    saved = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(saved["model"])
    return model.eval()


def _metadata(shape: Shape, bpe: dict[str, Any]) -> dict[str, Any]:
    tokens = sorted(bpe["vocab"], key=bpe["vocab"].get)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in bpe["merges"]]
    # CONTROL tokens are never printed; as in Qwen3's own files the thinking tags are.
    kinds = dict.fromkeys((END, START, STOP), gguf.TokenType.CONTROL)
    kinds |= dict.fromkeys((THINK, UNTHINK), gguf.TokenType.USER_DEFINED)
    return {
        "name": NAME,
        "context_length": shape.n_ctx,
        "embedding_length": shape.n_embd,
        "block_count": shape.n_layer,
        "feed_forward_length": shape.n_ff,
        "head_count": shape.n_head,
        "head_count_kv": shape.n_head_kv,
        "key_length": shape.head_dim,
        "value_length": shape.head_dim,
        "layer_norm_rms_eps": shape.eps,
        "rope_freq_base": shape.rope_base,
        "file_type": int(gguf.LlamaFileType.ALL_F32),
        "tokenizer_model": "gpt2",
        "tokenizer_pre": "qwen2",
        "token_list": tokens,
        "token_merges": merges,
        "token_types": [int(kinds.get(token, gguf.TokenType.NORMAL)) for token in tokens],
        "bos_token_id": bpe["vocab"][END],
        "eos_token_id": bpe["vocab"][STOP],
        "pad_token_id": bpe["vocab"][END],
        "add_bos_token": False,
        "chat_template": template(),
    }


def write_f32(folder: Path, model: Model, target: Path) -> None:
    """The model as a GGUF of F32 tensors, tokenizer and chat template included."""
    bpe = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]
    out = gguf.GGUFWriter(str(target), "qwen3")
    for key, value in _metadata(model.shape, bpe).items():
        getattr(out, f"add_{key}")(value)
    out.add_string(HASH_KEY, prompting.prompt_hash())
    for name, weight in model.state_dict().items():
        out.add_tensor(name, weight.numpy())
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def quantize(source: Path, target: Path) -> None:
    """Q8_0 through llama.cpp; ``target`` is replaced in one step."""
    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0
    params.nthread = 1
    part = target.with_suffix(".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    if llama_cpp.llama_model_quantize(os.fsencode(source), os.fsencode(part), ctypes.byref(params)):
        raise CheckFailed(f"llama.cpp could not quantize {source}")
    part.replace(target)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a GGUF and PyTorch agree."""

    tokens: int
    texts: int
    """Texts that were tokenized."""
    greedy: int
    prompts: int
    """Prompts that were continued."""
    logit_error: float


@torch.no_grad()
def _next_logits(model: Model, ids: list[int]) -> Any:
    x, lay = single(ids, model.shape)
    return model(x, lay, torch.tensor([len(ids) - 1]))[0].numpy()


def _greedy(model: Model, ids: list[int], stop: int, limit: int) -> list[int]:
    made: list[int] = []
    while len(made) < limit and stop not in made:
        made.append(int(_next_logits(model, ids + made).argmax()))
    return made


def _continued(llm: Any, ids: list[int], count: int) -> tuple[Any, list[int]]:
    """llama.cpp's logits after the prompt, and ``count`` greedy tokens."""
    llm.reset()
    llm.eval(ids)
    first, made = llm.scores[len(ids) - 1].copy(), list[int]()
    while len(made) < count:
        made.append(int(llm.scores[llm.n_tokens - 1].argmax()))
        llm.eval(made[-1:])
    return first, made


def compare(path: Path, folder: Path, model: Model, prompts: int = 6, limit: int = 40) -> Agreement:
    """Tokens, first logits and greedy continuations of ``path`` against PyTorch, on held-out problems."""
    tok = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # An F32 cache (0 is GGML_TYPE_F32): an F16 one alone moves logits by about 1e-2.
    llm = llama_cpp.Llama(
        str(path), n_ctx=2048, n_threads=1, verbose=False, type_k=0, type_v=0, logits_all=True
    )
    rng, stop = random.Random(5), tok.encode(STOP).ids[0]
    trees = [tree(rng, made) for made in islice(problems(5, held=True), 40)]
    texts = [one.prefix + b.task + b.answer + STOP for one in trees for b in one.branches if not b.cut]
    equal = sum(tok.encode(t).ids == llm.tokenize(t.encode(), add_bos=False, special=True) for t in texts)
    greedy, error = 0, 0.0
    for one in trees[:prompts]:
        ids = tok.encode(one.prefix + one.branches[0].task).ids
        reference = _greedy(model, ids, stop, limit)
        logits, made = _continued(llm, ids, len(reference))
        error = max(error, float(np.abs(logits - _next_logits(model, ids)).max()))
        greedy += made == reference
    return Agreement(equal, len(texts), greedy, prompts, error)


def check_template(path: Path) -> None:
    """The template in the file renders what training rendered, with thinking on and off."""
    llm = llama_cpp.Llama(str(path), n_ctx=64, n_threads=1, verbose=False, vocab_only=True)
    render = Jinja2ChatFormatter(llm.metadata["tokenizer.chat_template"], eos_token=STOP, bos_token="")
    made = next(problems(5, held=True))
    messages = prompting.code(made.problem, "")
    plain: Any = [{"role": m.role, "content": m.content} for m in messages]
    if render(messages=plain).prompt != chat(messages):
        raise CheckFailed("the chat template differs with thinking on")
    if render(messages=plain, enable_thinking=False).prompt != chat(messages) + NO_THOUGHT:
        raise CheckFailed("the chat template differs with thinking off")


def export(folder: Path, target: Path) -> dict[str, Agreement]:
    """Write ``target`` from the checkpoint in ``folder``.

    Raises:
        CheckFailed: the F32 file does not give PyTorch's tokens and greedy text, or the result is too large.
    """
    model, plain, small = load_model(folder), folder / "f32.gguf", folder / "q8_0.gguf"
    write_f32(folder, model, plain)
    quantize(plain, small)
    check_template(small)
    found = {"F32": compare(plain, folder, model), "Q8_0": compare(small, folder, model)}
    exact = found["F32"]
    if exact.tokens != exact.texts or exact.greedy != exact.prompts:
        raise CheckFailed(f"the F32 file differs from PyTorch: {exact}")
    if small.stat().st_size > LARGEST:
        raise CheckFailed(f"{small.stat().st_size:,} bytes; at most {LARGEST:,} are allowed")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(small.read_bytes())
    part.replace(target)
    return found
