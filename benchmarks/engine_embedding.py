"""Line 3: embeddings of what is written, summed up while it is written."""

from __future__ import annotations

import base64
import math
from pathlib import Path

import numpy as np

from atlas_tui.engine.base import Span
from atlas_tui.events import Vector
from benchmarks import shapes
from benchmarks.engine_inside import ask_inside
from benchmarks.engine_parts import Bench, Found, Goal, ask, rendered, run, spread

TITLE = "embeddings of generated candidates"
GOALS = (
    Goal("embedding_extra_passes", "forward passes that embeddings add", "", most=0.0),
    Goal("embedding_step_share", "time of summing to time of a three-row step", most=0.02),
    Goal("embedding_on_vs_off", "CPU time of a three-row step with embeddings to without", most=1.02),
    Goal("embedding_cosine_f32", "least cosine to a second pass, F32", "", least=0.9999, digits=6),
    Goal("embedding_cosine_quantized", "least cosine to a second pass, Q4_0", "", least=0.999, digits=6),
)
_VOCABULARY = 4096
_PROMPTS = ("Print twice the number.", "Sort the names by length, shortest first.", "Count the islands.")


async def measure(bench: Bench) -> Found:
    options = bench.options
    cost = await ask_inside(
        "embedding", model=str(bench.small), tokens=options.size(64, 24), runs=options.runs
    )
    bench.note(f"embedding_on_vs_off: {spread(cost['ratios'], 3)} over {len(cost['ratios'])} turns")
    return {
        "embedding_extra_passes": cost["decodes_with"] - cost["decodes_without"],
        "embedding_step_share": cost["share"],
        "embedding_on_vs_off": cost["ratio"],
        "embedding_cosine_f32": await _least_cosine(bench, bench.mixing("F32")),
        "embedding_cosine_quantized": await _least_cosine(bench, bench.mixing("Q4_0")),
    }


async def _least_cosine(bench: Bench, model: Path) -> float:
    """Over some candidates; their text has only words, so that it gives the same tokens again."""
    words = shapes.Words(_VOCABULARY)
    forbidden = [*words.pieces, *(words.id(name) for name in ("<|im_end|>", "<think>", "</think>"))]
    bias = tuple((token, -math.inf) for token in forbidden)
    requests = [
        ask(text, str(number), seed=number + 1, tokens=40, bias=bias, embed=(Span.ANSWER,))
        for number, text in enumerate(_PROMPTS)
    ]
    async with bench.engine(model, context=2048) as engine:
        done = (await run(engine, requests)).done
    cosines = []
    for number, text in enumerate(_PROMPTS):
        one = done[str(number)]
        answer = await ask_inside(
            "reencoded", model=str(model), prompt=rendered(text), text=one.text, tokens=one.answer_tokens
        )
        cosines.append(_cosine(_components(one.embeddings[0]), np.array(answer["mean"])))
    return min(cosines)


def _components(vector: Vector) -> np.ndarray:
    return np.frombuffer(base64.b64decode(vector.half), "<f2").astype(np.float64)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
