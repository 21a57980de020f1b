"""The changed files that a reply holds, as they are kept in events."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.facts import ChangedFile
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.editing import read_reply
from atlas_tui.project.editing_rules import is_allowed

_KEPT = 8_000
"""Most characters of an answer that cannot be used."""
_FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a reply holds: a program, or the files it changes."""

    code: str
    """In mode change the difference to the base, in the unified form; what the model wrote instead, where
    that cannot be used."""
    files: tuple[ChangedFile, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


def written(project: Project, text: str, before: Sequence[ChangedFile] = ()) -> Written:
    """The change in a reply; ``before`` are the files of the candidate that it corrects, of which those that
    may not be changed are as they were again."""
    kept = [file for file in before if is_allowed(project, file.path)]
    reply = read_reply(text, project, changes_of(kept))
    without = len(kept) < len(before) and bool(reply.changes) and not reply.notes
    error = "" if without else reply.fault or ("" if reply.changes else "the reply changes nothing")
    files = tuple(map(as_event, reply.changes))
    code = reply.diff or (text.strip()[:_KEPT] if error and _FENCE in text else "")
    return Written(code=code, files=files, flags=reply.flags, notes=reply.notes, error=error)


def changes_of(files: Sequence[ChangedFile]) -> tuple[FileChange, ...]:
    """The files of an event as bytes."""
    return tuple(FileChange(each.path, _content(each)) for each in files)


def _content(file: ChangedFile) -> bytes | None:
    if file.removed:
        return None
    return base64.b64decode(file.data) if file.data else file.text.encode("utf-8", "replace")


def as_event(change: FileChange) -> ChangedFile:
    """A file as events keep it."""
    if change.content is None:
        return ChangedFile(path=change.path, removed=True)
    try:
        return ChangedFile(path=change.path, text=change.content.decode())
    except UnicodeDecodeError:
        return ChangedFile(path=change.path, data=base64.b64encode(change.content).decode("ascii"))
