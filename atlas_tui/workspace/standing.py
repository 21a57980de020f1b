"""How a target stands with git: what must not be written, and what only after an explicit yes."""

from __future__ import annotations

import os
from dataclasses import replace

from atlas_tui.errors import InputError
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.repository import Repository

_LINK_MODE, _SUBMODULE_MODE = b"120000", b"160000"


def with_standing(repo: Repository, base: Base) -> Base:
    """The base with what git says about its path; runs git a few times, some milliseconds each.

    Raises:
        InputError: it belongs to a submodule, or git left it out of this tree on purpose.
        Refused: git cannot be asked.
    """
    _refuse_submodule(repo, base)
    confirm = base.confirm
    tag, mode = _in_index(repo, base.path)
    if mode == _LINK_MODE:
        raise _unusable(base, "git has a symbolic link there", "name the file it points to")
    if not tag:
        if not confirm and _is_ignored(repo, base.path):
            confirm = f"git ignores {base.path}, so it will not be seen in status and not be committed"
    elif tag in b"Ssh":
        confirm = confirm or _hidden(base, tag)
    if not confirm and repo.is_hook(base.path):
        confirm = f"{base.path} is in the folder that git runs hooks from"
    attributes = _attributes(repo, base.path)
    if not confirm and base.exists and attributes.get("diff") == "unset":
        confirm = f"{base.path} is marked as binary in .gitattributes"
    if not base.exists and attributes.get("eol") == "crlf":
        base = replace(base, style=replace(base.style, eol="\r\n"))
    return replace(base, confirm=confirm)


def _hidden(base: Base, tag: bytes) -> str:
    """Why a file that git was told not to look at needs a yes. Raises: InputError: it must not come back."""
    told = "left it out (sparse checkout or skip-worktree)" if tag in b"Ss" else "takes it as unchanged"
    if not base.exists:
        raise _unusable(base, f"it is not in this tree because git {told}", "bring it back with git first")
    return f"git {told}, so it will not show this change to {base.path}"


def _in_index(repo: Repository, path: str) -> tuple[bytes, bytes]:
    """The tag and the mode that git has for this very path; empty when it is not tracked."""
    ran = repo.checked("ls-files", "--stage", "-v", "-z", "--", path)
    for line in ran.out.split(b"\0")[:-1]:
        facts, _, name = line.partition(b"\t")
        if name == os.fsencode(path):
            tag, mode, *_ = facts.split(b" ")
            return tag, mode
    return b"", b""


def _refuse_submodule(repo: Repository, base: Base) -> None:
    """One that is not checked out is an empty folder, or none: nothing in the tree shows what it is."""
    for depth in range(1, len(base.parts) + 1):
        folder = "/".join(base.parts[:depth])
        if folder in base.new_folders or folder == base.path or not _has_files(repo, folder):
            ran = repo.checked("ls-files", "--stage", "-z", "--", folder)
            if ran.out.startswith(_SUBMODULE_MODE) and ran.out.endswith(b"\t" + os.fsencode(folder) + b"\0"):
                raise _unusable(base, f"{folder} is a submodule", "check it out, and open the app in it")


def _has_files(repo: Repository, folder: str) -> bool:
    try:
        with os.scandir(repo.root / folder) as inside:
            return next(inside, None) is not None
    except OSError:
        return False


def _is_ignored(repo: Repository, path: str) -> bool:
    # Without the flag it takes no literal names; with ./ before it, nothing in the name means anything.
    given = b"./" + os.fsencode(path) + b"\0"
    ran = repo.git.read("--no-literal-pathspecs", "check-ignore", "-z", "--stdin", stdin=given)
    return bool(ran.out)


def _attributes(repo: Repository, path: str) -> dict[str, str]:
    ran = repo.git.read("check-attr", "-z", "eol", "diff", "--", path)
    fields = ran.out.decode("utf-8", "replace").split("\0")
    return dict(zip(fields[1::3], fields[2::3], strict=False))


def _unusable(base: Base, why: str, todo: str) -> InputError:
    return InputError(f"{base.path} cannot be used", why, todo)
