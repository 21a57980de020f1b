"""The runners there are."""

from __future__ import annotations

from collections.abc import Sequence

from atlas_tui.project.runners import with_javascript
from atlas_tui.project.runners.orders import Runner
from atlas_tui.project.runners.with_cargo import Cargo
from atlas_tui.project.runners.with_command import Command
from atlas_tui.project.runners.with_go import Go
from atlas_tui.project.runners.with_node import Node
from atlas_tui.project.runners.with_pytest import Pytest
from atlas_tui.project.runners.with_unittest import Unittest

RUNNERS: tuple[Runner, ...] = (
    Pytest(), Unittest(), Node(), Go(), Cargo(), *with_javascript.RUNNERS, Command(),
)  # fmt: skip
"""The last takes every command."""


def named(name: str) -> Runner:
    """The runner of this name (``Project.runner``).

    Raises:
        KeyError: there is none.
    """
    return {runner.name: runner for runner in RUNNERS}[name]


def of(words: Sequence[str]) -> Runner:
    """The runner that knows this command best."""
    return next(runner for runner in RUNNERS if runner.fits(words))
