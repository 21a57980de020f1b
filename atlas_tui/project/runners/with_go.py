"""go test, by its JSON events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import Channel, Order, Reading, Told, clean

_ENVIRONMENT = {
    "GOFLAGS": "-p=2", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOTELEMETRY": "off", "GOMAXPROCS": "2",
}  # fmt: skip
_ENDS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
_OUTPUT_CHARACTERS = 16_000
_LONGEST_PATTERN = 100_000
"""The kernel takes no longer word; all tests are run then."""
_BUILD_FAILED = 2
"""Of go before 1.24, which tells of a package that does not build outside of its JSON."""
_NOT_BUILT = re.compile(r"^FAIL\t(?P<package>\S+) \[(?:build|setup) failed\]$")
_PLACE = re.compile(r"^[ \t]*(?:\./)?([\w./-]+\.go):(\d+)(?::\d+)?:?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Go:
    """See ``orders.Runner``. Ids are ``package.TestX`` or ``package.TestX/sub``; a package that does not
    build is a case of its own."""

    name: str = "go"
    caution: str = (
        "go tells results over the output of the test program: code that is made to deceive could forge them"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """``go test``."""
        return said.program(words) == "go" and len(words) > 1 and words[1] == "test"

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Its packages."""
        found = said.positionals(words[2:], self.name)
        return tuple(words[2:][place] for place in found)

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The top-level tests of the packages that the tests lie in."""
        rest = [word for word in words[2:] if word not in ("-json", "-v", "-failfast")]
        end = rest.index("-args") if "-args" in rest else len(rest)
        options, after = rest[:end], rest[end:]
        if tests:
            places = set(said.positionals(options, self.name))
            kept = tuple(word for place, word in enumerate(options) if place not in places)
            options = [*said.without(kept, ("-run",)), *_selected(tests)]
        # A result that Go remembers would tell nothing of tests that do not always end alike.
        anew = () if any(word.startswith(("-count", "-bench")) for word in options) else ("-count=1",)
        line = ("test", "-json", *anew, *options, *after)
        return Order(
            choices=((words[0], *line), ("go", *line)), channel=Channel.LINES, environment=_ENVIRONMENT,
            bulk='"Action":"output"', linked="GOCACHE",
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """Its events; a test that began and did not end is none that passed."""
        run = _Events()
        for value, _ in told.objects():
            run.take(value)
        run.cases += _not_built(told)
        whole = told.code in (0, 1, _BUILD_FAILED) and not told.cut
        fault = ""
        if not run.cases and whole:
            fault = _nothing(told)
        running = next(reversed(run.begun), "")
        return Reading(
            cases=tuple(run.cases), whole=whole and not run.begun and not fault, running=running, fault=fault
        )

    def file_of(self, test: str) -> str:
        """Unknown: go names packages, not files."""
        return ""


def _selected(tests: Sequence[str]) -> list[str]:
    """Arguments that select packages and top-level tests; all of a package that is named alone."""
    packages, names, all_of = dict[str, None](), dict[str, None](), False
    for test in tests:
        package, name = _split(test)
        packages[package] = None
        if name:
            names[re.escape(name.partition("/")[0])] = None
        else:
            all_of = True
    pattern = f"^({'|'.join(names)})$"
    run = [] if all_of or len(pattern) > _LONGEST_PATTERN else ["-run", pattern]
    return [*run, *packages]


def _split(test: str) -> tuple[str, str]:
    """Package and test of an id; the test is empty where a package is named."""
    match = re.match(
        r"^(?P<package>.*?)\.(?P<name>(?:Test|Example|Fuzz|Benchmark)(?![a-z])[^.]*(?:/.*)?)$", test, re.S
    )
    return (match["package"], match["name"]) if match else (test, "")


@dataclass(slots=True)
class _Events:
    """Folds events of ``go test -json``."""

    cases: list[TestCase] = field(default_factory=list)
    begun: dict[str, None] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    failed_in: set[str] = field(default_factory=set)

    def take(self, value: dict[str, Any]) -> None:
        action, package, test = (clean(value.get(name, "")) for name in ("Action", "Package", "Test"))
        if action == "build-output":
            package = clean(value.get("ImportPath", "")).partition(" ")[0]
        name = f"{package}.{test}" if test else package
        if action in ("output", "build-output"):
            known = self.outputs.get(name, "")
            if len(known) < _OUTPUT_CHARACTERS:
                self.outputs[name] = known + clean(value.get("Output", ""))
        elif action == "run":
            self.begun[name] = None
        elif action in _ENDS and test:
            self.begun.pop(name, None)
            if action == "fail":
                self.failed_in.add(package)
            self._add(name, _ENDS[action], value.get("Elapsed"))
        elif action == "fail" and package not in self.failed_in and package:
            self._add(package, Outcome.ERROR, value.get("Elapsed"))

    def _add(self, name: str, outcome: Outcome, seconds: object) -> None:
        detail = self.outputs.get(name, "") if outcome in (Outcome.FAILED, Outcome.ERROR) else ""
        first = next((line.strip() for line in detail.splitlines() if _tells(line)), "")
        places = [[file, int(line)] for file, line in _PLACE.findall(detail)]
        self.cases.append(
            report.case(name, outcome, seconds=seconds, detail=detail, places=places, message=first)
        )


def _tells(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(("=== ", "--- ", "# ", "FAIL", "ok "))


def _not_built(told: Told) -> list[TestCase]:
    """Packages of which go itself says so: what tests print is always within its JSON."""
    cases = []
    for line, _ in told.lines:
        match = _NOT_BUILT.match(line)
        if match:
            package = match["package"]
            said = told.printed.partition(f"# {package}")[2].partition("\n# ")[0].partition("\n")[2]
            places = [[file, int(line)] for file, line in _PLACE.findall(said)]
            first = next((one.strip() for one in said.splitlines() if _tells(one)), "it does not build")
            cases.append(report.case(package, Outcome.ERROR, message=first, detail=said, places=places))
    return cases


def _nothing(told: Told) -> str:
    return f"go ran no test: {said.last_line(told.printed)}" if told.code else "go found no tests"
