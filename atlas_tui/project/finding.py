"""Finds the test commands of a repository by its files, which may hold anything."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from atlas_tui.project import finding_others
from atlas_tui.project.commands import Command, CommandRefused, parse_command
from atlas_tui.project.manifests import ini, text, toml
from atlas_tui.project.scripts import of_make, of_tool
from atlas_tui.project.scripts_tox import of_nox, of_tox

_LOOKED_AT = 400
"""Test files that are looked at."""
_FOLDERS = ("tests", "test", "testing")
_NOT_THEIRS = ("node_modules", "build", "dist", "site-packages")
_TOOLS = ("hatch", "pdm", "poe", "task", "rye", "pixi", "pipenv")
_NAMES = re.compile(r"([\w-]+:)?(tests?|check|unit|unit-?tests?)")
"""Of scripts that run tests."""
_DEEPEST, _MOST_FOLDERS = 5, 2_000
"""Where tests lie beside the code they are about: how far below the root, among how many folders."""
_OF_PYTEST = re.compile(r"^\s*(?:import|from) pytest\b|^(?:async )?def test_", re.MULTILINE)


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
    yield from finding_others.found(root)
    yield from _of_scripts(root)


# --- Python


def _python(root: Path) -> Iterator[tuple[str, str]]:
    configured = _configures_pytest(root)
    files = list(islice(_python_tests(root), _LOOKED_AT))
    if configured:
        yield "pytest", configured
    if "django" in text(root / "manage.py"):
        yield "python manage.py test", "manage.py is there"
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
    yield from _safe(_beside_code(root))


def _beside_code(root: Path) -> Iterator[Path]:
    """Files in folders of tests deeper in the tree, but for environments and what was built."""
    for place, inner, names in islice(os.walk(root), _MOST_FOLDERS):
        here = Path(place)
        deep = len(here.relative_to(root).parts)
        inner[:] = sorted(name for name in inner if _may_hold_tests(here / name)) if deep < _DEEPEST else []
        if here.name in _FOLDERS and deep > 1:
            yield from (here / name for name in sorted(names) if name.endswith(".py"))


def _may_hold_tests(folder: Path) -> bool:
    if folder.name.startswith((".", "_")) or folder.name in _NOT_THEIRS:
        return False
    return not folder.is_symlink() and not (folder / "pyvenv.cfg").is_file()


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


def _of_scripts(root: Path) -> Iterator[tuple[str, str]]:
    """Lines of scripts whose results can be read test by test, then what else says it runs tests."""
    found = [*of_tox(root), *of_nox(root)]
    found += (one for tool in _TOOLS for one in of_tool(root, tool) if _NAMES.fullmatch(one.name))
    made = [one for one in of_make(root) if _NAMES.fullmatch(one.name)]
    for one in (*found, *made):
        line = one.called(())
        if _is_test(line, root):
            yield line, one.why
    if (root / "tox.ini").is_file() and found:
        yield "tox", "tox.ini is there"
    if text(root / "noxfile.py"):
        yield "nox", "noxfile.py is there"
    for name in dict.fromkeys(one.name for one in made):
        yield f"make {name}", f"a Makefile has a target {name}"


def _is_test(line: str, root: Path) -> bool:
    """Whether it is a plain command whose results can be read test by test."""
    if "{" in line or "$" in line:
        return False
    try:
        return parse_command(line, root).runner != "command"
    except CommandRefused:
        return False


# --- looking around


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
