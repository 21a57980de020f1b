"""A new commit that takes back exactly some paths of an earlier one of ours; the working tree stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import commit as commits, index, index_lock, made
from atlas_tui.workspace.accepted import Decided
from atlas_tui.workspace.commit import Made
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.repository import Repository, TreeItem


def revert(repo: Repository, journal: Journal, commit: str, paths: Sequence[str]) -> tuple[Made, str]:
    """Take back ``paths`` of ``commit``, a full id; called under the journal's lock. Gives the message too.

    What was committed to these files since stays (a three-way merge).

    Raises:
        InputError: it is no commit of ours, or does not have such a path.
        Refused: it is not part of this branch, it was changed in the same lines since, the person has staged
            changes of a path, or a hook said no; tree, index and HEAD are as before.
    """
    record = made.recall(journal, commit)
    if record is None:
        raise InputError(f"{commit[:10]} is not taken back", "it is no commit of ours", "use git revert")
    if other := [path for path in paths if path not in record.paths]:
        raise InputError(f"{commit[:10]} is not taken back", f"it has no change of ours in {other[0]}")
    commits.check(repo, journal)
    with index_lock.held(repo, journal, (), None) as room:
        if not room.head or repo.git.read("merge-base", "--is-ancestor", commit, room.head).code:
            raise Refused(
                f"{commit[:10]} is not taken back", "it is not part of this branch", "switch to its branch"
            )
        before = (repo.parents(commit) or [""])[0]
        decided = {path: _decided(repo, path, (room.head, commit, before), room.scratch) for path in paths}
        message = _message(repo, commit, paths if set(paths) != set(record.paths) else ())
        new = commits.run_commit(repo, room, decided, message)
    ours = [entry.id for entry in journal.entries() if entry.id in record.entries and entry.path in paths]
    made.mark(journal, ours, committed=False)
    return new, message


def _decided(repo: Repository, path: str, states: tuple[str, str, str], scratch: Path) -> Decided:
    now, ours, before = (repo.in_commit(commit, path) for commit in states)
    if repo.staged_by_person(path, now, states[0]):
        raise Refused(
            f"{path} is not taken back", "you have staged changes of it yourself", "commit those first"
        )
    if now == before:
        raise Refused(f"{path} is not taken back", "the last commit has it as it was before")
    if now == ours:
        return Decided(before, staged=False)
    if now is None or ours is None or before is None:
        raise Refused(f"{path} is not taken back", "a later commit added or removed it", "use git revert")
    return Decided(_merged(repo, path, (now, ours, before), scratch), staged=False)


def _merged(
    repo: Repository, path: str, items: tuple[TreeItem, TreeItem, TreeItem], scratch: Path
) -> TreeItem:
    sides = [repo.checked("cat-file", "blob", item.blob).out for item in items]
    content = index.merged(repo, sides, scratch)
    if content is None:
        raise Refused(f"{path} is not taken back", "later commits changed the same lines", "use git revert")
    stored = repo.checked("hash-object", "-w", "--no-filters", "--stdin", stdin=content).out
    return TreeItem(items[0].mode, stored.decode().strip())


def _message(repo: Repository, commit: str, only: Sequence[str]) -> str:
    subject = repo.checked("log", "-1", "--no-show-signature", "--format=%s", commit).out.decode(
        "utf-8", "replace"
    )
    where = f" in {', '.join(only)}" if only else ""
    return f'Revert "{subject.strip()}"\n\nThis takes back commit {commit}{where}.'
