"""Which commits are ours, noted beside the journal, so that they can be taken back."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.workspace.journal import Journal

log = logging.getLogger(__name__)

_PREFIX = "made-"
_MOST = 500
"""Commits remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A commit of ours."""

    commit: str
    """Full object id."""
    paths: tuple[str, ...]
    entries: tuple[str, ...]
    """Of the journal."""


def remember(journal: Journal, commit: str, entries: Collection[str]) -> None:
    """Note a commit of these entries; a failure is only logged. Called under the journal's lock."""
    ours = [entry for entry in journal.entries() if entry.id in entries]
    facts = {"paths": sorted({entry.path for entry in ours}), "entries": [entry.id for entry in ours]}
    try:
        for file in _known(journal)[: -_MOST + 1]:
            file.unlink(missing_ok=True)
        journal.write_file(journal.folder / f"{_PREFIX}{commit}", json.dumps(facts).encode(), lasting=False)
    except OSError as error:
        log.warning("the commit %s cannot be noted as ours: %s", commit, error)
    mark(journal, entries, committed=True)


def mark(journal: Journal, entries: Collection[str], *, committed: bool) -> None:
    """Note in the journal what is in a commit and what no longer is; a failure is only logged."""
    for entry in journal.entries():
        if entry.id in entries and entry.committed != committed:
            try:
                journal.record(replace(entry, committed=committed), lasting=False)
            except OSError as error:
                log.warning("it is not noted that entry %s is committed: %s", entry.id, error)


def recall(journal: Journal, commit: str) -> Record | None:
    """What a commit of ours was made of; None where it is none, or is not known any more."""
    return _read(journal.folder / f"{_PREFIX}{commit}") if commit.isalnum() else None


def holding(journal: Journal, entry: str) -> Record | None:
    """The latest commit of ours that holds an entry of the journal."""
    records = (_read(file) for file in reversed(_known(journal)))
    return next((record for record in records if record and entry in record.entries), None)


def _known(journal: Journal) -> Sequence[Path]:
    """Oldest first."""
    return sorted(journal.folder.glob(f"{_PREFIX}*"), key=lambda file: file.stat().st_mtime_ns)


def _read(file: Path) -> Record | None:
    try:
        facts = json.loads(file.read_bytes())
        commit = file.name.removeprefix(_PREFIX)
        return Record(commit=commit, paths=tuple(facts["paths"]), entries=tuple(facts["entries"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s is not understood: %s", file, error)
        return None
