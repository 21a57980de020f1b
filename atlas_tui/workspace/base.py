"""The file that a solution is meant for, as it was when it was read."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.workspace import names, tree
from atlas_tui.workspace.text import Style, style_of

NEW_FILE_MODE = 0o666


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A target and its content; what is written later is checked against it."""

    path: str
    """Below the root, with ``/``."""
    absolute: Path
    exists: bool
    content: bytes = field(default=b"", repr=False)
    sha256: str = ""
    """Of the content; empty for a file that does not exist."""
    mode: int = 0
    """Permission bits; of a new file those it will get."""
    style: Style = field(default_factory=Style)
    stamp: tree.Stamp | None = None
    confirm: str = ""
    """Why this file needs an explicit yes before it is written; empty when it does not."""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def state(self) -> tree.FileState:
        if not self.exists:
            return tree.ABSENT
        return tree.FileState(exists=True, sha256=self.sha256, mode=self.mode)

    @property
    def eol(self) -> str:
        """The line end of most lines."""
        return self.style.eol

    @property
    def encoding(self) -> str:
        return self.style.encoding

    @property
    def final_newline(self) -> bool:
        return self.style.final_newline


def read_base(root: Path, parts: tuple[str, ...]) -> Base:
    """Read the target ``parts`` below ``root``.

    Raises:
        InputError: it cannot be a target; says why.
    """
    path = "/".join(parts)
    with tree.parent_of(root, parts, InputError) as parent:
        found = tree.read(parent, parts[-1], path, InputError)
        _check_writable(parent, parts[-1], path, found)
    confirm = ""
    if names.runs_by_itself(parts):
        confirm = f"{path} is a file that other programs run or obey by themselves"
    absolute = root.joinpath(*parts)
    if found is None:
        return Base(path=path, absolute=absolute, exists=False, mode=_new_mode(), confirm=confirm)
    return Base(
        path=path,
        absolute=absolute,
        exists=True,
        content=found.content,
        sha256=found.state.sha256,
        mode=found.mode,
        style=style_of(found.content, path),
        stamp=found.stamp,
        confirm=confirm,
    )


def _check_writable(parent: int, name: str, path: str, found: tree.Found | None) -> None:
    # The bits are looked at as well, because everything is writable for root.
    denied = found is not None and (not found.mode & 0o222 or not os.access(name, os.W_OK, dir_fd=parent))
    if denied:
        raise InputError(f"{path} cannot be used", "it is read-only", f"chmod u+w {path}")
    if not stat.S_IMODE(os.fstat(parent).st_mode) & 0o222 or not os.access(".", os.W_OK, dir_fd=parent):
        raise InputError(f"{path} cannot be used", "its folder is read-only", "choose another file")


def _new_mode() -> int:
    # The umask can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return NEW_FILE_MODE & ~mask
