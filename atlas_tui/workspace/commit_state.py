"""What is worth knowing before a commit is asked for. Looking runs no program of the repository."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas_tui.errors import Refused
from atlas_tui.workspace import accepted, branch, trust
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.repository import Repository

_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitState:
    """Where a commit would go and what would happen. Text out of the repository: to be sanitised."""

    branch: str
    """Empty where HEAD is detached."""
    detached: bool
    protected: bool
    """Its name is one that many projects do not want direct commits to; no more than a warning."""
    under_way: str
    """A merge, a rebase …: nothing can be committed before it is finished; empty where nothing is."""
    unborn: bool
    """There is no commit yet."""
    staged: tuple[str, ...]
    """Those of the paths of which the person has staged changes: committing them needs a yes."""
    hooks: tuple[str, ...]
    """Names of the hooks that will run."""
    signing: bool
    """The person's settings ask for signed commits."""
    author: str
    """Name and address; empty where git does not know them."""
    warnings: tuple[str, ...]
    """One plain sentence each."""


def look(repo: Repository, journal: Journal, paths: Sequence[str]) -> CommitState:
    """How a commit of these paths stands. Raises: Refused: the repository cannot be read."""
    head = repo.position()[1]
    reference = repo.head_reference()
    name = reference.removeprefix("refs/heads/")
    ran = repo.git.identity("AUTHOR")
    author = "" if ran.code else ran.out.decode("utf-8", "replace").strip().rpartition("> ")[0] + ">"
    staged = tuple(path for path in paths if repo.staged_by_person(path, repo.in_commit(head, path), head))
    state = CommitState(
        branch=name,
        detached=not reference,
        protected=branch.is_often_protected(name),
        under_way=repo.under_way(),
        unborn=not head,
        staged=staged,
        hooks=_hooks(repo),
        signing=repo.setting("--type=bool", "--get", "commit.gpgsign") == "true",
        author=author,
        warnings=(),
    )
    return replace(state, warnings=(*_plain_warnings(state), *_found_warnings(repo, journal, paths, head)))


def _plain_warnings(state: CommitState) -> list[str]:
    found = []
    if state.under_way:
        found.append(
            f"{state.under_way[0].upper()}{state.under_way[1:]} is under way: finish or abort it first."
        )
    if state.detached:
        found.append("HEAD is on no branch: the commit is hard to find once you switch; name a new branch.")
    if state.protected:
        found.append(f"{state.branch} is a branch that many projects protect: a new one may be better.")
    if not state.author:
        found.append("Git does not know who you are: set user.name and user.email.")
    found += [f"{path}: what you staged of it stays staged, beside the commit." for path in state.staged]
    return found


def _found_warnings(repo: Repository, journal: Journal, paths: Sequence[str], head: str) -> list[str]:
    found = []
    if trust.not_yet(repo, journal):
        found.append("The repository's own settings run programs: that needs your yes first.")
    if (repo.git_dir / "index.lock").exists():
        found.append(f"{repo.git_dir / 'index.lock'} exists: git is at work here, or was killed.")
    for path in paths:
        try:
            entries = accepted.find(repo.root, journal, path).entries
        except Refused as error:
            found.append(f"{error}.")
            continue
        if entries[0].before.exists and repo.in_commit(head, path) is None:
            found.append(f"{path} was not in git before: all of it goes into the commit.")
    return found


def _hooks(repo: Repository) -> tuple[str, ...]:
    folder = repo.hooks_folder()
    return tuple(name for name in _HOOKS if (folder / name).is_file() and os.access(folder / name, os.X_OK))
