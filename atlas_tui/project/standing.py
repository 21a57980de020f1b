"""Whether anything in a tree was changed, told by names, sizes and times alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from atlas_tui.project.listing import list_files


def standing(root: Path) -> str:
    """A fingerprint of the files at ``root``; the same while nobody writes one of them. Reads no contents.

    Raises:
        InputError: ``root`` is git's own folder.
        Refused: git fails, or ``root`` cannot be read.
    """
    seen = hashlib.sha256()
    for entry in list_files(root).entries:
        try:
            facts = os.lstat(root / entry.path)
        except OSError:
            continue  # Gone meanwhile: the next look finds another listing.
        line = f"{entry.path}\0{facts.st_size}\0{facts.st_mode}\0{facts.st_mtime_ns}\0{facts.st_ino}\n"
        seen.update(line.encode("utf-8", "surrogateescape"))
    return seen.hexdigest()
