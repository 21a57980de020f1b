"""What tox and nox would run, read from their files without running them."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from atlas_tui.project.manifests import ini, ini_of, table_of, text, toml
from atlas_tui.project.scripts import Script, assigned, plain

_FACTORS = re.compile(r"^(?P<factors>[\w!{},.-]+):\s+")
_OF_TOOLS = ("PIP_", "COVERAGE_", "PYTHONWARNINGS", "PYTEST_ADDOPTS", "UV_", "TOX_")
_NESTED = re.compile(r"\{env:[^{}]*\}")


def of_tox(root: Path, environment: str = "") -> tuple[Script, ...]:
    """The commands of the environments that run tests, or of the one that is named; names are those of the
    sections (``testenv:py311``)."""
    return tuple(chain(_of_ini(root, environment), _of_toml(root, environment)))


def _of_ini(root: Path, environment: str) -> Iterator[Script]:
    legacy = toml(root / "pyproject.toml").get("tool", {})
    legacy = legacy.get("tox", {}) if isinstance(legacy, dict) else {}
    written = legacy.get("legacy_tox_ini") if isinstance(legacy, dict) else None
    config, file = (
        (ini(root / "tox.ini"), "tox.ini") if (root / "tox.ini").is_file()
        else (ini_of(written), "pyproject.toml") if isinstance(written, str)
        else (ini(root / "setup.cfg"), "setup.cfg")
    )  # fmt: skip
    own = f"testenv:{environment}"
    for section in config.sections():
        is_asked = section == own if config.has_section(own) else section == "testenv"
        if is_asked if environment else section == "testenv" or section.startswith("testenv:py"):
            yield from _of_section(config, section, file, environment)


def _of_section(
    config: configparser.RawConfigParser, section: str, file: str, environment: str
) -> Iterator[Script]:
    def value(*names: str) -> str:
        for place in (section, "testenv"):
            for name in names:
                if config.has_option(place, name):
                    return config.get(place, name) or ""
        return ""

    if value("changedir", "change_dir").strip() not in ("", ".", "{toxinidir}", "{tox_root}"):
        return  # its paths are those of another folder
    settings = (line.partition("=") for line in value("setenv", "set_env").splitlines() if "=" in line)
    before = assigned({name.strip(): setting.strip() for name, _, setting in settings if _is_theirs(name)})
    for line in value("commands").replace("\\\n", " ").splitlines():
        bare = line.partition(" #")[0].strip()
        factors = _FACTORS.match(bare)
        if factors is None or not environment or _applies(factors["factors"], environment):
            bare = _NESTED.sub("", bare[factors.end() :] if factors else bare).lstrip("-").strip()
            if bare:
                yield Script(name=section, line=before + plain(bare), why=f"{file} runs it in [{section}]")


def _is_theirs(name: str) -> bool:
    """Whether a variable means something to the tests, not to the tools around them."""
    return not name.strip().startswith(_OF_TOOLS)


def _applies(factors: str, environment: str) -> bool:
    """Whether a line that begins with ``factors`` is meant for an environment."""
    have = environment.split("-")
    return any(
        all((part[1:] not in have) if part.startswith("!") else part in have for part in one.split("-"))
        for one in factors.split(",")
    )


def _of_toml(root: Path, environment: str) -> Iterator[Script]:
    """What tox 4 reads from ``tox.toml`` or ``pyproject.toml``."""
    for file, values in (
        ("tox.toml", toml(root / "tox.toml")),
        ("pyproject.toml", table_of(toml(root / "pyproject.toml"), "tool", "tox")),
    ):
        own = table_of(values, "env", environment) if environment else {}
        base = table_of(values, "env_run_base")
        commands = own.get("commands", base.get("commands"))
        before = assigned(own.get("set_env", base.get("set_env")))
        for command in commands if isinstance(commands, list) else []:
            words = [_word(word) for word in command] if isinstance(command, list) else []
            if words and "change_dir" not in {**base, **own}:
                line = before + plain(" ".join(words))
                yield Script(name="env_run_base", line=line, why=f"{file} runs it for tox")


def _word(value: object) -> str:
    """A word of a command; ``{ replace = "posargs", default = [...] }`` as tox.ini has it."""
    if isinstance(value, dict) and value.get("replace") == "posargs":
        default = value.get("default")
        return _place(" ".join(map(str, default if isinstance(default, list) else [])))
    written = str(value)
    return written if "{" in written else shlex.quote(written)


def _place(default: str) -> str:
    return f"{{posargs:{default}}}"


# --- nox


def of_nox(root: Path, session: str = "") -> tuple[Script, ...]:
    """What the sessions of ``noxfile.py`` run, as far as it is written there in plain words."""
    try:
        tree = ast.parse(text(root / "noxfile.py"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        found = list(chain.from_iterable(map(_of_session, functions)))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ()
    wanted = session.partition("-")[0].partition("(")[0]
    return tuple(one for one in found if not session or one.name in (session, wanted))


def _of_session(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Script]:
    names = [
        keyword.value.value
        for decorator in function.decorator_list if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    ]  # fmt: skip
    name = str(names[0]) if names else function.name
    if not function.args.args:
        return
    own = function.args.args[0].arg
    for node in ast.walk(function):
        is_run = isinstance(node, ast.Call) and ast.unparse(node.func) == f"{own}.run"
        line = _line(node, own) if isinstance(node, ast.Call) and is_run else ""
        if line:
            yield Script(name=name, line=line, why=f"noxfile.py runs it in the session {name}")


def _line(call: ast.Call, session: str) -> str:
    """The words of a call of ``session.run``; empty where one of them is not known."""
    words = []
    for given in call.args:
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            words.append(shlex.quote(given.value))
        elif isinstance(given, ast.Starred):
            default = _default(given.value, session)
            if default is None:
                return ""
            words.append(_place(shlex.join(default)))
        else:
            return ""
    variables = next((one.value for one in call.keywords if one.arg == "env"), None)
    pairs = zip(variables.keys, variables.values, strict=True) if isinstance(variables, ast.Dict) else ()
    known = {
        key.value: value.value
        for key, value in pairs if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    }  # fmt: skip
    return assigned(known) + " ".join(words)


def _default(value: ast.expr, session: str) -> list[str] | None:
    """What stands for ``session.posargs`` where none are given; None where it is something else."""
    if (
        isinstance(value, ast.BoolOp)
        and isinstance(value.op, ast.Or)
        and isinstance(value.values[0], ast.Attribute)
    ):
        first, other = value.values[0], value.values[-1]
        if _default(first, session) is None or not isinstance(other, ast.List | ast.Tuple):
            return None
        texts = [one.value for one in other.elts if isinstance(one, ast.Constant)]
        return [str(one) for one in texts] if len(texts) == len(other.elts) else None
    return [] if ast.unparse(value) == f"{session}.posargs" else None
