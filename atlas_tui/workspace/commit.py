"""A commit of exactly what was accepted, built in an index of our own."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import tree
from atlas_tui.workspace.journal import Entry, Journal, State
from atlas_tui.workspace.repository import Repository, TreeItem

log = logging.getLogger(__name__)

HOOK_SECONDS = 60.0
_SCRATCH = "commit-"
_SAID_LINES = 4
_SAID_CHARS = 400


@dataclass(frozen=True, slots=True)
class _Accepted:
    """One path to be committed: the writes that made it, oldest first, and its bytes as accepted."""

    path: str
    entries: tuple[Entry, ...]
    content: bytes


def checked_message(message: str) -> bytes:
    """The message as git gets it. Raises: InputError: it is empty or cannot be one."""
    text = message.strip()
    if not text:
        raise InputError("The commit has no message", "it is empty", "write one line about the change")
    if "\0" in text:
        raise InputError("The commit message cannot be used", "it holds a NUL character", "remove it")
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError as error:
        raise InputError(
            "The commit message cannot be used", "it is not valid Unicode", "retype it"
        ) from error


def commit(repo: Repository, journal: Journal, paths: list[str], message: bytes) -> str:
    """Commit the accepted bytes of ``paths``; called under the journal's lock. Gives the commit's id.

    Where the person had other changes in the file before, only ours go into the commit (a three-way merge
    onto HEAD), and theirs stay uncommitted. Git's own lock is held meanwhile, as ``git commit`` does.

    Raises:
        Refused: a precondition does not hold or a hook said no; index and HEAD are as before.
    """
    if under_way := repo.under_way():
        raise Refused("Nothing is committed", f"{under_way} is under way", "finish or abort it first")
    accepted = [_accepted(repo.root, journal, path) for path in paths]
    with _index_locked(repo, journal) as lock, _scratch(journal) as scratch:
        _, head = repo.position()
        items = {each.path: _item(repo, journal, each, head, scratch) for each in accepted}
        index = scratch / "index"
        _fill(repo, index, head, items)
        made = _run_commit(repo, message, index, head)
        _update_person_index(repo, lock, scratch, made, paths)
    for each in accepted:
        for entry in each.entries:
            with contextlib.suppress(OSError):
                journal.record(replace(entry, committed=True), lasting=False)
    return made


def free_index(journal: Journal) -> None:
    """Remove what a killed app of ours left behind of a commit; called under the journal's lock.

    That is its scratch folder, and git's lock of the index where it is the very file we made.
    """
    for folder in journal.folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        device, inode, name = os.fsdecode(journal.index_lock.read_bytes()).split(" ", 2)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        log.warning("%s is not understood: %s", journal.index_lock, error)
    else:
        with contextlib.suppress(FileNotFoundError):
            found = Path(name).lstat()
            if (found.st_dev, found.st_ino) == (int(device), int(inode)):
                Path(name).unlink()
                log.warning("%s of an interrupted commit was removed", name)
    journal.index_lock.unlink(missing_ok=True)


def _accepted(root: Path, journal: Journal, path: str) -> _Accepted:
    """The writes of a path that are still there, and the file if it is as the last of them left it."""
    chain: list[Entry] = []
    for entry in reversed(journal.entries()):
        if entry.path != path or entry.state is not State.APPLIED:
            continue
        if entry.committed or (chain and chain[0].before != entry.after):
            break
        chain.insert(0, entry)
    if not chain:
        raise Refused(f"{path} is not committed", "no solution of ours is in it that is not yet committed")
    with tree.parent_of(root, chain[-1].parts) as parent:
        found = tree.read(parent, chain[-1].parts[-1], path)
    if found is None or found.state != chain[-1].after:
        raise Refused(
            f"{path} is not committed", "it was changed since it was accepted", "commit it with git"
        )
    return _Accepted(path, tuple(chain), found.content)


def _item(repo: Repository, journal: Journal, accepted: _Accepted, head: str, scratch: Path) -> TreeItem:
    """Mode and blob that the commit gets for one path."""
    path = accepted.path
    known, staged = repo.in_commit(head, path), repo.staged(path)
    if any(item.stage for item in staged):
        raise Refused(f"{path} is not committed", "it is in a merge conflict", "resolve it first")
    if staged != ([known] if known else []):
        raise Refused(
            f"{path} is not committed", "you have staged changes of it yourself", "commit it with git"
        )
    if known is None:
        if repo.is_ignored(path):
            raise Refused(f"{path} is not committed", "git ignores it", "git add -f it if you want it")
        return _whole(repo, accepted, scratch)
    if known.mode not in ("100644", "100755"):
        raise Refused(f"{path} is not committed", "git has no regular file there", "commit it with git")
    in_commit = repo.checked("cat-file", "blob", known.blob).out
    in_tree = repo.checked("cat-file", "--filters", f"--path={path}", known.blob).out
    same = {tree.FileState.of(content, 0).sha256 for content in (in_commit, in_tree)}
    if any(entry.before.sha256 in same for entry in accepted.entries):
        blob = _whole(repo, accepted, scratch).blob
    else:
        merged = _ours_alone(repo, accepted, journal.before(accepted.entries[0]), in_tree, scratch)
        # Where the commit itself holds CRLF, git leaves line ends alone; so must we.
        how = ("--no-filters",) if b"\r\n" in in_commit else (f"--path={path}",)
        blob = repo.checked("hash-object", "-w", *how, "--stdin", stdin=merged).out.decode().strip()
    if blob == known.blob:
        raise Refused(f"{path} is not committed", "the last commit has it already")
    return TreeItem(known.mode, blob)


def _whole(repo: Repository, accepted: _Accepted, scratch: Path) -> TreeItem:
    """The file as it stands; git applies line end rules and the person's filters as ``git add`` does."""
    index = scratch / "whole"
    _copy_index(repo, index)
    repo.checked(
        "update-index", "--add", "-z", "--stdin", stdin=os.fsencode(accepted.path) + b"\0", index=index
    )
    (item,) = repo.staged(accepted.path, index)
    return item


def _ours_alone(repo: Repository, accepted: _Accepted, before: bytes, head: bytes, scratch: Path) -> bytes:
    """HEAD's file with our change and without the other uncommitted changes of the person."""
    sides = {"head": head, "before": before, "accepted": accepted.content}
    for name, content in sides.items():
        (scratch / name).write_bytes(content)
    merged = repo.git.read("merge-file", "-p", "--quiet", *(str(scratch / name) for name in sides))
    if merged.code:
        raise Refused(
            f"{accepted.path} is not committed",
            "your own uncommitted changes touch the same lines",
            "commit those first, or commit all of it with git",
        )
    return merged.out


def _fill(repo: Repository, index: Path, head: str, items: dict[str, TreeItem]) -> None:
    """HEAD's files and ours; the copy brings what is known about unchanged files, to save reading them."""
    if head:
        _copy_index(repo, index)
        repo.checked("read-tree", "--reset", head, index=index)
    else:
        repo.checked("read-tree", "--empty", index=index)
    _put_items(repo, index, items)


def _put_items(repo: Repository, index: Path, items: dict[str, TreeItem]) -> None:
    lines = b"".join(
        f"{item.mode} {item.blob}\t".encode() + os.fsencode(path) + b"\0" for path, item in items.items()
    )
    repo.checked("update-index", "--add", "-z", "--index-info", stdin=lines, index=index)


def _copy_index(repo: Repository, index: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(repo.git_dir / "index", index)


def _run_commit(repo: Repository, message: bytes, index: Path, head: str) -> str:
    ran = repo.git.commit(message, index, HOOK_SECONDS)
    log.info("git commit ended with %s in %.1f s: %s", ran.code, ran.seconds, _said(ran.out + ran.err))
    _, made = repo.position()
    if made != head:
        # Also when git or a hook after the commit failed: the commit is there.
        if ran.code:
            log.warning("the commit %s was made, but then: %s", made, _said(ran.out + ran.err))
        return made
    why = f"it took longer than {HOOK_SECONDS:.0f} s" if ran.late else _said(ran.out + b"\n" + ran.err)
    raise Refused("Nothing is committed", why, "see what the hook or git asks for")


def _said(output: bytes) -> str:
    """The last lines of a program's output in one line, without control characters."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    text = " / ".join(lines[-_SAID_LINES:])[-_SAID_CHARS:]
    return "".join(letter if letter.isprintable() else "�" for letter in text) or "git gave no reason"


def _update_person_index(repo: Repository, lock: int, scratch: Path, made: str, paths: list[str]) -> None:
    """Let the person's index agree with the new commit on our paths; everything else in it stays."""
    index = scratch / "person"
    try:
        _copy_index(repo, index)
        found = {path: repo.in_commit(made, path) for path in paths}
        _put_items(repo, index, {path: item for path, item in found.items() if item})
        with index.open("rb") as source, os.fdopen(os.dup(lock), "wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        (repo.git_dir / "index.lock").rename(repo.git_dir / "index")
    except (OSError, Refused) as error:
        log.warning(
            "the commit %s is made, but the index does not know it: %s (git reset brings it up)", made, error
        )


@contextlib.contextmanager
def _index_locked(repo: Repository, journal: Journal) -> Iterator[int]:
    """Hold git's own lock of the index, so that no other git changes index or HEAD meanwhile."""
    name = repo.git_dir / "index.lock"
    mode = 0o666
    with contextlib.suppress(FileNotFoundError):
        mode = (repo.git_dir / "index").stat().st_mode & 0o777
    try:
        lock = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise Refused(
            "Nothing is committed", f"{name} exists: git is at work here, or was killed", "wait, or remove it"
        ) from error
    except OSError as error:
        raise Refused("Nothing is committed", f"{name}: {error.strerror}", "check its permissions") from error
    ours = os.fstat(lock)
    try:
        note = os.fsencode(f"{ours.st_dev} {ours.st_ino} {name}")
        journal.write_file(journal.index_lock, note, lasting=False)
        yield lock
    except OSError as error:
        raise Refused("Nothing is committed", error.strerror or str(error), "check free space") from error
    finally:
        os.close(lock)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(name.lstat(), ours):
                name.unlink()
        journal.index_lock.unlink(missing_ok=True)


@contextlib.contextmanager
def _scratch(journal: Journal) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=journal.folder, prefix=_SCRATCH) as folder:
        yield Path(folder)
