"""What is there on the disk; a place that may not be looked at, or can have no such name, is not there."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether it is a file that can be seen from here."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether it is a folder that can be seen from here."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
