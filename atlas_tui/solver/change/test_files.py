"""Tests that the model wrote, taken apart, and put into one file beside those that decide. Pure."""

from __future__ import annotations

import ast
import posixpath
from collections import Counter
from collections.abc import Sequence

from atlas_tui.events import Dropped, TestsWritten, WrittenTest
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.syntax import extract

NAME = "test_atlas_written.py"
RUNNERS = ("pytest",)
"""Whose tests are written; for others none are."""
_LONGEST = 4_000
"""Most characters of one test with its imports."""


def from_replies(replies: Sequence[str], most: int) -> TestsWritten:
    """The test functions in the replies, each as a source of its own: imports, helpers, the test.

    ``given`` of a test is that source, ``expected`` the name of its function. The same test again counts
    once, and more for its trust.
    """
    dropped: Counter[str] = Counter()
    found: dict[str, list[tuple[int, str, str]]] = {}
    for number, reply in enumerate(replies, 1):
        for name, source in _taken_apart(reply, dropped):
            found.setdefault(_form(source, name), []).append((number, name, source))
    tests = [_test(place, sources) for place, sources in enumerate(found.values(), 1)]
    tests.sort(key=lambda test: -test.trust)
    if len(tests) > most:
        dropped["more than are used"] = len(tests) - most
    return TestsWritten(
        tests=tuple(tests[:most]),
        draws=len(replies),
        dropped=tuple(Dropped(why=why, number=count) for why, count in sorted(dropped.items())),
    )


def file_of(project: Project, tests: Sequence[WrittenTest]) -> FileChange:
    """All of them in one file, in the folder of the first test that decides."""
    bodies = [test.given.strip("\n") for test in tests]
    return FileChange(_path(project), ("\n\n\n".join(bodies) + "\n").encode("utf-8", "replace"))


def id_of(project: Project, test: WrittenTest) -> str:
    """The id that the runner gives to it."""
    return f"{_path(project)}::{test.expected}"


def _path(project: Project) -> str:
    known = [*project.required, *project.kept]
    folder = posixpath.dirname(known[0].partition("::")[0]) if known else "tests"
    return posixpath.join(folder, NAME)


def _taken_apart(reply: str, dropped: Counter[str]) -> list[tuple[str, str]]:
    code = extract(reply, "").code
    try:
        module = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        dropped["not in the form asked for"] += 1
        return []
    lines = code.split("\n")
    tests = [node for node in module.body if _is_test(node)]
    shared = [node for node in module.body if node not in tests and not _is_main(node)]
    head = "\n".join(_source(lines, node) for node in shared)
    found = []
    for node in tests:
        if not isinstance(node, ast.FunctionDef) or _asks(node):
            dropped["it asks for arguments"] += 1
        elif len(head) + len(source := _source(lines, node)) > _LONGEST:
            dropped["too large"] += 1
        else:
            found.append((node.name, f"{head}\n\n\n{source}" if head else source))
    return found


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.dump(node.test)


def _asks(node: ast.FunctionDef) -> bool:
    given = node.args
    return bool(given.args or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg)


def _source(lines: Sequence[str], node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _form(source: str, name: str) -> str:
    """Equal where two tests differ in nothing but their name and layout."""
    return ast.dump(ast.parse(source)).replace(f"'{name}'", "'test'")


def _test(place: int, sources: Sequence[tuple[int, str, str]]) -> WrittenTest:
    """Its function gets a name that no other test of the file has."""
    _, name, source = sources[0]
    unique = f"test_{place}_{name.removeprefix('test').strip('_')}".rstrip("_")
    draws = sorted({number for number, _, _ in sources})
    return WrittenTest(
        given=source.replace(f"def {name}(", f"def {unique}(", 1),
        expected=unique,
        origin="tests " + "+".join(map(str, draws)),
        trust=round((1 + len(draws) - 1) / (3 + len(draws) - 1), 4),
    )
