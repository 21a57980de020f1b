"""Names for new files: what Python can import, and nothing that is taken or means something already."""

from __future__ import annotations

import keyword
import os
import re
import sys
import unicodedata
from pathlib import Path, PurePosixPath

from atlas_tui.workspace.names import runs_by_itself

LONGEST = 50
"""Characters of a name that is made here."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_WITHOUT_NAME = "solution"


def module_name(entry_point: str, words: str = "") -> str:
    """A file name such as ``two_sum.py`` for ``twoSum``; a program is named after ``words``.

    It shadows no module of Python's own, and is no name that a tool runs by itself.
    """
    name = snake(entry_point.split(".")[0] if entry_point else PurePosixPath(words).stem)
    if entry_point.startswith("Solution."):
        name = snake(entry_point.rpartition(".")[2])
    name = name or _WITHOUT_NAME
    if name[0].isdigit():
        name = f"{_WITHOUT_NAME}_{name}"
    if is_taken(name):
        name += f"_{_WITHOUT_NAME}"
    return f"{name}.py"


def snake(words: str) -> str:
    """Small letters and digits with underscores between the words; may be empty."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    apart = "_".join(_HUMP.split(plain)).lower()
    return _OTHER.sub("_", apart).strip("_")[:LONGEST].rstrip("_")


def is_taken(name: str) -> bool:
    """Whether a module of this name would hide one of Python's own or mean something to a tool."""
    hides = name in sys.stdlib_module_names or keyword.iskeyword(name) or name in ("test", "tests", "pytest")
    reserved = _DEVICES.fullmatch(name) is not None or runs_by_itself((f"{name}.py",))
    return hides or reserved or name.startswith("test_")


def free_name(folder: Path, path: str) -> str:
    """The path, or with the lowest number from 2 that makes it one that does not exist below ``folder``."""
    given = PurePosixPath(path)
    number, free = 2, given
    while os.path.lexists(folder / free):
        free = given.with_stem(f"{given.stem}_{number}")
        number += 1
    return str(free)
