"""Which names a target may have, decided before the disk is touched."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath

from atlas_tui.errors import AtlasError, InputError

LONGEST_NAME = 255
"""Bytes of one component, as most file systems have it."""
LONGEST_PATH = 4000

_STORES = (".git", ".jj", ".hg", ".svn")
# The 8.3 names that Windows file systems give to them.
_SHORT_STORE = re.compile(r"(git|jj|hg|svn)~\d+")
_DRIVE = re.compile(r"[A-Za-z]:")
_RUN_BY_NAME = re.compile(
    r"\.git(modules|attributes)|git(mod|att)~\d+|\.envrc|\.pre-commit-config\.ya?ml"
    r"|conftest\.py|setup\.py|noxfile\.py|(gnu)?makefile|package\.json|.*\.pth|(site|user)customize\.py"
)
_RUN_BY_FOLDER = re.compile(r"\.vscode|\.idea|\.github|\.githooks|\.husky")


def components(target: str, folder: Path, root: Path) -> tuple[str, ...]:
    """The components of ``target`` below ``root``; a relative target starts at ``folder``.

    Raises:
        InputError: the name is empty, leaves the root, means something to a shell or to another
            system, or lies in the store of a version control system.
    """
    _check_characters(target)
    path = PurePosixPath(target)
    if ".." in path.parts:
        raise _unusable(target, "it goes up with ..", "give a path below the folder")
    if path.is_absolute():
        if not path.is_relative_to(root):
            raise _unusable(target, f"it is outside {root}", "open the app in the folder of that file")
        parts = path.relative_to(root).parts
    else:
        if path.parts and path.parts[0][0] in "~$":
            raise _unusable(target, "~ and $ are not expanded here", "write the path out")
        parts = folder.relative_to(root).parts + path.parts
    if target.endswith("/") or not parts:
        raise _unusable(target, "it names a folder", "name a file")
    check_components(parts, InputError)
    return parts


def check_components(parts: tuple[str, ...], fault: type[AtlasError]) -> None:
    """Raise ``fault`` when a component is too long or a version control store in any disguise."""
    name = "/".join(parts)
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError as error:
        # Of the folder the app was opened in: the target itself was looked at before.
        raise _unusable(name, "the name of a folder is not UTF-8", "rename that folder", fault) from error
    if sum(sizes) + len(sizes) > LONGEST_PATH or max(sizes) > LONGEST_NAME:
        raise _unusable(name, "the name is too long", "choose a shorter one", fault)
    for part in parts:
        if part in ("", ".", "..") or "/" in part or "\0" in part:
            raise _unusable(name, "it is not the plain path of a file", "give a path below the folder", fault)
        if is_store(part):
            raise _unusable(name, f"{part!r} belongs to version control", "choose another file", fault)


def is_store(component: str) -> bool:
    """Whether some file system takes this name for ``.git`` or its like."""
    plain = _undisguised(component)
    return plain in _STORES or _SHORT_STORE.fullmatch(plain) is not None


def runs_by_itself(parts: tuple[str, ...]) -> bool:
    """Whether a tool runs or obeys a file of this name without being asked (git, direnv, make, an IDE …)."""
    folded = [_undisguised(part) for part in parts]
    return bool(_RUN_BY_NAME.fullmatch(folded[-1])) or any(_RUN_BY_FOLDER.fullmatch(p) for p in folded[:-1])


def _check_characters(target: str) -> None:
    if not target.strip():
        raise _unusable(target, "the name is empty", "name a file")
    if "\0" in target:
        raise _unusable(target, "it holds a NUL character", "name a file")
    if "\\" in target or _DRIVE.match(target):
        raise _unusable(target, "it is a Windows path", "write the path with / below the folder")
    try:
        target.encode()
    except UnicodeEncodeError as error:
        raise _unusable(target, "the name is not UTF-8", "rename the file") from error


def _undisguised(component: str) -> str:
    """The name as a file system sees it that ignores case, marks that do not show, and ends like ``. ``."""
    plain = unicodedata.normalize("NFKC", component)
    plain = "".join(letter for letter in plain if not _ignorable(letter)).casefold()
    return plain.partition(":")[0].rstrip(". ")


def _ignorable(letter: str) -> bool:
    """Code points that HFS+ and the like leave out when they compare names."""
    return unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f" or letter == "\u034f"


def _unusable(target: str, why: str, todo: str, fault: type[AtlasError] = InputError) -> AtlasError:
    return fault(f"Target {target!r} cannot be used", why, todo)
