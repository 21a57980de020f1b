"""Problem texts that were typed and not run yet: kept on disk, so that leaving the app loses nothing.

Each app writes a file of its own: two of them in one folder do not overwrite each other's. No Textual here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from atlas_tui import paths
from atlas_tui.problem import Mode, Sample
from atlas_tui.ui.repository import Asked, asked_of
from atlas_tui.ui.run_how import How

log = logging.getLogger(__name__)

KEPT = 5
"""Drafts of one folder; older ones are deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text and what was changed about it."""

    text: str
    source: str = ""
    at: float = 0.0
    """Seconds since the epoch when it was written."""
    mode: Mode = Mode.PROGRAM
    samples: tuple[Sample, ...] | None = None
    """Those that were changed by hand; None when none were."""
    how: How = field(default_factory=How)
    """How it is to run, where that was said by hand."""
    change: Asked | None = None
    """What is asked of a change in the repository; None where a program is asked for."""
    file: Path | None = None


class Drafts:
    """The drafts of one folder. Disk faults are logged: they must not stand in the way of typing."""

    def __init__(self, folder: Path) -> None:
        name = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
        self._pattern, self._folder = f"{name}-*.json", paths.state_dir() / "drafts"
        self._own = self._folder / f"{name}-{secrets.token_hex(6)}.json"
        self._kept: Draft | None = None

    def keep(self, draft: Draft) -> None:
        """Write the draft of this app; an empty text deletes it."""
        if not draft.text.strip():
            self.drop()
            return
        if self._kept == draft:
            return
        row = {**asdict(draft), "at": time.time()}
        del row["file"]
        fresh = self._own.with_suffix(".new")
        try:
            paths.private(self._folder)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(json.dumps(row).encode("utf-8", "surrogatepass"))
            fresh.replace(self._own)
        except OSError as error:
            log.warning("the draft is not kept: %s", error)
            return
        self._kept = draft

    def drop(self) -> None:
        """Delete the draft of this app."""
        self._kept = None
        self.delete(self._own)

    def delete(self, file: Path) -> None:
        """Delete a draft."""
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a draft is not deleted: %s", error)

    def left(self) -> tuple[Draft, ...]:
        """What other starts of the app left behind in this folder, newest first."""
        found = [draft for file in self._folder.glob(self._pattern) if (draft := self._read(file))]
        found.sort(key=lambda draft: draft.at, reverse=True)
        for old in found[KEPT:]:
            if old.file:
                self.delete(old.file)
        return tuple(found[:KEPT])

    def _read(self, file: Path) -> Draft | None:
        if file == self._own:
            return None
        try:
            row = json.loads(file.read_bytes().decode("utf-8", "surrogatepass"))
            samples = row["samples"]
            return Draft(
                text=str(row["text"]),
                source=str(row["source"]),
                at=float(row["at"]),
                mode=Mode(row["mode"]),
                samples=None if samples is None else tuple(Sample(**each) for each in samples),
                how=_how(row.get("how", {})),
                change=asked_of(row["change"]) if row.get("change") else None,
                file=file,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s is no draft: %s", file, error)
            return None


def _how(row: dict[str, Any]) -> How:
    mode = row.get("mode")
    return How(**{**row, "mode": Mode(mode) if mode else None})
