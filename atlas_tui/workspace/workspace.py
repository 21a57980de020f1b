"""The working tree of the person: read a target, place a solution, show, write, undo, commit."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import WrittenTest
from atlas_tui.problem import Problem
from atlas_tui.workspace import (
    branch as branches,
    index_lock,
    made,
    message as messages,
    names,
    recover,
    repository,
    targets,
)
from atlas_tui.workspace.base import Base, read_base
from atlas_tui.workspace.committing import Committing
from atlas_tui.workspace.diff import Diff, diff
from atlas_tui.workspace.hunks import Change, change_of
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.place import How, place
from atlas_tui.workspace.standing import with_standing
from atlas_tui.workspace.targets import Place, Proposal
from atlas_tui.workspace.test_file import test_file
from atlas_tui.workspace.writing import Writing

log = logging.getLogger(__name__)

MOST_DIRTY = 200
"""Most dirty paths that are named."""


class Workspace(Writing, Committing):
    """One folder and the working tree around it.

    Nothing in the tree is written but by ``apply``, ``undo``, ``redo`` and commits, and these hold a lock, so
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

    @property
    def root_name(self) -> str:
        """The root as text that can be kept and shown; it need not be UTF-8."""
        return os.fsencode(self.root).decode("utf-8", "backslashreplace")

    def head(self) -> str:
        """Branch, commit and uncommitted files, such as ``main@4f1c2e + 2 uncommitted``.

        Text out of the repository: to be sanitised before it is shown. Runs git: some milliseconds, more in
        very large trees.
        """
        try:
            return self._repository.head() if self._repository else self._why_not
        except (Refused, OSError) as error:
            return str(error)

    def standing(self) -> tuple[str, tuple[str, ...]]:
        """The commit that HEAD is (empty: none yet, no git, or not readable) and the first dirty paths.

        Runs git, as ``head`` does.
        """
        if self._repository is None:
            return "", ()
        try:
            return self._repository.position()[1], self._repository.dirty(MOST_DIRTY)
        except (Refused, OSError) as error:
            log.warning("the state of %s is not known: %s", self.root, error)
            return "", ()

    def base(self, target: str) -> Base:
        """Read the file a solution is meant for; ``target`` is below the folder, or absolute.

        Raises:
            InputError: it cannot be a target (outside, a link, under ``.git``, binary, a folder …).
            Refused: git cannot be asked how it stands.
        """
        base = read_base(self.root, names.components(target, self.folder, self.root))
        try:
            return with_standing(self._repository, base) if self._repository else base
        except OSError as error:
            why = f"git cannot be asked about it: {error.strerror}"
            raise Refused(f"{base.path} cannot be used", why, "check free space") from error

    def propose(self, entry_point: str, named: str = "") -> tuple[Proposal, ...]:
        """Files for a solution, best first: that of the name the person gave, those that define the entry
        point, a new one. Takes up to about a second in very large trees, and says when it was cut.

        Paths are below the folder, as ``base`` takes them; text out of the tree.
        """
        place = Place(folder=self.folder, root=self.root, repository=self._repository)
        return targets.propose(place, entry_point, named)

    def place(self, base: Base, code: str, entry_point: str, how: How = How.AUTO) -> bytes:
        """The content of the file with the solution in it; an empty entry point means a whole program.

        Raises:
            InputError: the encoding of the file cannot hold the solution, or ``how`` asks for a program to
                be put in place.
        """
        return place(base, code, entry_point, how)

    def test_file(
        self, problem: Problem, base_path: str, tests: Sequence[WrittenTest] = (), content: bytes = b""
    ) -> tuple[str, bytes] | None:
        """Path (as ``base`` takes it) and content of a new test file from the samples and trusted self-tests.

        ``base_path`` is the ``path`` of a base; ``content`` is what will be in that file, by default what is.
        None where there is nothing to test by.
        """
        with contextlib.suppress(InputError):
            content = content or read_base(self.root, tuple(base_path.split("/"))).content
        made = test_file(problem, base_path, tests, self.root, content)
        if made is None:
            return None
        path, text = made
        if self._repository and self._repository.wants_crlf(path):
            text = text.replace(b"\n", b"\r\n")
        whole = self.root / path
        inside = whole.is_relative_to(self.folder)
        return (whole.relative_to(self.folder).as_posix() if inside else str(whole)), text

    def change(self, base: Base, new: bytes) -> Change:
        """What writing ``new`` would change, as hunks that can be taken or left."""
        return change_of(base, new)

    def diff(self, base: Base, new: bytes) -> Diff:
        """What writing ``new`` would change."""
        return diff(base, new)

    def check_commit(self, message: str, *, branch: str = "", trailer: str = "") -> None:
        """What can be said of a commit before its files are written; an empty message is not looked at.

        Raises:
            InputError, Refused: as ``commit``.
        """
        messages.checked(message or "-", trailer)
        if self._repository:
            branches.planned(self._repository, branch)

    def session_of(self, entry: str) -> str | None:
        """The session that an entry of the journal was written for; None when there is no such entry."""
        return next((each.session for each in self._journal.entries() if each.id == entry), None)

    def _recover_if_needed(self) -> None:
        if not self._journal.is_open() and not self._journal.has_expired():
            return
        try:
            with self._journal.locked(0.0):
                self._recover()
                self._journal.expire()
        except Refused:
            # Another app is at work here: what is open in the journal is its own.
            return

    def _recover(self) -> None:
        self.recovered += tuple(recover.recover(self.root, self._journal))
        if found := index_lock.free(self._repository, self._journal):
            made.remember(self._journal, *found)
