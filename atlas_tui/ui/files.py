"""Files under a folder, found within bounds and matched by a few typed letters. No Textual here."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from atlas_tui.errors import InputError

MOST_FILES = 5_000
MOST_SECONDS = 1.0
DEEPEST = 8
SKIPPED = frozenset(
    {"node_modules", "__pycache__", "venv", "env", "target", "dist", "build", "site-packages"}
)
"""Folders that hold no problems and many files. Hidden ones are skipped as well."""
PREFERRED = (".md", ".txt", ".rst", ".problem")
"""Endings of files that are listed first: statements are mostly kept in these."""


def under(folder: Path) -> list[str]:
    """Paths relative to ``folder``, shallow ones first; stops at its bounds of number, depth and time.

    Links are not followed; what cannot be read is left out.
    """
    found: list[str] = []
    until = time.monotonic() + MOST_SECONDS
    level, depth = [""], 0
    while level and depth <= DEEPEST:
        deeper: list[str] = []
        for here in level:
            folders, files = _entries(folder, here)
            found += files
            deeper += folders
            if len(found) >= MOST_FILES or time.monotonic() > until:
                return found[:MOST_FILES]
        level, depth = deeper, depth + 1
    return found


def _entries(root: Path, here: str) -> tuple[list[str], list[str]]:
    folders, files = [], []
    try:
        with os.scandir(root / here) as entries:
            for entry in sorted(entries, key=lambda item: item.name):
                if entry.name.startswith(".") or entry.name in SKIPPED:
                    continue
                path = f"{here}/{entry.name}" if here else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_file(follow_symlinks=False):
                    files.append(path)
    except OSError:
        # Unreadable or just gone: nothing in it can be opened either.
        return [], []
    return folders, files


def matching(query: str, paths: Iterable[str], most: int = 50) -> list[str]:
    """The paths that hold the letters of ``query`` in this order, best first; all for an empty query."""
    scored = [(score, path) for path in paths if (score := _score(query.lower(), path)) is not None]
    scored.sort(key=lambda item: item[0])
    return [path for _, path in scored[:most]]


def _score(query: str, path: str) -> tuple[int, bool, int, int] | None:
    """Smaller is better: unbroken in the name, elsewhere, then scattered letters; None does not match."""
    lower, preferred = path.lower(), not path.lower().endswith(PREFERRED)
    name_starts = lower.rfind("/") + 1
    if not query:
        return (0, preferred, path.count("/"), len(path))
    at = lower.find(query, name_starts)
    if at >= 0:
        return (0 if at == name_starts else 1, preferred, path.count("/"), len(path))
    if query in lower:
        return (2, preferred, path.count("/"), len(path))
    position = -1
    for letter in query.replace(" ", ""):
        position = lower.find(letter, position + 1)
        if position < 0:
            return None
    return (3, preferred, position, len(path))


def read(path: Path, limit: int) -> bytes:
    """The file's bytes. Raises: InputError for no file, an unreadable one, one longer than ``limit``."""
    try:
        if not path.is_file():
            why = "it is a directory" if path.is_dir() else "there is no such file"
            raise InputError(f"{path} cannot be opened", why, "choose another file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be opened", why, "choose another file") from error
    if len(content) > limit:
        raise InputError(
            f"{path} cannot be opened", f"it is longer than {limit // 1000:,} kB", "choose another file"
        )
    return content
