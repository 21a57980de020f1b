"""The working tree of the person: read a target, place a solution, show, write, undo, commit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Applied, Committed, Undone
from atlas_tui.workspace import commit, names, repository, write
from atlas_tui.workspace.base import Base, read_base
from atlas_tui.workspace.diff import Diff, diff
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.place import place


class Workspace:
    """One folder and the working tree around it.

    Nothing in the tree is written but by ``apply``, ``undo`` and ``commit``, and these hold a lock, so
    that two apps do not write at once. Every method may be called from any thread.
    """

    def __init__(self, folder: Path, repo: repository.Repository | None, why_not: str) -> None:
        self.folder = folder
        self.root = repo.root if repo else folder
        self._repository, self._why_not = repo, why_not
        self._journal = Journal(self.root)
        self.recovered: tuple[str, ...] = ()
        """What was found half done from an app that was killed, and what became of it; one sentence each."""

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """The workspace of a folder, inside a git repository or not.

        Raises:
            InputError: it is no folder, a bare repository, or inside a ``.git`` folder.
        """
        folder = Path(os.path.realpath(folder))
        if not folder.is_dir():
            raise InputError(f"{folder} cannot be opened", "it is not a folder", "give a folder")
        workspace = cls(folder, *repository.discover(folder))
        workspace._recover_if_needed()
        return workspace

    @property
    def has_git(self) -> bool:
        return self._repository is not None

    def head(self) -> str:
        """Branch, commit and uncommitted files, such as ``main@4f1c2e + 2 uncommitted``.

        Text out of the repository: to be sanitised before it is shown. Runs git: some milliseconds, more in
        very large trees.
        """
        try:
            return self._repository.head() if self._repository else self._why_not
        except (Refused, OSError) as error:
            return str(error)

    def base(self, target: str) -> Base:
        """Read the file a solution is meant for; ``target`` is below the folder, or absolute.

        Raises:
            InputError: it cannot be a target (outside, a link, under ``.git``, binary, a folder …).
        """
        base = read_base(self.root, names.components(target, self.folder, self.root))
        if self._repository and not base.confirm and self._repository.is_hook(base.path):
            base = replace(base, confirm=f"{base.path} is in the folder that git runs hooks from")
        if not base.exists and self._repository and self._repository.wants_crlf(base.path):
            return replace(base, style=replace(base.style, eol="\r\n"))
        return base

    def place(self, base: Base, code: str, entry_point: str) -> bytes:
        """The content of the file with the solution in it; an empty entry point means a whole program.

        Raises:
            InputError: the encoding of the file cannot hold the solution.
        """
        return place(base, code, entry_point)

    def diff(self, base: Base, new: bytes) -> Diff:
        """What writing ``new`` would change."""
        return diff(base, new)

    def apply(self, base: Base, new: bytes, session: str, *, confirmed: bool = False) -> Applied:
        """Write the file. ``confirmed`` is needed where ``base.confirm`` gives a reason.

        Raises:
            Refused: the file changed since it was read, or cannot be written; nothing is changed.
        """
        if base.confirm and not confirmed:
            raise Refused(f"{base.path} is not written", base.confirm, "confirm it, or choose another target")
        with self._journal.locked():
            self._recover()
            if self._repository and any(item.stage for item in self._repository.staged(base.path)):
                raise Refused(f"{base.path} is not written", "it is in a merge conflict", "resolve it first")
            entry = write.apply(self.root, self._journal, base, new, session)
        return Applied(path=entry.path, entry=entry.id, created=not entry.before.exists)

    def undo(self, entry: str | None = None) -> Undone:
        """Take back one write, the latest of this tree by default.

        Raises:
            InputError: there is no such entry.
            Refused: the file is not as it was written, or there is nothing to undo; nothing is changed.
        """
        with self._journal.locked():
            self._recover()
            undone = write.undo(self.root, self._journal, self._journal.to_undo(entry))
        return Undone(path=undone.path, entry=undone.id)

    def commit(self, paths: Sequence[str], message: str) -> Committed:
        """Commit what ``apply`` wrote to these paths, and nothing else; hooks and signing are honoured.

        May take up to a minute (hooks), so not for the thread that draws the screen.

        Raises:
            InputError: no paths, or an empty message.
            Refused: there is no repository, a precondition does not hold, or a hook said no; index and
                HEAD are as before.
        """
        text = commit.checked_message(message)
        if not paths:
            raise InputError("Nothing to commit", "no file was named", "accept a solution first")
        if self._repository is None:
            raise Refused("There is no commit without git", self._why_not, "git init makes a repository")
        with self._journal.locked():
            self._recover()
            made = commit.commit(self._repository, self._journal, list(dict.fromkeys(paths)), text)
        return Committed(path=", ".join(dict.fromkeys(paths)), commit=made, message=message.strip())

    def _recover_if_needed(self) -> None:
        if not self._journal.is_open():
            return
        try:
            with self._journal.locked(0.0):
                self._recover()
        except Refused:
            # Another app is at work here: what is open in the journal is its own.
            return

    def _recover(self) -> None:
        self.recovered += tuple(write.recover(self.root, self._journal))
        commit.free_index(self._journal)
