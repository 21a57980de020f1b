"""The files of a repository: which belong to it, which of them are read, and what is left out and why."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.paths import cache_dir, data_dir, state_dir
from atlas_tui.project.unread import NEVER_IN_A_COPY, Skipped, in_words, is_vendored, unread_by_name
from atlas_tui.syntax.grammars import language_of
from atlas_tui.workspace.names import is_store
from atlas_tui.workspace.repository import Repository, discover

MOST_FILES = 50_000
MOST_BYTES = 512 << 20
LARGEST_READ = 512_000
"""Bytes of the largest file that is looked into."""
WALK_SECONDS = 20.0
_LINK_STEPS = 40
_GITLINK = b"160000"
_BUILT = (".so", ".pyd", ".dylib")
"""Compiled modules that stand beside the sources that import them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, or a link that stays inside the tree."""

    path: str
    """Relative to the root, with ``/``; bytes that are not UTF-8 are surrogates."""
    size: int
    mode: int
    """As ``lstat`` gives it."""
    unread: str = ""
    """Why it is not looked into, in words; empty where it is."""

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)


@dataclass(frozen=True)
class Listing:
    """What belongs to a tree, by path."""

    root: Path
    entries: tuple[Entry, ...]
    """All that a copy has to hold, sorted by path."""
    skipped: tuple[Skipped, ...] = ()
    """What belongs to the tree and is not among the entries."""
    by_git: bool = False
    """Git told what belongs to it; otherwise every folder was looked into."""

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(entry.path for entry in self.entries)

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The paths by their last part."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            found.setdefault(entry.path.rpartition("/")[2], []).append(entry.path)
        return found

    @cached_property
    def readable(self) -> tuple[Entry, ...]:
        """Those that may be looked into."""
        return tuple(entry for entry in self.entries if not entry.unread)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not copied, or copied and not read, in words for the person."""
        unread = (Skipped(entry.path, entry.unread) for entry in self.entries if entry.unread)
        return in_words((*self.skipped, *unread))


def list_files(root: Path, *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> Listing:
    """The files of the tree at ``root``: those git knows or would add, else those of a walk. Only reads.

    Of what git ignores, only sources and compiled modules beside tracked files belong to it: tests import
    them. Where the tree is larger than the limits, sources stay before other files, small before large.

    Raises:
        InputError: ``root`` is git's own folder.
        Refused: git fails, or ``root`` cannot be read.
    """
    root = Path(os.path.realpath(root))
    repository, _ = discover(root)
    found, skipped = _by_git(repository, root) if repository else _by_walk(root, most_files)
    found = _not_ours(root, found, skipped)
    kept, too_many = _within(_entries(root, found, skipped), most_files, most_bytes)
    return Listing(root, tuple(kept), (*skipped, *too_many), repository is not None)


# --- which paths


def _by_git(repository: Repository, root: Path) -> tuple[list[str], list[Skipped]]:
    prefix = root.relative_to(repository.root).as_posix()
    git = _Listed(repository, "" if prefix == "." else prefix)
    paths: dict[str, None] = {}
    skipped: list[Skipped] = []
    for facts, path in git.names("--stage"):
        if facts.startswith(_GITLINK):
            skipped.append(Skipped(path, "a submodule, with a repository of its own"))
        else:
            paths[path] = None
    for _, path in git.names("--others", "--exclude-standard"):
        if path.endswith("/"):
            skipped.append(Skipped(path.rstrip("/"), "a repository of its own"))
        else:
            paths[path] = None
    for _, path in git.names("--others", "--exclude-standard", "--ignored", "--directory"):
        if not path.endswith("/") and (language_of(path) or path.endswith(_BUILT)):
            paths[path] = None
    if git.cut:
        skipped.append(Skipped("more files", "the list of files is longer than is read"))
    return list(paths), skipped


class _Listed:
    """What ``git ls-files`` says of a folder of a repository."""

    def __init__(self, repository: Repository, prefix: str) -> None:
        self._git = repository.git
        self._below = ("--", prefix) if prefix else ()
        self._start = os.fsencode(prefix) + b"/" if prefix else b""
        self.cut = False

    def names(self, *options: str) -> Iterator[tuple[bytes, str]]:
        """What stands before the name, if anything, and the path below the folder.

        Raises: Refused: git fails.
        """
        ran = self._git.read("ls-files", "-z", *options, *self._below)
        if ran.code or ran.late:
            raise Refused("git ls-files failed", ran.said, "see what git says about this repository")
        # Of a list that is cut the end is kept: the first name may be half of one.
        for line in ran.out.split(b"\0")[1 if ran.cut else 0 : -1]:
            facts, _, name = line.partition(b"\t") if "--stage" in options else (b"", b"", line)
            yield facts, os.fsdecode(name.removeprefix(self._start))
        self.cut = self.cut or ran.cut


def _by_walk(root: Path, most: int) -> tuple[list[str], list[Skipped]]:
    """Nearest first, so that a walk that is cut has seen what is likely meant."""
    found: list[str] = []
    skipped: list[Skipped] = []
    deadline = time.monotonic() + WALK_SECONDS
    level = [""]
    while level:
        deeper: list[str] = []
        for number, here in enumerate(level):
            # Twice as many, so that the choice among them is by what they are.
            if len(found) > 2 * most or time.monotonic() > deadline:
                cut = [each.rstrip("/") for each in (*level[number:], *deeper)]
                return found, [*skipped, *(Skipped(each, "the folder was not looked into") for each in cut)]
            with contextlib.suppress(OSError), os.scandir(root / here) as listed:
                for entry in sorted(listed, key=lambda each: each.name):
                    path = f"{here}{entry.name}"
                    if not entry.is_dir(follow_symlinks=False):
                        found.append(path)
                    elif why := _not_entered(entry):
                        skipped.append(Skipped(path, why))
                    elif not is_store(entry.name):
                        deeper.append(f"{path}/")
        level = deeper
    return found, skipped


def _not_entered(entry: os.DirEntry[str]) -> str:
    if entry.name in NEVER_IN_A_COPY:
        return "a folder that tools fill"
    if os.path.lexists(f"{entry.path}/pyvenv.cfg"):
        return "a virtual environment"
    return "a repository of its own" if os.path.lexists(f"{entry.path}/.git") else ""


def _not_ours(root: Path, found: list[str], skipped: list[Skipped]) -> list[str]:
    """Without what we keep: a copy of the tree that held the copies before would grow from run to run."""
    kept = (Path(os.path.realpath(folder)) for folder in (state_dir(), cache_dir(), data_dir()))
    ours = [f"{folder.relative_to(root).as_posix()}/" for folder in kept if root in folder.parents]
    for folder in ours:
        if any(path.startswith(folder) for path in found):
            skipped.append(Skipped(folder.rstrip("/"), "what Atlas TUI itself keeps"))
    return [path for path in found if not path.startswith(tuple(ours))] if ours else found


# --- what they are


def _entries(root: Path, paths: Iterable[str], skipped: list[Skipped]) -> Iterator[Entry]:
    """Those that are there, sorted; ``skipped`` gets those that cannot belong to a copy."""
    real_folders: dict[str, bool] = {"": True}
    for path in sorted(paths):
        if not _is_below(root, path.rpartition("/")[0], real_folders):
            skipped.append(Skipped(path, "its folder is a link"))
            continue
        try:
            seen = os.lstat(root / path)
        except (OSError, ValueError):
            continue  # removed from the tree, or never checked out
        if any(is_store(part) for part in path.split("/")):
            skipped.append(Skipped(path, "it belongs to version control"))
        elif stat.S_ISLNK(seen.st_mode):
            if _stays_inside(root, path):
                yield Entry(path=path, size=seen.st_size, mode=seen.st_mode, unread="a link")
            else:
                skipped.append(Skipped(path, "a link that leaves the folder"))
        elif stat.S_ISREG(seen.st_mode):
            yield _entry(path, seen)
        else:
            skipped.append(Skipped(path, "no file" if not stat.S_ISDIR(seen.st_mode) else "a folder now"))


def _entry(path: str, seen: os.stat_result) -> Entry:
    unread = unread_by_name(path)
    if not unread and seen.st_size > LARGEST_READ:
        unread = f"larger than {LARGEST_READ // 1000:,} kB"
    return Entry(path=path, size=seen.st_size, mode=seen.st_mode, unread=unread)


def _is_below(root: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether every step to the folder is a real folder and no link."""
    if folder not in known:
        above = folder.rpartition("/")[0]
        known[folder] = _is_below(root, above, known) and not (root / folder).is_symlink()
    return known[folder]


def _stays_inside(root: Path, path: str) -> bool:
    """Whether a link, and what it leads through, names only what lies below the root."""
    here = path
    for _ in range(_LINK_STEPS):
        try:
            target = (root / here).readlink()
        except (OSError, ValueError):
            break
        if target.is_absolute():
            return False
        here = os.path.normpath(Path(here).parent / target)
        if here == ".." or here.startswith("../"):
            return False
    # Steps of the way may be links as well.
    return Path(os.path.realpath(root / path)).is_relative_to(root)


def _within(entries: Iterable[Entry], most_files: int, most_bytes: int) -> tuple[list[Entry], list[Skipped]]:
    found = list(entries)
    if len(found) <= most_files and sum(entry.size for entry in found) <= most_bytes:
        return found, []
    why = f"the tree is larger than {most_files:,} files or {most_bytes >> 20:,} MB"

    def key(entry: Entry) -> tuple[bool, bool, int, str]:
        return is_vendored(entry.path), not language_of(entry.path), entry.size, entry.path

    kept: set[str] = set()
    size = 0
    for entry in sorted(found, key=key):
        if len(kept) < most_files and size + entry.size <= most_bytes:
            kept.add(entry.path)
            size += entry.size
    gone = [Skipped(entry.path, why) for entry in found if entry.path not in kept]
    return [entry for entry in found if entry.path in kept], gone
