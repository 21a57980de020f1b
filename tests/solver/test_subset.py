"""A file with some hunks taken, run on the samples: what passes, what does not, and what cannot be told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from atlas_tui.problem import Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Job, Ran, Tier
from atlas_tui.settings import SandboxSettings, Settings
from atlas_tui.solver.runtime import Runtime
from atlas_tui.solver.subset import source_of, test_subset
from tests.solver.stage_parts import COUNT, TWICE

NEEDLESS = Problem(statement="Print 1.", mode=TWICE.mode)


@pytest.fixture
async def sandbox() -> AsyncIterator[LocalSandbox]:
    opened = LocalSandbox(SandboxSettings())
    yield opened
    await opened.close()


async def run(sandbox: LocalSandbox, problem: Problem, content: bytes) -> tuple[int, int, str]:
    told = await test_subset(sandbox, problem, content, candidate="B", round_number=2, hunks=[1, 3])
    assert (told.candidate, told.round, told.hunks) == ("B", 2, (1, 3))
    return told.passed, told.samples, told.state


async def test_what_is_run_is_the_file(sandbox: LocalSandbox) -> None:
    right = (
        b"# mine\nimport math\n\n\ndef count_items(items, x=0):\n    return items.count(x)\n\n\nother = 2\n"
    )
    assert await run(sandbox, COUNT, right) == (2, 2, "")
    assert await run(sandbox, COUNT, right.replace(b"count(x)", b"count(4)")) == (0, 2, "")
    assert await run(sandbox, TWICE, b"print(2 * int(input()))\n") == (2, 2, "")
    half = b"n = int(input())\nprint(6 if n == 3 else 0)\n"
    assert await run(sandbox, TWICE, half) == (1, 2, "")


@pytest.mark.parametrize(
    "content", [b"", b"def count_items(items:\n", b"x = 1\n", b"raise SystemExit(3)\n", b"\0\n"]
)
async def test_half_a_program_passes_nothing(sandbox: LocalSandbox, content: bytes) -> None:
    assert await run(sandbox, COUNT, content) == (0, 2, "")


@pytest.mark.parametrize(
    "head",
    [b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\r\nname = '\xe9'\r\n", b"#!/usr/bin/env python3\r\n"],
)
async def test_every_way_to_write_python_down_is_read(sandbox: LocalSandbox, head: bytes) -> None:
    content = head + b"def count_items(items, x=0):\r\n    return items.count(x)"
    assert await run(sandbox, COUNT, content) == (2, 2, "")


@pytest.mark.parametrize("content", ["x = 1\n".encode("utf-16"), b"x = '\xe9'\n", b"# coding: nonsense\n"])
async def test_bytes_that_python_does_not_read_are_untested(sandbox: LocalSandbox, content: bytes) -> None:
    passed, samples, state = await run(sandbox, COUNT, content)
    assert (passed, samples) == (0, 2) and "no text that Python reads" in state
    assert source_of(content)[0] == ""


async def test_what_the_project_alone_has_is_untested(sandbox: LocalSandbox) -> None:
    content = b"from mine.tools import count\n\n\ndef count_items(items, x=0):\n    return count(items, x)\n"
    passed, _, state = await run(sandbox, COUNT, content)
    assert passed == 0 and "No module named 'mine'" in state and "not in the sandbox" in state


async def test_without_samples_nothing_is_tested(sandbox: LocalSandbox) -> None:
    assert await run(sandbox, NEEDLESS, b"print(1)\n") == (0, 0, "there are no samples")


class NoSandbox:
    async def probe(self) -> Isolation:
        return Isolation(tier=Tier.NONE, why="user namespaces are switched off")

    async def run(self, job: Job) -> Ran:
        raise AssertionError("nothing may be run here")

    async def close(self) -> None:
        return None


async def test_without_isolation_nothing_is_run(tmp_path: Path) -> None:
    runtime = Runtime(Settings(), tmp_path, sandbox=NoSandbox())
    try:
        told = await runtime.test_content(TWICE, b"print(2 * int(input()))\n", "A", 0, [1])
    finally:
        await runtime.close()
    assert (told.passed, told.samples, told.state) == (0, 2, "user namespaces are switched off")
