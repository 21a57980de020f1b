"""Django's ``manage.py test``, with a runner of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project import report
from atlas_tui.project.runners import words as said
from atlas_tui.project.runners.orders import PACKAGE, Channel, Order, Reading, Told
from atlas_tui.project.runners.with_unittest import Unittest

_NOT_OURS = ("--parallel", "--failfast", "--pdb")
_NOT_INSTALLED = "Django is not installed for the tests: install it in the environment of this project"


@dataclass(frozen=True, slots=True)
class Django:
    """See ``orders.Runner``. Ids are dotted names, such as ``shop.tests.TestCart.test_total``."""

    name: str = "django"
    caution: str = ""

    def fits(self, words: Sequence[str]) -> bool:
        """``python manage.py test``, ``./manage.py test``, ``django-admin test``, ``-m django test``."""
        return self._start(words) > 0

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Packages, modules, classes, tests or folders."""
        arguments = words[self._start(words) :]
        return tuple(arguments[place] for place in said.positionals(arguments, self.name))

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """The runner passes over what is not asked for."""
        start = self._start(words)
        entry = start - 2
        program = "django" if said.program(words[entry:]) == "django-admin" else words[entry]
        line = (f"{PACKAGE}.django_runner", program, "test", *_theirs(words[start:]))
        options = words[1 : said.module_at(words) - 1 if said.module_at(words) else max(1, entry)]
        python = words[0] if said.is_python(words[0]) else "python"
        return Order(
            choices=tuple((one, *options, "-m", *line) for one in said.pythons(python)),
            channel=Channel.SECRET,
            importable=True,
            files=said.inside("channel.py", "unittest_runner.py", "django_runner.py")
            | {"wanted.json": json.dumps(list(tests) or None)},
        )

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """What the runner told."""
        found = report.reported(told)
        if not found.cases and found.whole:
            return Reading(fault="Django found no tests")
        if not found.cases and "No module named 'django'" in told.printed:
            return Reading(fault=_NOT_INSTALLED)
        return found

    def file_of(self, test: str) -> str:
        """The file of the module, where the name is that of a test."""
        return Unittest().file_of(test)

    def _start(self, words: Sequence[str]) -> int:
        """Where its arguments begin; 0 where it is not Django."""
        module = said.module_at(words)
        place = 0
        if module and words[module] == "django":
            place = module
        elif words and said.is_python(words[0]):
            place = next((at for at, word in enumerate(words) if at and not word.startswith("-")), 0)
        program = said.program(words[place:])
        known = program in ("manage.py", "django-admin") or (module > 0 and program == "django")
        return place + 2 if known and words[place + 1 : place + 2] in (["test"], ("test",)) else 0


def _theirs(words: Sequence[str]) -> list[str]:
    """Arguments without those that choose another runner, or how it runs: one process, to the last test."""
    kept: list[str] = []
    before = ""
    for word in said.without(words, {"--testrunner"}):
        is_number = before == "--parallel" and (word.isdigit() or word == "auto")
        if word.partition("=")[0] not in _NOT_OURS and not is_number:
            kept.append(word)
        before = word
    return kept
