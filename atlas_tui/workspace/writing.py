"""The part of a workspace that writes files, takes writes back, and does them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.events import Applied, Redone, Undone
from atlas_tui.workspace import repository, reverse, tree, write
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.journal import Journal, State
from atlas_tui.workspace.merge import Merge, merge
from atlas_tui.workspace.write import Write


class Writing:
    """What ``Workspace`` does with files. Every method may be called from any thread."""

    root: Path
    _repository: repository.Repository | None
    _journal: Journal

    def moved(self, base: Base) -> str:
        """Why the file is no longer as it was read; empty while it is."""
        try:
            found = tree.read_below(self.root, base.parts)
        except Refused as error:
            return error.why
        return write.changed(base.state, found)

    def three_way(self, base: Base, new: bytes) -> Merge:
        """The file as it was read, as it is now, and as it was to be written; nothing is changed.

        Raises:
            Refused: what stands there now cannot be read as a file.
        """
        found = tree.read_below(self.root, base.parts)
        return merge(base.content, found.content if found else b"", new, base.style)

    def apply(self, base: Base, new: bytes, session: str, *, confirmed: bool = False) -> Applied:
        """Write the file. ``confirmed`` is needed where ``base.confirm`` gives a reason.

        Raises:
            Refused: the file changed since it was read, or cannot be written; nothing is changed.
        """
        return self.apply_all([Write(base, new)], session, confirmed=confirmed)[0]

    def apply_all(
        self, writes: Sequence[Write], session: str, *, confirmed: bool = False
    ) -> tuple[Applied, ...]:
        """Write (or remove) all the files or none. ``confirmed`` is needed where one gives a reason.

        Raises:
            Refused: a file changed since it was read, or cannot be written; nothing is changed.
        """
        for each in writes:
            if each.confirm and not confirmed:
                todo = "confirm it, or choose another target"
                raise Refused(f"{each.base.path} is not written", each.confirm, todo)
        write.check(writes)
        with self._journal.locked():
            self._recover()
            self._refuse_conflicted([each.base.path for each in writes])
            entries = write.apply(self.root, self._journal, writes, session)
        return tuple(
            Applied(path=each.path, entry=each.id, created=not each.before.exists, group=each.group)
            for each in entries
        )

    def undo(self, entry: str | None = None, *, session: str = "") -> tuple[Undone, ...]:
        """Take back what was written at once, by default what this tree (or the session) got last.

        ``entry`` is the id of one of the writes, or of their group. HEAD and index stay as they are.

        Raises:
            InputError: there is no such entry.
            Refused: a file is not as it was written, or there is nothing to undo; nothing is changed.
        """
        with self._journal.locked():
            self._recover()
            group = self._journal.group(entry, session, State.APPLIED)
            undone = write.undo(self.root, self._journal, group)
        return tuple(Undone(path=each.path, entry=each.id) for each in undone)

    def redo(self, entry: str | None = None, *, session: str = "") -> tuple[Redone, ...]:
        """Write again what was undone, by default what was undone last.

        Raises:
            InputError: there is no such entry.
            Refused: a file is not as ``undo`` left it, or there is nothing to redo; nothing is changed.
        """
        with self._journal.locked():
            self._recover()
            group = self._journal.group(entry, session, State.UNDONE)
            self._refuse_conflicted([each.path for each in group])
            redone = write.redo(self.root, self._journal, group)
        return tuple(Redone(path=each.path, entry=each.id) for each in redone)

    def reverse_patch(self, entry: str | None = None) -> str:
        """A unified diff that takes a change back from its files as they are now; nothing is written.

        For when ``undo`` refuses because they were changed since; what was changed again is left out.

        Raises:
            InputError: there is no such entry.
            Refused: nothing of it is left in the files, or they cannot be read.
        """
        return reverse.reverse_patch(self.root, self._journal, self._journal.group(entry, "", State.APPLIED))

    def _refuse_conflicted(self, paths: Sequence[str]) -> None:
        for path in paths:
            if self._repository and any(item.stage for item in self._repository.staged(path)):
                raise Refused(f"{path} is not written", "it is in a merge conflict", "resolve it first")

    def _recover(self) -> None:
        """Settle what a killed app left half done; called under the journal's lock."""
        raise NotImplementedError
