"""Any other command: by a pytest that it starts, else by its exit code alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project import report
from atlas_tui.project.runners import with_pytest
from atlas_tui.project.runners.orders import PACKAGE, Channel, Order, Reading, Told


@dataclass(frozen=True, slots=True)
class Command:
    """See ``orders.Runner``. The id of the whole is the command line; a pytest that it starts is read."""

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
        own = shlex.join(words)
        plugin = f"-p {PACKAGE}.pytest_plugin --continue-on-collection-errors --tb=short"
        return Order(
            choices=(tuple(words),), channel=Channel.SECRET, importable=True,
            environment={"PYTEST_ADDOPTS": plugin},
            files=with_pytest.files(() if own in tests else tests),
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What a pytest told; else the exit code."""
        found = report.reported(told)
        if told.code is None or told.why or found.cases:
            return found
        one = report.step_case((shlex.join(words), told.code, told.printed))
        return Reading(cases=(one,), whole=True)

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``, where there is one."""
        file, sign, _ = test.partition("::")
        return file if sign else ""
