"""Lines of tracebacks, as their tools name files, as files of the repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from atlas_tui.project.base import FileChange, TestCase

_SHOWN = "/tree/"
"""What the copy is called inside the sandbox, or the end of that."""


class Placing:
    """The files of one run: those of ``base`` with ``changes``. Looks at the disk."""

    def __init__(self, base: str, changes: Iterable[FileChange] = ()) -> None:
        self._base = Path(base)
        self._changed = {change.path: change.content is not None for change in changes}
        self._there = cache(self._is_there)

    def placed(self, case: TestCase) -> TestCase:
        """``case`` with those of its places that are files of the repository."""
        found = dict.fromkeys(
            (path, line) for named, line in case.places if (path := self._path(named, case.id)) is not None
        )
        return replace(case, places=tuple(found))

    def _path(self, named: str, test: str) -> str | None:
        return next((path for path in _candidates(named, test) if self._there(path)), None)

    def _is_there(self, path: str) -> bool:
        if path in self._changed:
            return self._changed[path]
        try:
            return (self._base / path).is_file()
        except (OSError, ValueError):
            return False


def _candidates(named: str, test: str) -> Iterator[str]:
    """What ``named`` may mean: below the tree, or (go) below the folder of the package of ``test``."""
    text = named.partition(_SHOWN)[2] if named.startswith("/") else named.removeprefix("./")
    path = PurePosixPath(text)
    if not text or ".." in path.parts or path.is_absolute():
        return
    folders = PurePosixPath(test.partition(".Test")[0]).parts if path.suffix == ".go" else ()
    for start in range(len(folders)):
        yield "/".join((*folders[start:], str(path)))
    yield str(path)
