"""A test file for a solution, from the samples of its problem and from self-tests that can be trusted."""

from __future__ import annotations

import json
import keyword
import re
import string
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from atlas_tui.events import WrittenTest
from atlas_tui.problem import Mode, Problem
from atlas_tui.workspace.naming import free_name, snake

TRUST = 0.5
"""From here on the expected answer of a self-test is more likely right than wrong."""
LONGEST_CASE = 20_000
"""Characters of one case in the file; longer ones are left out."""

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_PACKAGE = "__init__.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    name: str
    given: str
    """Both as Python writes them."""
    expected: str
    calls: bool = False
    """Its input has the form of calls of the methods of a class."""


def test_path(folder: Path, base_path: str, problem: Problem) -> str:
    """Where the tests of a file go: the nearest ``tests`` folder above it, else beside it; a free name."""
    path = PurePosixPath(base_path)
    name = f"test_{snake(problem.entry_point.rpartition('.')[2]) or snake(path.stem) or 'solution'}.py"
    for above in path.parents:
        tests = folder / above / "tests"
        if tests.is_dir() and not tests.is_symlink() and above.name != "tests":
            return free_name(folder, str(above / "tests" / name))
    return free_name(folder, str(path.parent / name))


def test_file(
    problem: Problem, base_path: str, tests: Sequence[WrittenTest], folder: Path, content: bytes = b""
) -> tuple[str, bytes] | None:
    """Path and content of a test file; None where there is nothing to test by, or no way to call it.

    Args:
        problem: gives the samples.
        base_path: the file with the solution, below ``folder``.
        tests: self-tests; those trusted less than ``TRUST`` are left out.
        folder: where the paths begin.
        content: of the file with the solution, as it will be; tells how it is to be called.
    """
    calls = problem.mode is Mode.FUNCTION
    if problem.language != "python" or (calls and not _DOTTED.fullmatch(problem.entry_point)):
        return None
    cases, left_out = _cases(problem, tests)
    if not cases or base_path.rpartition("/")[2] == _PACKAGE:
        return None
    path = test_path(folder, base_path, problem)
    target = _Target(folder, base_path, path, content)
    make = _for_function if calls else _for_program
    return path, make(problem, target, cases, _about(cases, left_out)).encode()


# pytest would take these for tests in whatever file imports them.
test_path.__test__ = test_file.__test__ = False  # type: ignore[attr-defined]


# --- cases


def _cases(problem: Problem, tests: Sequence[WrittenTest]) -> tuple[list[_Case], int]:
    named = [
        (f"sample {number}", each.given, each.expected) for number, each in enumerate(problem.samples, 1)
    ]
    trusted = [each for each in tests if each.trust >= TRUST]
    known = {each.given.strip() for each in problem.samples}
    named += [
        (f"self-test {number}, trust {each.trust:.2f}", each.given, each.expected)
        for number, each in enumerate(trusted, 1)
        if each.given.strip() not in known
    ]
    read: Callable[[Problem, str, str, str], _Case | None] = (
        _function_case if problem.mode is Mode.FUNCTION else _program_case
    )
    cases = [case for each in named if (case := read(problem, *each)) is not None]
    # What is called is decided once for all of them.
    cases = [case for case in cases if case.calls == cases[0].calls]
    return cases, len(named) - len(cases)


def _about(cases: Sequence[_Case], left_out: int) -> str:
    """What the cases are, in words for the first line of the file."""
    samples = any(case.name.startswith("sample") for case in cases)
    written = any(not case.name.startswith("sample") for case in cases)
    kinds = ["the samples of its problem"] if samples else []
    kinds += ["tests that a model wrote from the statement"] if written else []
    return " and ".join(kinds) + (f" ({left_out} left out)" if left_out else "")


def _program_case(problem: Problem, name: str, given: str, expected: str) -> _Case | None:
    try:
        (given + expected).encode()
    except UnicodeEncodeError:
        return None
    return _bounded(_Case(name=name, given=repr(given), expected=repr(expected)))


def _function_case(problem: Problem, name: str, given: str, expected: str) -> _Case | None:
    try:
        arguments, answer = _value(given), _value(expected)
        # Text that UTF-8 cannot hold cannot stand in the file as it is.
        (written := [repr(arguments), repr(answer)])[0].encode(), written[1].encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(arguments, list):
        return None
    calls = _are_calls(problem.entry_point, arguments)
    return _bounded(_Case(name=name, given=written[0], expected=written[1], calls=calls))


def _bounded(case: _Case) -> _Case | None:
    return case if len(case.given) + len(case.expected) <= LONGEST_CASE else None


def _value(text: str) -> Any:
    """Strict JSON, of which every number can be written in Python."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    def finite(number: str) -> float:
        if (value := float(number)) in (float("inf"), float("-inf")):
            raise ValueError(f"{number} is too large")
        return value

    return json.loads(text, parse_constant=refuse, parse_float=finite)


def _are_calls(entry_point: str, arguments: list[Any]) -> bool:
    """Whether it is ``[[names], [arguments of each]]``, the first name that of the class."""
    if len(arguments) != 2 or not all(isinstance(part, list) for part in arguments):
        return False
    names, values = arguments
    return 0 < len(names) == len(values) and names[0] == entry_point.rpartition(".")[2]


# --- the file


@dataclass(frozen=True, slots=True)
class _Target:
    folder: Path
    path: str
    test: str
    content: bytes

    def root(self) -> PurePosixPath:
        """The folder that the module is imported from: that of its outermost package."""
        above = PurePosixPath(self.path).parent
        while above.name and (self.folder / above / _PACKAGE).is_file():
            above = above.parent
        return above

    def module(self) -> str:
        """How it is imported as part of a package; empty where it is loaded by its path.

        Outside of packages there may be many files of one name, and one that Python has as well.
        """
        parts = PurePosixPath(self.path).relative_to(self.root()).with_suffix("").parts
        usable = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
        shadowed = parts[0] in sys.stdlib_module_names or parts[0] == "pytest"
        importable = len(parts) > 1 and usable and not shadowed and self.path.endswith(".py")
        return ".".join(parts) if importable else ""

    def from_test(self, path: PurePosixPath) -> str:
        """An expression for a path, from where the test file lies."""
        here, there = PurePosixPath(self.test).parent.parts, path.parts
        same = 0
        while same < min(len(here), len(there)) and here[same] == there[same]:
            same += 1
        start = f"Path(__file__).resolve().parents[{len(here) - same}]"
        return " / ".join([start, *(repr(part) for part in there[same:])])


def _for_program(problem: Problem, target: _Target, cases: Sequence[_Case], about: str) -> str:
    return _template("program").substitute(
        about=about,
        path=target.from_test(PurePosixPath(target.path)),
        wall=f"{problem.limits.wall_seconds:g}",
        cases=_listed(cases),
        name=_test_name(target),
    )


def _for_function(problem: Problem, target: _Target, cases: Sequence[_Case], about: str) -> str:
    module = target.module()
    if module:
        folder = target.from_test(target.root())
        load = _template("imported").substitute(folder=folder, module=module)
    else:
        load = _template("loaded").substitute(path=target.from_test(PurePosixPath(target.path)))
    is_class = cases[0].calls
    return _template("calls" if is_class else "function").substitute(
        about=about,
        imports="" if module else "import importlib.machinery\nimport importlib.util\n",
        load=load.rstrip("\n"),
        called=_called(problem, target),
        cases=_listed(cases),
        name=_test_name(target),
    )


def _called(problem: Problem, target: _Target) -> str:
    """The expression that is called; of a class on the way an object is made."""
    from atlas_tui.syntax import definitions

    entry = problem.entry_point
    defined = definitions(target.content)
    in_class = f"Solution.{entry}"
    by_signature = not defined and "class Solution" in problem.signature
    if "." not in entry and entry not in defined and (in_class in defined or by_signature):
        entry = in_class
    *owners, last = entry.split(".")
    return ".".join(["solution", *(f"{owner}()" for owner in owners), last])


def _test_name(target: _Target) -> str:
    return PurePosixPath(target.test).stem


def _listed(cases: Sequence[_Case]) -> str:
    return "".join(_lines_of(case) for case in cases)


def _lines_of(case: _Case) -> str:
    one = f"    pytest.param({case.given}, {case.expected}, id={case.name!r}),\n"
    if len(one) <= 90:
        return one
    lines = (case.given, case.expected, f"id={case.name!r}")
    return "    pytest.param(\n" + "".join(f"        {line},\n" for line in lines) + "    ),\n"


@cache
def _template(name: str) -> string.Template:
    text = resources.files("atlas_tui.workspace").joinpath("templates", f"{name}.txt").read_text("utf-8")
    return string.Template(text)
