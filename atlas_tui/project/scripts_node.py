"""Scripts of package.json, and what only starts another command there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from atlas_tui.project.manifests import package_scripts
from atlas_tui.project.runners import known, words as said

TOOLS = ("npm", "yarn", "pnpm", "bun")
_RUN = ("run", "run-script")
_QUIET = frozenset({"-s", "--silent", "--if-present", "-q", "--quiet", "--color", "--no-color"})
_WRAPPERS = frozenset({"cross-env", "nyc", "c8", "env-cmd", "dotenv", "dotenvx"})
_STYLE = frozenset({
    "eslint", "standard", "ts-standard", "semistandard", "prettier", "xo", "tslint", "biome", "stylelint",
    "oxlint", "jshint", "commitlint", "markdownlint", "publint", "lockfile-lint",
})  # fmt: skip
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def script_line(words: Sequence[str], root: Path) -> str:
    """The command line of the script that ``words`` call (``npm test``), with what runs before it and what
    they add to it; empty where they call none."""
    scripts = package_scripts(root)
    name, more = _called(words)
    if not name or name not in scripts:
        # Yarn and pnpm start installed tools by their name as well.
        tool = words[1:] if words[0] in ("yarn", "pnpm") else ()
        return shlex.join(tool) if tool and not is_command(tool) else ""
    line = f"{scripts[name]} {shlex.join(more)}".strip()
    before = scripts.get(f"pre{name}", "") if words[0] in ("npm", "yarn") else ""
    return f"{before} {said.AND} {line}" if before else line


def _called(words: Sequence[str]) -> tuple[str, list[str]]:
    """The name of the script and what is given to it; no name where another one of its options counts."""
    if words[0] == "node":
        place = words.index("--run") if "--run" in words else len(words)
        return "".join(words[place + 1 : place + 2]), [word for word in words[place + 2 :] if word != "--"]
    if words[0] not in TOOLS:
        return "", []
    rest = [word for word in words[1:] if word not in _QUIET]
    asked = rest[:1] and rest[0] in _RUN
    rest = rest[1:] if asked else rest
    if words[0] == "bun" and not asked:
        return "", []  # its own test runner
    name = "test" if rest[:1] in (["t"], ["tst"]) else "".join(rest[:1])
    end = rest.index("--") if "--" in rest else len(rest)
    given, more = rest[1:end], rest[end + 1 :]
    if words[0] == "npm" and any(word.startswith("-") for word in given):
        return "", []  # such as the package of a workspace
    return name, [*given, *more]


def unwrapped(words: Sequence[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """``words`` without a tool that sets variables or measures what is covered, and the variables."""
    if said.program(words) not in _WRAPPERS:
        return list(words), ()
    place = next((place for place in range(1, len(words)) if not is_command(words[place:])), 0)
    if not place:
        return list(words), ()
    variables = (word.partition("=") for word in words[1:place] if _ASSIGNMENT.match(word))
    return list(words[place:]), tuple((name, value) for name, _, value in variables)


def is_command(words: Sequence[str]) -> bool:
    """Whether its results cannot be read test by test."""
    return known.of(words) is known.RUNNERS[-1]


def chosen(steps: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Of the steps of a command line those that decide: none that only look at style, none after the last
    whose results can be read."""
    deciding = [step for step in steps if said.program(step) not in _STYLE] or list(steps)
    known_ones = [place for place, step in enumerate(deciding) if not is_command(step)]
    return said.joined(deciding[: known_ones[-1] + 1] if known_ones else deciding)
