"""Any other command: by JUnit XML that it leaves where such tools do, else by its exit code alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import with_pytest, words as said
from atlas_tui.project.runners.orders import PACKAGE, Channel, Order, Reading, Told

_REPORTS = {
    "mvn": ("target/surefire-reports/TEST-*.xml", "**/target/surefire-reports/TEST-*.xml"),
    "gradle": ("build/test-results/**/TEST-*.xml", "**/build/test-results/**/TEST-*.xml"),
}
_OFFLINE = {"mvn": ("-o", "-B", "-fae"), "gradle": ("--offline", "--continue")}
_KIN = {"mvnw": "mvn", "gradlew": "gradle"}


@dataclass(frozen=True, slots=True)
class Command:
    """See ``orders.Runner``. The id of the whole is the command line; a pytest that it starts is read, and
    JUnit XML of Maven and Gradle."""

    name: str = "command"
    caution: str = (
        "the results of this command cannot be read one by one, unless it starts pytest itself: "
        "else all of it is one test, by its exit code"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """Always."""
        return bool(words)

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Nothing: what its words mean is not known."""
        return ()

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The command as it is; of a pytest in it, and of nothing else, some tests can be run alone."""
        kind = _kind(words)
        own = shlex.join(words)
        line = (*words, *(one for one in _OFFLINE.get(kind, ()) if one not in words))
        plugin = f"-p {PACKAGE}.pytest_plugin --continue-on-collection-errors --tb=short"
        return Order(
            choices=(line,), channel=Channel.SECRET, importable=True, reports=_REPORTS.get(kind, ()),
            environment={"PYTEST_ADDOPTS": plugin},
            files=with_pytest.files(() if own in tests else tests),
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What a pytest told, or the XML; else the exit code."""
        found = report.reported(told)
        cases, faults = list(found.cases), []
        for path, text in told.files:
            try:
                cases += report.junit(text)
            except report.BadReport as error:
                faults.append(f"the report {path} was not read: {error}")
        if told.code is None or told.why:
            return Reading(cases=tuple(cases), running=found.running)
        if cases:
            whole = found.whole or (bool(told.files) and not faults and not told.cut)
            return Reading(
                cases=tuple(cases), whole=whole, running=found.running, fault="; ".join(faults[:1])
            )
        return Reading(cases=(_whole(told, shlex.join(words)),), whole=True, fault="; ".join(faults[:1]))

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``, where there is one."""
        file, sign, _ = test.partition("::")
        return file if sign else ""


def _kind(words: Sequence[str]) -> str:
    name = said.program(words)
    return _KIN.get(name, name)


def _whole(told: Told, name: str) -> TestCase:
    passed = told.code == 0
    lines = [line for line in told.printed.splitlines() if line.strip()]
    return report.case(
        name, Outcome.PASSED if passed else Outcome.FAILED, message="" if passed else _ending(told, lines),
        detail="" if passed else told.printed,
    )  # fmt: skip


def _ending(told: Told, lines: Sequence[str]) -> str:
    last = f": {lines[-1].strip()}" if lines else ""
    return f"it ended with {told.code}{last}"
