"""jest, vitest and mocha, by the one JSON document that their own reporters write at the end.

Sources: jestjs.io/docs/cli (``--json``, ``--outputFile``), vitest.dev/guide/reporters (``json``, which is as
that of jest) and mochajs.org (``json`` reporter with its option ``output``).
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from atlas_tui.project import report
from atlas_tui.project.base import Outcome, TestCase
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import REPORT, Channel, Order, Reading, Told, clean

_WATCHING = ("--watch", "--watchAll", "--inspect", "--inspect-brk", "--bail", "-b")
_WORKERS = ("-i", "--runInBand", "-w", "--maxWorkers")
_REPORTERS = (
    "--reporter",
    "--reporters",
    "-R",
    "--reporter-option",
    "--reporter-options",
    "-O",
    "--outputFile",
)
_AROUND_JEST = ("react-scripts", "craco", "react-app-rewired")
_ENDS = {"passed": Outcome.PASSED, "failed": Outcome.FAILED}
_STEP = re.compile(
    r"^[ \t]+at (?:[^\n]*\()?(?:async )?(?:file://)?([^\s:()][^\n:()]*):(\d+):\d+\)?$", re.MULTILINE
)
_FEW = {f"VITEST_MAX_{kind}": "2" for kind in ("THREADS", "FORKS", "WORKERS")}
_FEW |= {f"VITEST_MIN_{kind}": "1" for kind in ("THREADS", "FORKS", "WORKERS")}
_ENVIRONMENT = {"CI": "1", "UV_USE_IO_URING": "0", "OPENSSL_CONF": "/dev/null", "FORCE_COLOR": "0", **_FEW}


@dataclass(frozen=True, slots=True)
class JavaScript:
    """See ``orders.Runner``. Ids are ``file::suite > test``; with mocha the command itself is a test, too."""

    name: str
    options: tuple[str, ...]
    """Its reporter."""
    by_file: tuple[str, ...] = ()
    """Before files that are to be run alone."""
    caution: str = (
        "a test file is run as a whole, also where a single test of it is asked for; results come from the "
        "processes that run the code: code that is made to deceive could forge them"
    )

    def fits(self, words: Sequence[str]) -> bool:
        """The tool by its name, also through its file in ``node_modules``, or started with it by node."""
        return self._start(words) > 0

    def _start(self, words: Sequence[str]) -> int:
        """How many words start it; none where it is another program."""
        names = (self.name, f"_{self.name}", f"{self.name}.js", f"{self.name}.mjs", f"{self.name}.cjs")
        if said.program(words) in names:
            return 1
        if self.name == "jest" and said.program(words) in _AROUND_JEST and "test" in words[1:2]:
            return 2
        if said.program(words) not in ("node", "nodejs"):
            return 0
        file = next((1 + place for place in said.positionals(words[1:], "node")), 0)
        return file + 1 if file and PurePosixPath(words[file]).name in names and "/" in words[file] else 0

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Its files and patterns."""
        rest = words[self._start(words) :]
        found = [rest[place] for place in said.positionals(rest, self.name)]
        return tuple(found[1:] if self.name == "vitest" and found[:1] in (["run"], ["watch"]) else found)

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """All tests of the files that the tests lie in."""
        start = self._start(words)
        watching = (*_WATCHING, *{"mocha": ("-w",), "vitest": ("-w", "--ui")}.get(self.name, ()))
        options = said.without([one for one in words[start:] if one not in watching], _REPORTERS)
        whole = shlex.join(words) in tests
        files = [] if whole else list(dict.fromkeys(self.file_of(test) for test in tests))
        places = set(said.positionals(options, self.name))
        plain = [word for place, word in enumerate(options) if place not in places]
        if files:
            rest = [*plain, *self.by_file, *files]
        else:
            dropped = ("run", "watch", "dev") if self.name == "vitest" else ()
            rest = [word for word in options if word not in dropped]
        workers = any(word.partition("=")[0] in _WORKERS for word in rest)
        ours = self.options if self.name != "jest" or workers else (*self.options, "--maxWorkers=2")
        line = (*(["run"] if self.name == "vitest" else []), *ours, *rest)
        heads = (words[:start], *([(f"node_modules/.bin/{self.name}",)] if start == 1 else []))
        return Order(
            choices=tuple((*head, *line) for head in heads), channel=Channel.PIPE, environment=_ENVIRONMENT
        )

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """The document; a second one, or none, is no report."""
        texts = [text for path, text in told.files if not path]
        # Where a file cannot be loaded, mocha does not even tell which: that all can is a test as well.
        loaded = self.name == "mocha" and told.code is not None and told.code >= 0 and not told.why
        if not texts:
            whole = report.step_case((shlex.join(words), told.code or 1, told.printed))
            return Reading(cases=(whole,) if loaded else ())
        try:
            value = json.loads(texts[0])
        except (ValueError, RecursionError):
            return Reading(fault=f"the report of {self.name} cannot be read")
        cases = tuple(_of_mocha(value) if self.name == "mocha" else _of_jest(value))
        if not cases:
            return Reading(fault=f"{self.name} found no tests")
        cases += (report.step_case((shlex.join(words), 0, "")),) if loaded else ()
        return Reading(cases=cases, whole=not told.cut and told.code is not None and told.code >= 0)

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``."""
        return test.partition("::")[0]


RUNNERS = (
    JavaScript("jest", ("--json", f"--outputFile={REPORT}", "--ci"), ("--runTestsByPath",)),
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
        # As where what is done after all of its tests fails.
        alone = all(one.get("status") != "failed" for one in results)
        if alone and file.get("status") == "failed":
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
    detail = said.COLOR.sub("", "\n".join(str(message) for message in messages))
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
