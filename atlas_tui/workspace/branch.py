"""A new branch for a commit: made and switched to by git, and taken back when there is no commit."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace.repository import Repository

log = logging.getLogger(__name__)

_HEADS = "refs/heads/"
_OFTEN_PROTECTED = re.compile(
    r"(main|master|trunk|default|production|prod|stable|staging|develop|dev|(release|hotfix)s?([/._-].*)?)"
    r"|v?\d+(\.\d+)*(\.x)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """HEAD from where it was to a new branch at the same commit."""

    before: str
    """The full name of the branch; a commit where HEAD was detached."""
    new: str
    """The full name of the new branch."""
    at: str
    """The commit; empty when there is none yet."""


def is_often_protected(name: str) -> bool:
    """Whether many projects do not want direct commits to a branch of this name."""
    return _OFTEN_PROTECTED.fullmatch(name) is not None


def planned(repo: Repository, name: str) -> Move | None:
    """How to get to a new branch; None where it is the one that HEAD is on already, or none is named.

    Raises:
        InputError: it is not a name of a branch.
        Refused: there is one of this name, or one in the way of it.
    """
    if not name:
        return None
    before, at = repo.head_reference(), repo.position()[1]
    if before == _HEADS + name:
        return None
    check_name(repo, name)
    taken = repo.checked("for-each-ref", "--format=%(refname)", _HEADS + name).out.splitlines()
    ways = [_HEADS + "/".join(name.split("/")[:depth]) for depth in range(1, name.count("/") + 1)]
    taken += [way.encode() for way in ways if not repo.git.read("rev-parse", "-q", "--verify", way).code]
    if taken:
        there = taken[0].decode("utf-8", "replace").removeprefix(_HEADS)
        raise Refused(f"No branch {name} is made", f"there is a branch {there}", "choose another name")
    return Move(before=before or at, new=_HEADS + name, at=at)


def check_name(repo: Repository, name: str) -> None:
    """Raises: InputError: git does not take it as the name of a branch."""
    fits = name.isprintable() and not name.startswith(("-", "refs/"))
    if fits:
        ran = repo.git.read("check-ref-format", "--branch", name)
        # It also resolves @{-1} and the like: then it gives another name than it got.
        fits = ran.code == 0 and ran.out == name.encode() + b"\n"
    if not fits:
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
        raise InputError(
            f"{shown} cannot be the name of a branch", "git does not allow it", "choose another name"
        )


@contextlib.contextmanager
def switched(repo: Repository, move: Move | None) -> Iterator[None]:
    """Be on the new branch; where an error leaves the block, HEAD and branches are as before again."""
    if move is None:
        yield
        return
    name = move.new.removeprefix(_HEADS)
    if move.at:
        repo.checked("update-ref", "-m", "branch: Created from HEAD", move.new, move.at, "0" * len(move.at))
    try:
        repo.checked(
            "symbolic-ref", "-m", f"checkout: moving from {_short(move.before)} to {name}", "HEAD", move.new
        )
        yield
    except BaseException:
        take_back(repo, move)
        raise


def take_back(repo: Repository, move: Move) -> None:
    """Leave the new branch and remove it, if nothing was committed to it."""
    name = move.new.removeprefix(_HEADS)
    why = f"checkout: moving from {name} to {_short(move.before)}"
    try:
        on_it = repo.head_reference() == move.new
        if repo.position()[1] != move.at:
            return
        if on_it and move.before.startswith("refs/"):
            repo.checked("symbolic-ref", "-m", why, "HEAD", move.before)
        elif on_it:
            repo.checked("update-ref", "--no-deref", "-m", why, "HEAD", move.before)
        if move.at:
            repo.checked("update-ref", "-d", move.new, move.at)
    except Refused as error:
        log.warning("the new branch %s cannot be taken back: %s", name, error)


def _short(reference: str) -> str:
    return reference.removeprefix(_HEADS)
