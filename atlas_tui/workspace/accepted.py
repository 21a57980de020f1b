"""What was accepted of a path, and what the commit and the person's index get of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import index as indexes, tree
from atlas_tui.workspace.journal import Entry, Journal, State
from atlas_tui.workspace.repository import Repository, TreeItem

_WITH_GIT = "commit it with git"
_REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One path to be committed: the writes that made it, oldest first, and its bytes as accepted."""

    path: str
    entries: tuple[Entry, ...]
    content: bytes | None
    """None where its removal was accepted."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a path; None is no such file."""

    in_commit: TreeItem | None
    staged: bool
    """The person has staged something else of it, and said yes."""
    in_index: TreeItem | None = None
    """Their entry afterwards, where they have staged it: with their change still in it."""


def find(root: Path, journal: Journal, path: str) -> Accepted:
    """The writes of a path that are still there and not committed.

    Raises:
        Refused: there are none, or the file is not as the last of them left it.
    """
    chain: list[Entry] = []
    for entry in reversed(journal.entries()):
        if entry.path != path or entry.state is not State.APPLIED:
            continue
        if entry.committed or (chain and chain[0].before != entry.after):
            break
        chain.insert(0, entry)
    if not chain:
        raise _refused(path, "no solution of ours is in it that is not yet committed")
    found = read(root, chain[-1])
    state = tree.ABSENT if found is None else found.state
    if state != chain[-1].after:
        raise _refused(path, "it was changed since it was accepted", _WITH_GIT)
    return Accepted(path, tuple(chain), found.content if found else None)


def read(root: Path, entry: Entry) -> tree.Found | None:
    """The file of an entry as it is now. Raises: Refused: it is no plain file."""
    if not os.path.lexists(root.joinpath(*entry.parts)):
        return None
    with tree.parent_of(root, entry.parts) as parent:
        return tree.read(parent, entry.parts[-1], entry.path)


def decide(
    repo: Repository, journal: Journal, accepted: Accepted, head: str, scratch: Path, *, staged: bool
) -> Decided:
    """Mode and blob that the commit gets for one path, and the person's index if it differs.

    Raises:
        Refused: it cannot be committed, or not without ``staged``, the person's yes.
    """
    path = accepted.path
    known = repo.in_commit(head, path)
    if any(item.stage for item in repo.staged(path)):
        raise _refused(path, "it is in a merge conflict", "resolve it first")
    theirs = repo.staged_by_person(path, known, head)
    if theirs and not staged:
        raise _refused(
            path, "you have staged changes of it yourself", "say yes to committing it beside them, or use git"
        )
    if known is not None and known.mode not in _REGULAR:
        raise _refused(path, "git has no regular file there", _WITH_GIT)
    item = _item(repo, journal, accepted, known, scratch)
    if item == known or (item and known and item.blob == known.blob):
        raise _refused(path, "the last commit has it already")
    # Git may have read the file itself: it must have been the one that was accepted.
    if find(repo.root, journal, path) != accepted:
        raise _refused(path, "it was changed this very moment", "try again")
    return Decided(item, theirs, _beside(repo, journal, accepted, scratch) if theirs else None)


def _item(
    repo: Repository, journal: Journal, accepted: Accepted, known: TreeItem | None, scratch: Path
) -> TreeItem | None:
    path = accepted.path
    if accepted.content is None:
        return None
    if known is None:
        if repo.is_ignored(path):
            raise _refused(path, "git ignores it", "git add -f it if you want it")
        return _whole(repo, path, scratch)
    in_commit = repo.checked("cat-file", "blob", known.blob).out
    in_tree = _as_in_tree(repo, path, known.blob)
    same = {tree.FileState.of(content, 0).sha256 for content in (in_commit, in_tree)}
    if any(entry.before.sha256 in same for entry in accepted.entries):
        return TreeItem(known.mode, _whole(repo, path, scratch).blob)
    if not accepted.entries[0].before.exists:
        raise _refused(path, "it was missing before, but the last commit has a file of this name", _WITH_GIT)
    before = journal.before(accepted.entries[0])
    content = _merged(repo, path, (in_tree, before, accepted.content), scratch)
    if content is None:
        raise _refused(
            path,
            "your own uncommitted changes touch the same lines",
            "commit those first, or commit all of it with git",
        )
    return TreeItem(known.mode, _stored(repo, path, content, in_commit))


def _beside(repo: Repository, journal: Journal, accepted: Accepted, scratch: Path) -> TreeItem | None:
    """The person's staged file with our change in it as well, so that theirs is what stays staged.

    Where the two touch the same lines it stays as it is, byte by byte.
    """
    items = repo.staged(accepted.path)
    if not items or items[0].mode not in _REGULAR or accepted.content is None:
        return items[0] if items else None
    staged = repo.checked("cat-file", "blob", items[0].blob).out
    sides = (
        _as_in_tree(repo, accepted.path, items[0].blob),
        journal.before(accepted.entries[0]),
        accepted.content,
    )
    try:
        content = _merged(repo, accepted.path, sides, scratch)
    except Refused:
        return items[0]
    if content is None:
        return items[0]
    return TreeItem(items[0].mode, _stored(repo, accepted.path, content, staged))


def _merged(repo: Repository, path: str, sides: tuple[bytes, bytes, bytes], scratch: Path) -> bytes | None:
    try:
        return indexes.merged(repo, sides, scratch)
    except Refused as error:
        raise _refused(path, f"your own uncommitted changes are in it, and {error.why}", _WITH_GIT) from error


def _as_in_tree(repo: Repository, path: str, blob: str) -> bytes:
    """A blob with the line ends and through the filters that it has in the working tree."""
    return repo.checked("cat-file", "--filters", f"--path={path}", blob).out


def _stored(repo: Repository, path: str, content: bytes, before: bytes) -> str:
    # Where git itself holds CRLF, it leaves line ends alone; so must we.
    how = ("--no-filters",) if b"\r\n" in before else (f"--path={path}",)
    return repo.checked("hash-object", "-w", *how, "--stdin", stdin=content).out.decode().strip()


def _whole(repo: Repository, path: str, scratch: Path) -> TreeItem:
    """The file as it stands; git applies line end rules and the person's filters as ``git add`` does."""
    index, name = scratch / "whole", os.fsencode(path) + b"\0"
    indexes.copy(repo, index)
    if repo.staged(path, index):
        # Marked as one not to look at, it would be taken for unchanged.
        unmark = ("--no-assume-unchanged", "--no-skip-worktree")
        for option in unmark:
            repo.checked("update-index", option, "-z", "--stdin", stdin=name, index=index)
    repo.checked("update-index", "--add", "-z", "--stdin", stdin=name, index=index)
    (item,) = repo.staged(path, index)
    return item


def _refused(path: str, why: str, todo: str = "") -> Refused:
    return Refused(f"{path} is not committed", why, todo)
