"""jest, vitest and mocha, by the one JSON document that their own reporters write at the end.

Sources: jestjs.io/docs/cli (``--json``, ``--outputFile``), vitest.dev/guide/reporters (``json``, which is as
that of jest) and mochajs.org (``json`` reporter with its option ``output``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import REPORT, Channel, Order, Reading, Told, clean

_WATCHING = ("--watch", "--watchAll", "-w", "--inspect", "--inspect-brk", "--bail", "-b", "--ui")
_REPORTERS = (
    "--reporter",
    "--reporters",
    "-R",
    "--reporter-option",
    "--reporter-options",
    "-O",
    "--outputFile",
)
_ENDS = {"passed": Outcome.PASSED, "failed": Outcome.FAILED}
_STEP = re.compile(r"^\s+at (?:.*?[( ])?(?:file://)?(/[^\n()]*?):(\d+):\d+\)?$", re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_ENVIRONMENT = {"CI": "1", "UV_USE_IO_URING": "0", "OPENSSL_CONF": "/dev/null", "FORCE_COLOR": "0"}


@dataclass(frozen=True, slots=True)
class JavaScript:
    """See ``orders.Runner``. Ids are ``file::suite > test``."""

    name: str
    options: tuple[str, ...]
    """Its reporter."""
    by_file: tuple[str, ...] = ()
    """Before files that are to be run alone."""
    caution: str = "a test file is run as a whole, also where a single test of it is asked for"

    def fits(self, words: Sequence[str]) -> bool:
        """The tool by its name, also through its file in ``node_modules``."""
        return said.program(words) in (self.name, f"_{self.name}", f"{self.name}.js", f"{self.name}.mjs")

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Its files and patterns."""
        found = [words[1:][place] for place in said.positionals(words[1:], self.name)]
        return tuple(found[1:] if self.name == "vitest" and found[:1] in (["run"], ["watch"]) else found)

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """All tests of the files that the tests lie in."""
        options = said.without([one for one in words[1:] if one not in _WATCHING], _REPORTERS)
        files = list(dict.fromkeys(self.file_of(test) for test in tests))
        places = set(said.positionals(options, self.name))
        plain = [word for place, word in enumerate(options) if place not in places]
        if files:
            rest = [*plain, *self.by_file, *files]
        else:
            dropped = ("run", "watch", "dev") if self.name == "vitest" else ()
            rest = [word for word in options if word not in dropped]
        line = (*(["run"] if self.name == "vitest" else []), *self.options, *rest)
        heads = ((words[0],), (f"node_modules/.bin/{self.name}",))
        return Order(
            choices=tuple((*head, *line) for head in heads), channel=Channel.PIPE, environment=_ENVIRONMENT
        )

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """The document; a second one, or none, is no report."""
        texts = [text for path, text in told.files if not path]
        if not texts:
            return Reading()
        try:
            value = json.loads(texts[0])
        except (ValueError, RecursionError):
            return Reading(fault=f"the report of {self.name} cannot be read")
        cases = tuple(_of_mocha(value) if self.name == "mocha" else _of_jest(value))
        if not cases:
            return Reading(fault=f"{self.name} found no tests")
        return Reading(cases=cases, whole=not told.cut and told.code is not None and told.code >= 0)

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``."""
        return test.partition("::")[0]


RUNNERS = (
    JavaScript("jest", ("--json", f"--outputFile={REPORT}", "--ci", "--maxWorkers=2"), ("--runTestsByPath",)),
    JavaScript("vitest", ("--reporter=json", f"--outputFile={REPORT}")),
    JavaScript("mocha", ("--reporter=json", f"--reporter-option=output={REPORT}")),
)


def _rows(value: object) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _of_jest(value: object) -> Iterator[TestCase]:
    for file in _rows(value.get("testResults") if isinstance(value, dict) else None):
        path = _short(file.get("name", ""))
        results = list(_rows(file.get("assertionResults")))
        if not results and file.get("status") == "failed":
            yield _case(path, Outcome.ERROR, [str(file.get("message", ""))], 0)
        for one in results:
            titles = one.get("ancestorTitles")
            names = [*(titles if isinstance(titles, list) else []), one.get("title", "")]
            name = " > ".join(clean(part) for part in names if part)
            told = one.get("failureMessages")
            outcome = _ENDS.get(str(one.get("status")), Outcome.SKIPPED)
            yield _case(
                f"{path}::{name}", outcome, told if isinstance(told, list) else [], one.get("duration")
            )


def _of_mocha(value: object) -> Iterator[TestCase]:
    groups = {Outcome.PASSED: "passes", Outcome.FAILED: "failures", Outcome.SKIPPED: "pending"}
    for outcome, key in groups.items():
        for one in _rows(value.get(key) if isinstance(value, dict) else None):
            error = one.get("err") if isinstance(one.get("err"), dict) else {}
            text = str(error.get("stack") or error.get("message") or "") if isinstance(error, dict) else ""
            title = clean(one.get("title", ""))
            suites = clean(one.get("fullTitle", "")).removesuffix(title).strip()
            name = f"{_short(one.get('file', ''))}::{' > '.join(part for part in (suites, title) if part)}"
            yield _case(name, outcome, [text] if text else [], one.get("duration"))


def _case(name: str, outcome: Outcome, messages: Sequence[object], milliseconds: object) -> TestCase:
    detail = _COLOR.sub("", "\n".join(str(message) for message in messages))
    seconds = milliseconds / 1000 if isinstance(milliseconds, int | float) else 0.0
    lines = [line for line in detail.splitlines() if line.strip() and not line.lstrip().startswith("●")]
    places = [
        [_short(file), int(line)] for file, line in _STEP.findall(detail) if "/node_modules/" not in file
    ]
    return report.case(
        name, outcome, seconds=seconds, message=lines[0] if lines else "", detail=detail, places=places[::-1]
    )


def _short(path: object) -> str:
    """``path`` below the tree."""
    text = clean(path)
    return text.partition("/tree/")[2] or text
