"""Commands that a repository has names for, in its manifests or for Make. Any text may be there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from atlas_tui.project.manifests import table_of, text, toml

_DEEPEST = 5
"""Scripts that name scripts."""
_MOST, _LONGEST = 2_000, 8_000
"""Lines of a file, and characters of one: names may stand for names, over and over."""
_LONGEST_VALUE = 2_000
_UNKNOWN = "$"
"""Stands in a line that cannot be known; it is not run."""
_PLACE = re.compile(r"\{(?:posargs|args)(?::(?P<default>[^{}]*))?\}")
_HERE = re.compile(r"\{(?:toxinidir|tox_root|root|changedir)\}")
_TOOLS = {
    "{envpython}": "python", "{env_python}": "python", "{envbindir}/": "", "{env_bin_dir}/": "",
    "{/}": "/", "{:}": ":",
}  # fmt: skip
_RULE = re.compile(
    r"^(?P<name>[A-Za-z][\w.-]*)[ \t]*::?(?![=:])(?P<before>[^\n]*)\n(?P<lines>(?:\t[^\n]*\n?)*)",
    re.MULTILINE,
)
_ASSIGNED = re.compile(r"^(?:export\s+)?(?P<name>\w+)[ \t]*[:?]{0,2}=[ \t]*(?P<value>[^\n]*)$", re.MULTILINE)
_USUAL = {
    "PYTHON": "python", "PY": "python", "PYTEST": "pytest", "GO": "go", "CARGO": "cargo", "NODE": "node",
}  # fmt: skip
"""What variables of a Makefile commonly stand for, where it does not say."""
_VARIABLE = re.compile(r"\$(?:\((?P<round>\w+)\)|\{(?P<curly>\w+)\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A command line that has a name in a repository."""

    name: str
    line: str
    """As it is written there, but for what stands for other things; variables may be set before it."""
    why: str
    """Where it was found, in words."""
    alone: bool = True
    """Nothing else has to be done before it."""

    def called(self, more: Sequence[str]) -> str:
        """The line with ``more`` where it has a place for that, else with what stands there by default."""
        given = shlex.join(more)
        line, places = _PLACE.subn(lambda place: given or place["default"] or "", self.line)
        return line if places or not more else f"{line} {given}"


def plain(line: str) -> str:
    """``line`` without the names that tox and Hatch have for places of the tree, and without options whose
    value only they know (``--basetemp={envtmpdir}``)."""
    if len(line) > _LONGEST:
        return _UNKNOWN
    for name, value in _TOOLS.items():
        line = line.replace(name, value)
    line = _HERE.sub(".", line)
    gaps = [place.span() for place in _PLACE.finditer(line)]
    for unknown in reversed(list(re.finditer(r"(?:^|(?<=\s))--?[\w-]+[= ]\S*\{[^{}]*\}\S*", line))):
        if not any(begin < unknown.end() and unknown.start() < end for begin, end in gaps):
            line = line[: unknown.start()] + line[unknown.end() :]
    return line.strip()


def assigned(values: object) -> str:
    """Variables as they are set before a command line; those that are no plain text are left out."""
    table = values if isinstance(values, dict) else {}
    named = {name: value for name, value in table.items() if re.fullmatch(r"[A-Za-z_]\w*", str(name))}
    return "".join(f"{name}={shlex.quote(str(value))} " for name, value in named.items() if _is_plain(value))


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) and not set(str(value)) & set("{}$\n")


# --- manifests


def of_tool(root: Path, tool: str) -> tuple[Script, ...]:
    """The scripts of ``tool``: hatch, pdm, poe, rye, task, pixi, pipenv; those of Hatch with their
    environment before them too (``dev:test``)."""
    return tuple(islice(_of_tool(root, tool), _MOST))


def _of_tool(root: Path, tool: str) -> Iterator[Script]:
    if tool == "hatch":
        for name, table in table_of(toml(root / "pyproject.toml"), "tool", "hatch", "envs").items():
            scripts = table_of(table, "scripts")
            before = assigned(table_of(table, "env-vars"))
            where = f"[tool.hatch.envs.{name}.scripts]"
            for one in _scripts(scripts, f"pyproject.toml runs it in {where}", before):
                yield one
                yield Script(name=f"{name}:{one.name}", line=one.line, why=one.why, alone=one.alone)
        return
    path = {
        "pdm": ("tool", "pdm", "scripts"), "poe": ("tool", "poe", "tasks"), "rye": ("tool", "rye", "scripts"),
        "task": ("tool", "taskipy", "tasks"), "pixi": ("tool", "pixi", "tasks"), "pipenv": ("scripts",),
    }[tool]  # fmt: skip
    file = "Pipfile" if tool == "pipenv" else "pyproject.toml"
    yield from _scripts(table_of(toml(root / file), *path), f"{file} runs it in [{'.'.join(path)}]", "")


def _scripts(table: Mapping[str, Any], why: str, before: str) -> Iterator[Script]:
    for name in table:
        for line in _lines(table, name, _DEEPEST):
            yield Script(name=str(name), line=before + plain(line), why=why)


def _lines(table: Mapping[str, Any], name: str, deep: int) -> Iterator[str]:
    """The command lines of a script, with those of other scripts where it names them."""
    value, before = table[name], ""
    if isinstance(value, dict):
        before = assigned(value.get("env"))
        value = next((value[key] for key in ("cmd", "composite", "chain", "sequence") if key in value), "")
        if isinstance(value, list) and "cmd" in table[name]:
            value = shlex.join(map(str, value))
    for line in value if isinstance(value, list) else [value]:
        if not isinstance(line, str):
            continue
        first, _, rest = line.strip().partition(" ")
        if first in table and first != name and deep:
            for one in _lines(table, first, deep - 1):
                yield before + (_with(one, rest) if rest else one)
        else:
            yield before + line


def _with(line: str, rest: str) -> str:
    """What calls another script with more words: they go where that has a place for them."""
    line = _PLACE.sub(lambda place: rest, line) if _PLACE.search(line) else f"{line} {rest}"
    return line if len(line) <= _LONGEST else _UNKNOWN


# --- Make


def of_make(root: Path) -> tuple[Script, ...]:
    """The lines of the targets in a Makefile, its variables filled in as far as they are plain."""
    name = next((one for one in ("GNUmakefile", "makefile", "Makefile") if (root / one).is_file()), "")
    written = text(root / name).replace("\\\n", " ") if name else ""
    assignments = _ASSIGNED.finditer(written)
    values = {one["name"]: one["value"].partition(" #")[0].strip() for one in assignments}
    found = (
        Script(
            name=rule["name"],
            line=_filled(line.strip().lstrip("@-+").strip(), values),
            why=f"{name} runs it for {rule['name']}",
            alone=not rule["before"].partition("#")[0].strip(),
        )
        for rule in _RULE.finditer(written)
        for line in rule["lines"].splitlines()
    )
    return tuple(islice(found, _MOST))


def _filled(line: str, values: Mapping[str, str]) -> str:
    """``line`` with variables of the Makefile; a ``$`` is left where a value is not plain."""
    for _ in range(_DEEPEST):
        if not _VARIABLE.search(line) or len(line) > _LONGEST:
            break
        line = _VARIABLE.sub(lambda one: _value(one["round"] or one["curly"], values), line)
    return line if len(line) <= _LONGEST else _UNKNOWN


def _value(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, _USUAL.get(name, ""))
    return value if len(value) <= _LONGEST_VALUE else _UNKNOWN
