"""The changed files that a reply holds, as they are kept in events."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.facts import ChangedFile
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.editing import read_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a reply holds: a program, or the files it changes."""

    code: str
    """In mode change the difference to the base, in the unified form."""
    files: tuple[ChangedFile, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""


def written(project: Project, text: str, before: Sequence[ChangedFile] = ()) -> Written:
    """The change in a reply; ``before`` are the files of the candidate that it corrects."""
    reply = read_reply(text, project, changes_of(before))
    error = reply.fault or ("" if reply.changes else "the reply changes nothing")
    files = tuple(map(as_event, reply.changes))
    return Written(code=reply.diff, files=files, flags=reply.flags, notes=reply.notes, error=error)


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
