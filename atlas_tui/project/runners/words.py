"""Command lines taken apart as tools do, as far as it is needed to run some of their tests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

COLOR = re.compile(r"\x1b\[[0-9;]*m")
_RULE = re.compile(r"[─━⎯═=*-]{4}")
"""A heading within a drawn line tells that there is an error, not which."""
_ERROR = re.compile(r"\b\w*error\b[\]: ]", re.IGNORECASE)
AND = "&&"
"""A word of a command line of several steps, each of which is run where the one before it ended well."""


def split(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The steps of a command line; those that are empty are left out."""
    steps: list[list[str]] = [[]]
    for word in words:
        if word == AND:
            steps.append([])
        else:
            steps[-1].append(word)
    return [tuple(step) for step in steps if step]


def joined(steps: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The command line of these steps."""
    return tuple(word for step in steps for word in (AND, *step))[1:]


def program(words: Sequence[str]) -> str:
    """The name of the program, without its folder."""
    return PurePosixPath(words[0]).name if words else ""


def is_python(word: str) -> bool:
    """Whether ``word`` calls a Python interpreter."""
    name = PurePosixPath(word).name
    return name.rstrip("0123456789.") in ("python", "pypy") or name in ("py", "{python}")


def module_at(words: Sequence[str]) -> int:
    """Where the name of the module is in ``python ... -m module``; 0 where that is not what is called."""
    if not words or not is_python(words[0]):
        return 0
    for place, word in enumerate(words[1:], start=1):
        if word == "-m" and place + 1 < len(words):
            return place + 1
        if not word.startswith("-") and words[place - 1] not in ("-W", "-X"):
            return 0
    return 0


@cache
def _taking(tool: str) -> frozenset[str]:
    text = (resources.files("atlas_tui.project.runners") / "options.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[tool].split())


def positionals(words: Sequence[str], tool: str) -> list[int]:
    """Places of the words that are no options of ``tool``, and not their values; none after ``--``."""
    found, taking = [], _taking(tool)
    skip = False
    for place, word in enumerate(words):
        if word == "--":
            break
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in taking
        else:
            found.append(place)
    return found


def without(words: Sequence[str], options: Collection[str]) -> tuple[str, ...]:
    """``words`` without these options, in either form of their values (``--x=1``, ``--x 1``)."""
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.partition("=")[0] in options:
            skip = "=" not in word
        else:
            kept.append(word)
    return tuple(kept)


def inside(*names: str) -> dict[str, str]:
    """Files of ``runners/inside`` as a package."""
    folder = resources.files("atlas_tui.project.runners.inside")
    return {"__init__.py": "", **{name: (folder / name).read_text("utf-8") for name in names}}


def pythons(word: str) -> tuple[str, ...]:
    """What to try for a ``python`` of a command: not every system has one of that name."""
    named = PurePosixPath(word).name in ("python", "python3", "py")
    return (word, "python3", "{python}") if named else (word,)


def last_line(text: str) -> str:
    """The last line of ``text`` that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def complaint(text: str) -> str:
    """The first line of ``text`` that tells of an error, else the last."""
    plain = COLOR.sub("", text)
    lines = (line.strip() for line in plain.splitlines() if "usage:" not in line and not _RULE.search(line))
    return next((line for line in lines if _ERROR.search(line)), last_line(plain))
