"""Private copies of a person's tree as it stands: what candidates build on. The tree itself is only read.

They lie in one folder of ours by their identity, ``bases/<identity>/tree``, beside a small file whose time
tells when the copy was last wanted. A copy is made under another name and appears under its own all at once.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_tui import paths
from atlas_tui.errors import Refused
from atlas_tui.project.listing import Listing
from atlas_tui.project.names import shown
from atlas_tui.sandbox.inside import tidy
from atlas_tui.sandbox.supervisor import folders
from atlas_tui.sandbox.supervisor.copying import CopyRefused, copy_tree

KEPT_SECONDS = 7 * 24 * 3600
"""A copy that was not wanted for longer than this is removed."""
KEPT_BYTES = 4 << 30
"""Of all copies together; the least recently wanted go first, but for those of the last day."""
_IN_USE_SECONDS = 24 * 3600
_ABOUT, _TREE = "about.json", "tree"
_UNFINISHED = re.compile(r"\.(?:new|old)-(\d+)-[0-9a-f]+")
_IDENTITY = re.compile(r"[0-9a-f]{64}")
_THERE_ALREADY = (errno.ENOTEMPTY, errno.EEXIST)
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

Link = tuple[str, str]
"""A path below the root where the copy has a symbolic link, and what it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A private copy of a tree."""

    base: str
    """Its absolute path."""
    identity: str
    """SHA-256 over names, permissions and contents."""
    bytes: int
    """Of all its files."""
    files: int
    left_out: tuple[str, ...] = ()
    """What belongs to the tree and is not in the copy, or cannot be read, in words for the person."""


def snapshot(root: Path, files: Listing, links: Sequence[Link] = ()) -> Snapshot:
    """A copy of ``files`` below ``root``; the one that is there already where nothing was changed since.

    Args:
        root: the person's folder.
        files: what belongs to it (``listing.list_files``).
        links: made in the copy where it has nothing of that name (``environment.Environment.links``).

    Raises:
        Refused: there is no room for it, or ``root`` cannot be read.
    """
    folder = bases_folder()
    try:
        paths.private(folder)
        prune(folder)
        return _known(folder, root, files, links) or _made(folder, root, files, links)
    except CopyRefused as error:
        why, todo = str(error), "free some room, or choose a folder below it"
    except OSError as error:
        why = f"{error.filename or folder}: {error.strerror or error}"
        todo = "see that there is room and that it may be read"
    raise Refused("the folder cannot be copied", shown(why), todo)


def bases_folder() -> Path:
    """Where the copies lie."""
    return paths.state_dir() / "bases"


# --- one that is there


def _known(folder: Path, root: Path, files: Listing, links: Sequence[Link]) -> Snapshot | None:
    """The copy that is there already, if nobody has touched it meanwhile."""
    seen = [path for path in files.paths if os.path.lexists(root / path)]
    identity = _identity(root, seen, links)
    home = folder / identity
    try:
        about = json.loads((home / _ABOUT).read_bytes())
        os.utime(home / _ABOUT)  # before it is looked at: from now on it is not pruned
        if _identity(home / _TREE, _walked(home / _TREE)) != identity:
            _remove(home)
            return None
        return _snapshot(home, about, files)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _snapshot(home: Path, about: dict[str, object], files: Listing) -> Snapshot:
    skipped = about["skipped"]
    told = tuple(shown(str(line)) for line in skipped) if isinstance(skipped, list) else ()
    return Snapshot(
        base=str(home / _TREE), identity=home.name, bytes=int(str(about["bytes"])),
        files=int(str(about["files"])), left_out=(*files.left_out, *told),
    )  # fmt: skip


def _walked(top: Path) -> list[str]:
    """All files and links below a folder."""
    found = []
    for here, inner, names in os.walk(top):
        links = [name for name in inner if (Path(here) / name).is_symlink()]
        found += [f"{here}/{name}"[len(str(top)) + 1 :] for name in (*names, *links)]
    return found


def _identity(top: Path, files: Iterable[str], links: Sequence[Link] = ()) -> str:
    """SHA-256 over what these files hold; what cannot be read is passed over, as when it is copied."""
    sums = {path: _sum(top / path) for path in files}
    for path, target in links:
        if path not in sums:
            sums[path] = _sum_of_link(target)
    whole = hashlib.sha256()
    for name, one in sorted((os.fsencode(path), one) for path, one in sums.items() if one):
        whole.update(len(name).to_bytes(4, "big") + name + one)
    return whole.hexdigest()


def _sum(path: Path) -> bytes:
    """Of permissions and content of a file, or of where a link leads; empty where it cannot be read."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return _sum_of_link(str(path.readlink()))
        if not stat.S_ISREG(status.st_mode):
            return b""
        with os.fdopen(os.open(path, _READ), "rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""
    return b"f%03o" % (status.st_mode & 0o777) + content


def _sum_of_link(target: str) -> bytes:
    return b"link" + hashlib.sha256(os.fsencode(target)).digest()


# --- a new one


def _made(folder: Path, root: Path, files: Listing, links: Sequence[Link]) -> Snapshot:
    """Raises OSError, CopyRefused."""
    new = folder / f".new-{os.getpid()}-{secrets.token_hex(8)}"
    new.mkdir(mode=0o700)
    try:
        tree = new / _TREE
        copied = copy_tree(str(root), str(tree), only=files.paths)
        for path, target in links:
            _link(tree, path, target)
        about = {"bytes": copied.bytes, "files": copied.files, "skipped": list(copied.skipped)}
        (new / _ABOUT).write_text(json.dumps(about), "ascii")
        home = folder / _identity(tree, _walked(tree))
        try:
            new.rename(home)
        except OSError as error:
            if error.errno not in _THERE_ALREADY:
                raise
            os.utime(home / _ABOUT)  # somebody else was first
    finally:
        tidy.remove(str(new))
    return _snapshot(home, about, files)


def _link(tree: Path, path: str, target: str) -> None:
    *folders, name = path.split("/")
    here = tree
    for folder in folders:
        here = here / folder
        if not os.path.lexists(here):
            here.mkdir()
        if here.is_symlink() or not here.is_dir():
            return
    if not os.path.lexists(here / name):
        (here / name).symlink_to(target)


# --- old ones


def prune(folder: Path, seconds: float = KEPT_SECONDS, most_bytes: int = KEPT_BYTES) -> None:
    """Remove copies that nobody wanted for long, the oldest of too many, and what a killed process has left.

    What cannot be removed stays for the next time.
    """
    ages: list[tuple[float, int, Path]] = []
    for entry in folder.iterdir():
        unfinished = _UNFINISHED.fullmatch(entry.name)
        if unfinished is not None and not (folders.lives(int(unfinished[1])) and _is_recent(entry)):
            _remove(entry)
        elif _IDENTITY.fullmatch(entry.name):
            ages.append(_age(entry))
    total = sum(size for _, size, _ in ages)
    for age, size, home in sorted(ages, key=lambda one: (-one[0], one[2])):
        if age > seconds or (total > most_bytes and age > _IN_USE_SECONDS):
            _remove(home)
            total -= size


def _is_recent(entry: Path) -> bool:
    try:
        return time.time() - entry.stat().st_mtime < _IN_USE_SECONDS
    except OSError:
        return False


def _age(home: Path) -> tuple[float, int, Path]:
    """Seconds since it was wanted, its bytes, and itself."""
    try:
        wanted = (home / _ABOUT).stat().st_mtime
        return time.time() - wanted, int(json.loads((home / _ABOUT).read_bytes())["bytes"]), home
    except (OSError, ValueError, KeyError, TypeError):
        return float("inf"), 0, home  # not one of ours any more


def _remove(home: Path) -> None:
    """All at once under its name, then bit by bit; another process may be doing the same."""
    old = home.with_name(f".old-{os.getpid()}-{secrets.token_hex(8)}")
    try:
        home.rename(old)
        tidy.remove(str(old))
    except OSError:
        return
