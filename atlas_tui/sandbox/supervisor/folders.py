"""Temporary folders of this process, and those that a killed one before it has left.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile

from atlas_tui.sandbox.inside import tidy
from atlas_tui.sandbox.supervisor.isolated import NOBODY

log = logging.getLogger("atlas_tui.sandbox.supervisor")

_NAME = re.compile(r"atlas-tui-(?:run|probe)-(\d+)-")


def make(kind: str) -> str:
    """A new folder that names this process; ``kind`` is run or probe.

    Raises:
        OSError: it cannot be made.
    """
    return tempfile.mkdtemp(prefix=f"atlas-tui-{kind}-{os.getpid()}-")


def sweep() -> None:
    """Remove what supervisors have left that were killed: their process is no more."""
    for name in os.listdir(tempfile.gettempdir()):
        match = _NAME.match(name)
        path = os.path.join(tempfile.gettempdir(), name)
        if match is None or lives(int(match[1])) or not _is_ours(path):
            continue
        try:
            tidy.remove(path)
        except OSError:
            log.warning("%s could not be removed", path, exc_info=True)


def lives(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def _is_ours(path: str) -> bool:
    """Whether it is a folder that only we, or those who run programs for us, can have made."""
    try:
        told = os.lstat(path)
    except OSError:
        return False  # gone meanwhile
    owners = {os.geteuid(), NOBODY} if os.geteuid() == 0 else {os.geteuid()}
    return os.path.isdir(path) and not os.path.islink(path) and told.st_uid in owners
