"""pytest, with a plugin of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project import report
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import PACKAGE, Channel, Order, Reading, Told

_FLAGS = ("--continue-on-collection-errors", "--maxfail=0", "--tb=short")
"""One file that cannot be read must not hide the rest, and each failure is needed, with its lines."""
_NOT_OURS = ("--pdb", "--trace", "--pdbcls", "--looponfail", "-f")
"""They wait for a person."""
_NOT_INSTALLED = (
    "pytest is not installed for the tests: install it in the environment of this project, as .venv"
)
_PLUGINS = {
    "--cov": "pytest-cov", "--no-cov": "pytest-cov", "-n": "pytest-xdist", "--dist": "pytest-xdist",
    "--timeout": "pytest-timeout", "--asyncio-mode": "pytest-asyncio", "--ds": "pytest-django",
    "--reruns": "pytest-rerunfailures", "--benchmark": "pytest-benchmark",
}  # fmt: skip
"""Beginnings of options, and what has to be installed for them."""
_NOTHING_COLLECTED, _WRONG_USE = 5, 4


@dataclass(frozen=True, slots=True)
class Pytest:
    """See ``orders.Runner``. Ids are pytest's own, their files as seen from the root of the tree."""

    name: str = "pytest"
    caution: str = ""

    def fits(self, words: Sequence[str]) -> bool:
        """``pytest`` or ``python -m pytest``."""
        return self._start(words) > 0

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Its files, folders and ids."""
        arguments = words[self._start(words) :]
        return tuple(arguments[place] for place in said.positionals(arguments, self.name))

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The plugin passes over what is not asked for; what the command names stays as it is."""
        start = self._start(words)
        rest = [word for word in words[start:] if word not in _NOT_OURS]
        end = rest.index("--") if "--" in rest else len(rest)
        plugin = ["-p", f"{PACKAGE}.pytest_plugin", *rest[:end], *_FLAGS, *rest[end:]]
        heads: list[tuple[str, ...]]
        if said.module_at(words):
            heads = [(one, *words[1:start]) for one in said.pythons(words[0])]
        else:
            heads = [tuple(words[:1]), *((one, "-m", "pytest") for one in said.pythons("python"))]
        return Order(
            choices=tuple((*head, *plugin) for head in heads), channel=Channel.SECRET, importable=True,
            files=files(tests),
        )  # fmt: skip

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What the plugin told."""
        found = report.reported(told)
        if found.cases or told.why:
            return found
        if told.code == _NOTHING_COLLECTED:
            return Reading(fault="pytest found no tests")
        if told.code == _WRONG_USE:
            why = said.complaint(told.printed)
            return Reading(fault=f"pytest does not take this command: {why}{_plugins(why)}")
        if told.code == 1 and "No module named pytest" in told.printed:
            return Reading(fault=_NOT_INSTALLED)
        return Reading(whole=found.whole, running=found.running)

    def file_of(self, test: str) -> str:
        """What stands before the first ``::``."""
        return test.partition("::")[0]

    def _start(self, words: Sequence[str]) -> int:
        """Where its arguments begin; 0 where it is not pytest."""
        module = said.module_at(words)
        if module and words[module] in ("pytest", "py.test"):
            return module + 1
        return 1 if said.program(words) in ("pytest", "py.test", "pytest3", "pytest-3") else 0


def _plugins(complaint: str) -> str:
    """What to install, where options are not known that a plugin brings."""
    options = complaint.partition("unrecognized arguments:")[2].split()
    found = {
        name for option in options for start, name in _PLUGINS.items()
        if option == start or (start.startswith("--") and option.startswith(start))
    }  # fmt: skip
    return f": install {', '.join(sorted(found))} in the environment of this project" if found else ""


def files(tests: Sequence[str]) -> dict[str, str]:
    """The plugin with what is asked of it."""
    wanted = json.dumps(list(tests) or None)
    return said.inside("channel.py", "pytest_plugin.py") | {"wanted.json": wanted}
