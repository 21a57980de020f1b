"""The test runner of Node, with a reporter of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project import report
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import FOLDER, PACKAGE, Channel, Order, Reading, Told

_OURS = ("--test-reporter", "--test-reporter-destination")
_ENVIRONMENT = {"UV_USE_IO_URING": "0", "OPENSSL_CONF": "/dev/null"}


@dataclass(frozen=True, slots=True)
class Node:
    """See ``orders.Runner``. Ids are ``file::test`` or ``file::suite > test``."""

    name: str = "node"
    caution: str = "a test file of node is run as a whole, also where a single test of it is asked for"

    def fits(self, words: Sequence[str]) -> bool:
        """``node --test``."""
        return said.program(words) in ("node", "nodejs") and "--test" in words

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Its files, folders and patterns."""
        return tuple(words[1:][place] for place in said.positionals(words[1:], self.name))

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """All tests of the files that the tests lie in."""
        options = said.without(words[1:], _OURS)
        reporter = f"--test-reporter={FOLDER}/{PACKAGE}/node_reporter.mjs"
        head = [words[0], reporter, "--test-reporter-destination=stdout"]
        files = list(dict.fromkeys(self.file_of(test) for test in tests))
        if files:
            places = set(said.positionals(options, self.name))
            options = (*(word for place, word in enumerate(options) if place not in places), *files)
        return Order(
            choices=((*head, *options), ("node", *head[1:], *options)), channel=Channel.SECRET,
            files=said.inside("node_reporter.mjs"), environment=_ENVIRONMENT, globs=True,
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What the reporter told."""
        found = report.reported(told)
        if not found.cases and found.whole:
            return Reading(fault="node --test found no tests")
        if not found.cases and not told.why and "bad option" in told.printed:
            return Reading(fault="this node is too old to tell its results: 18.15 or newer is needed")
        return found

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``."""
        return test.partition("::")[0]
