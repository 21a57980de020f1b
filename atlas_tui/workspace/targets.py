"""Which file a solution is for: one that defines its name already, else a new one with a sensible name."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from atlas_tui.errors import AtlasError
from atlas_tui.workspace import names, tree
from atlas_tui.workspace.base import read_base
from atlas_tui.workspace.naming import free_name, module_name
from atlas_tui.workspace.repository import Repository
from atlas_tui.workspace.text import decode, style_of

MOST_FILES = 20_000
"""Files whose bytes are looked at."""
MOST_BYTES = 128 << 20
MOST_PARSED = 4 << 20
"""Bytes that are parsed, of files that may define the name."""
SEARCH_SECONDS = 0.8
MOST_LISTED = 200_000
"""Entries of folders that are looked at where there is no git."""
MOST_FOUND = 5
"""Files that are proposed because they define the name."""

_SUFFIXES = (".py", ".pyw")
_TEST_FILE = re.compile(r"(.*/)?tests?/|(.*/)?(test_[^/]*|[^/]*_test|conftest)\.pyw?\Z")
_NOT_OURS = ("node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist")
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Kind(StrEnum):
    """What becomes of the file."""

    IN_PLACE = "in place"
    WHOLE_FILE = "whole file"
    NEW_FILE = "new file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A file that a solution may go to."""

    path: str
    """Below the folder that was opened, as ``Workspace.base`` takes it. Text out of the tree."""
    why: str
    """A few words for the person."""
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where is looked."""

    folder: Path
    root: Path
    repository: Repository | None

    @property
    def prefix(self) -> str:
        """The folder below the root, with a slash at its end; empty for the root itself."""
        below = self.folder.relative_to(self.root).as_posix()
        return "" if below == "." else f"{below}/"


@dataclass(frozen=True, slots=True)
class Found:
    """Files that define a name, best first, and why the search may have missed some."""

    defining: tuple[tuple[str, str], ...]
    """Path, and the name that it defines."""
    cut: str


def propose(place: Place, entry_point: str, named: str = "") -> tuple[Proposal, ...]:
    """Files for the solution, best first; the last one is a new file.

    ``entry_point`` is empty for a program. ``named`` is what the person called the target (a file or a
    folder), or words for what is solved, which a new program is then named after.
    """
    entry_point = entry_point if _PLAIN_NAME.fullmatch(entry_point) else ""
    listed, cut = _listed(place)
    proposals = _as_named(place, entry_point, named, listed)
    if proposals and proposals[0].kind is not Kind.NEW_FILE:
        return tuple(proposals)
    found = _search(place, entry_point, listed) if entry_point else Found((), "")
    defining = [
        Proposal(path=path, why=f"defines {name}", kind=Kind.IN_PLACE)
        for path, name in found.defining
        if path not in [each.path for each in proposals]
    ]
    if proposals:
        return (*proposals, *defining)
    return (*defining, _new_file(place, entry_point, named, found.cut or cut, bool(defining)))


# --- what the person named


def _as_named(place: Place, entry_point: str, named: str, listed: Sequence[str]) -> list[Proposal]:
    """The file that was named, or those whose path ends like it; a new one where there is none."""
    named = named.strip().removeprefix("./")
    absolute = os.fspath(place.folder) + "/"
    named = named.removeprefix(absolute)
    inside = place.folder / named
    if not named or "\0" in named:
        return []
    with contextlib.suppress(OSError):
        if inside.is_dir() and not inside.is_symlink():
            folder = named.rstrip("/")
            if not _may_be_used(place, f"{folder}/x.py"):
                return []
            name = f"{folder}/{module_name(entry_point)}" if folder != "." else module_name(entry_point)
            why = "a new file in the folder that was named"
            return [Proposal(path=free_name(place.folder, name), why=why, kind=Kind.NEW_FILE)]
        if not named.endswith(_SUFFIXES) and not inside.is_file():
            return []
        if not os.path.lexists(inside):
            return _ending_in(place, entry_point, named, listed)
    if not _may_be_used(place, named):
        return []
    return [_existing(place, entry_point, named)]


def _ending_in(place: Place, entry_point: str, named: str, listed: Sequence[str]) -> list[Proposal]:
    """Files further down that were named without their folder; and the new file it would be."""
    ends = sorted((path for path in listed if path.endswith(f"/{named}")), key=lambda path: path.count("/"))
    found = [_existing(place, entry_point, path) for path in ends if _may_be_used(place, path)][:MOST_FOUND]
    if not _may_be_used(place, named):
        return found
    return [*found, Proposal(path=named, why="it was named and does not exist yet", kind=Kind.NEW_FILE)]


def _existing(place: Place, entry_point: str, path: str) -> Proposal:
    if not entry_point:
        return Proposal(path=path, why="it was named; all of it is replaced", kind=Kind.WHOLE_FILE)
    why = f"it was named; {entry_point} is added to it"
    if name := _defined_name(place, path, entry_point):
        why = f"it was named and defines {name}"
    return Proposal(path=path, why=why, kind=Kind.IN_PLACE)


# --- the search


def _listed(place: Place) -> tuple[list[str], str]:
    """Python files below the folder, and why there may be more: those git knows, else those of a walk."""
    if place.repository is None:
        return _walked(place.folder)
    prefix = place.prefix
    options = ("--cached", "--others", "--exclude-standard")
    ran = place.repository.git.read("ls-files", "-z", *options, "--", *([prefix] if prefix else []))
    if ran.code or ran.late:
        return _walked(place.folder)
    start = os.fsencode(prefix)
    ends = tuple(map(os.fsencode, _SUFFIXES))
    # A conflict has several entries of one path.
    paths = dict.fromkeys(
        os.fsdecode(path.removeprefix(start)) for path in ran.out.split(b"\0") if path.endswith(ends)
    )
    return list(paths), "the list of files is longer than is read" if ran.cut else ""


def _walked(folder: Path) -> tuple[list[str], str]:
    """Nearest first, so that a walk that is cut has seen what is likely meant."""
    found: list[str] = []
    deadline = time.monotonic() + SEARCH_SECONDS
    waiting, looked_at = [""], 0
    while waiting:
        deeper: list[str] = []
        for below in waiting:
            with contextlib.suppress(OSError), os.scandir(folder / below) as entries:
                for entry in entries:
                    looked_at += 1
                    if looked_at > MOST_LISTED or time.monotonic() > deadline:
                        return found, f"only the first {looked_at:,} entries of folders were looked at"
                    if entry.is_dir(follow_symlinks=False):
                        deeper += [f"{below}{entry.name}/"] if _is_ours(entry) else []
                    elif entry.name.endswith(_SUFFIXES) and entry.is_file(follow_symlinks=False):
                        found.append(f"{below}{entry.name}")
        waiting = deeper
    return found, ""


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """Not hidden, not another repository, and no folder that programs fill."""
    if entry.name.startswith(".") or entry.name in _NOT_OURS:
        return False
    return not any(os.path.lexists(f"{entry.path}/{name}") for name in (".git", "pyvenv.cfg"))


def _search(place: Place, entry_point: str, listed: Sequence[str]) -> Found:
    """Names first, then bytes, and only what has the words is parsed."""
    deadline = time.monotonic() + SEARCH_SECONDS
    ordered = sorted(listed, key=_likeness(entry_point))
    defining: list[tuple[str, str]] = []
    parsed = 0
    with contextlib.closing(_with_words(place.folder, ordered, entry_point, deadline)) as hits:
        for hit in hits:
            if isinstance(hit, str):
                return Found(tuple(defining), hit)
            path, size = hit
            parsed += size
            if parsed > MOST_PARSED:
                return Found(tuple(defining), "too many files may define it to be parsed")
            if name := _defined_name(place, path, entry_point):
                defining.append((path, name))
            if len(defining) == MOST_FOUND:
                break
    return Found(tuple(defining), "")


def _with_words(
    folder: Path, ordered: Sequence[str], entry_point: str, deadline: float
) -> Generator[tuple[str, int] | str, None, None]:
    """Files that may define the name, with their sizes; ends with why it stopped early, if it did."""
    may_define, top, seen = _words(entry_point), os.fspath(folder), 0
    for number, path in enumerate(ordered):
        if number == MOST_FILES or seen > MOST_BYTES or time.monotonic() > deadline:
            yield f"only {number:,} of {len(ordered):,} Python files were looked at"
            return
        content = _content(f"{top}/{path}")
        seen += len(content)
        if may_define(content):
            yield path, len(content)


def _words(entry_point: str) -> Callable[[bytes], bool]:
    last = entry_point.rpartition(".")[2]
    # UTF-16 has other bytes between the letters; such files are rare, and found by being named.
    spelled = sorted({last.encode(encoding, "ignore") for encoding in ("utf-8", "latin-1")} - {b""})
    either = b"|".join(map(re.escape, spelled))
    pattern = re.compile(rb"(?:def|class)[ \t\f\\\r\n]+(?:%s)(?![A-Za-z0-9_])" % either)
    # The plain search is several times faster, and most files do not have the word at all.
    return lambda content: any(word in content for word in spelled) and bool(pattern.search(content))


def _content(path: str) -> bytes:
    """The bytes of a regular file of bearable size, else nothing; a pipe does not hold it up."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > tree.LARGEST:
            return b""
        return os.read(descriptor, seen.st_size)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _likeness(entry_point: str) -> Callable[[str], tuple[bool, int, int, str]]:
    """What sorts the likely files first: no test, named like it, not deep."""
    wanted = [part.casefold().replace("_", "") for part in entry_point.split(".")]

    def key(path: str) -> tuple[bool, int, int, str]:
        stem = path.rpartition("/")[2].partition(".")[0].casefold().replace("_", "")
        close = any(stem in part or part in stem for part in wanted)
        return bool(_TEST_FILE.match(path)), 0 if stem in wanted else 1 if close else 2, path.count("/"), path

    return key


def _defined_name(place: Place, path: str, entry_point: str) -> str:
    """What tree-sitter finds in a file that can be a target: the name, or it as a method; empty: neither."""
    # Here and not at the top, because tree-sitter takes time to load and most starts do not need it.
    from atlas_tui.syntax import definition_spans

    try:
        parts = names.components(path, place.folder, place.root)
        with tree.parent_of(place.root, parts) as parent:
            found = tree.read(parent, parts[-1], path)
        if found is None:
            return ""
        source = decode(found.content, style_of(found.content, path)).encode()
    except AtlasError:
        return ""
    names_of_it = (entry_point, f"Solution.{entry_point}")
    defined = next((name for name in names_of_it if definition_spans(source, name)), "")
    return defined if defined and _may_be_used(place, path) else ""


def _may_be_used(place: Place, path: str) -> bool:
    """Whether the workspace would take it for a target."""
    try:
        read_base(place.root, names.components(path, place.folder, place.root))
    except AtlasError:
        return False
    return True


# --- a new file


def _new_file(place: Place, entry_point: str, named: str, cut: str, others: bool) -> Proposal:
    if not entry_point:
        why = "a program gets a file of its own"
    elif others:
        why = "a file of its own"
    else:
        why = f"no file defines {entry_point}"
    why += f"; the search was cut: {cut}" if cut else ""
    path = free_name(place.folder, module_name(entry_point, named))
    return Proposal(path=path, why=why, kind=Kind.NEW_FILE)
