"""Small repositories with tests, and how they are run in a real sandbox."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from atlas_tui.problem import Limits, Project
from atlas_tui.project.base import Report
from atlas_tui.project.runners import known
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import SandboxSettings
from tests.sandbox.opening import usable

LIMITS = Limits(cpu_seconds=60.0, wall_seconds=90.0, memory_bytes=1 << 30)
PACKAGES = str(Path(pytest.__file__).parent.parent)
"""Where pytest is: all of the environment that tests here need."""


@asynccontextmanager
async def opened(tier: str = "auto") -> AsyncIterator[LocalSandbox]:
    """A sandbox; the test is skipped where this machine has none of that tier."""
    async with usable(LocalSandbox(SandboxSettings(tier=tier))) as sandbox:
        yield sandbox


def laid(folder: Path, files: Mapping[str, str]) -> Path:
    """``folder`` with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def project(tree: Path, line: str) -> Project:
    """What is run by the command ``line`` in ``tree``."""
    words = tuple(shlex.split(line))
    runner = known.of(known.steps(words).main).name
    return Project(
        root=str(tree), base=str(tree), identity="", command=words, runner=runner,
        shown=(PACKAGES,), environment=(("PYTHONPATH", PACKAGES), ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")),
    )  # fmt: skip


def outcomes(report: Report) -> dict[str, str]:
    """How each test ended."""
    return {test: str(case.outcome) for test, case in report.cases.items()}
