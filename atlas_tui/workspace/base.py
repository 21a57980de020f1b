"""The file that a solution is meant for, as it was when it was read."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.workspace import names, tree
from atlas_tui.workspace.text import Style, style_of

NEW_FILE_MODE = 0o666
_LARGEST_POINTER = 1024
_EDITOR_FILES = (
    (".{}.swp", "Vim"),
    (".{}.swo", "Vim"),
    (".#{}", "Emacs"),
    ("#{}#", "Emacs"),
    (".~lock.{}#", "LibreOffice"),
)


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
    warnings: tuple[str, ...] = ()
    """What the person should know before it is written, such as an editor that has it open."""
    links: int = 1
    """How many names it has in the file system (hard links)."""
    new_folders: tuple[str, ...] = ()
    """Folders below the root that writing it will make, outermost first."""

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
    with tree.nearest(root, parts, InputError) as near:
        found = None if near.missing else tree.read(near.folder, parts[-1], path, InputError)
        if why := tree.denied(near.folder, parts[-1], found):
            todo = f"chmod u+w {path}" if found else "choose another file"
            raise InputError(f"{path} cannot be used", why, todo)
        warnings = () if near.missing else _open_in_editors(near.folder, parts[-1])
    base = Base(
        path=path,
        absolute=root.joinpath(*parts),
        exists=False,
        mode=_new_mode(),
        confirm=f"{path} is a file that other programs run or obey by themselves"
        if names.runs_by_itself(parts)
        else "",
        warnings=warnings,
        new_folders=tuple("/".join(parts[:end]) for end in range(len(parts) - len(near.missing), len(parts))),
    )
    if found is None:
        return base
    if content_is_pointer(found.content):
        why = "it is a Git LFS pointer, its content is not here"
        raise InputError(f"{path} cannot be used", why, "git lfs pull brings the content")
    return _filled(base, found)


def _filled(base: Base, found: tree.Found) -> Base:
    parting = f"{base.path} has {found.links} names (hard links), and writing parts this one from the others"
    return replace(
        base,
        exists=True,
        content=found.content,
        sha256=found.state.sha256,
        mode=found.mode,
        style=style_of(found.content, base.path),
        stamp=found.stamp,
        confirm=base.confirm or (parting if found.links > 1 else ""),
        links=found.links,
    )


def content_is_pointer(content: bytes) -> bool:
    """Whether this stands for a large file that Git LFS keeps elsewhere."""
    return len(content) < _LARGEST_POINTER and content.startswith(b"version https://git-lfs.github.com/spec/")


def _open_in_editors(parent: int, name: str) -> tuple[str, ...]:
    """A sentence for each file by which an editor says that it has this one open."""
    warnings = []
    for pattern, editor in _EDITOR_FILES:
        mark = pattern.format(name)
        with contextlib.suppress(OSError):
            os.stat(mark, dir_fd=parent, follow_symlinks=False)
            warnings.append(f"{editor} seems to have {name} open ({mark} is there): save and reload it there")
    return tuple(warnings)


def _new_mode() -> int:
    # The umask can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return NEW_FILE_MODE & ~mask
