"""Files that a person asked for by name: the end of the name says the format, and no file is lost by it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from atlas_tui.errors import InputError
from atlas_tui.store.whole import replace_file


def end_of(path: Path, ends: Collection[str]) -> str:
    """The end of that name, which says the format. Raises: InputError: it is none of ``ends``."""
    if path.suffix not in ends:
        todo = f"end it in {', '.join(ends)}"
        raise InputError(f"{path.name} is not written", "its end says no format", todo)
    return path.suffix


def refuse_existing(path: Path, todo: str = "choose another name") -> None:
    """Raises: InputError: there is something of that name."""
    if path.exists():
        raise InputError(f"{path.name} is not written", "it exists already", todo)


def write(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a new file, or one in place of another with ``replace``. Raises: InputError."""
    raw = text.encode("utf-8", "replace")
    try:
        if replace and (path.is_file() or not path.exists()):
            replace_file(path, raw)
            return
        # What is no file, such as a pipe, is not replaced.
        with path.open("wb" if replace else "xb") as out:
            out.write(raw)
    except FileExistsError:
        raise InputError(f"{path} is not written", "it exists already", "choose another name") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be written", error.strerror or str(error), "check the path"
        ) from error
