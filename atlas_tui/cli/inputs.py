"""Problem texts and settings from the command line."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Any

from atlas_tui import settings
from atlas_tui.errors import InputError

MOST_BYTES = 8 << 20
"""More than this is not even read; the reader's own limit is far lower."""


def problem_text(where: str) -> bytes:
    """The bytes of a problem file, or of standard input for ``-``. Raises: InputError."""
    if where == "-":
        return sys.stdin.buffer.read(MOST_BYTES)
    path = Path(where).expanduser()
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise InputError(
                f"{where} is {kind}", "a problem is a text file", "name a file, or - for standard input"
            )
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise InputError(
            f"{where} cannot be read", os.strerror(error.errno or 0), "name a file that exists"
        ) from error


def load_settings(model: str = "", seed: int | None = None, **solver: Any) -> settings.Settings:
    """Settings with the flags that were given. Raises: SettingsError."""
    flags: dict[str, dict[str, Any]] = {"model": {}, "solver": {}}
    if model:
        flags["model"]["path"] = model
    if seed is not None:
        flags["solver"]["seed"] = seed
    flags["solver"] |= {key: value for key, value in solver.items() if value is not None}
    return settings.load({group: values for group, values in flags.items() if values})
