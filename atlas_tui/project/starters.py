"""Command lines that only start another one: ``uv run``, ``poetry run``, or a script by its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from atlas_tui.project.runners import words as said

_RUN = ("uv", "poetry", "pipenv", "pdm", "rye", "hatch", "pixi", "conda", "mamba", "micromamba", "coverage")
"""With ``run`` they start what follows in an environment, which is looked for by its place."""
_STARTERS: tuple[tuple[str, ...], ...] = (
    *((tool, "run") for tool in _RUN), ("uvx",), ("npx",), ("pnpm", "exec"), ("yarn", "exec"), ("bunx",),
    ("time",),
)  # fmt: skip
_MODULES = frozenset({*_RUN, "tox", "nox", "poethepoet", "taskipy"})
_NAMED = {"poethepoet": "poe", "taskipy": "task", "gmake": "make"}
_OF_COVERAGE = frozenset({
    "--source", "--omit", "--include", "--rcfile", "--data-file", "--context", "--debug", "--concurrency",
})  # fmt: skip
_TAKING = frozenset({
    "-p", "--python", "--extra", "--group", "--with", "--with-editable", "--with-requirements", "--env-file",
    "--package", "--index", "--index-url", "-e", "--env", "-n", "--name", "--environment", "--only-group",
    "--no-group", "--from", "--no-extra", "-f", "--feature",
})  # fmt: skip
"""Options of the others whose next word is their value."""
_ELSEWHERE = frozenset({"--directory", "--project", "-C", "--cwd", "--manifest-path"})
_SCRIPTS_BY_RUN = ("hatch", "pdm", "rye", "pixi", "pipenv")
_SCRIPTS = ("poe", "task")


class ElsewhereError(ValueError):
    """The command is to be started in another folder; the text is the option that says so."""


@dataclass(frozen=True, slots=True)
class Call:
    """A script of a repository, called by its name."""

    tool: str
    name: str
    """Empty: what the tool runs without one."""
    more: tuple[str, ...] = ()


def call(words: Sequence[str]) -> Call | None:
    """Which script a command calls, if there is one of that name; None where it is no such call."""
    module = said.module_at(words)
    rest = list(words[module:] if module and words[module] in _MODULES else words)
    tool = _NAMED.get(said.program(rest), said.program(rest))
    match tool:
        case "make":
            return Call(tool, rest[1]) if rest[1:] and rest[2:] == [] and rest[1][0] != "-" else None
        case "tox" | "nox":
            return _of_environments(tool, rest[1:])
        case "hatch":
            return _of_hatch(rest[1:])
    skipped = rest[2:] if tool in _SCRIPTS_BY_RUN and rest[1:2] == ["run"] else rest[1:]
    if tool in (*_SCRIPTS_BY_RUN, *_SCRIPTS) and skipped and not skipped[0].startswith("-"):
        return Call(tool, skipped[0], tuple(word for word in skipped[1:] if word != "--"))
    return None


def _of_environments(tool: str, rest: list[str]) -> Call | None:
    """tox and nox: the first environment or session that is asked for, and what follows ``--``."""
    end = rest.index("--") if "--" in rest else len(rest)
    options = [word for word in rest[:end] if word not in ("run", "r", "p", "run-parallel")]
    name = ""
    for place, word in enumerate(options):
        if word in ("-e", "-s", "--session", "--sessions"):
            name = "".join(options[place + 1 : place + 2])
        elif word.startswith(("-e", "-s")) and not word.startswith("--"):
            name = word[2:].lstrip("=")
    return Call(tool, name.partition(",")[0], tuple(rest[end + 1 :]))


def _of_hatch(rest: list[str]) -> Call | None:
    environment = ""
    while len(rest) > 1 and rest[0] in ("-e", "--env"):
        environment, rest = f"{rest[1]}:", rest[2:]
    if rest[:1] == ["test"]:
        return Call("hatch", "test", tuple(word for word in rest[1:] if word != "--"))
    if len(rest) > 1 and rest[0] == "run" and not rest[1].startswith("-"):
        name = rest[1] if ":" in rest[1] else environment + rest[1]
        return Call("hatch", name, tuple(word for word in rest[2:] if word != "--"))
    return None


def unwrapped(words: Sequence[str]) -> list[str]:
    """``words`` without what only starts them; as they are where that is not known to be all it does.

    Raises:
        ElsewhereError: they are to be started in another folder.
    """
    rest = list(words)
    module = said.module_at(rest)
    if module and rest[module] in _MODULES:
        rest = rest[module:]
    for starter in _STARTERS:
        size = len(starter)
        if tuple(rest[:size]) == starter and len(rest) > size:
            taking = _OF_COVERAGE if starter[0] == "coverage" else _TAKING
            inner = _after_options(rest[size:], taking)
            return unwrapped(_called(inner, starter[0])) if inner else list(words)
    return list(words) if rest[0] == "coverage" else rest


def _after_options(words: list[str], taking: Collection[str]) -> list[str]:
    """What is started, with ``-m`` before it where it is a module."""
    while words and words[0].startswith("-"):
        name, sign, _ = words[0].partition("=")
        if name in _ELSEWHERE:
            raise ElsewhereError(name)
        if name == "--":
            return words[1:]
        if name in ("-m", "--module"):
            return ["-m", *words[1:]]
        words = words[2 if name in taking and not sign else 1 :]
    return words


def _called(inner: list[str], starter: str) -> list[str]:
    """A module or a file of Python is started with an interpreter."""
    is_file = starter in ("uv", "coverage") and inner[0].endswith(".py")
    return ["python", *inner] if inner[0] == "-m" or is_file else inner
