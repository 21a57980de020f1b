"""What the review screen does to the disk: accept, undo, redo, commit, revert; and what it asks before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from textual import work

from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Applied
from atlas_tui.ui.reviewing import together
from atlas_tui.ui.sanitise import content, one_line
from atlas_tui.ui.screens.ask import Ask, Choose
from atlas_tui.ui.screens.base import AtlasScreen
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.patch import ReversePatch
from atlas_tui.ui.toast import say, say_error

_NAMED = 3
"""Most files that a sentence names."""


class WritingScreen(AtlasScreen):
    """One thing at a time: while one is under way or asked about, no other begins."""

    fault = ""
    """What went wrong last, for the state line."""
    busy = ""
    """What is under way."""
    _at_work = False
    _draft = ""
    """A commit message of the person that did not become a commit."""

    @work(group="write", exit_on_error=False)
    async def action_accept(self) -> None:
        """Write the taken hunks."""
        await self._alone(self._accept)

    @work(group="write", exit_on_error=False)
    async def action_undo(self) -> None:
        """Put the old bytes back; what is committed is reverted where the person wants that."""
        await self._alone(self._undo)

    @work(group="write", exit_on_error=False)
    async def action_redo(self) -> None:
        """Write again what was undone."""
        await self._alone(self._redo)

    @work(group="write", exit_on_error=False)
    async def action_commit(self) -> None:
        """Commit what was written."""
        await self._alone(self._commit)

    @work(group="write", exit_on_error=False)
    async def action_revert(self) -> None:
        """Take the commit back by a new one."""
        await self._alone(self._revert)

    async def _alone(self, action: Callable[[], Awaitable[None]]) -> None:
        # Not an exclusive worker: cancelling one in the middle of a write would lose what came of it.
        if self._at_work:
            return
        self._at_work = True
        try:
            await action()
        finally:
            self._at_work, self.busy = False, ""
            self.desk.changed()

    async def _accept(self) -> None:
        desk, changes = self.desk, self.desk.changes
        await changes.look()
        review = desk.review
        if review is None:
            return
        if changes.moved:
            path, why = next(iter(changes.moved.items()))
            todo = "r reads it again, w shows it three ways"
            self._tell(Refused(f"{path} is not written", why, todo))
            return
        files = review.to_write()
        doubt = changes.doubt()
        reasons = [f"Candidate {review.label}: {doubt}"] if doubt else []
        reasons += dict.fromkeys(file.base.confirm for file in files if file.base.confirm)
        reasons += [f"{file.path} is removed" for file in files if file.new is None]
        names = _named(file.path for file in files)
        if review.flags:
            reasons.append(f"Candidate {review.label} is not chosen by itself")
        if reasons:
            question = f"{'. '.join(reasons)}. Write {names} all the same?"
            title = "not verified" if doubt else "take care"
            if not await self.app.push_screen_wait(Ask(title, question, "Write", "Leave", review.flags)):
                return
        if await self._try(desk.writing.accept):
            say(self.app, f"Written: {names}; u puts the old content back")
        else:
            await changes.look()

    async def _undo(self) -> None:
        desk = self.desk
        applied, made = desk.run.applied, desk.run.committed
        if applied is None:
            return
        names, are = _together(desk.run.writes)
        if made is not None:
            answers = (("leave", "Leave"), ("revert", "Revert and undo"), ("files", "Undo files"))
            question = (
                f"{names} {are} in commit {made.commit[:10]}; undo never moves HEAD. A new commit can "
                "take it back before the files get their old content, or only the files do."
            )
            answer = await self.app.push_screen_wait(Choose("it is committed", question, answers))
            if answer == "leave" or (answer == "revert" and not await self._reverted()):
                return
        fault = await self._refused(desk.writing.undo)
        if fault is None:
            say(self.app, f"{names} {are} as before; y writes again")
            if (undone := desk.writing.undone) is not None:
                await self._try(lambda: desk.changes.refresh(undone))
        else:
            await self._offer_patch(fault, applied.path)

    async def _revert(self) -> None:
        await self._reverted()

    async def _reverted(self) -> bool:
        if not await self._trusted():
            return False
        self._say_busy("reverting… hooks may take up to a minute")
        if not await self._try(self.desk.writing.revert):
            return False
        made = self.desk.run.reverted
        say(
            self.app,
            f"Reverted by {made.commit[:10] if made else 'a new commit'}; the files are as they were",
        )
        self._show_output(made.output if made else "")
        return True

    async def _offer_patch(self, fault: AtlasError, path: str) -> None:
        """An undo that was refused changed nothing; a patch may still take our part back."""
        backend = self.desk.backend
        assert backend is not None
        try:
            patch = await self.desk.writing.reverse_patch()
        except AtlasError as error:
            say_error(self.app, error)
            return
        name = f"{path.rpartition('/')[2]}.undo.patch"
        saved = await self.app.push_screen_wait(
            ReversePatch(fault.one_line(), patch, backend.workspace.root, name)
        )
        if saved:
            say(self.app, f"The patch is in {saved}")

    async def _redo(self) -> None:
        back = self.desk.run.taken_back
        if back and await self._try(self.desk.writing.redo):
            names, are = _together(back)
            say(self.app, f"{names} {are} written again")

    async def _commit(self) -> None:
        from atlas_tui.workspace import CommitRefused

        desk = self.desk
        if not desk.run.pending or desk.backend is None:
            return
        if not desk.backend.workspace.has_git:
            say(
                self.app,
                "Cannot commit: this folder is not in a git repository; git init makes one",
                "warning",
            )
            return
        if not await self._trusted():
            return
        try:
            await desk.refresh_head()
            state = await desk.writing.commit_state()
        except AtlasError as error:
            self._tell(error)
            return
        if not self.is_current:
            return
        propose = None if self._draft else desk.writing.propose_message
        dialog = Commit(desk.writing.paths, desk.head, state, self._draft or self._message(), propose)
        wish = await self.app.push_screen_wait(dialog)
        if wish is None:
            return
        self._draft = wish.message
        self._say_busy("committing… hooks may take up to a minute")
        fault = await self._refused(lambda: desk.writing.commit(wish))
        if fault is not None:
            self._show_output(fault.output if isinstance(fault, CommitRefused) else "")
            return
        self._draft = ""
        committed = desk.run.committed
        say(self.app, f"Committed {committed.commit[:10] if committed else ''}")
        self._show_output(committed.output if committed else "")

    async def _trusted(self) -> bool:
        """Whether git may run what this repository's own settings name; asked once for each content."""
        try:
            found = await self.desk.writing.untrusted()
        except AtlasError as error:
            self._tell(error)
            return False
        if not found:
            return True
        question = "The settings of this repository run programs when git writes. Trust them?"
        if not await self.app.push_screen_wait(Ask("trust", question, "Trust", "Leave", about=found)):
            return False
        return await self._try(self.desk.writing.trust)

    def _show_output(self, output: str) -> None:
        if output.strip() and self.is_current:
            self.app.push_screen(Details("what git and the hooks said", content(output)))

    def _message(self) -> str:
        """To begin with, until the model has proposed one."""
        path, problem = _named(self.desk.writing.paths), self.desk.run.problem
        lines = problem.statement.splitlines() if problem else []
        title = next((line.strip("# *\t") for line in lines if line.strip("# *\t")), "")
        verb = "Change" if problem and problem.project else "Add"
        return f"{verb} {path}: {one_line(title, 60)}" if title else f"{verb} {path}"

    async def _try(self, change: Callable[[], Awaitable[object]]) -> bool:
        """Whether it was done; why not is told on the screen and in a toast."""
        fault = await self._refused(change)
        return fault is None

    async def _refused(self, change: Callable[[], Awaitable[object]]) -> AtlasError | None:
        self.fault = ""
        try:
            await change()
        except AtlasError as error:
            self._tell(error)
            return error
        return None

    def _tell(self, error: AtlasError) -> None:
        self.fault = one_line(error.one_line(), 400)
        say_error(self.app, error)
        self.desk.changed()

    def _say_busy(self, words: str) -> None:
        self.busy, self.fault = words, ""
        self.desk.changed()


def _together(writes: Sequence[Applied]) -> tuple[str, str]:
    """What was written at once with the last of them: the names, and the verb that goes with them."""
    paths = together(writes)
    return _named(paths), "are" if len(paths) > 1 else "is"


def _named(paths: Iterable[str]) -> str:
    """Some files in a sentence: the first by their names, the others by their number."""
    found = list(paths)
    shown = ", ".join(found[:_NAMED])
    return f"{shown} and {len(found) - _NAMED} more" if len(found) > _NAMED else shown
