"""Where a program really is, and what must be shown inside the sandbox for it to work."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atlas_tui.sandbox.supervisor import command

_LONGEST_CHAIN = 40
"""Symbolic links that are followed, as many as Linux follows."""
_OWN_DEPTH = 2
"""A folder nearer to the root than this (``/opt``) is nobody's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A program as it is called inside, which is also its path outside."""

    path: str
    mounts: tuple[str, ...]
    """Shown besides ``command.SYSTEM_FOLDERS``."""


def to_show(prefixes: Iterable[str]) -> list[str]:
    """Those of ``prefixes``, symbolic links resolved, that the system folders do not hold already.

    Raises:
        ValueError: all of a home folder would have to be shown.
    """
    mounts: list[str] = []
    for prefix in prefixes:
        folder = os.path.realpath(prefix)
        if folder in command.SYSTEM_PREFIXES or is_shown(folder, mounts):
            continue
        if _holds_home(folder):
            raise ValueError(f"it is installed straight in {folder}, which must stay hidden")
        mounts.append(folder)
    return mounts


def is_shown(path: str, mounts: Iterable[str]) -> bool:
    """Whether ``path`` is one of the system folders or of ``mounts``, or lies in one."""
    return any(
        path == known or path.startswith(known.rstrip(os.sep) + os.sep)
        for known in (*command.SYSTEM_FOLDERS, *mounts)
    )


def place(program: str, folders: Iterable[str] = ()) -> Placed:
    """How ``program`` is called inside, with what must be shown for it.

    It keeps the name it is called by where its links can be followed inside: a compiler may look at that.
    The folder above its ``bin`` is shown; where that is not the program's own, the file alone.

    Args:
        program: absolute path.
        folders: shown as well.

    Raises:
        ValueError: a folder that it needs must stay hidden.
    """
    steps = chain(program)
    own = [] if is_shown(steps[-1], ()) else [_own(steps[-1])]
    mounts = to_show([*own, *folders])
    path = steps[-1]
    for step in reversed(steps):
        if not is_shown(step, mounts):
            break
        path = step
    return Placed(path=path, mounts=tuple(mounts))


def chain(path: str) -> list[str]:
    """``path`` and what it links to, one link after the other; the last is a file.

    The folders of each are without links.
    """
    steps: list[str] = []
    while len(steps) < _LONGEST_CHAIN:
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        steps.append(path)
        if not os.path.islink(path):
            break
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(path)))
    return steps


def on_path(names: tuple[str, ...], search_path: str) -> Iterator[str]:
    """Programs of ``names`` in the absolute folders of ``search_path``, by name, then by folder."""
    folders = [folder for folder in search_path.split(os.pathsep) if os.path.isabs(folder)]
    for name in names:
        for folder in folders:
            found = shutil.which(name, path=folder)
            if found:
                yield found


def packages(file: str) -> list[str]:
    """The outermost ``node_modules`` that ``file`` lies in: packages need their neighbours."""
    before, found, _ = file.partition("/node_modules/")
    return [before + "/node_modules"] if found else []


def linked(program: str, allowed: str) -> list[str]:
    """Folders that links in the folder above the ``bin`` of ``program`` lead to.

    Args:
        program: absolute path.
        allowed: a regular expression that the beginning of what a link leads to must match: that is given.
            Empty for none.
    """
    found: set[str] = set()
    top = os.path.dirname(os.path.dirname(os.path.realpath(program)))
    for folder in (top, os.path.join(top, "conf"), os.path.join(top, "lib")) if allowed else ():
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for target in (os.path.realpath(os.path.join(folder, name)) for name in names):
            match = re.match(allowed, target)
            if match and os.path.isdir(match[0]):
                found.add(match[0])
    return sorted(found)


def _own(file: str) -> str:
    """The folder that holds all of the program ``file``, or ``file`` where others live in that folder too."""
    folder = os.path.dirname(file)
    if os.path.basename(folder) in ("bin", "sbin"):
        folder = os.path.dirname(folder)
    return file if _is_common(folder) else folder


def _is_common(folder: str) -> bool:
    home = _home()
    depth = len([part for part in folder.split(os.sep) if part])
    return depth < _OWN_DEPTH or _holds_home(folder) or folder == os.path.join(home, ".local")


def _holds_home(folder: str) -> bool:
    home = _home()
    return home == folder or home.startswith(folder.rstrip(os.sep) + os.sep)


def _home() -> str:
    return os.path.realpath(os.path.expanduser("~"))
