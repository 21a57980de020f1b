"""What compiling and running a program of each language takes; the facts are in ``languages.toml``.

The compilers are the person's own, found on their PATH, and are called inside the sandbox only. Nothing that
comes from a program reaches a shell but as a quoted word.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Any

from atlas_tui.problem import Limits
from atlas_tui.sandbox import placing

_ASKING_SECONDS = 20
_MIB = 1 << 20
_STACK_MB = (16, 256)
"""Least and most stack of a runtime that must be told (Node); half of the memory within these."""
_FRAME = """\
export TMPDIR={scratch} HOME={scratch}
mkdir {scratch}/source && cp {source} {scratch}/source/{file} && cd {scratch}/source || exit 1
{
%s
} >&2 || exit 1
exec cat {out}
"""
_WORD = re.compile(r"\{([a-z_]+)\}")
_JAVA_TOKEN = re.compile(
    r"""//[^\n]*
    | /\*(?:.*?\*/|.*)                       # without an end: all the rest, so that no text takes long
    | \"\"\"(?:(?:\\.|[^\\])*?\"\"\"|.*)
    | "(?:\\.|[^"\\\n])*"?
    | '(?:\\.|[^'\\\n])*'?
    | (?P<word>(?:[^\W\d]|\$)[\w$]*)
    | (?P<sign>[{}();.])""",
    re.DOTALL | re.VERBOSE,
)
_JAVA_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_LONGEST_JAVA_NAME = 200
_JAVA_LOOKED_AT = 256 << 10
"""Characters of a program in which names are looked for, so that no text takes long."""
_JAVA_TYPES = {"class", "interface", "enum", "record"}
_JAVA_DEFAULT = "Main"


class UnknownLanguage(ValueError):
    """No such language here; the text names those there are."""


class NotInstalled(Exception):
    """The tools of a language are not there; the text says which were looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One table of ``languages.toml``, where the fields are explained."""

    name: str
    file: str
    """What the source is called inside."""
    artefact: str
    suffixes: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    tools: tuple[str, ...]
    partners: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    version: tuple[str, ...] = ("{tool}", "--version")
    oldest: tuple[int, ...] = ()
    question: tuple[str, ...] = ()
    answer: str = ""
    real: str = ""
    linked: str = ""
    compile: str = ""
    compile_with_partner: str = ""
    run: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    """Unfilled: see the function ``environment``."""
    spared: tuple[str, ...] = ()
    """Forbidden system calls that must fail (ENOSYS) instead of ending it."""
    processes: bool = False
    """Even simple programs start others; without it a program has threads only."""
    address_space: bool = True
    """Its address space can be limited; otherwise only the memory that it uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """The tools of one language on this machine; their paths are the same inside and outside."""

    language: Language
    tool: str
    partner: str = ""
    """The second program it needs: the linker of Rust, the tsc of TypeScript."""
    mounts: tuple[str, ...] = ()
    """Folders (or single files) to show read-only besides ``command.SYSTEM_FOLDERS``."""

    @property
    def version_command(self) -> list[str]:
        """Prints a version; whether it works inside tells whether the toolchain does."""
        return [_filled(part, _words(self)) for part in self.language.version]


@cache
def _languages() -> dict[str, Language]:
    text = (resources.files("atlas_tui.sandbox") / "languages.toml").read_text("utf-8")
    found = {}
    for name, table in tomllib.loads(text).items():
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        fields["environment"] = tuple(table.get("environment", {}).items())
        found[name] = Language(name=name, **fields)
    return found


def known() -> list[str]:
    """The names of all languages."""
    return list(_languages())


def named(name: str) -> Language:
    """The language of this name or alias, whatever its case.

    Raises:
        UnknownLanguage: there is none.
    """
    wanted = name.strip().lower()
    for language in _languages().values():
        if wanted == language.name or wanted in language.aliases:
            return language
    raise UnknownLanguage(f"{name!r} is not known; there are {', '.join(known())}")


def of_file(path: str) -> str | None:
    """The name of the language that a file of this name is written in; None when its suffix tells nothing."""
    suffix = PurePath(path).suffix.lower()
    return next((name for name, language in _languages().items() if suffix in language.suffixes), None)


# --- finding the tools


def locate(language: Language, search_path: str, python: str = "") -> Toolchain:
    """The first of ``located``.

    Raises:
        NotInstalled: there is none.
    """
    return next(located(language, search_path, python))


def located(language: Language, search_path: str, python: str = "") -> Iterator[Toolchain]:
    """Every toolchain there is, in the order of ``search_path``; whether one works inside is to be tried.

    Asks stand-ins like rustup's where the real tool is, which takes a moment and needs the person's own
    environment: to be called outside, never with anything that a program chose.

    Args:
        language: what to look for.
        search_path: folders as in PATH; relative ones are passed over.
        python: the interpreter of Python programs, when it is not to be looked for.

    Raises:
        NotInstalled: there is none; at the first step.
    """
    faults: list[str] = []
    given = language.name == "python" and bool(python)
    tools = iter([python]) if given else placing.on_path(language.tools, search_path)
    seen: set[str] = set()
    for tool in tools:
        try:
            real = tool if given else _real(language, tool, search_path)
            toolchain = _completed(language, real, search_path)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            faults.append(f"{tool}: {' '.join(str(error).split())[:200]}")
            continue
        if toolchain.tool not in seen:
            seen.add(toolchain.tool)
            yield toolchain
    if not seen:
        raise NotInstalled(_missing(language, faults))


def _missing(language: Language, faults: list[str]) -> str:
    looked_for = ", ".join(language.tools)
    if language.oldest:
        version = ".".join(str(part) for part in language.oldest)
        tool = language.tools[0]
        looked_for = f"{tool} {version} or newer, or {tool} with {', '.join(language.partners)}"
    reasons = "".join(f"; {fault}" for fault in faults)
    return f"{language.name} is not installed (looked for: {looked_for}{reasons})"


def _real(language: Language, tool: str, search_path: str) -> str:
    """The tool itself where ``tool`` only leads to it.

    Raises:
        OSError, ValueError, subprocess.SubprocessError: it leads nowhere.
    """
    if not _is_stand_in(language, tool):
        return tool
    match = re.search(language.answer, _asked(tool, language.question, search_path), re.MULTILINE)
    if match is None:
        raise ValueError("it does not say where the real one is")
    real = language.real.replace("{}", match[1].strip())
    if not os.access(real, os.X_OK):
        raise ValueError(f"the real one, {real}, is not there")
    return real


def _completed(language: Language, tool: str, search_path: str) -> Toolchain:
    """The toolchain around ``tool``.

    Raises:
        OSError, ValueError, subprocess.SubprocessError: it cannot be used.
    """
    folders = [folder for folder in language.shows if os.path.isdir(folder)]
    placed = placing.place(tool, [*folders, *placing.linked(tool, language.linked)])
    toolchain = Toolchain(language=language, tool=placed.path, mounts=placed.mounts)
    if language.partners and not _new_enough(language, toolchain, search_path):
        toolchain = _with_partner(toolchain, search_path)
    return toolchain


def _is_stand_in(language: Language, tool: str) -> bool:
    """A program of another name (``rustup`` for ``rustc``), or a script, only leads to the real tool."""
    if not language.question:
        return False
    file = placing.chain(tool)[-1]
    if os.path.basename(file) not in language.tools:
        return True
    with open(file, "rb") as opened:
        return opened.read(2) == b"#!"


def _asked(tool: str, question: tuple[str, ...], search_path: str) -> str:
    """What ``tool`` answers; it runs outside, so it must not download or look at the current folder."""
    quiet = {"PATH": search_path, "GOTOOLCHAIN": "local", "RUSTUP_AUTO_INSTALL": "0", "NODE_OPTIONS": ""}
    done = subprocess.run(
        [tool, *question], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        cwd="/", timeout=_ASKING_SECONDS, env={**os.environ, **quiet},
    )  # fmt: skip
    answer = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise ValueError(answer.strip().rpartition("\n")[2] or f"it ended with {done.returncode}")
    return answer


def _new_enough(language: Language, toolchain: Toolchain, search_path: str) -> bool:
    if not language.oldest:
        return False
    command = toolchain.version_command
    told = _asked(command[0], tuple(command[1:]), search_path)
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2]) >= language.oldest


def _with_partner(toolchain: Toolchain, search_path: str) -> Toolchain:
    """``toolchain`` with the first partner that can be shown.

    Raises:
        ValueError: there is none.
    """
    partners = toolchain.language.partners
    for partner in placing.on_path(partners, search_path):
        packages = placing.packages(placing.chain(partner)[-1])
        placed = placing.place(partner, packages)
        # A program of JavaScript is called by its own name: its shell would look for node on the PATH.
        path = placing.chain(partner)[-1] if packages else placed.path
        mounts = tuple(placing.to_show([*toolchain.mounts, *placed.mounts]))
        return replace(toolchain, partner=path, mounts=mounts)
    raise ValueError(f"it needs another program (looked for: {', '.join(partners)})")


# --- what is executed


def artefact_name(toolchain: Toolchain) -> str:
    """What the compiled program is called inside."""
    return toolchain.language.artefact


def compile_script(
    toolchain: Toolchain, source_text: str, source_path: str, out_path: str, scratch: str
) -> list[str] | None:
    """The command that compiles inside; None where there is nothing to compile.

    It writes the program to standard output and what the compiler says to standard error. Ends with 0 only
    if it compiled.

    Args:
        toolchain: what to compile with.
        source_text: the program, read for the names that Java needs.
        source_path: where the program is, under the name that its language gives.
        out_path: a file that may be written, under ``artefact_name``.
        scratch: an empty folder that may be written, on a file system that may execute.
    """
    language = toolchain.language
    template = language.compile_with_partner if toolchain.partner else ""
    template = template or language.compile
    if not template:
        return None
    words = _words(toolchain, source=source_path, out=out_path, scratch=scratch, file=language.file)
    if language.name == "java":
        words["public"], words["main"] = java_names(source_text)
    quoted = {name: shlex.quote(value) for name, value in words.items()}
    return ["sh", "-c", _filled(_FRAME % template.strip(), quoted)]


def run_command(toolchain: Toolchain, program_path: str, limits: Limits, scratch: str) -> list[str]:
    """The command that runs a program inside.

    Args:
        toolchain: what it was compiled with.
        program_path: the compiled program, or the source where there is nothing to compile.
        limits: runtimes with a heap of their own are told.
        scratch: a folder that may be written.
    """
    words = _words(toolchain, program=program_path, scratch=scratch, **_sizes(limits))
    return [_filled(part, words) for part in toolchain.language.run]


def environment(toolchain: Toolchain, limits: Limits, scratch: str) -> dict[str, str]:
    """Variables for compiling and running, besides PATH, LANG and HOME."""
    words = _words(toolchain, scratch=scratch, **_sizes(limits))
    return {name: _filled(value, words) for name, value in toolchain.language.environment}


def _sizes(limits: Limits) -> dict[str, str]:
    least, most = _STACK_MB
    memory = max(1, limits.memory_bytes // _MIB)
    stack = min(most, max(least, memory // 2))
    soft = str(limits.memory_bytes // 10 * 9)
    return {"memory_mb": str(memory), "stack_kb": str(stack << 10), "soft_bytes": soft}


def _words(toolchain: Toolchain, **more: str) -> dict[str, str]:
    folder = os.path.dirname(toolchain.tool)
    return {"tool": toolchain.tool, "folder": folder, "partner": toolchain.partner, **more}


def _filled(template: str, words: Mapping[str, str]) -> str:
    """``template`` with its ``{words}``; all at once, so that no value is looked at again."""
    return _WORD.sub(lambda match: words[match[1]], template)


# --- the names in a Java program that its compiler and its runtime must be told


def java_names(source: str) -> tuple[str, str]:
    """What the file of the program must be called (without suffix), and the class to start, with its package.

    That is the class of ``static void main``, the public one first; what is no plain name becomes ``Main``.
    Never raises: what is wrong with the program the compiler says.
    """
    package: list[str] = []
    public, types = "", list[str]()
    mains: list[tuple[int, str]] = []  # 0 for a static main, 1 for one of an instance, with its type
    statement: list[str] = []
    depth = 0
    for match in _JAVA_TOKEN.finditer(source[:_JAVA_LOOKED_AT]):
        token = match["word"] or match["sign"]
        if token is None:
            continue
        if token == "(" and statement[-2:] == ["void", "main"] and depth <= 1:
            mains.append((int("static" not in statement), types[-1] if depth and types else _JAVA_DEFAULT))
        if depth == 0 and len(statement) > 0 and statement[-1] in _JAVA_TYPES and match["word"]:
            types.append(token)
            public = token if "public" in statement else public
        if token == ";" and depth == 0 and statement[:1] == ["package"]:
            package = [word for word in statement[1:] if word != "."]
        depth = max(0, depth + {"{": 1, "}": -1}.get(token, 0))
        statement = [] if token in {"{", "}", ";"} else [*statement[-30:], token]
    starts = sorted(mains, key=lambda main: (main[0], main[1] != public))
    first = starts[0][1] if starts else public or (types[0] if types else _JAVA_DEFAULT)
    return _plain(public or _JAVA_DEFAULT), ".".join([*(_plain(part) for part in package), _plain(first)])


def _plain(name: str) -> str:
    return name if len(name) <= _LONGEST_JAVA_NAME and _JAVA_NAME.fullmatch(name) else _JAVA_DEFAULT
