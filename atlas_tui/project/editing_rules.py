"""Which files a candidate may change, and which ones decide on it and therefore stay as they are."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from atlas_tui.problem import Project
from atlas_tui.project.files import matches

CONFIGURATION = (
    "conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "noxfile.py",
    "Makefile", "makefile", "GNUmakefile", "sitecustomize.py", "usercustomize.py", "*.pth",
    "jest.config.*", "jest.setup.*", "vitest.config.*", "vitest.workspace.*", "vite.config.*", ".mocharc*",
    "*.mk", "pom.xml", ".mvn/*", "*.gradle", "*.gradle.kts", "gradle.properties", "buildSrc/*",
    "CMakeLists.txt", "*.cmake",
    "karma.conf.*", "nextest.toml", "build.rs", ".cargo/config", ".cargo/config.toml", ".npmrc",
)  # fmt: skip
"""Patterns of files that configure how tests run; a candidate changes none of them unless it is allowed."""

_TEST_FILE = re.compile(
    r"(.*/)?(tests?|__tests__|testing|spec|specs|testdata)/.*"
    r"|(.*/)?(test_[^/]*|[^/]*_tests?)\.(py|pyi|pyw)|(.*/)?[^/]*_test\.go|(.*/)?tests?\.(py|rs)"
    r"|(.*/)?[^/]*\.(test|spec)\.[cm]?[jt]sx?|(.*/)?[^/]*(Test|Tests|IT)\.(java|kt)"
)
_RUST_TESTS = re.compile(r"#\[cfg\(test\)\]|#\[(\w+::)?test\]")
_DECIDING_TABLES = ("pytest", "tox", "nox", "coverage", "unittest")


def protected_paths(paths: Iterable[str], tests: Iterable[str] = ()) -> tuple[str, ...]:
    """Patterns for ``Project.protected``: what configures tests, and the test files that there are.

    New test files may be added: only paths out of ``paths`` are meant.

    Args:
        paths: the files of the tree.
        tests: ids of the tests that decide; the files they begin with count, whatever they are called, but
            for those that hold the code as well: of these ``deciding_part`` keeps the tests as they are.
    """
    there = sorted(set(paths))
    deciding = {test.partition("::")[0] for test in tests if not _stands_in_code(test)}
    found = [path for path in there if path in deciding or is_test_file(path)]
    # Without a slash it would mean files of that name in any folder.
    return (*CONFIGURATION, *(path if "/" in path else f"/{path}" for path in found))


def _stands_in_code(test: str) -> bool:
    """Whether the test is part of the file it is about: a unit test of Rust, a doctest of Python."""
    path, _, name = test.partition("::")
    return path.endswith(".rs") or (path.endswith(".py") and "." in name.partition("[")[0])


def is_test_file(path: str) -> bool:
    """Whether a file of this name holds tests or what belongs to them, as is usual in its language."""
    return _TEST_FILE.fullmatch(path) is not None


def is_allowed(project: Project, path: str) -> bool:
    """Whether the person left this file to candidates."""
    return not project.allowed or matches(path, project.allowed)


def decides(project: Project, path: str) -> bool:
    """Whether the file decides on the change, and the person did not name this very file as allowed."""
    if path in project.allowed:
        return False
    return matches(path, project.protected)


def deciding_part(path: str, old: bytes | None, new: bytes | None, tests: Iterable[str] = ()) -> str:
    """What a change of a file that is otherwise free does to how tests run, in words; empty: nothing.

    Of ``tests``, the ids of those that decide, the ones that stand in this file have to stay as they are.
    """
    inside = old is not None and any(test.startswith(f"{path}::") for test in tests)
    if inside and _tests_inside(path, old or b"") != _tests_inside(path, new or b""):
        return "it changes the tests in it"
    name = path.rpartition("/")[2]
    parts = {"pyproject.toml": _of_pyproject, "package.json": _of_package, "setup.cfg": _of_ini}.get(name)
    if parts is None or parts(old) == parts(new):
        return ""
    return "it changes how tests are run"


def _tests_inside(path: str, content: bytes) -> list[str]:
    """What decides of a file that holds code as well, without blanks at both ends of lines."""
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    if path.endswith(".rs"):
        first = next((at for at, line in enumerate(lines) if _RUST_TESTS.match(line)), len(lines))
        return [line for line in lines[first:] if line]
    if path.endswith(".py"):
        return [line for at, line in enumerate(lines) if _of_doctest(lines, at)]
    return []


def _of_doctest(lines: list[str], at: int) -> bool:
    """Whether the line is a call of a doctest, or the first line of its answer."""
    before = lines[at - 1] if at else ""
    return lines[at].startswith((">>>", "... ")) or (before.startswith((">>>", "... ")) and bool(lines[at]))


def _of_pyproject(content: bytes | None) -> Any:
    try:
        tools = tomllib.loads((content or b"").decode()).get("tool", {})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return content
    return {name: tools.get(name) for name in _DECIDING_TABLES} if isinstance(tools, dict) else tools


def _of_package(content: bytes | None) -> Any:
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return content
    keys = ("scripts", "jest", "vitest", "mocha", "ava", "c8", "nyc", "type", "imports")
    return {key: found.get(key) for key in keys} if isinstance(found, dict) else found


def _of_ini(content: bytes | None) -> Any:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((content or b"").decode())
    except (UnicodeDecodeError, configparser.Error):
        return content
    return {
        section: dict(parser.items(section))
        for section in parser.sections()
        if section == "aliases" or any(word in section for word in _DECIDING_TABLES)
    }
