"""A sandbox of a test alone, and what tells whether it works."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from atlas_tui.events import Verdict
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Tier
from tests.sandbox import measures


def supervisor() -> psutil.Process:
    """That of the sandbox which this process has opened."""
    return measures.supervisor_of(os.getpid())


@asynccontextmanager
async def opened(tier: str, slots: int = 2) -> AsyncIterator[LocalSandbox]:
    """A sandbox that is closed at the end; skips the test where the tier is not to be had."""
    async with usable(measures.with_slots(tier, slots)) as sandbox:
        yield sandbox


@asynccontextmanager
async def usable(sandbox: LocalSandbox) -> AsyncIterator[LocalSandbox]:
    """``sandbox``, closed at the end; skips the test where this machine has no isolation for it."""
    try:
        isolation = await sandbox.probe()
        if isolation.tier is Tier.NONE:
            pytest.skip(isolation.why)
        yield sandbox
    finally:
        await sandbox.close()


async def works(sandbox: LocalSandbox) -> bool:
    """Whether it runs a program as it should."""
    ran = await sandbox.run(Job(source="print(1)"))
    return (ran.verdict, ran.stdout) == (Verdict.OK, b"1\n")
