"""Three candidates in one batch against the same three one after another through class ``Llama``.

    python benchmarks/three_streams.py                      the bundled model, or else made-up weights
    python benchmarks/three_streams.py --shape 0.6b         made-up weights in the shape of a 0.6 B model
    python benchmarks/three_streams.py --model FILE.gguf

Both sides use the same file, prompt, sampler settings, number of threads and number of new tokens, and take
turns in one run, because a shared machine drifts. The class may reuse its own prompt cache between its three
calls, as it does by default. Compared is the rate of new tokens over the whole call, prompt reading included:
every repetition has a prompt of its own, so neither side can reuse what the one before has read.
The last line is JSON. With several repetitions the middle one by ratio is reported.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# As in the model process; it must be set before OpenMP is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Finished, Message, Sampler, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.settings import ModelSettings
from tests import models

STREAMS = 3
SENTENCE = "Read the numbers, keep the even ones and print their sum. "


@dataclass(frozen=True)
class Timing:
    """One side of one repetition."""

    tokens: int
    seconds: float
    cpu_seconds: float
    """Of the process that computes; it says more than the clock where others use the machine too."""

    @property
    def rate(self) -> float:
        """New tokens per second, over all streams."""
        return self.tokens / self.seconds

    @property
    def cpu_rate(self) -> float:
        """New tokens per CPU second."""
        return self.tokens / self.cpu_seconds


class Stopwatch:
    """Wall and CPU time of a process since it was made."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid)
        self._wall, self._cpu = time.perf_counter(), self._used()

    def _used(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def stop(self, tokens: int) -> Timing:
        return Timing(tokens, time.perf_counter() - self._wall, self._used() - self._cpu)


def messages(prompt: str) -> tuple[Message, ...]:
    return (Message(role="user", content=prompt),)


async def batched(engine: LlamaEngine, prompt: str, new: int) -> Timing:
    requests = [
        SequenceRequest(id=str(seed), messages=messages(prompt), sampler=Sampler(seed=seed), max_tokens=new)
        for seed in range(1, STREAMS + 1)
    ]
    watch = Stopwatch(engine.pid)
    done = [event async for event in engine.generate(requests) if isinstance(event, Finished)]
    return watch.stop(sum(one.answer_tokens for one in done))


def one_after_another(llama: Any, prompt: str, new: int) -> Timing:
    default, tokens = Sampler(), 0
    watch = Stopwatch(None)
    for seed in range(1, STREAMS + 1):
        reply = llama.create_chat_completion(
            [{"role": "user", "content": prompt}],
            max_tokens=new,
            seed=seed,
            temperature=default.temperature,
            top_p=default.top_p,
            top_k=default.top_k,
            min_p=default.min_p,
            repeat_penalty=1.0,
        )
        tokens += reply["usage"]["completion_tokens"]
    return watch.stop(tokens)


async def prompt_of(engine: LlamaEngine, tokens: int, number: int) -> str:
    """A prompt of about so many tokens that shares nothing with that of another number."""
    text = f"Problem {number}. "
    while await engine.count(messages(text)) < tokens:
        text += SENTENCE
    return text


async def measure(model: Path, options: argparse.Namespace) -> list[tuple[Timing, Timing]]:
    from llama_cpp import Llama

    context = 2 * options.prompt + STREAMS * options.new + 512
    engine = LlamaEngine(
        ModelSettings(path=str(model), threads=options.threads, context=context, gpu_layers=0)
    )
    await engine.load()
    threads = options.threads
    llama = Llama(str(model), n_ctx=context, n_threads=threads, n_threads_batch=threads, verbose=False)
    results = []
    try:
        for number in range(options.runs + 1):
            prompt = await prompt_of(engine, options.prompt, number)
            sides: dict[str, Timing] = {}
            for side in ("ours", "class") if number % 2 else ("class", "ours"):
                if side == "ours":
                    sides[side] = await batched(engine, prompt, options.new)
                else:
                    sides[side] = await asyncio.to_thread(one_after_another, llama, prompt, options.new)
            if number:  # the first one warms both up
                results.append((sides["ours"], sides["class"]))
                ours, other = results[-1]
                print(f"run {number}: batch {ours.rate:.1f} tok/s, class {other.rate:.1f} tok/s", flush=True)
    finally:
        await engine.close()
        llama.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--shape", choices=("0.6b",))
    parser.add_argument("--threads", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--prompt", type=int, default=256, help="prompt tokens, about")
    parser.add_argument("--new", type=int, default=64, help="new tokens of each stream")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("ATLAS_TUI_HOME", folder)
        model = options.model or bundled_model_path()
        if options.shape or not model.exists():
            print("writing a model of 0.6 B parameters with made-up weights", flush=True)
            model = models.make_shaped(Path(folder) / "shape-0.6b.gguf")
        results = asyncio.run(measure(model, options))
    ratios = sorted((ours.rate / other.rate, ours, other) for ours, other in results)
    ratio, ours, other = ratios[len(ratios) // 2]
    print(f"three in one batch: {ratio:.2f} times the class's rate ({len(results)} runs)")
    report = {
        "model": model.name,
        "threads": options.threads,
        "prompt": options.prompt,
        "new": options.new,
        "batch": asdict(ours),
        "class": asdict(other),
        "ratio": round(ratio, 3),
        "ratios": [round(one[0], 3) for one in ratios],
        "cpu_ratios": sorted(round(ours.cpu_rate / other.cpu_rate, 3) for ours, other in results),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
