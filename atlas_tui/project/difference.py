"""What changed files differ in from those they build on, as a unified diff with heads as git writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from atlas_tui.errors import InputError
from atlas_tui.project.base import FileChange
from atlas_tui.project.files import Files
from atlas_tui.workspace.diff import diff_of, patch_name
from atlas_tui.workspace.hunks import Change, compare

_NEW_MODE = "100644"


@dataclass(frozen=True, slots=True)
class Difference:
    """The change of several files."""

    text: str
    """The unified diff, three lines of context; files in the order of their names."""
    added: int
    """Lines."""
    removed: int

    @property
    def lines(self) -> int:
        """Changed lines: the size of the change."""
        return self.added + self.removed


def difference(files: Files, changes: Iterable[FileChange]) -> Difference:
    """Compare the changed files with ``files``; what does not differ is left out. Never changes anything.

    Of a binary file only that it differs is told.
    """
    texts, added, removed = [], 0, 0
    for change in sorted(changes, key=lambda change: change.path):
        old = _read(files, change.path)
        if old == change.content:
            continue
        text, more, fewer = _of_file(change.path, old, change.content)
        texts.append(text)
        added, removed = added + more, removed + fewer
    return Difference("".join(texts), added, removed)


def _read(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except InputError:
        return None


def _of_file(path: str, old: bytes | None, new: bytes | None) -> tuple[str, int, int]:
    there = old is not None, new is not None
    try:
        change = replace(_compared(path, old or b"", new or b""), exists=old is not None)
    except InputError:
        ends = [name if known else "/dev/null" for name, known in zip(_names(path), there, strict=True)]
        return headed(f"Binary files {ends[0]} and {ends[1]} differ\n".encode(), path, *there).decode(), 0, 0
    return headed(diff_of(change).unified.encode(), path, *there).decode(), change.added, change.removed


def headed(unified: bytes, path: str, exists: bool, stays: bool) -> bytes:
    """The difference of one file with the head that git writes, which also tells what is made or removed.

    ``unified`` may be empty, as that of a new file without a line.
    """
    names = _names(path)
    head = f"diff --git {names[0]} {names[1]}\n"
    if not exists:
        head += f"new file mode {_NEW_MODE}\n"
    elif not stays:
        head += f"deleted file mode {_NEW_MODE}\n"
        if unified.startswith(b"--- "):
            first, _, rest = unified.split(b"\n", 2)
            unified = b"%s\n+++ /dev/null\n%s" % (first, rest)
    return head.encode() + unified


def _names(path: str) -> tuple[str, str]:
    """The old and the new one, as git writes them."""
    old, new = (patch_name(f"{side}/{path}").decode().rstrip("\t") for side in "ab")
    return old, new


def _compared(path: str, old: bytes, new: bytes) -> Change:
    for content in (old, new):
        # Looked at one by one: a text may become binary.
        compare(b"", content, path)
    return compare(old, new, path)
