"""Empties and removes folders that a hostile program has filled.

Runs inside the sandbox too: standard library only, Python 3.8 or newer.
"""

from __future__ import annotations

import os
import stat


def remove(folder: str) -> None:
    """Remove ``folder`` and all in it; a folder that is not there is fine.

    Raises:
        OSError: something could not be removed.
    """
    try:
        empty(folder)
    except FileNotFoundError:
        return
    os.rmdir(folder)


def empty(folder: str) -> None:
    """Remove all in ``folder``.

    Modes of 000 and nesting deeper than ``PATH_MAX`` or the recursion limit do not stop it: every folder
    is moved up to the top before its content is looked at, so no path grows longer than two names. Symbolic
    links are removed, never followed. Nothing else may be writing there meanwhile.

    Raises:
        OSError: something could not be removed, or there is no such folder.
    """
    os.chmod(folder, 0o700)
    if not os.listdir(folder):
        return
    prefix, moved = ".%s." % os.urandom(8).hex(), 0
    while True:
        names = os.listdir(folder)
        if not names:
            return
        for name in names:
            path = os.path.join(folder, name)
            if not _is_folder(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                deeper = os.path.join(path, inner)
                if _is_folder(deeper):
                    os.chmod(deeper, 0o700)
                    moved += 1
                    os.rename(deeper, os.path.join(folder, prefix + str(moved)))
                else:
                    os.unlink(deeper)
            os.rmdir(path)


def _is_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)
