"""Many files of a folder, read one after the other with few calls and without following a link."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack
from pathlib import Path

from atlas_tui.errors import AtlasError
from atlas_tui.project.listing import LARGEST_READ
from atlas_tui.workspace import tree

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Reader:
    """Keeps the folder of the file that was read last open: in the order of paths most are in the same."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._open = ExitStack()
        self._folder: tuple[str, int | None] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._folder = None

    def read(self, path: str) -> bytes:
        """The content; empty where it is gone, too large, or no file of ours."""
        folder, _, name = path.rpartition("/")
        if self._folder is None or self._folder[0] != folder:
            self._enter(folder)
        assert self._folder is not None
        descriptor = self._folder[1]
        return b"" if descriptor is None else _content(descriptor, name)

    def _enter(self, folder: str) -> None:
        self._open.close()
        parts = tuple(folder.split("/")) if folder else ()
        try:
            # The name of a file is asked for as well, and is not looked at.
            found: int | None = self._open.enter_context(tree.parent_of(self._base, (*parts, "_")))
        except (AtlasError, OSError, ValueError):
            found = None
        self._folder = folder, found


def _content(folder: int, name: str) -> bytes:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except (OSError, ValueError):
        return b""
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST_READ:
            return b""
        content = os.read(descriptor, LARGEST_READ + 1)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return content if len(content) <= LARGEST_READ else b""
