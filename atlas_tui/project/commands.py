"""Test commands: found in the files of a repository, or read from what a person types."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.project.manifests import package_scripts
from atlas_tui.project.runners import known, words as said

_SHELL = {"|", "||", "&", "&&", ";", ";;", "<", ">", ">>", "<<", "<<<", "(", ")", "|&", "&>", ">&", ">|"}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_LONGEST = 8_000


class CommandRefused(ValueError):
    """Not a command that can be run without a shell; the text says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A test command as it is run, never through a shell."""

    words: tuple[str, ...]
    runner: str
    """Who reads its results: a name of ``runners.known``."""
    why: str = ""
    """What it was found by, in words."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that were set before it."""

    def __str__(self) -> str:
        return shlex.join(self.words)

    @property
    def named(self) -> tuple[str, ...]:
        """Files, folders or tests that it names."""
        return known.named(self.runner).named(self.words)

    @property
    def caution(self) -> str:
        """What the person must know of how its results are read; empty where there is nothing."""
        return known.named(self.runner).caution


def parse_command(text: str, root: Path | None = None, why: str = "") -> Command:
    """The command that a person typed, such as ``pytest -q tests/test_x.py``.

    What only starts another tool (``uv run``, ``poetry run``, ``npx``, ``coverage run``) is left off; with a
    ``root``, a script of its package.json (``npm test``) is looked up where it is a plain command.

    Raises:
        CommandRefused: it is empty, no command line, or needs a shell.
    """
    words, environment = _split(text)
    words = _unwrapped(words)
    if root is not None:
        script = _script(words, root)
        if script is not None:
            inner = parse_command(script[0], root, why)
            return Command(
                words=(*inner.words, *script[1]), runner=inner.runner, why=why,
                environment=(*environment, *inner.environment),
            )  # fmt: skip
    return Command(words=tuple(words), runner=known.of(words).name, why=why, environment=environment)


def _split(text: str) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    if "\n" in text.strip() or "\0" in text or len(text) > _LONGEST:
        raise CommandRefused("a test command is one line; give the command alone")
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = ""
        parts = list(lexer)
        plain = shlex.split(text)
    except ValueError as error:
        raise CommandRefused(f"the test command cannot be read: {error}; look at its quotes") from error
    signs = [part for part in parts if part in _SHELL and part not in plain] or [
        part for part in plain if part in _SHELL
    ]
    if signs or "`" in text or "$(" in text:
        sign = signs[0] if signs else "a command in a command"
        raise CommandRefused(
            f"the test command needs a shell ({sign}), and none is used; give one plain command"
        )
    environment = []
    plain = plain[1:] if plain[:1] == ["env"] else plain
    while plain and _ASSIGNMENT.match(plain[0]):
        name, _, value = plain.pop(0).partition("=")
        environment.append((name, value))
    if not plain:
        raise CommandRefused("the test command is empty; give one, such as: pytest -q")
    return plain, tuple(environment)


_STARTERS: tuple[tuple[str, ...], ...] = (
    ("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("rye", "run"), ("hatch", "run"),
    ("npx",), ("pnpm", "exec"), ("yarn", "exec"), ("bunx",), ("coverage", "run"), ("time",),
)  # fmt: skip


def _unwrapped(words: Sequence[str]) -> list[str]:
    """``words`` without what only starts them; as they are where an option of that is in between."""
    rest = list(words)
    for starter in _STARTERS:
        size = len(starter)
        if tuple(rest[:size]) == starter and len(rest) > size:
            inner = rest[size:]
            if starter == ("coverage", "run"):
                return _unwrapped(["python", *inner]) if inner[0] == "-m" else rest
            while inner and inner[0] in (
                "-q",
                "--quiet",
                "--no",
                "--no-install",
                "--offline",
                "--frozen",
                "--",
            ):
                inner = inner[1:]
            return _unwrapped(inner) if inner and not inner[0].startswith("-") else rest
    if said.module_at(rest) and rest[said.module_at(rest)] == "coverage":
        return _unwrapped(rest[said.module_at(rest) :])
    return rest


def _script(words: Sequence[str], root: Path) -> tuple[str, list[str]] | None:
    """The script of package.json that ``words`` call, with what they add to it; None where that is no plain
    command, or not theirs."""
    if not words or words[0] not in ("npm", "yarn", "pnpm", "bun"):
        return None
    rest = list(words[1:])
    if rest[:1] in (["run"], ["run-script"]):
        rest = rest[1:]
    name = "test" if rest[:1] == ["t"] else rest[0] if rest else ""
    text = package_scripts(root).get(name, "")
    more = [word for word in rest[1:] if word != "--"]
    try:
        _split(text)
    except CommandRefused:
        return None
    return None if text.split()[:1] in (["npm"], ["yarn"], ["pnpm"], ["bun"]) else (text, more)
