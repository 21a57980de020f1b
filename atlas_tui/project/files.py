"""The files that candidates build on, as they are read, and the patterns that say which may be changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from atlas_tui.errors import InputError
from atlas_tui.project.base import FileChange
from atlas_tui.workspace import names, tree


class Files(Protocol):
    """What a change is made to."""

    def read(self, path: str) -> bytes | None:
        """The content; None where there is no such file.

        Raises:
            InputError: it cannot be used: a link, a folder, too large, below another repository …
        """
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below a folder, reached without following a link."""

    root: Path

    def read(self, path: str) -> bytes | None:
        found = tree.read_below(self.root, plain_parts(path), InputError)
        return None if found is None else found.content


@dataclass(frozen=True, slots=True)
class Given:
    """Files by their paths, over others where there are any; None stands for one that was removed."""

    contents: Mapping[str, bytes | None]
    below: Files | None = field(default=None)

    def read(self, path: str) -> bytes | None:
        plain_parts(path)
        if path in self.contents or self.below is None:
            return self.contents.get(path)
        return self.below.read(path)


def with_changes(files: Files, changes: Iterable[FileChange]) -> Files:
    """The files as they are after the changes."""
    return Given({change.path: change.content for change in changes}, files)


def plain_parts(path: str) -> tuple[str, ...]:
    """The components of a path below the root.

    Raises:
        InputError: it is absolute, goes up with ``..``, or is no plain name for a file.
    """
    if path.startswith("/"):
        raise InputError(f"{path!r} cannot be used", "it is an absolute path", "give it below the root")
    top = Path("/")
    return names.components(path, top, top)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of these glob patterns means the path, as in ``.gitignore``: without a slash it means a
    name at any depth, ``**`` any folders, and the name of a folder all that is below it."""
    return any(_means(pattern, path) for pattern in patterns)


def _means(pattern: str, path: str) -> bool:
    plain = pattern.strip().removeprefix("./").rstrip("/")
    if "/" in plain and "*" not in plain and "?" not in plain:
        # Most are whole paths, and there may be thousands.
        plain = plain.removeprefix("/")
        return path == plain or path.startswith(f"{plain}/")
    return bool(plain) and _expression(plain).match(path) is not None


@lru_cache(maxsize=512)
def _expression(plain: str) -> re.Pattern[str]:
    anywhere = "" if "/" in plain else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", plain.removeprefix("/"))
    return re.compile(anywhere + "".join(map(_translated, parts)) + r"(?:/.*)?\Z", re.DOTALL)


def _translated(part: str) -> str:
    # Brackets mean themselves: some frameworks have them in the names of files.
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return known.get(part) or re.escape(part)
