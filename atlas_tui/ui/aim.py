"""Where a solution is meant to go: proposed, or as the person said. Disk work runs in threads."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from atlas_tui.errors import AtlasError

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.ui.desk import Desk
    from atlas_tui.workspace import Base, Kind, Proposal

log = logging.getLogger(__name__)


class Aim:
    """The target file of the next run, and the one the programs of this run are placed into.

    A proposal is filled in while the person has said nothing; what they typed, chose or switched is kept.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.path = ""
        """As the workspace takes it; empty: nothing will be written."""
        self.named = False
        """The person said so."""
        self.whole_file = False
        """The solution replaces all of an existing file, also where it has a place in it."""
        self.proposals: tuple[Proposal, ...] = ()
        """Best first."""
        self.base: Base | None = None
        """The file as it was last looked at; None before that, and where it cannot be a target."""
        self.fault = ""
        """Why it cannot be one; empty when nothing is known against it."""
        self._proposed_for: str | None = None
        self._proposing = asyncio.Lock()
        self._existing = ""
        self._of_run: tuple[str, bool] | None = None

    @property
    def placing(self) -> tuple[str, bool]:
        """Target of what is under review, and whether it replaces the whole file.

        A proposal for the next problem does not move the programs of this run into another file.
        """
        return self._of_run or (self.path, self.whole_file)

    @property
    def why(self) -> str:
        """Why this file was proposed; empty when it was not."""
        return next((each.why for each in self.proposals if each.path == self.path), "")

    @property
    def kind(self) -> Kind | None:
        """What becomes of the file; None while it was not looked at."""
        from atlas_tui.workspace import Kind

        if self.base is None:
            return None
        if not self.base.exists:
            return Kind.NEW_FILE
        return Kind.WHOLE_FILE if self.whole_file or not self._entry_point else Kind.IN_PLACE

    @property
    def switchable(self) -> bool:
        """There is another way to write the solution."""
        return self.base is not None and (self.base.exists or bool(self._existing_path()))

    @property
    def _entry_point(self) -> str:
        return self._desk.problem.entry_point if self._desk.problem else ""

    def name(self, path: str) -> None:
        """The person named it; an empty path: nothing is to be written."""
        self.named, self._of_run, self._existing = True, None, ""
        self._put(path)

    def forget(self) -> None:
        """There is no problem any more to propose a file for."""
        self.proposals, self._proposed_for = (), None
        if not self.named:
            self._put("")

    async def choose(self, path: str) -> None:
        """The person took it from the list."""
        self.name(path)
        await self.look()

    async def switch(self) -> None:
        """In place, whole file, new file, and round again, as far as each is possible."""
        from atlas_tui.workspace import Kind

        kind, path, whole = self.kind, self.path, False
        if kind is Kind.IN_PLACE:
            whole = True
        elif kind is Kind.WHOLE_FILE:
            found = await self._ask("")
            path = next((each.path for each in found if each.kind is Kind.NEW_FILE), path)
        else:
            path = self._existing_path() or path
        existing = self.path if path != self.path and kind is Kind.WHOLE_FILE else self._existing
        self.name(path)
        self.whole_file, self._existing = whole, existing
        await self.look()

    async def settle(self, problem: Problem) -> None:
        """Find proposals for this problem, and fill in the best one where the person has named none."""
        async with self._proposing:
            if self._proposed_for != problem.entry_point:
                self.proposals = await self._ask("", problem.entry_point)
                self._proposed_for = problem.entry_point
                best = self.proposals[0].path if self.proposals else ""
                if not self.named and best != self.path:
                    self._put(best)
                self._desk.changed()
        if self.base is None and not self.fault:
            await self.look()

    async def offers(self) -> tuple[Proposal, ...]:
        """Everything to choose from now: what the typed words may mean, and what would be proposed."""
        typed = await self._ask(self.path) if self.named and self.path else ()
        self.proposals = await self._ask("")
        known = {each.path for each in typed}
        return (*typed, *(each for each in self.proposals if each.path not in known))

    def begin(self) -> None:
        """A run begins, for this target."""
        self._of_run = self.path, self.whole_file

    def place(self, path: str) -> None:
        """A recorded run is shown, whose programs go there; nowhere where that is empty."""
        self._of_run = path, False

    async def look(self) -> None:
        """Look at the file as it is now."""
        path, base, fault = self.path, None, ""
        if path:
            try:
                base = await self._desk.check_target(path)
            except AtlasError as error:
                fault = error.one_line()
        if path == self.path:
            self.base, self.fault = base, fault
            self._desk.changed()

    def _put(self, path: str) -> None:
        self.path, self.whole_file = path, False
        self.base, self.fault = None, ""
        self._desk.changed()

    def _existing_path(self) -> str:
        """A file to go back to from a new one."""
        from atlas_tui.workspace import Kind

        found = (each.path for each in self.proposals if each.kind is not Kind.NEW_FILE)
        return self._existing or next(found, "")

    async def _ask(self, named: str, entry_point: str | None = None) -> tuple[Proposal, ...]:
        entry_point = self._entry_point if entry_point is None else entry_point
        try:
            workspace = self._desk.ready().workspace
            return await asyncio.to_thread(workspace.propose, entry_point, named)
        except AtlasError as error:
            log.warning("no target is proposed: %s", error)
            return ()
