"""ctest (3.21 or newer), by the JUnit XML that it writes itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas_tui.project import report
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import REPORT, Channel, Order, Reading, Told

_SELECTING = ("-R", "--tests-regex", "-I", "--tests-information", "--rerun-failed", "--output-junit")
_NO_TESTS = "No tests were found"
_LONGEST_PATTERN = 20_000
"""CMake refuses longer ones; all tests are run then."""


@dataclass(frozen=True, slots=True)
class CTest:
    """See ``orders.Runner``. Ids are the names that CMake gives its tests."""

    name: str = "ctest"
    caution: str = (
        "results are exit codes of test programs, in a file that these could write to as well: code that is "
        "made to deceive could forge them"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """``ctest`` as it runs tests that were built."""
        modes = ("-N", "--show-only", "-S", "--script", "--build-and-test", "-D", "--dashboard", "-M", "-T")
        return said.program(words) == "ctest" and not set(words) & set(modes)

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Nothing: it selects by patterns."""
        return ()

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """These tests."""
        options = list(said.without(words[1:], ("--output-junit", "--stop-on-failure")))
        if tests:
            names = "|".join(re.sub(r"([][^$.*+?|()\\])", r"\\\1", test) for test in tests)
            options = list(said.without(options, _SELECTING))
            options += ["-R", f"^({names})$"] if len(names) <= _LONGEST_PATTERN else []
        line = (words[0], *options, "--output-on-failure", "--no-tests=ignore", "--output-junit", REPORT)
        return Order(choices=(line,), channel=Channel.PIPE)

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """The cases of its report."""
        texts = [text for path, text in told.files if not path]
        if not texts:
            old = "Unknown argument: --output-junit" in told.printed
            fault = "this ctest is too old to tell its results: 3.21 or newer is needed"
            return Reading(fault=fault if old else "")
        try:
            cases = report.junit(texts[0])
        except report.BadReport as error:
            return Reading(fault=f"the report of ctest was not read: {error}")
        if not cases:
            return Reading(fault="ctest found no tests" if _NO_TESTS in told.printed else "ctest ran no test")
        whole = not told.cut and told.code is not None and told.code >= 0
        return Reading(cases=tuple(replace(one, id=_name(one.id)) for one in cases), whole=whole)

    def file_of(self, test: str) -> str:
        """Unknown: CMake names tests as it likes."""
        return ""


def _name(test: str) -> str:
    """Of an id ``name::name``; a name may have ``::`` in it."""
    half = (len(test) - 2) // 2
    return test[:half] if test == f"{test[:half]}::{test[:half]}" else test.partition("::")[2]
