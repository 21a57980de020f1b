"""A commit of exactly what was accepted, built in an index of our own."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from atlas_tui.errors import Refused
from atlas_tui.workspace import (
    accepted as accepting,
    aside,
    branch,
    index,
    index_lock,
    made as records,
    prepared,
    said,
    trust,
)
from atlas_tui.workspace.accepted import Decided
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.program import Ran
from atlas_tui.workspace.repository import Repository, TreeItem

log = logging.getLogger(__name__)

HOOK_SECONDS = 60.0


class CommitRefused(Refused):
    """Git or a hook said no; ``output`` is what they printed, its last lines."""

    def __init__(self, what: str, why: str, todo: str, output: str) -> None:
        super().__init__(what, why, todo)
        self.output = output


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A commit that was made."""

    commit: str
    """Full object id."""
    branch: str
    """Empty where HEAD is detached."""
    output: str
    """What git and the hooks printed, its last lines."""


def commit(
    repo: Repository,
    journal: Journal,
    paths: Sequence[str],
    message: str,
    *,
    new_branch: str = "",
    staged: bool = False,
) -> Made:
    """Commit the accepted bytes of ``paths``; called under the journal's lock.

    Where the person had other changes in the file before, only ours go into the commit (a three-way merge
    onto HEAD), and theirs stay uncommitted. Git's own lock is held meanwhile, as ``git commit`` does.

    Raises:
        InputError: ``new_branch`` cannot be the name of one.
        Refused: a precondition does not hold or a hook said no; tree, index, HEAD and branches are as
            before.
    """
    check(repo, journal)
    move = branch.planned(repo, new_branch)
    accepted = [accepting.find(repo.root, journal, path) for path in paths]
    entries = [entry.id for each in accepted for entry in each.entries]
    with index_lock.held(repo, journal, entries, move) as room:
        decided = {
            each.path: accepting.decide(repo, journal, each, room.head, room.scratch, staged=staged)
            for each in accepted
        }
        try:
            made = run_commit(repo, room, decided, message)
        except CommitRefused as error:
            kept = aside.put_back(repo.root, journal, accepted)
            if not kept:
                raise
            raise CommitRefused(error.what, f"{error.why}; {kept}", error.todo, error.output) from error
    records.remember(journal, made.commit, entries)
    return made


def check(repo: Repository, journal: Journal) -> None:
    """What every commit needs. Raises: Refused: nothing can be committed now."""
    if under_way := repo.under_way():
        raise Refused("Nothing is committed", f"{under_way} is under way", "finish or abort it first")
    trust.check(repo, journal)
    for role in ("AUTHOR", "COMMITTER"):
        ran = repo.git.identity(role)
        if ran.code:
            raise Refused(
                "Nothing is committed",
                f"git does not know who you are ({said.brief(ran.out)})",
                'git config --global user.name "Your Name", and user.email likewise',
            )


def run_commit(repo: Repository, room: index_lock.Room, decided: Mapping[str, Decided], message: str) -> Made:
    """Have git commit these paths on top of HEAD, and let the person's index know.

    Raises:
        Refused: git or a hook said no (``CommitRefused``), or git failed before; nothing is changed.
    """
    private = room.scratch / "index"
    index.fill(repo, private, room.head, {path: each.in_commit for path, each in decided.items()})
    kept = {path: each.in_index for path, each in decided.items() if each.staged}
    expected = {path: each.in_commit for path, each in decided.items()} | kept
    index.foresee(repo, room.lock, room.scratch, expected)
    with prepared.kept(repo.git_dir), branch.switched(repo, room.move):
        ran = repo.git.commit(message.encode() + b"\n", private, HOOK_SECONDS, (room.running,))
        log.info("git commit ended with %s in %.1f s: %s", ran.code, ran.seconds, said.brief(ran.out))
        # Also when git or a hook after the commit failed, the commit is there.
        made = repo.position()[1]
        if made == room.head or (ran.code and not _is_on(repo, made, room.head)):
            raise _refusal(ran)
    in_commit = {path: repo.in_commit(made, path) for path in decided}
    said_so = [said.report(ran.out)]
    if ran.late:
        said_so.append(f"The commit is made, but a hook took longer than {HOOK_SECONDS:.0f} s and was ended.")
    said_so += _unasked(decided, in_commit, repo.changed(room.head, made))
    # Where nothing was staged the entry follows the commit, also if a hook made something else of the file.
    following = {path: in_commit[path] for path, each in decided.items() if not each.staged}
    try:
        index.refresh(repo, room.lock, room.scratch, (room.head, made), following | kept)
    except (OSError, Refused) as error:
        log.warning("the commit %s is made, but the index does not know it: %s", made, error)
        said_so.append(f"The index does not know the commit ({error}): git reset -- PATH brings it up.")
    return Made(
        commit=made,
        branch=repo.head_reference().removeprefix("refs/heads/"),
        output="\n".join(filter(None, said_so)),
    )


def _unasked(
    decided: Mapping[str, Decided], in_commit: Mapping[str, TreeItem | None], changed: Iterable[str]
) -> list[str]:
    """What hooks made of a commit, one sentence for each kind of it."""
    found = []
    if more := [path for path in changed if path not in decided]:
        found.append(f"Hooks added to the commit: {', '.join(more[:20])}")
    if other := [path for path, each in decided.items() if in_commit[path] != each.in_commit]:
        found.append(f"The commit has not what was accepted, by a hook: {', '.join(other[:20])}")
    return found


def _is_on(repo: Repository, made: str, head: str) -> bool:
    """Whether a commit is on top of ``head``: a hook, or the person, may have moved HEAD elsewhere."""
    return repo.parents(made) == ([head] if head else [])


def _refusal(ran: Ran) -> CommitRefused:
    why = said.brief(ran.out)
    if ran.late:
        why = f"it took longer than {HOOK_SECONDS:.0f} s"
    return CommitRefused(
        "Nothing is committed", why, "see what the hook or git asks for", said.report(ran.out)
    )
