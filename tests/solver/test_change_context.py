"""What a model is shown of a repository: how much, for which tests, and what is told meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from atlas_tui.engine.base import ModelInfo
from atlas_tui.problem import Project
from atlas_tui.project.baseline import Baseline
from atlas_tui.project.listing import list_files
from atlas_tui.settings import ProjectSettings, SolverSettings
from atlas_tui.solver.change import context
from tests.project.suites import laid

FILES = {
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices):\n    return sum(prices)\n\n\ndef count(prices):\n    return 0\n",
    "tests/__init__.py": "",
    "tests/test_cart.py": "import unittest\n\nfrom shop.cart import count, total\n\n\n"
    "class CartTest(unittest.TestCase):\n    def test_total(self):\n        assert total([1]) == 1\n\n"
    "    def test_count(self):\n        assert count([1]) == 1\n",
}


def info(size: int, fingerprint: str = "x", prompt_hash: str = "") -> ModelInfo:
    return ModelInfo(
        name="m", path="m", context=size, layers=1, gpu_layers=0, embedding_size=1, device="CPU",
        size_bytes=1, prompt_hash=prompt_hash, fingerprint=fingerprint,
    )  # fmt: skip


@pytest.mark.parametrize(("size", "room"), [(4096, 1536), (8192, 3072), (32_768, 6000), (0, 6000)])
def test_a_small_context_still_has_room_for_code(size: int, room: int) -> None:
    assert context.room_for(info(size), ProjectSettings(), SolverSettings()) == room
    trained = info(size, prompt_hash="x")
    assert context.room_for(trained, ProjectSettings(), SolverSettings()) == 0


@pytest.mark.parametrize(
    "test", ["tests.test_cart.CartTest.test_count", "test_cart.CartTest.test_count"], ids=["root", "discover"]
)
def test_what_a_failing_test_of_unittest_calls_matters_most(tmp_path: Path, test: str) -> None:
    project = Project(
        root=str(tmp_path), base=str(tmp_path), identity="", runner="unittest", required=(test,)
    )  # fmt: skip
    found = context.read(project, list_files(laid(tmp_path, FILES)), Baseline(), "It is wrong")
    best = {each.path: each.parts[0].first for each in found.ranked if each.parts}
    assert best == {"shop/cart.py": 5, "tests/test_cart.py": 10}
    assert "def count" in context.packed(found, 60).text


async def test_reading_is_told_on_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(context.telling(lines.append, loop), 100, 5000)
    monkeypatch.setattr(context, "_TELL_SECONDS", 0.0)
    await asyncio.to_thread(context.telling(lines.append, loop), 200, 5000)
    await asyncio.sleep(0)
    assert lines == ["reading the files: 200 of 5,000"]
