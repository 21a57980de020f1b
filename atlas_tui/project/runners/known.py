"""The runners there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas_tui.project.runners import with_java, with_javascript, words as said
from atlas_tui.project.runners.orders import Runner
from atlas_tui.project.runners.with_cargo import Cargo
from atlas_tui.project.runners.with_command import Command
from atlas_tui.project.runners.with_ctest import CTest
from atlas_tui.project.runners.with_django import Django
from atlas_tui.project.runners.with_go import Go
from atlas_tui.project.runners.with_node import Node
from atlas_tui.project.runners.with_pytest import Pytest
from atlas_tui.project.runners.with_unittest import Unittest

RUNNERS: tuple[Runner, ...] = (
    Pytest(), Unittest(), Django(), Node(), Go(), Cargo(), CTest(), *with_javascript.RUNNERS,
    *with_java.RUNNERS, Command(),
)  # fmt: skip
"""The last takes every command."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A command line of several steps."""

    before: tuple[tuple[str, ...], ...]
    """Run first, such as a build; the tests are run where all of them end well."""
    main: tuple[str, ...]
    """Whose results are read test by test, where one of the steps is such."""
    after: tuple[tuple[str, ...], ...]
    """What follows, further test tools among it: each is one test, by its exit code."""


def steps(words: Sequence[str]) -> Steps:
    """The steps of ``words``: the first whose runner can read results is the main one, else the last."""
    found = said.split(words)
    known = [place for place, step in enumerate(found) if of(step) is not RUNNERS[-1]]
    main = known[0] if known else len(found) - 1
    return Steps(tuple(found[:main]), found[main], tuple(found[main + 1 :]))


def named(name: str) -> Runner:
    """The runner of this name (``Project.runner``).

    Raises:
        KeyError: there is none.
    """
    return {runner.name: runner for runner in RUNNERS}[name]


def of(words: Sequence[str]) -> Runner:
    """The runner that knows this command best."""
    return next(runner for runner in RUNNERS if runner.fits(words))
