"""Files that a hook changed and then refused: the accepted bytes come back, and the hook's are kept."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import accepted as accepting, tree
from atlas_tui.workspace.accepted import Accepted
from atlas_tui.workspace.journal import Journal

log = logging.getLogger(__name__)

_PREFIX = "hook-"
_MOST = 20
"""Files kept; the oldest are forgotten."""


def put_back(root: Path, journal: Journal, accepted: Sequence[Accepted]) -> str:
    """Give these files their accepted bytes again; gives where what was made of them is kept, in words."""
    kept = []
    for each in accepted:
        last = each.entries[-1]
        try:
            found = accepting.read(root, last)
            if (tree.ABSENT if found is None else found.state) == last.after:
                continue
            aside = _keep(journal, found.content if found else b"")
            _restore(root, each)
            kept.append(f"what the hook made of {each.path} is kept as {aside}")
        except (OSError, Refused) as error:
            log.warning("%s: what a hook made of it stays: %s", each.path, error)
            kept.append(f"what the hook made of {each.path} is still there")
    return "; ".join(kept)


def _keep(journal: Journal, content: bytes) -> Path:
    known = sorted(journal.folder.glob(f"{_PREFIX}*"), key=lambda file: file.stat().st_mtime)
    for file in known[: -_MOST + 1]:
        file.unlink(missing_ok=True)
    aside = journal.folder / f"{_PREFIX}{secrets.token_hex(4)}"
    journal.write_file(aside, content, lasting=False)
    return aside


def _restore(root: Path, accepted: Accepted) -> None:
    last = accepted.entries[-1]
    with tree.parent_of(root, last.parts) as parent:
        name = last.parts[-1]
        if accepted.content is None:
            os.unlink(name, dir_fd=parent)
            return
        beside = f".atlas-{secrets.token_hex(8)}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(beside, flags, 0o600, dir_fd=parent), "wb") as output:
                output.write(accepted.content)
                output.flush()
                os.fchmod(output.fileno(), last.after.mode)
            os.rename(beside, name, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError:
            os.unlink(beside, dir_fd=parent)
            raise
