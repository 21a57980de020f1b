"""Test commands: found in the files of a repository, or read from what a person types."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.problem import command_line
from atlas_tui.project import scripts_node
from atlas_tui.project.runners import known, words as said
from atlas_tui.project.scripts import of_make, of_tool
from atlas_tui.project.scripts_tox import of_nox, of_tox
from atlas_tui.project.starters import ElsewhereError, call, unwrapped
from atlas_tui.project.there import is_file

_SHELL = {"|", "||", "&", ";", ";;", "<", ">", ">>", "<<", "<<<", "(", ")", "|&", "&>", ">&", ">|"}
_BUILTIN = frozenset({"source", ".", "export", "set", "eval", "exec", "exit", "pushd", "if", "for", "!"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_LONGEST = 8_000
_DEEPEST = 6
"""Names that stand for names."""
_MOST_LINES = 100
"""Command lines that are read for one: each name may stand for several."""


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
    left_out: tuple[str, ...] = ()
    """Steps of it that are not run, for they test nothing that can be read."""

    def __str__(self) -> str:
        return command_line(self.words, self.environment)

    @property
    def named(self) -> tuple[str, ...]:
        """Files, folders or tests that it names."""
        return known.named(self.runner).named(known.steps(self.words).main)

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs that it calls."""
        return tuple(step[0] for step in said.split(self.words))

    @property
    def caution(self) -> str:
        """What the person must know of how its results are read; empty where there is nothing."""
        steps = f"not run as tests: {'; '.join(self.left_out)}" if self.left_out else ""
        return "; ".join(filter(None, (steps, known.named(self.runner).caution)))


def parse_command(text: str, root: Path | None = None, why: str = "") -> Command:
    """The command that a person typed, such as ``pytest -q tests/test_x.py``.

    What only starts another tool (``uv run``, ``poetry run``, ``npx``, ``coverage run``) is left off. With a
    ``root``, what it has a name for there is looked up (``npm test``, ``tox -e py311``, ``make test``,
    ``hatch run test``), as far as that is one plain command whose results can be read test by test.

    Raises:
        CommandRefused: it is empty, no command line, or needs a shell or another folder.
    """
    return _parsed(text, root, why, iter(range(_MOST_LINES)), _DEEPEST)


def _parsed(text: str, root: Path | None, why: str, left: Iterator[int], deep: int) -> Command:
    """``parse_command``; ``left`` ends when too many lines were read, ``deep`` counts down to 0."""
    if next(left, None) is None:
        raise CommandRefused("the test command stands for too many others; give one of those")
    plain = _plain(text)
    if said.AND in plain:
        lines = [shlex.join(step) for step in said.split(plain)]
        return _stepped([_parsed(line, root, why, left, deep) for line in lines], why)
    words, environment = _split(plain)
    if root is not None and deep:
        for line, where in _looked_up(words, root):
            try:
                inner = _parsed(line, root, why or where, left, deep - 1)
            except CommandRefused:
                continue
            one = said.AND not in inner.words
            if inner.runner != "command" or (one and words[0] in scripts_node.TOOLS):
                return replace(inner, environment=(*environment, *inner.environment))
    try:
        rest, more = scripts_node.unwrapped(unwrapped(words))
    except ElsewhereError as error:
        raise CommandRefused(
            f"the test command is started in another folder ({error}); open that folder instead"
        ) from error
    if rest != words and deep:
        inner = _parsed(command_line(rest), root, why, left, deep - 1)
        return replace(inner, environment=(*environment, *more, *inner.environment))
    if root is not None:
        words[0] = _placed(words[0], root)
    return Command(words=tuple(words), runner=known.of(words).name, why=why, environment=environment)


def _placed(program: str, root: Path) -> str:
    """The program of an environment by its whole path: git does not bring it into the copy."""
    if "/" not in program:
        return program
    try:
        path = root / Path(program).expanduser()
    except RuntimeError:  # the home folder of a person who is not known here
        return program
    return os.path.normpath(path) if is_file(path.parent.parent / "pyvenv.cfg") else program


def _stepped(commands: Sequence[Command], why: str) -> Command:
    """Several commands as one, of which the first that can be read test by test tells most."""
    steps = [step for command in commands for step in said.split(command.words)]
    words = scripts_node.chosen(steps)
    environment = tuple(variable for command in commands for variable in command.environment)
    runner = known.of(known.steps(words).main).name
    run = said.split(words)
    left_out = tuple(shlex.join(step) for step in steps if step not in run)
    return Command(words=words, runner=runner, why=why, environment=environment, left_out=left_out)


def _plain(text: str) -> list[str]:
    """The words of a text that needs no shell."""
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
    return plain


def _split(plain: list[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """A command, and the variables that are set before it."""
    environment = []
    bare = plain[:1] == ["env"] and not "".join(plain[1:2]).startswith("-")
    plain = plain[1:] if bare else plain
    while plain and _ASSIGNMENT.match(plain[0]):
        name, _, value = plain.pop(0).partition("=")
        environment.append((name, value))
    if not plain:
        raise CommandRefused("the test command is empty; give one, such as: pytest -q")
    if plain[0] == "cd":
        raise CommandRefused("the test command is started in another folder (cd); open that folder instead")
    if plain[0] in _BUILTIN:
        raise CommandRefused(
            f"the test command needs a shell ({plain[0]}), and none is used; give one plain command"
        )
    return plain, tuple(environment)


def _looked_up(words: Sequence[str], root: Path) -> Iterator[tuple[str, str]]:
    """The lines that ``words`` call by a name, with what is added to them, and where they were found."""
    script = scripts_node.script_line(words, root)
    if script:
        yield script, ""
    asked = call(words)
    if asked is None:
        return
    match asked.tool:
        case "tox":
            found = of_tox(root, asked.name)
        case "nox":
            found = of_nox(root, asked.name)
        case "make":
            found = tuple(one for one in of_make(root) if one.name == asked.name and one.alone)
        case tool:
            found = tuple(one for one in of_tool(root, tool) if one.name == asked.name)
    if not found and (asked.tool, asked.name) in (("hatch", "test"), ("rye", "test")):
        yield shlex.join(["pytest", *asked.more]), ""
    for one in found:
        yield one.called(asked.more), one.why
