"""What can only be seen from inside the model process: a session in a process of this file's own.

    python benchmarks/engine_inside.py KIND JSON       answers with one JSON object, in the last line

The parts of a step are timed by wrapping what it calls: ``Context.decode`` (llama.cpp), ``Chain.draw``
(sampling and the statistics of the chosen token), ``Live.add_hidden`` (the embedding's sum) and
``Outbox.flush`` (messages). What is left of a step is our own cost. Times are CPU time of the thread that
decodes; that is the right clock with one thread on a machine that has other things to do as well.
"""

from __future__ import annotations

import os

# As in the model process; it must be set before OpenMP is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import asyncio
import functools
import json
import math
import socket
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from atlas_tui import paths
from atlas_tui.engine.base import EngineEvent, Finished, SequenceRequest, Span
from atlas_tui.engine.llama import native, wire
from atlas_tui.engine.llama.cancel import Cancellation
from atlas_tui.engine.llama.context import Context, Floats
from atlas_tui.engine.llama.opening import open_session
from atlas_tui.engine.llama.outbox import Outbox
from atlas_tui.engine.llama.sampling import Chain, Drawn
from atlas_tui.engine.llama.sequences import Live
from atlas_tui.engine.llama.session import Session
from benchmarks.engine_parts import Bench, Options, ask, middle, renamed, three

_WRAPPED = {"decode": (Context, "decode"), "draw": (Chain, "draw"), "hidden": (Live, "add_hidden"),
            "flush": (Outbox, "flush")}  # fmt: skip
_EDGE = 500
"""Steps at the begin and at the end that are compared."""
_WARM = 8


async def ask_inside(kind: str, **fields: Any) -> Any:
    """Run this file for one question. Raises: RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), kind, json.dumps(fields), stdout=-1, stderr=-1
    )
    out, err = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{kind} ended with code {process.returncode}: {err.decode()[-2000:]}")
    return json.loads(out.splitlines()[-1])


@dataclass
class Clock:
    """CPU seconds and calls of each wrapped function since ``reset``."""

    spent: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def reset(self) -> None:
        self.spent = dict.fromkeys(_WRAPPED, 0.0)
        self.calls = dict.fromkeys(_WRAPPED, 0)

    def install(self) -> None:
        self.reset()
        for name, (owner, method) in _WRAPPED.items():
            setattr(owner, method, self._wrapped(name, getattr(owner, method)))

    def _wrapped(self, name: str, function: Any) -> Any:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                self.spent[name] += time.thread_time() - began
                self.calls[name] += 1

        return timed


def opened(path: str, context: int, threads: int = 1) -> Session:
    """A session as the model process has it."""
    log = native.NativeLog()
    log.install()
    frame = {
        "path": path, "context": context, "gpu_layers": 0, "threads": threads, "kv_type": "f16",
        "flash_attention": "auto", "draft": "", "speculation": "off", "skip": 0, "saved_mb": 0,
        "saved_dir": str(paths.saved_state_dir()),
    }  # fmt: skip
    return open_session(frame, log, lambda **_: None)


class Wire:
    """The host's way to the application: messages over a socket that somebody reads."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        threading.Thread(target=self._drain, args=(theirs,), daemon=True).start()

    @staticmethod
    def _drain(sock: socket.socket) -> None:
        while sock.recv(1 << 16):
            pass

    def send(self, events: Sequence[EngineEvent]) -> None:
        rows = [wire.from_event(event) for event in events]
        self._ours.sendall(wire.pack({"kind": "events", "call": 1, "body": rows}))


@dataclass(frozen=True)
class Step:
    """CPU seconds of one step of writing, by part."""

    whole: float
    wall: float
    spent: dict[str, float]
    calls: dict[str, int]

    @property
    def own(self) -> float:
        return self.whole - sum(self.spent.values())


def steps_of(session: Session, clock: Clock, requests: list[SequenceRequest]) -> list[Step]:
    """Run one call; gives its steps, those without the reading of the prompt."""
    finished: list[bool] = []
    steps, pipe = [], Wire()
    cancel = Cancellation(one.id for one in requests)
    session.submit(requests, cancel, pipe.send, lambda: finished.append(True))
    while not finished:
        clock.reset()
        wall, cpu = time.perf_counter(), time.thread_time()
        session.step()
        whole = time.thread_time() - cpu
        if clock.calls["draw"] == len(requests) and clock.calls["decode"] == 1:
            steps.append(Step(whole, time.perf_counter() - wall, dict(clock.spent), dict(clock.calls)))
    return steps[_WARM:]


def steps(model: str, tokens: int, rows: int = 3) -> dict[str, Any]:
    """Milliseconds of each part of a three-row step, in the middle, at the begin and at the end."""
    clock, session = Clock(), opened(model, rows * (tokens + 64) + 512)
    clock.install()
    found = steps_of(session, clock, three("count", tokens)[:rows])
    session.close()
    edge = min(_EDGE, len(found) // 2)

    def milliseconds(part: list[Step]) -> dict[str, float]:
        flush = sum(one.spent["flush"] for one in part) / len(part)  # not in every step
        return {
            "own": middle([one.own for one in part]) * 1e3,
            "sampling_row": middle([one.spent["draw"] for one in part]) / rows * 1e3,
            "flush": flush * 1e3,
            "decode": middle([one.spent["decode"] for one in part]) * 1e3,
            "wall": middle([one.wall for one in part]) * 1e3,
        }

    return {
        "steps": len(found),
        "all": milliseconds(found),
        "begin": milliseconds(found[:edge]),
        "end": milliseconds(found[-edge:]),
    }


def embedding(model: str, tokens: int, runs: int) -> dict[str, Any]:
    """Three sequences with embeddings and without, in turns, on one session."""
    clock, session = Clock(), opened(model, 4096)
    clock.install()
    ratios, shares, decodes = [], [], {True: 0, False: 0}
    for number in range(runs + 1):
        walls = {}
        for on in (True, False) if number % 2 else (False, True):
            embed = (Span.ANSWER, Span.CODE) if on else ()
            requests = renamed(three("embed", tokens, embed=embed), f"-{number}-{on}")
            found = steps_of(session, clock, requests)
            walls[on] = middle([one.whole for one in found])
            decodes[on] += len(found)
            if on and number:
                shares += [one.spent["hidden"] / one.whole for one in found]
        if number:
            ratios.append(walls[True] / walls[False])
    session.close()
    return {"ratio": middle(ratios), "ratios": ratios, "share": middle(shares),
            "decodes_with": decodes[True], "decodes_without": decodes[False]}  # fmt: skip


def drawn(model: str, prompts: list[str], tokens: int, forbidden: list[int]) -> list[dict[str, Any]]:
    """A candidate for each prompt: the tokens that were drawn, and the embedding taken on the way."""
    session, rows = opened(model, 2048), dict[int, list[int]]()
    draw = Chain.draw

    def noted(self: Chain, logits: Floats, **how: bool) -> Drawn:
        one = draw(self, logits, **how)
        rows.setdefault(id(self), []).append(one.token)
        return one

    Chain.draw = noted  # type: ignore[method-assign]
    bias = tuple((token, -math.inf) for token in forbidden)
    requests = [
        ask(text, str(number), seed=number + 1, tokens=tokens, bias=bias, embed=(Span.ANSWER,))
        for number, text in enumerate(prompts)
    ]
    found: list[EngineEvent] = []
    session.generate(requests, Cancellation(one.id for one in requests), found.append)
    session.close()
    done = {event.id: event for event in found if isinstance(event, Finished)}
    return [
        {"tokens": row, "half": done[one.id].embeddings[0].half}
        for one, row in zip(requests, rows.values(), strict=True)
    ]


def reencoded(model: str, prompt: str, tokens: list[int]) -> dict[str, Any]:
    """Mean of the last hidden states of ``tokens`` after ``prompt``, by class ``Llama`` in one pass."""
    import llama_cpp
    import numpy as np

    llama = llama_cpp.Llama(
        model, n_ctx=2048, n_batch=2048, n_ubatch=2048, n_threads=1, n_threads_batch=1, embedding=True,
        pooling_type=llama_cpp.LLAMA_POOLING_TYPE_NONE, verbose=False,
    )  # fmt: skip
    before = llama.tokenize(prompt.encode(), add_bos=False, special=True)
    llama.eval([*before, *tokens])
    width = llama.n_embd()
    get = llama_cpp.llama_get_embeddings_ith
    places = range(len(before), len(before) + len(tokens) - 1)  # the last one was drawn, not fed
    rows = [np.ctypeslib.as_array(get(llama.ctx, place), (width,)).astype(np.float64) for place in places]
    return {"mean": np.mean(rows, axis=0).tolist()}


def batch_of(model: str, tokens: int) -> dict[str, Any]:
    """Three candidates in a session of this process: how many were finished. For tests."""
    session = opened(model, 2048)
    found: list[EngineEvent] = []
    requests = three("try", tokens)
    session.generate(requests, Cancellation(one.id for one in requests), found.append)
    session.close()
    return {"finished": sum(isinstance(event, Finished) for event in found)}


def crashes(models: str) -> dict[str, Any]:
    from benchmarks import engine_crashes

    return engine_crashes.attempts(Bench(Options(models=Path(models))))


KINDS = {one.__name__: one for one in (steps, embedding, drawn, reencoded, batch_of, crashes)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("fields", type=json.loads)
    options = parser.parse_args()
    print("\n" + json.dumps(KINDS[options.kind](**options.fields)))


if __name__ == "__main__":
    main()
