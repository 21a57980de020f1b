"""What would take a change back from files that went on changing: a patch for the person to use or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import tree
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.diff import patch
from atlas_tui.workspace.hunks import change_of
from atlas_tui.workspace.journal import Entry, Journal
from atlas_tui.workspace.merge import Part, PartKind, merge
from atlas_tui.workspace.text import Style, style_of


def reverse_patch(root: Path, journal: Journal, entries: Sequence[Entry]) -> str:
    """A unified diff from the files as they are now to the same without these changes.

    What was changed again since is left as it is; lines before the diff of a file, which ``git apply`` and
    ``patch`` pass over, say so. Bytes that are no UTF-8 stand in it as surrogates (``surrogateescape``).

    Raises:
        Refused: nothing of the changes is left, or a file cannot be read.
    """
    patches = [_of_one(root, journal, entry) for entry in entries]
    if not any(text for text, _ in patches):
        why = "; ".join(note for _, note in patches if note) or "the files are as before"
        raise Refused("There is nothing to take back", why)
    return "".join((f"# {note}\n" if note else "") + text for text, note in patches)


def _of_one(root: Path, journal: Journal, entry: Entry) -> tuple[str, str]:
    """The patch of one file, and what is to be known about it; each may be empty."""
    found = tree.read_below(root, entry.parts)
    before, after = journal.before(entry), journal.after(entry)
    if found is None:
        if entry.after.exists:
            return "", f"{entry.path} was removed since"
        return _unified(root, entry, None, before), ""
    if not entry.after.exists:
        return "", f"{entry.path} was made anew since it was removed"
    style = _style(found.content, entry.path)
    lines: list[bytes] = []
    left = 0
    for part in merge(after, found.content, before, style).parts:
        taken_back = _taken_back(part)
        left += taken_back is None
        lines += part.ours if taken_back is None else taken_back
    note = ""
    if left:
        places = "1 place that was changed since is" if left == 1 else f"{left} places changed since are"
        note = f"{entry.path}: {places} left alone"
    content = b"".join(lines)
    gone = not content and not entry.before.exists
    return _unified(root, entry, found.content, None if gone else content), note


def _taken_back(part: Part) -> Sequence[bytes] | None:
    """The lines without our change; None where the person has changed the very lines we wrote."""
    if part.kind is PartKind.THEIRS:
        return part.theirs
    if part.kind is not PartKind.CONFLICT:
        return part.ours
    size = len(part.base)
    places = [i for i in range(len(part.ours) - size + 1) if part.ours[i : i + size] == part.base]
    if not size or len(places) != 1:
        return None
    # All we wrote is there, next to lines of theirs.
    return (*part.ours[: places[0]], *part.theirs, *part.ours[places[0] + size :])


def _unified(root: Path, entry: Entry, old: bytes | None, new: bytes | None) -> str:
    style = _style(old or new or b"", entry.path)
    base = Base(
        path=entry.path,
        absolute=root.joinpath(*entry.parts),
        exists=old is not None,
        content=old or b"",
        style=style,
    )
    made = patch(change_of(base, new or b""))
    if new is None and made:
        old_name, _, rest = made.split(b"\n", 2)
        made = b"\n".join((old_name, b"+++ /dev/null", rest))
    return made.decode("utf-8", "surrogateescape")


def _style(content: bytes, path: str) -> Style:
    try:
        return style_of(content, path)
    except InputError:
        # It became binary since; then it is compared byte by byte between line feeds.
        return Style(encoding="iso8859-1")
