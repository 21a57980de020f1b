"""Processes that train one model together: each on problems of its own, gradients averaged every step.

On a CPU this uses the cores better than threads inside one process, whose small matrices leave them waiting.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn


class Team:
    """The processes of one training; the first of them leads: it keeps the clock, saves and reports."""

    def __init__(self, size: int = 1, rank: int = 0, meeting: str = "") -> None:
        self.size, self.rank = size, rank
        if size > 1:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
            dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def average(self, model: nn.Module, seconds: float) -> float:
        """Average the gradients of all; gives the leader's ``seconds``, so that all keep one schedule."""
        if self.size == 1:
            return seconds
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        clock = torch.tensor([seconds * self.size if self.leads else 0.0])
        flat = torch.cat([*(g.flatten() for g in gradients), clock])
        dist.all_reduce(flat)
        flat /= self.size
        at = 0
        for gradient in gradients:
            gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
            at += gradient.numel()
        return float(flat[-1])

    def close(self) -> None:
        if self.size > 1:
            dist.destroy_process_group()


def helpers(size: int, work: Callable[[int, str], None]) -> tuple[str, list[BaseProcess]]:
    """Start ``work(rank, meeting)`` in ``size - 1`` further processes, which end with this one."""
    meeting = str(Path(tempfile.mkdtemp(prefix="atlas-training-")) / "meeting")
    context = multiprocessing.get_context("spawn")
    # Not daemons: those may not have children, and each has a process that makes its batches.
    processes = [context.Process(target=work, args=(rank, meeting)) for rank in range(1, size)]
    for process in processes:
        process.start()
    return meeting, list(processes)
