"""What the repository around a folder says: its root, HEAD, index and state. Nothing here changes it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace.program import OLDEST, Git, Ran, find_git

if TYPE_CHECKING:
    import git

NO_REPOSITORY = "no git repository"
OF_ANOTHER_USER = "a repository of another user, which git does not use"
_UNDER_WAY = (
    ("MERGE_HEAD", "a merge"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply/applying", "an am"),
    ("rebase-apply", "a rebase or am"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert of several commits"),
    ("BISECT_LOG", "a bisect"),
)
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=all")
# Variables that point git elsewhere; GitPython obeys some of them whatever it is told.
_REDIRECTIONS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE")


@dataclass(frozen=True, slots=True)
class TreeItem:
    """A file in the index or in a commit."""

    mode: str
    blob: str
    stage: int = 0


def discover(folder: Path) -> tuple[Repository | None, str]:
    """The repository around ``folder``, or None and why there is none that can be used.

    Raises:
        InputError: the folder is a bare repository or lies inside a ``.git`` folder.
    """
    for each in (folder, *folder.parents):
        if each.name == ".git" or _is_store(each):
            raise InputError(
                f"{folder} has no files of yours", f"{each} is git's own folder", "open a working tree"
            )
        if (each / ".git").exists():
            break
    program = find_git(folder)
    if not program:
        return None, "the git program is not installed"
    version = Git(program, folder).version()
    if version < OLDEST:
        words = [".".join(map(str, each)) or "of unknown version" for each in (version, OLDEST)]
        return None, f"the git program is too old: {program} is {words[0]}, and {words[1]} is needed"
    ran = Git(program, folder).read("rev-parse", "--show-toplevel")
    if ran.code:
        return None, _why_none(ran)
    root = Path(os.path.realpath(os.fsdecode(ran.out.removesuffix(b"\n"))))
    # Its own settings may name any folder as its tree (core.worktree): the person opened this one.
    if root not in (folder, *folder.parents) or not (root / ".git").exists():
        return None, f"the repository here is of another folder, {root}"
    return Repository(program, root), ""


def _why_none(ran: Ran) -> str:
    if b"not a git repository" in ran.err:
        return NO_REPOSITORY
    return OF_ANOTHER_USER if b"dubious ownership" in ran.err else _first_line(ran)


def way_out(why_not: str) -> str:
    """What the person can do about there being no repository that can be used."""
    if why_not == OF_ANOTHER_USER:
        return "git config --global --add safe.directory FOLDER lets git use it"
    if "git program" in why_not:
        return "install a newer git"
    return "git init makes a repository" if why_not == NO_REPOSITORY else "see what git says about it"


def _is_store(folder: Path) -> bool:
    """Whether this is the inside of a repository, a bare one for instance."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


class Repository:
    """A working tree that git knows. HEAD is read by GitPython, everything else by the git program."""

    def __init__(self, program: str, root: Path) -> None:
        self.root = root
        self.git = Git(program, self.root)

    @cached_property
    def git_dir(self) -> Path:
        """Git's folder for this working tree; a linked one and a submodule have their own."""
        with self._opened() as repo:
            return Path(repo.git_dir)

    def head(self) -> str:
        """Branch, commit and number of uncommitted files in a few words."""
        name, commit = self.position()
        words = f"{name}@{commit[:6]}" if commit else f"{name}, no commits yet"
        if under_way := self.under_way():
            words += f", {under_way.removeprefix('a ')} in progress"
        count = self.uncommitted()
        if count is None:
            return words
        return f"{words} + {count} uncommitted" if count else words

    def position(self) -> tuple[str, str]:
        """The branch (``detached`` when HEAD is on none) and the full id of its commit (empty: none yet).

        Raises:
            Refused: it cannot be read.
        """
        with self._opened() as repo:
            try:
                name = "detached" if repo.head.is_detached else repo.head.reference.name
                return name, repo.head.dereference_recursive(repo, "HEAD")
            except (ValueError, TypeError, OSError):
                # No commit yet, or references that GitPython does not read: reftable, SHA-256, names that are
                # not UTF-8. Taking the latter for the former would commit the removal of every other file.
                return self._position_by_git()

    def _position_by_git(self) -> tuple[str, str]:
        name = self.git.read("symbolic-ref", "--quiet", "--short", "HEAD")
        commit = self.git.read("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if commit.late or (commit.code and commit.err):
            raise Refused("The repository cannot be read", commit.said, "see what git says about it")
        return name.out.decode("utf-8", "replace").strip() or "detached", commit.out.decode().strip()

    def head_reference(self) -> str:
        """The full name of the branch that HEAD is on; empty when it is detached."""
        return os.fsdecode(self.git.read("symbolic-ref", "--quiet", "HEAD").out.removesuffix(b"\n"))

    def uncommitted(self) -> int | None:
        """How many files differ from HEAD or are untracked; None when git cannot say."""
        ran = self._status()
        return None if ran.code or ran.late or ran.cut else ran.out.count(b"\0")

    def dirty(self, most: int) -> tuple[str, ...]:
        """The first paths that differ from HEAD or are untracked; none where git cannot say."""
        ran = self._status()
        if ran.code or ran.late:
            return ()
        found = ran.out.split(b"\0")[:-1][:most]
        return tuple(line[3:].decode("utf-8", "backslashreplace") for line in found)

    def _status(self) -> Ran:
        """What differs from HEAD or is untracked, an entry each."""
        shown = ("--untracked-files=normal", "--no-renames", "--ignore-submodules=all")
        return self.git.read("status", "--porcelain", "-z", *shown, config=self._silenced())

    def _silenced(self) -> list[str]:
        """Settings that switch off the filters of this repository: they are programs of its choice."""
        off = []
        for key, _ in self.own_settings():
            if key.startswith("filter."):
                name = key.removeprefix("filter.").rpartition(".")[0]
                off += [f"filter.{name}.{part}=" for part in ("clean", "smudge", "process")]
                off.append(f"filter.{name}.required=false")
        return off

    def own_settings(self) -> list[tuple[str, str]]:
        """Keys and values that the repository sets itself, with what these settings include.

        Raises:
            Refused: they cannot be read.
        """
        fields = self.checked("config", "--list", "-z", "--show-scope").out.split(b"\0")
        found = []
        for scope, item in zip(fields[::2], fields[1::2], strict=False):
            if scope in (b"local", b"worktree"):
                key, equals, value = item.partition(b"\n")
                found.append((os.fsdecode(key), os.fsdecode(value) if equals else "true"))
        return found

    def setting(self, *arguments: str) -> str:
        """What ``git config`` says with these arguments; empty where nothing is set."""
        return os.fsdecode(self.git.read("config", *arguments).out).strip()

    def hooks_folder(self) -> Path:
        """Where git takes hooks from."""
        ran = self.git.read("config", "-z", "--path", "--get-all", "core.hooksPath")
        set_by_others = ran.out.split(b"\0")[:-2]  # the last one is ours
        if set_by_others:
            return self.root / os.fsdecode(set_by_others[-1])
        common = self.checked("rev-parse", "--git-common-dir").out.removesuffix(b"\n")
        return self.root / os.fsdecode(common) / "hooks"

    def under_way(self) -> str:
        """What git has begun and not finished here: a merge, a rebase …; empty when nothing."""
        return next((words for name, words in _UNDER_WAY if (self.git_dir / name).exists()), "")

    def staged_by_person(self, path: str, known: TreeItem | None, commit: str) -> bool:
        """Whether the index holds something else of a path than the commit does (``known``)."""
        items = self.staged(path)
        if items == ([known] if known else []):
            return False
        # Of a file only announced (git add -N) the index has an empty one; the diff knows.
        against = (commit,) if commit else ()
        return bool(self.checked("diff", "--cached", "--name-only", "-z", *_PLAIN, *against, "--", path).out)

    def staged(self, path: str, index: Path | None = None) -> list[TreeItem]:
        """The entries of a path in the index; several when it is in conflict."""
        return self._staged(index, "--", path).get(path, [])

    def all_staged(self, index: Path) -> dict[str, list[TreeItem]]:
        """Every path of an index with its entries."""
        return self._staged(index)

    def _staged(self, index: Path | None, *which: str) -> dict[str, list[TreeItem]]:
        found: dict[str, list[TreeItem]] = {}
        for line in self.checked("ls-files", "--stage", "-z", *which, index=index).out.split(b"\0")[:-1]:
            facts, _, path = line.partition(b"\t")
            mode, blob, stage = facts.decode().split(" ")
            found.setdefault(os.fsdecode(path), []).append(TreeItem(mode, blob, int(stage)))
        return found

    def marked(self, index: Path) -> dict[str, list[str]]:
        """Paths of an index that git was told not to look at in the working tree, by the kind of mark."""
        found: dict[str, list[str]] = {"skip-worktree": [], "assume-unchanged": []}
        for line in self.checked("ls-files", "-v", "-z", index=index).out.split(b"\0")[:-1]:
            tag, path = line[:1], os.fsdecode(line[2:])
            if tag in b"Ss":
                found["skip-worktree"].append(path)
            if tag.islower():
                found["assume-unchanged"].append(path)
        return found

    def in_commit(self, commit: str, path: str) -> TreeItem | None:
        """The file of a path in a commit; None when the commit does not have it."""
        if not commit:
            return None
        ran = self.checked("ls-tree", "-z", "--full-tree", commit, "--", path)
        if not ran.out:
            return None
        mode, _, blob = ran.out.partition(b"\t")[0].decode().split(" ")
        return TreeItem(mode, blob)

    def parents(self, commit: str) -> list[str]:
        """The full ids of a commit's parents."""
        return self.checked("rev-list", "--parents", "-n", "1", commit).out.decode().split()[1:]

    def changed(self, old: str, new: str) -> dict[str, tuple[TreeItem | None, TreeItem | None]]:
        """The paths that differ between two commits (``old`` may be empty: none), with their two items."""
        since = (old,) if old else ("--root", "--no-commit-id")
        ran = self.checked("diff-tree", "-r", "-z", "--raw", "--no-abbrev", *_PLAIN, *since, new)
        fields = ran.out.split(b"\0")
        found = {}
        for facts, path in zip(fields[::2], fields[1::2], strict=False):
            modes_and_blobs = facts.decode().removeprefix(":").split(" ")
            pair = zip(modes_and_blobs[:2], modes_and_blobs[2:4], strict=True)
            before, after = (TreeItem(mode, blob) if mode.strip("0") else None for mode, blob in pair)
            found[os.fsdecode(path)] = before, after
        return found

    def is_ignored(self, path: str) -> bool:
        """Whether a path that is not tracked is ignored."""
        # Not check-ignore: it does not go together with literal pathspecs.
        ran = self.checked("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", path)
        return bool(ran.out)

    def wants_crlf(self, path: str) -> bool:
        """Whether ``.gitattributes`` asks for CRLF in the working tree."""
        return self.git.read("check-attr", "-z", "eol", "--", path).out.endswith(b"\0crlf\0")

    def is_hook(self, path: str) -> bool:
        """Whether a path lies in a folder inside the tree that ``core.hooksPath`` has git take hooks from."""
        ran = self.git.read("config", "-z", "--path", "--get-all", "core.hooksPath")
        set_by_others = ran.out.split(b"\0")[:-2]  # the last one is ours
        folders = [os.path.realpath(self.root / os.fsdecode(each)) for each in set_by_others]
        return any((self.root / path).is_relative_to(each) for each in folders)

    def checked(self, *arguments: str, stdin: bytes = b"", index: Path | None = None) -> Ran:
        """A hardened command that has to succeed. Raises: Refused: it did not."""
        ran = self.git.read(*arguments, stdin=stdin, index=index)
        if ran.code or ran.late or ran.cut:
            raise Refused(f"git {arguments[0]} failed", ran.said, "see what git says about this repository")
        return ran

    @contextlib.contextmanager
    def _opened(self) -> Iterator[git.Repo]:
        """The repository in GitPython, reading files only: none of its objects is asked for."""
        for name in _REDIRECTIONS:
            os.environ.pop(name, None)
        # At import GitPython runs "git version" with whatever it finds; it gets our finding.
        os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = self.git.program
        import git

        try:
            repo = git.Repo(self.root, expand_vars=False, search_parent_directories=False)
        except git.GitError as error:
            raise Refused(
                "The repository cannot be read", f"{self.root} is none any more", "open the folder anew"
            ) from error
        try:
            yield repo
        finally:
            repo.close()


def _first_line(ran: Ran) -> str:
    lines = ran.err.decode("utf-8", "replace").splitlines()
    return lines[0].removeprefix("fatal: ") if lines else ran.said
