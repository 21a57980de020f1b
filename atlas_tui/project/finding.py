"""Finds the test commands of a repository by its files, which may hold anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from atlas_tui.project.commands import Command, CommandRefused, parse_command
from atlas_tui.project.manifests import ini, package_scripts, text, toml

_LOOKED_AT = 400
"""Test files that are looked at."""
_FOLDERS = ("tests", "test", "testing")
_RECIPE = re.compile(
    r"^(?P<name>test|tests|check|unittest)\s*::?(?!=)[^\n]*\n(?P<lines>(?:\t[^\n]*\n?)*)", re.MULTILINE
)
_VARIABLE = re.compile(r"\$[({](?P<name>\w+)[)}]")
_NOX = re.compile(r"session\.run\(\s*(?P<words>(?:[rbu]?[\"'][^\"'\n]*[\"']\s*,?\s*)+)[,)*]")
_OF_PYTEST = re.compile(r"^\s*(?:import|from) pytest\b|^(?:async )?def test_", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"'\n]*)[\"']")


def find(root: Path) -> tuple[Command, ...]:
    """The test commands of the repository at ``root``, best first; none where nothing tells of tests.

    Reads the disk.
    """
    found: dict[tuple[str, ...], Command] = {}
    for line, why in _texts(root):
        try:
            command = parse_command(line, root, why)
        except CommandRefused:
            continue
        found.setdefault(command.words, command)
    # What can be read test by test comes before what is one test as a whole.
    return tuple(sorted(found.values(), key=lambda command: command.runner == "command"))


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    yield from _python(root)
    yield from _of_tox(root)
    yield from _of_nox(root)
    if "test" in package_scripts(root) and "no test specified" not in package_scripts(root)["test"]:
        yield "npm test", "package.json has a script test"
    elif _any(root, "*.test.*js") or _any(root, "test*/**/*.test.*js"):
        yield "node --test", "files are named as tests of Node are"
    if (root / "Cargo.toml").is_file():
        whole = "[workspace]" in text(root / "Cargo.toml")
        yield "cargo test --workspace" if whole else "cargo test", "Cargo.toml is there"
    if (root / "go.mod").is_file():
        yield "go test ./...", "go.mod is there"
    yield from _of_make(root)
    if (root / "pom.xml").is_file():
        yield ("./mvnw test" if (root / "mvnw").is_file() else "mvn test"), "pom.xml is there"
    if any((root / name).is_file() for name in ("build.gradle", "build.gradle.kts")):
        yield (
            ("./gradlew test" if (root / "gradlew").is_file() else "gradle test"),
            "a build of Gradle is there",
        )


# --- Python


def _python(root: Path) -> Iterator[tuple[str, str]]:
    configured = _configures_pytest(root)
    files = list(islice(_python_tests(root), _LOOKED_AT))
    if configured:
        yield "pytest", configured
    texts = [text(file) for file in files]
    of_pytest = any(_OF_PYTEST.search(one) for one in texts)
    of_unittest = any("unittest" in one and "TestCase" in one for one in texts)
    if of_pytest:
        yield "pytest", f"{_name(files[0], root)} and the like are tests"
    if of_unittest and not of_pytest and not configured:
        yield _discover(root, files), f"{_name(files[0], root)} and the like are tests of unittest"
    if of_unittest and not of_pytest and not configured:
        yield "pytest", "pytest runs tests of unittest as well"


def _configures_pytest(root: Path) -> str:
    """What says so, in words; empty where nothing does."""
    tool = toml(root / "pyproject.toml").get("tool")
    if isinstance(tool, dict) and "pytest" in tool:
        return "pyproject.toml configures pytest"
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        if ini(root / name).has_section(section):
            return f"{name} configures pytest"
    for name in (
        "pytest.ini",
        ".pytest.ini",
        "pytest.toml",
        "conftest.py",
        *(f"{one}/conftest.py" for one in _FOLDERS),
    ):
        if (root / name).is_file():
            return f"{name} is there"
    return ""


def _python_tests(root: Path) -> Iterator[Path]:
    places = [root / name for name in _FOLDERS if (root / name).is_dir() and not (root / name).is_symlink()]
    for folder in places:
        yield from sorted(islice(_safe(folder.rglob("*.py")), _LOOKED_AT))
    yield from sorted(_safe(root.glob("test_*.py")))
    yield from sorted(islice(_safe(root.glob("*/test_*.py")), _LOOKED_AT))


def _safe(paths: Iterator[Path]) -> Iterator[Path]:
    """Plain test files among ``paths``; the walk ends where the disk refuses."""
    try:
        for path in paths:
            named = path.name.startswith("test") or path.name.endswith("_test.py")
            if named and path.is_file() and not path.is_symlink():
                yield path
    except OSError:
        return


def _discover(root: Path, files: list[Path]) -> str:
    folder = files[0].relative_to(root).parts[0] if files[0].parent != root else ""
    if not folder:
        return "python -m unittest"
    package = (root / folder / "__init__.py").is_file()
    return f"python -m unittest discover -s {folder}" + (" -t ." if package else "")


# --- what names a command inside a file


def _of_tox(root: Path) -> Iterator[tuple[str, str]]:
    tox = ini(root / "tox.ini")
    there = (root / "tox.ini").is_file()
    for section in tox.sections() if there else ():
        if section == "testenv" or section.startswith("testenv:py"):
            for line in tox.get(section, "commands", fallback="").splitlines():
                plain = re.sub(r"\{(?:posargs|env:)[^{}]*\}", "", line).strip().lstrip("-").strip()
                if _is_test(plain) and "{" not in plain:
                    yield plain, f"tox.ini runs it in [{section}]"
    if there and any(section.startswith("testenv") for section in tox.sections()):
        yield "tox", "tox.ini is there"


def _of_nox(root: Path) -> Iterator[tuple[str, str]]:
    written = text(root / "noxfile.py")
    for match in _NOX.finditer(written):
        line = " ".join(_QUOTED.findall(match["words"]))
        if _is_test(line):
            yield line, "noxfile.py runs it"
    if written:
        yield "nox", "noxfile.py is there"


def _of_make(root: Path) -> Iterator[tuple[str, str]]:
    name = next((one for one in ("GNUmakefile", "makefile", "Makefile") if (root / one).is_file()), "")
    for match in _RECIPE.finditer(text(root / name) if name else ""):
        lines = [line.strip().lstrip("@-+").strip() for line in match["lines"].splitlines() if line.strip()]
        plain = [_VARIABLE.sub(lambda one: _value(one["name"]), line) for line in lines]
        if len(plain) == 1 and "$" not in plain[0] and _is_test(plain[0]):
            yield plain[0], f"{name} runs it for {match['name']}"
        yield f"make {match['name']}", f"{name} has a target {match['name']}"


def _value(name: str) -> str:
    """What a variable of a Makefile commonly stands for; ``$`` where that is not known."""
    known = {
        "PYTHON": "python",
        "PY": "python",
        "PYTEST": "pytest",
        "GO": "go",
        "CARGO": "cargo",
        "NODE": "node",
    }
    return known.get(name, "" if name in ("ARGS", "TESTARGS", "PYTEST_ARGS", "PYTESTFLAGS") else "$")


def _is_test(line: str) -> bool:
    """Whether it is a plain command whose results can be read test by test."""
    try:
        return parse_command(line).runner != "command"
    except CommandRefused:
        return False


# --- looking around


def _any(root: Path, pattern: str) -> bool:
    try:
        return any(path for path in islice(root.glob(pattern), 50) if "node_modules" not in path.parts)
    except OSError:
        return False


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
