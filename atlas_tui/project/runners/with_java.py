"""Maven and Gradle, by the JUnit XML that they leave of each class (Surefire, Gradle's own)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import Channel, Order, Reading, Told

_ENVIRONMENT = {"JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ActiveProcessorCount=2"}
_STEP = re.compile(
    r"^\s*at (?:[\w.@-]+/)?((?:\w+\.)*)[\w$]+\.[\w$<>]+\(([\w$]+\.(?:java|kt|groovy|scala)):(\d+)\)$"
)
_MISSING = re.compile(
    r"in offline mode and the artifact (\S+) has not been downloaded"
    r"|No cached version of (\S+) available for offline mode"
)
_SOURCES = ("java", "kotlin", "groovy", "scala")


@dataclass(frozen=True, slots=True, kw_only=True)
class Java:
    """See ``orders.Runner``. Ids are ``package.Class::method``, as the tool names them; the command itself is
    a test as well, of the build."""

    name: str
    programs: tuple[str, ...]
    reports: str
    """Pattern of its reports in a module."""
    goals: frozenset[str]
    """One of them runs tests."""
    options: tuple[str, ...]
    selecting: str
    """What comes before a class that is to be run alone; those of Maven are one word."""
    caution: str = (
        "results are read from files that the tool writes beside the tests: code that is made to deceive "
        "could forge them"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """The tool, or its wrapper, with a goal that runs tests."""
        goals = {word.rpartition(":")[2] for word in words[1:]}
        return said.program(words) in self.programs and bool(goals & self.goals)

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Nothing: classes are not named as files are."""
        return ()

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The classes that the tests lie in, with what is nested there."""
        classes = dict.fromkeys(test.partition("::")[0].partition("$")[0] for test in tests)
        options = [one for one in self.options if one not in words]
        selected: tuple[str, ...] = ()
        # Gradle fails in every module that has none of the classes: all are run where no module is named.
        selects = self.name == "maven" or any(":" in word for word in words[1:])
        if tests and selects and shlex.join(words) not in tests:
            words = [word for word in words if not word.startswith("-Dtest=")]
            selected = tuple(self._selected([f"{name}*" for name in classes]))
        line = (*words[1:], *options, *selected)
        # Gradle's wrapper would lock the folder it lies in: the tool itself comes first where it is shown.
        tools = (self.programs[0], words[0]) if self.name == "gradle" else (words[0], self.programs[0])
        return Order(
            choices=tuple((tool, *line) for tool in dict.fromkeys(tools)), channel=Channel.NONE,
            environment=_ENVIRONMENT, reports=(self.reports,),
        )  # fmt: skip

    def _selected(self, patterns: Sequence[str]) -> Iterator[str]:
        if self.name == "maven":
            yield f"{self.selecting}{','.join(patterns)}"
            yield from ("-Dsurefire.failIfNoSpecifiedTests=false", "-DfailIfNoTests=false")
        for pattern in patterns if self.name == "gradle" else ():
            yield from (self.selecting, pattern)

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """The cases of all reports, and the whole by its exit code."""
        cases, faults = list[TestCase](), list[str]()
        for path, text in told.files:
            try:
                cases += [_placed(one, path, self.reports) for one in report.junit(text)]
            except report.BadReport as error:
                faults.append(f"the report {path} was not read: {error}")
        if told.code is None or told.why:
            return Reading(cases=tuple(cases))
        if missing := _MISSING.search(said.COLOR.sub("", told.printed)):
            what = next(part for part in missing.groups() if part)
            why = "was never downloaded, and the tests have no network: run them once yourself"
            return Reading(fault=f"{what} {why}")
        whole = report.step_case((shlex.join(words), told.code, told.printed))
        failing = any(one.outcome in (Outcome.FAILED, Outcome.ERROR) for one in cases)
        if told.code == 0 or self.name == "maven":
            cases.append(whole)
        elif not failing:
            # It failed for another reason, or a report is not what the tool has written.
            cases = [whole]
        return Reading(cases=tuple(cases), whole=not faults and not told.cut, fault="; ".join(faults[:1]))

    def file_of(self, test: str) -> str:
        """Unknown: ids name classes, not files."""
        return ""


RUNNERS = (
    Java(
        name="maven", programs=("mvn", "mvnw"), reports="target/surefire-reports/TEST-*.xml",
        goals=frozenset({"test", "verify", "package", "install", "integration-test"}),
        # With the last, modules that need one in which a test fails are tested as well.
        options=("-o", "-B", "-fae", "-Dstyle.color=never", "-Dmaven.legacyLocalRepo=true",
            "-Dmaven.test.failure.ignore=true"),
        selecting="-Dtest=",
    ),
    Java(
        name="gradle", programs=("gradle", "gradlew"), reports="build/test-results/**/TEST-*.xml",
        goals=frozenset({"test", "check", "build"}),
        options=("--offline", "--continue", "--no-daemon", "--console=plain"), selecting="--tests",
    ),
)  # fmt: skip


def _placed(case: TestCase, path: str, pattern: str) -> TestCase:
    """``case`` with the steps of its traceback where their files commonly lie in the module of its report."""
    module = path.partition(pattern.partition("/")[0] + "/")[0]
    places = []
    for line in case.detail.splitlines():
        match = _STEP.match(line)
        for part in ("test", "main") if match else ():
            for language in _SOURCES if match else ():
                assert match is not None
                folder = PurePosixPath(module, "src", part, language, *match[1].split("."))
                places.append((str(folder / match[2]), int(match[3])))
    return replace(case, places=tuple(places[::-1]))
