"""Batches: problems packed as trees, made by a process of their own so that training never waits."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Full
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.problems.generate import problems
from training.render import CUT_THOUGHT, STOP, Branch, Tree
from training.render_more import tree

Array = NDArray[np.int64]
_TABLES = 4
_FAR_SHARE = 0.08
COURSE = ((1000, 1), (1900, 2))
"""Until this batch, problems have at most so many steps: single steps teach what their words mean."""
_FAR = 3000
_VERY_FAR = 7000


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch of trees. Tokens lie flat; prefixes and branches are rows of padded indices into them.

    Each branch attends to its tree's prefix and to itself. Every token's attention output is found at
    ``slot`` of the flattened padded rows, prefixes first.
    """

    ids: Array
    positions: Array
    prefixes: Array
    """[trees, longest prefix], -1 pads."""
    branches: tuple[Array, ...]
    """Tables of branches of similar length, each [branches, longest of them], -1 pads."""
    parents: tuple[Array, ...]
    """For each table [branches]: the row of each one's prefix."""
    predict: Array
    """Flat indices of the tokens whose successor is learned."""
    targets: Array
    trees: int


def encode_branch(tok: Tokenizer, branch: Branch) -> tuple[list[int], list[bool]]:
    """Tokens of a branch and which of them the model is to write."""
    task = tok.encode(branch.task).ids
    if not branch.cut:
        answer = tok.encode(branch.answer + STOP).ids
        return task + answer, [False] * len(task) + [True] * len(answer)
    thought = tok.encode(branch.thought).ids[: branch.cut]
    injected = tok.encode(CUT_THOUGHT).ids
    answer = tok.encode(branch.answer + STOP).ids
    wanted = [False] * len(task) + [True] * len(thought) + [False] * len(injected) + [True] * len(answer)
    return task + thought + injected + answer, wanted


def _far(rng: random.Random, count: int) -> int:
    """A jump in positions, so that far distances are met in training as well."""
    if rng.random() >= _FAR_SHARE:
        return 0
    return rng.randint(0, _FAR if rng.random() < 0.8 else _VERY_FAR - count)


def pack(rng: random.Random, tok: Tokenizer, trees: list[Tree]) -> Packed:
    """One batch of these trees."""
    ids: list[int] = []
    positions: list[int] = []
    rows: tuple[list[list[int]], list[list[int]]] = ([], [])
    parents: list[int] = []
    predict: list[int] = []

    def add(tokens: list[int], first: int, kind: int) -> int:
        start = len(ids)
        rows[kind].append(list(range(start, start + len(tokens))))
        ids.extend(tokens)
        positions.extend(range(first, first + len(tokens)))
        return start

    for one in trees:
        prefix = tok.encode(one.prefix).ids
        add(prefix, 0, 0)
        for branch in one.branches:
            tokens, wanted = encode_branch(tok, branch)
            start = add(tokens, len(prefix) + _far(rng, 1000), 1)
            parents.append(len(rows[0]) - 1)
            predict += [start + i - 1 for i, write in enumerate(wanted) if write]
    order = sorted(range(len(parents)), key=lambda i: len(rows[1][i]))
    size = -(-len(order) // _TABLES)
    by_length = [order[i : i + size] for i in range(0, len(order), size)]
    flat = np.array(ids)
    return Packed(
        ids=flat,
        positions=np.array(positions),
        prefixes=_padded(rows[0]),
        branches=tuple(_padded([rows[1][i] for i in some]) for some in by_length),
        parents=tuple(np.array([parents[i] for i in some]) for some in by_length),
        predict=np.array(predict),
        targets=flat[np.array(predict) + 1],
        trees=len(trees),
    )


def _padded(rows: list[list[int]]) -> Array:
    table = np.full((len(rows), max(map(len, rows))), -1)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


def batches(tok: Tokenizer, seed: int, trees: int, first: int = 0) -> Iterator[Packed]:
    """An endless, repeatable stream of batches; ``first`` is the number of the first in the training."""
    rng = random.Random(seed * 1_000_003 + first)
    streams = {n: problems(rng.randrange(1 << 31), held=False, longest=n) for n in (1, 2, 4)}
    for number in itertools.count(first):
        longest = next((longest for until, longest in COURSE if number < until), 4)
        yield pack(rng, tok, [tree(rng, next(streams[longest])) for _ in range(trees)])


def _put(queue: Any, batch: Packed) -> bool:
    try:
        queue.put(batch, timeout=5)
    except Full:
        return False
    return True


def _produce(queue: Any, tokenizer: str, seed: int, trees: int, first: int, parent: int) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for batch in batches(Tokenizer.from_file(tokenizer), seed, trees, first):
        while not _put(queue, batch):
            if os.getppid() != parent:
                return


class Producer:
    """Batches out of another process; ``close`` ends it."""

    def __init__(self, tokenizer: Path, seed: int, trees: int, first: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._queue = context.Queue(maxsize=24)
        self._process = context.Process(
            target=_produce, args=(self._queue, str(tokenizer), seed, trees, first, os.getpid()), daemon=True
        )
        self._process.start()

    def next(self) -> Packed:
        batch = self._queue.get(timeout=120)
        assert isinstance(batch, Packed)
        return batch

    def close(self) -> None:
        self._process.kill()
        self._process.join()
