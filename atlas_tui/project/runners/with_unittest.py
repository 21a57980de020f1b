"""unittest of Python, with a runner of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from atlas_tui.project import report
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import PACKAGE, Channel, Order, Reading, Told

_NAMES_OF_A_TEST = 2
"""Class and method: what precedes them is the module."""


@dataclass(frozen=True, slots=True)
class Unittest:
    """See ``orders.Runner``. Ids are dotted names, such as ``tests.test_x.TestX.test_y``."""

    name: str = "unittest"
    caution: str = ""

    def fits(self, words: Sequence[str]) -> bool:
        """``python -m unittest``."""
        module = said.module_at(words)
        return module > 0 and words[module] == "unittest"

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Modules, classes, tests or files; the folder after ``discover``."""
        arguments = words[said.module_at(words) + 1 :]
        found = [arguments[place] for place in said.positionals(arguments, self.name)]
        if found[:1] == ["discover"]:
            starts = [one for before, one in pairwise(arguments) if before in ("-s", "--start-directory")]
            return tuple(dict.fromkeys([*starts, *found[1:2]]))
        return tuple(found)

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The runner passes over what is not asked for."""
        module = said.module_at(words)
        line = (*words[1:module], f"{PACKAGE}.unittest_runner", *words[module + 1 :])
        wanted = {"wanted.json": json.dumps(list(tests) or None)}
        return Order(
            choices=tuple((one, *line) for one in said.pythons(words[0])),
            channel=Channel.SECRET,
            importable=True,
            files=said.inside("channel.py", "unittest_runner.py") | wanted,
        )

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What the runner told."""
        found = report.reported(told)
        if not found.cases and found.whole:
            return Reading(fault="unittest found no tests")
        return found

    def file_of(self, test: str) -> str:
        """The file of the module, where the name is that of a test."""
        parts = test.split(".")
        inner = [place for place, part in enumerate(parts) if part[:1].isupper()]
        module = parts[: inner[0]] if inner else parts[:-_NAMES_OF_A_TEST] or parts
        return "/".join(module) + ".py" if module else ""
