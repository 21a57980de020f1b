"""Whether anything in a tree was changed, told by names, sizes and times alone."""

from __future__ import annotations

import hashlib
import os

from atlas_tui.project.listing import Listing


def standing(files: Listing) -> str:
    """A fingerprint of these files; the same while nobody writes one of them. Reads no contents."""
    seen = hashlib.sha256()
    for entry in files.entries:
        try:
            facts = os.lstat(files.root / entry.path)
        except OSError:
            continue  # Gone meanwhile: the next look finds another listing.
        line = f"{entry.path}\0{facts.st_size}\0{facts.st_mode}\0{facts.st_mtime_ns}\0{facts.st_ino}\n"
        seen.update(line.encode("utf-8", "surrogateescape"))
    return seen.hexdigest()
