"""The part of a workspace that commits, takes commits back, and asks whether a repository is trusted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Committed
from atlas_tui.workspace import commit, commit_state, made, message as messages, repository, revert, trust
from atlas_tui.workspace.commit_state import CommitState
from atlas_tui.workspace.journal import Journal


class Committing:
    """What ``Workspace`` does with git's history. Every method may be called from any thread."""

    _repository: repository.Repository | None
    _why_not: str
    _journal: Journal

    def commit(
        self,
        paths: Sequence[str],
        message: str,
        *,
        branch: str = "",
        staged: bool = False,
        trailer: str = "",
    ) -> Committed:
        """Commit what ``apply`` wrote to these paths, and nothing else; hooks and signing are honoured.

        ``branch`` is a new one to make and switch to; ``staged`` says that a path may be committed of which
        the person has staged changes (these stay staged); ``trailer`` is a last line such as ``Name: value``.
        May take up to a minute (hooks), so not for the thread that draws the screen.

        Raises:
            InputError: no paths, or a message, trailer or branch that cannot be.
            Refused: there is no repository, it is not trusted, a precondition does not hold, or a hook said
                no (a ``CommitRefused`` with its output); tree, index, HEAD and branches are as before.
        """
        text = messages.checked(message, trailer)
        repo, wanted = self._to_commit(paths)
        with self._alone():
            new = commit.commit(repo, self._journal, wanted, text, new_branch=branch, staged=staged)
        return _event(wanted, new, text)

    def commit_state(self, paths: Sequence[str]) -> CommitState:
        """Where a commit of these paths would go, and what to warn of. Runs git; nothing is changed.

        Raises:
            Refused: there is no repository, or it cannot be read.
        """
        return commit_state.look(self._needed(), self._journal, list(dict.fromkeys(paths)))

    def revert(self, commit: str, paths: Sequence[str]) -> Committed:
        """Make a new commit that takes back exactly these paths of one of ours (its full id).

        The working tree stays as it is: ``undo`` gives the files back.

        Raises:
            InputError: no paths, or no commit of ours with these.
            Refused: as for ``commit``, or later commits changed the same lines.
        """
        repo, wanted = self._to_commit(paths)
        with self._alone():
            new, text = revert.revert(repo, self._journal, commit, wanted)
        return _event(wanted, new, text)

    def commit_of(self, entry: str) -> tuple[str, tuple[str, ...]] | None:
        """The full id and the paths of the commit of ours that holds an entry of the journal, if one does.

        This is what ``revert`` takes: undoing a write leaves the commit as it is.
        """
        record = made.holding(self._journal, entry)
        return (record.commit, record.paths) if record else None

    def trust(self) -> tuple[str, ...]:
        """The repository's own settings (``key=value``) that run programs and have no yes of the person yet.

        Empty: there is nothing to ask. Text out of the repository: to be sanitised before it is shown.

        Raises:
            Refused: they cannot be read.
        """
        return trust.not_yet(self._repository, self._journal) if self._repository else ()

    def trust_now(self) -> None:
        """Remember the person's yes to these settings as they are now; it ends when one of them changes.

        Raises:
            Refused: it cannot be written.
        """
        if self._repository is None:
            return
        with self._journal.locked():
            trust.remember(self._repository, self._journal)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other app writes here meanwhile, and nothing half done is left, also not by Ctrl-C."""
        with self._journal.locked():
            self._recover()
            try:
                yield
            except (KeyboardInterrupt, SystemExit):
                self._recover()
                raise

    def _recover(self) -> None:
        raise NotImplementedError

    def _to_commit(self, paths: Sequence[str]) -> tuple[repository.Repository, list[str]]:
        if not paths:
            raise InputError("Nothing to commit", "no file was named", "accept a solution first")
        return self._needed(), list(dict.fromkeys(paths))

    def _needed(self) -> repository.Repository:
        if self._repository is None:
            raise Refused("There is no commit without git", self._why_not, repository.way_out(self._why_not))
        return self._repository


def _event(paths: Sequence[str], new: commit.Made, message: str) -> Committed:
    return Committed(
        path=", ".join(paths), commit=new.commit, message=message, branch=new.branch, output=new.output
    )
