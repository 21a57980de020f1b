"""A repository is opened again and again: its tests run anew only where something was changed meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.project.listing import list_files
from atlas_tui.project.standing import standing
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import ProjectSettings
from atlas_tui.solver.change.opening import Opened, Tell, Wanted, open_repository


class LastOpened:
    """The repository as it was opened last."""

    def __init__(self) -> None:
        self._known: tuple[tuple[object, ...], Opened] | None = None

    async def open(
        self,
        sandbox: Sandbox,
        root: Path,
        head: str,
        wanted: Wanted,
        settings: ProjectSettings,
        tell: Tell,
        *,
        again: bool = False,
    ) -> Opened:
        """As ``open_repository``, without another run of the tests where files and wishes are the same.

        ``again`` runs them anyway, and asks for no text. Raises: as ``open_repository``; InputError: there is
        no text.
        """
        if not (again or wanted.text.strip()):
            raise InputError("The problem is empty", "there is no text", "say what is to be changed")
        tell("looking at the files")
        # Before the copy is made: what is written meanwhile is found to be another standing later.
        files = await asyncio.to_thread(list_files, root)
        key = (await asyncio.to_thread(standing, files), root, settings, replace(wanted, text="", source=""))
        known = None if again else self._known
        if known is not None and known[0] == key and _there(known[1]):
            opened = known[1]
            return replace(opened, project=replace(opened.project, head=head))
        opened = await open_repository(sandbox, root, files, head, wanted, settings, tell)
        self._known = key, opened
        return opened


def _there(opened: Opened) -> bool:
    """Its private copy was not removed meanwhile."""
    return Path(opened.project.base).is_dir()
