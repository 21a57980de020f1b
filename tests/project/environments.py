"""Environments of a person as tests make them, and how they are found."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from atlas_tui.project.environment import Environment, find_environment
from atlas_tui.project.listing import list_files
from atlas_tui.sandbox.boxes import TREE

SYSTEM = "/usr/local/bin:/usr/bin:/bin"
PYTHON = Path(os.path.realpath("/usr/bin/python3"))
PACKAGES = f"lib/{PYTHON.name}/site-packages"
needs_python = pytest.mark.skipif(not PYTHON.exists(), reason="the system has no Python")
needs_node = pytest.mark.skipif(shutil.which("node", path=SYSTEM) is None, reason="the system has no Node")


def found(root: Path, *programs: str, **given: str) -> Environment:
    """What the tests at ``root`` get; ``given`` are variables of the person."""
    given = {"PATH": SYSTEM, "HOME": os.environ["HOME"], **given}
    return find_environment(root, list_files(root), programs, given)


def path_of(environment: Environment) -> str:
    """Where is imported from, the copy as ``/tree``."""
    return dict(environment.variables).get("PYTHONPATH", "").replace(TREE, "/tree")


def made(folder: Path, kind: str = "pyvenv.cfg", python: Path = PYTHON) -> Path:
    """An environment as ``python -m venv`` or conda would make it, without any package."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(python)
    (folder / kind).mkdir() if kind == "conda-meta" else (folder / kind).write_text("home = /usr/bin\n")
    (folder / PACKAGES).mkdir(parents=True)
    return folder
