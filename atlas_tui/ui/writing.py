"""What is done to the disk and to git about the change under review. The work runs in threads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atlas_tui.errors import Refused
from atlas_tui.events import Applied, Committed, Redone, Undone

if TYPE_CHECKING:
    from atlas_tui.ui.desk import Desk
    from atlas_tui.ui.reviewing import Review
    from atlas_tui.workspace.commit_state import CommitState


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitWish:
    """What the person asked for in the commit dialog."""

    message: str
    branch: str = ""
    """A new one to make and switch to; empty stays on the one that is."""
    trailer: str = ""
    staged: bool = False
    """They said yes to committing a path they had staged themselves."""


class Writing:
    """Accept, undo, redo, commit and revert. Nothing else of the app writes into the working tree."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.undone: Review | None = None
        """What a redo would bring back."""

    def forget(self) -> None:
        """Another run begins."""
        self.undone = None

    async def accept(self) -> tuple[Applied, ...]:
        """Write the taken hunks of all files under review, or nothing at all.

        The person was asked wherever a base wants it. Raises: Refused, AtlasError.
        """
        from atlas_tui.workspace import Write

        desk, review, session = self._desk, self._desk.changes.review, self._desk.run.session
        files = review.to_write() if review else ()
        if review is None or not files:
            raise Refused("Nothing is written", "no hunk that changes a file is taken", "take one with space")
        writes = [Write(file.base, file.new) for file in files]
        workspace = desk.ready().workspace
        async with desk.disk:
            applied = await asyncio.to_thread(workspace.apply_all, writes, session, confirmed=True)
        taken = {file.path: () if file.whole else tuple(sorted(file.taken)) for file in files}
        events = tuple(
            replace(event, hunks=taken.get(event.path, ()), candidate=review.label, round=review.round)
            for event in applied
        )
        if session == desk.run.session:
            desk.changes.stand(review)
            self.undone = None
        await desk.record(session, *events)
        return events

    async def undo(self) -> tuple[Undone, ...]:
        """Put back, all at once, the bytes that were there before the latest accept.

        ``undone`` is to be shown anew after it. Raises: Refused, AtlasError.
        """
        desk, applied, session = self._desk, self._desk.run.applied, self._desk.run.session
        if applied is None:
            raise Refused("Nothing is undone", "nothing of this run stands on disk", "accept something first")
        workspace = desk.ready().workspace
        async with desk.disk:
            undone = await asyncio.to_thread(workspace.undo, applied.entry)
        if session == desk.run.session:
            self.undone = desk.changes.written
            desk.changes.stand(None)
        await desk.record(session, *undone)
        return undone

    async def redo(self) -> tuple[Redone, ...]:
        """Write again what was undone last. Raises: Refused, AtlasError."""
        desk, session = self._desk, self._desk.run.session
        back = desk.run.taken_back
        if not back:
            raise Refused("Nothing is redone", "nothing of this run was undone", "undo something first")
        workspace = desk.ready().workspace
        async with desk.disk:
            redone = await asyncio.to_thread(workspace.redo, back[-1].entry)
        if session == desk.run.session:
            desk.changes.stand(self.undone)
            if self.undone is not None:
                desk.changes.put(self.undone)
        await desk.record(session, *redone)
        return redone

    async def reverse_patch(self) -> str:
        """What would take the latest write back from the file as it is now. Raises: Refused, AtlasError."""
        desk, applied = self._desk, self._desk.run.applied
        if applied is None:
            raise Refused("There is no reverse patch", "nothing of this run stands on disk")
        async with desk.disk:
            return await asyncio.to_thread(desk.ready().workspace.reverse_patch, applied.entry)

    @property
    def paths(self) -> tuple[str, ...]:
        """What a commit would hold."""
        return tuple(dict.fromkeys(write.path for write in self._desk.run.pending))

    async def commit_state(self) -> CommitState:
        """What a commit of these paths would meet. Runs git. Raises: Refused."""
        desk = self._desk
        async with desk.disk:
            return await asyncio.to_thread(desk.ready().workspace.commit_state, self.paths)

    async def propose_message(self) -> str:
        """The model's message for what was written. Raises: AtlasError."""
        desk, written = self._desk, self._desk.changes.written
        problem = desk.run.problem
        assert problem is not None
        diff = await asyncio.to_thread(_unified, written) if written else ""
        return await desk.ready().propose_message(problem, diff)

    async def commit(self, wish: CommitWish) -> Committed:
        """Commit exactly what was accepted. Raises: Refused, AtlasError; tree and index are as before."""
        desk, session = self._desk, self._desk.run.session
        workspace, paths = desk.ready().workspace, self.paths
        async with desk.disk:
            committed = await asyncio.to_thread(
                lambda: workspace.commit(
                    paths, wish.message, branch=wish.branch, staged=wish.staged, trailer=wish.trailer
                )
            )
        await desk.record(session, committed)
        return committed

    async def revert(self) -> Committed:
        """Take the commit back by a new one; the files stay as they are. Raises: Refused, AtlasError."""
        desk, made, session = self._desk, self._desk.run.last_commit, self._desk.run.session
        if made is None:
            raise Refused("Nothing is reverted", "nothing of this run is committed", "commit it first")
        workspace, paths = desk.ready().workspace, desk.run.commit_paths
        async with desk.disk:
            reverted = await asyncio.to_thread(workspace.revert, made.commit, paths)
        await desk.record(session, reverted)
        return reverted

    async def untrusted(self) -> tuple[str, ...]:
        """Settings of the repository that run programs and were not agreed to. Raises: Refused."""
        desk = self._desk
        async with desk.disk:
            return await asyncio.to_thread(desk.ready().workspace.trust)

    async def trust(self) -> None:
        """Remember the person's yes to them. Raises: Refused."""
        desk = self._desk
        async with desk.disk:
            await asyncio.to_thread(desk.ready().workspace.trust_now)


def _unified(review: Review) -> str:
    from atlas_tui.workspace.diff import diff_of

    return "".join(diff_of(file.change, file.taken).unified for file in review.to_write())
