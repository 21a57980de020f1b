"""A sandbox for the tests of a module, and a person's home folder with a project in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from atlas_tui.sandbox import LocalSandbox
from tests.project.suites import opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[LocalSandbox]:
    """One for all tests of a module, which share its loop."""
    async with opened() as made:
        yield made


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home folder of a person, which whoever runs the tests in the sandbox may enter."""
    with tempfile.TemporaryDirectory(prefix="environment-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("ATLAS_TUI_HOME", f"{folder}/atlas")
        monkeypatch.setenv("HOME", f"{folder}/home")
        (Path(folder) / "home").mkdir()
        yield Path(os.path.realpath(folder)) / "home"


@pytest.fixture
def root(home: Path) -> Path:
    """A project with one package."""
    folder = home / "project"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "__init__.py").write_text("NAME = 'first'\n")
    return folder
