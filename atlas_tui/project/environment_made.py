"""What installing a project for development leaves in its tree, and git ignores: tests may need it there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas_tui.project.environment_parts import Parts
from atlas_tui.project.names import shown
from atlas_tui.project.there import is_file, is_folder

_MADE = re.compile(r"_?version\.py|_version_\w+\.py|\w+_pb2(_grpc)?\.py|.*\.so")
"""Versions and interfaces that are written by tools, and extensions that are built in place."""
_TRANSLATIONS = "locale/*/LC_MESSAGES/*.mo"
_MOST = 200


def add_made(parts: Parts, folders: Sequence[str]) -> None:
    """Link to it in the copy, where it stands.

    Args:
        parts: what is put together.
        folders: of the tree, those that packages are imported from.
    """
    found = [*_metadata(parts, folders), *_modules(parts)]
    for path in found[:_MOST]:
        if parts.show(parts.root / path):
            parts.links.append((path, str(parts.root / path)))
    if len(found) > _MOST:
        more = f"{shown(found[_MOST])} and {len(found) - _MOST - 1:,} more"
        parts.notes.append(f"built files that git ignores are not in the copy: {more}")


def _metadata(parts: Parts, folders: Sequence[str]) -> Iterator[str]:
    """Version and entry points of the project itself, as older tools keep them beside its packages."""
    known = parts.files.paths
    for folder in dict.fromkeys(("", *folders)):
        for name in _names(parts.root / folder):
            path = f"{folder}/{name}" if folder else name
            own = name.endswith(".egg-info") and is_folder(parts.root / path)
            # A link could lead anywhere.
            own = own and os.path.realpath(parts.root / path) == str(parts.root / path)
            if own and not any(one.startswith(f"{path}/") for one in known):
                yield path


def _modules(parts: Parts) -> Iterator[str]:
    known = set(parts.files.paths)
    packages = sorted(path.removesuffix("/__init__.py") for path in known if path.endswith("/__init__.py"))
    for folder in packages:
        here = parts.root / folder
        made = [here / name for name in _names(here) if _MADE.fullmatch(name)]
        for file in (*made, *sorted(here.glob(_TRANSLATIONS))):
            path = file.relative_to(parts.root).as_posix()
            # A link could lead anywhere.
            if path not in known and is_file(file) and os.path.realpath(file) == str(file):
                yield path


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []
