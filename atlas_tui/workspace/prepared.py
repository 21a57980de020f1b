"""Messages that the person has ready for a commit of their own: git takes them away with any commit."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

_NAMES = ("SQUASH_MSG", "MERGE_MSG", "AUTO_MERGE", "COMMIT_EDITMSG")
"""Of ``merge --squash``, of ``cherry-pick`` and ``revert`` without a commit, and of a commit that failed."""


@contextlib.contextmanager
def kept(git_dir: Path) -> Iterator[None]:
    """Leave git's folder with the messages it had before the block; a failure is only logged.

    Raises:
        OSError: one cannot be read.
    """
    before = {file: _read(file) for file in (git_dir / name for name in _NAMES)}
    try:
        yield
    finally:
        for file, content in before.items():
            try:
                if content is not None and _read(file) != content:
                    file.write_bytes(content)
            except OSError as error:
                log.warning("%s of the person is not as it was: %s", file, error)


def _read(file: Path) -> bytes | None:
    if file.is_symlink() or not file.is_file():
        return None
    return file.read_bytes()
