"""How our own helper processes are started."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import atlas_tui


def python_command(module: str) -> list[str]:
    """Command line that runs one of our modules.

    ``-P`` keeps the current folder off the import path: the person may stand in a repository that has a
    ``json.py`` of its own.
    """
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """The environment for such a process: it must find this package as we found it."""
    env = dict(os.environ)
    home = str(Path(atlas_tui.__file__).parents[1])
    if home not in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        env["PYTHONPATH"] = os.pathsep.join(part for part in (home, env.get("PYTHONPATH", "")) if part)
    return env
