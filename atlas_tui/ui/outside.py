"""The person's own editor, in the terminal the app gives up meanwhile."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import files

USUAL = ("nano", "vim", "vi")
"""Looked for where no variable names one."""
_TODO = "set EDITOR to the editor you use"


def command() -> list[str]:
    """The editor's command line. Raises: InputError: none is named, or the named one is not there."""
    for variable in ("VISUAL", "EDITOR"):
        if named := os.environ.get(variable, "").strip():
            try:
                words = shlex.split(named)
            except ValueError as error:
                raise InputError(f"${variable} cannot be used", str(error), _TODO) from error
            if not shutil.which(words[0]):
                raise InputError(f"{words[0]} cannot be started", f"${variable} names it", _TODO)
            return words
    for name in USUAL:
        if shutil.which(name):
            return [name]
    raise InputError("No editor was found", "neither $VISUAL nor $EDITOR is set", _TODO)


def edit(app: App[Any], text: str, limit: int) -> str:
    """The text as it was left in the editor, which has the terminal until it ends; the app stands still.

    Raises:
        AtlasError: no editor, it ended with a fault, or the result cannot be taken; the text is unchanged.
    """
    words = command()
    with tempfile.TemporaryDirectory(prefix="atlas-tui-") as folder:
        path = Path(folder) / "problem.md"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            with app.suspend():
                code = subprocess.run([*words, str(path)], check=False).returncode
        except SuspendNotSupported as error:
            raise InputError(
                "No editor can be opened here", "the app does not own a terminal", "type the text here"
            ) from error
        except OSError as error:
            raise InputError(f"{words[0]} cannot be started", error.strerror or str(error), _TODO) from error
        if code:
            raise AtlasError(
                f"{words[0]} ended with a fault", f"its exit code is {code}", "the text is as it was"
            )
        content = files.read(path, limit)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("The edited text cannot be taken", "it is no UTF-8", "save it as UTF-8") from error
