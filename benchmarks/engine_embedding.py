"""Line 3: embeddings of what is written, summed up while it is written."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np

from benchmarks import shapes
from benchmarks.engine_inside import ask_inside
from benchmarks.engine_parts import Bench, Found, Goal, rendered, spread

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
    """Over some candidates."""
    words = shapes.Words(_VOCABULARY)
    forbidden = [words.id(name) for name in ("<|im_end|>", "<|endoftext|>", "<think>", "</think>")]
    found = await ask_inside(
        "drawn", model=str(model), prompts=list(_PROMPTS), tokens=40, forbidden=forbidden
    )
    cosines = []
    for text, one in zip(_PROMPTS, found, strict=True):
        again = await ask_inside("reencoded", model=str(model), prompt=rendered(text), tokens=one["tokens"])
        cosines.append(_cosine(_components(one["half"]), np.array(again["mean"])))
    bench.note(f"{model.stem}: cosines {spread(cosines, 6)} over {len(cosines)} candidates")
    return min(cosines)


def _components(half: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(half), "<f2").astype(np.float64)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
