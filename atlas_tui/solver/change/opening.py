"""A repository and a text become a problem: a private copy, its tests run twice, what the model is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.engine.base import Engine
from atlas_tui.errors import InputError
from atlas_tui.problem import Limits, Mode, Problem, Project
from atlas_tui.project.baseline import Baseline, baseline
from atlas_tui.project.checks import samples
from atlas_tui.project.commands import Command, CommandRefused, parse_command
from atlas_tui.project.editing_rules import protected_paths
from atlas_tui.project.environment import find_environment
from atlas_tui.project.finding import find
from atlas_tui.project.listing import Listing
from atlas_tui.project.packing import Packed
from atlas_tui.project.snapshot import snapshot
from atlas_tui.sandbox.base import Sandbox, Tier
from atlas_tui.settings import ProjectSettings, SolverSettings
from atlas_tui.solver.change.context import (
    files_of,
    fitted,
    function_of,
    meant,
    read,
    room_for,
    telling,
)

_ALONE = (
    "this model was trained on single functions: it is shown the text alone, and nothing of the repository"
)
Tell = Callable[[str], None]
"""Takes a line about what is done at the moment."""
_WALL = 3
"""Seconds by the clock for each second of CPU: tests wait as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person asks for."""

    text: str
    source: str = ""
    """Where the text came from."""
    tests: str = ""
    """The test command as it was typed; empty: one is looked for."""
    must_pass: tuple[str, ...] = ()
    """Tests, files or classes that have to pass; empty: all that fail now."""
    targets: tuple[str, ...] = ()
    """Files, or ``file::symbol``, that the change is about."""
    allowed: tuple[str, ...] = ()
    """Patterns of files that may be changed; empty: all but those that decide."""
    edit_tests: bool = False
    """The tests may be changed as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A repository with its tests, before anything is shown to a model."""

    project: Project
    files: Listing
    base: Baseline
    limits: Limits
    notes: tuple[str, ...]


async def open_repository(
    sandbox: Sandbox,
    root: Path,
    files: Listing,
    head: str,
    wanted: Wanted,
    settings: ProjectSettings,
    tell: Tell,
) -> Opened:
    """Copy the tree, find the test command, and run the tests twice. The person's tree is only read.

    ``files`` are those of the tree at ``root`` as it stands (``listing.list_files``).

    Raises:
        InputError: the command cannot be run, or no test decides anything.
        Refused: the tree cannot be read or copied.
    """
    tell("reading the tree")
    command = await asyncio.to_thread(_command, root, wanted)
    project, notes = await asyncio.to_thread(_copied, root, command, files, wanted)
    tell(f"running {command} twice, before anything is changed{f' ({command.why})' if command.why else ''}")
    limits = _limits(settings)
    missing = [note for note in notes if note.startswith(tuple(f"{name}: " for name in command.programs))]
    base = await _tested(sandbox, project, wanted, limits, missing)
    decide = (*base.required, *base.kept, *wanted.must_pass, *command.named)
    placed = (path for test in decide for path in files_of(test, project.runner, files))
    protected = () if wanted.edit_tests else protected_paths(files.paths, (*decide, *placed))
    return Opened(
        project=replace(base.applied(project), head=head, protected=protected), files=files, base=base,
        limits=limits, notes=tuple(filter(None, dict.fromkeys((command.caution, *notes, *base.notes)))),
    )  # fmt: skip


def _copied(root: Path, command: Command, files: Listing, wanted: Wanted) -> tuple[Project, tuple[str, ...]]:
    """The private copy with what its tests need, and what is to be said of that."""
    targets = tuple(_target(root, target, files) for target in wanted.targets)
    around = find_environment(root, files, command.programs, assigned=command.environment)
    copy = snapshot(root, files, around.links)
    project = Project(
        root=str(root),
        base=copy.base,
        identity=copy.identity,
        command=command.words,
        runner=command.runner,
        allowed=wanted.allowed,
        targets=targets,
        left_out=copy.left_out,
        shown=around.shown,
        environment=around.variables,
        assigned=command.environment,
    )
    return project, around.notes


def _limits(settings: ProjectSettings) -> Limits:
    return Limits(
        cpu_seconds=settings.seconds,
        wall_seconds=_WALL * settings.seconds,
        memory_bytes=settings.memory_mb << 20,
    )


async def problem_of(
    opened: Opened,
    wanted: Wanted,
    engine: Engine,
    settings: ProjectSettings,
    solver: SolverSettings,
    tell: Tell = lambda _line: None,
) -> Problem:
    """The problem with what the model is shown; loads the model. Raises: EngineError."""
    room = room_for(await engine.load(), settings, solver)
    told = telling(tell, asyncio.get_running_loop())
    found = await asyncio.to_thread(read, opened.project, opened.files, opened.base, wanted.text, told)
    shown = await fitted(engine, found, room) if room else Packed(text="", tokens=0)
    left_out = (*opened.project.left_out, *found.repository.left_out, *shown.left_out)
    project = replace(opened.project, context=shown.text, left_out=tuple(dict.fromkeys(left_out)))
    notes = opened.notes
    if not room:
        project = replace(project, targets=project.targets or meant(found.repository, wanted.text))
        notes = (*notes, _ALONE)
    return Problem(
        statement=wanted.text.strip(),
        mode=Mode.CHANGE,
        samples=samples(project),
        limits=opened.limits,
        source=wanted.source,
        entry_point=function_of(project),
        notes=tuple(filter(None, notes)),
        project=project,
    )


async def _tested(
    sandbox: Sandbox, project: Project, wanted: Wanted, limits: Limits, missing: Sequence[str]
) -> Baseline:
    """How the tests end now. ``missing`` is what is known of programs that they may not have."""
    isolation = await sandbox.probe()
    if isolation.tier is Tier.NONE:
        raise InputError("The tests cannot be run", isolation.why, "atlas-tui doctor says what is missing")
    found = await baseline(sandbox, project, wanted.must_pass, limits=limits, group="base")
    if found.fault:
        why = "; ".join((found.fault, *found.notes, *(missing if "is not there" in found.fault else ())))
        raise InputError("The tests cannot be run", why, "give another command with --tests")
    return found


def _command(root: Path, wanted: Wanted) -> Command:
    try:
        if wanted.tests:
            return parse_command(wanted.tests, root)
    except CommandRefused as error:
        why, _, todo = str(error).partition("; ")
        raise InputError("The test command cannot be run", why, todo or "give one plain command") from error
    found = find(root)
    if not found:
        why = "nothing in the folder tells how its tests are run"
        raise InputError("No test command was found", why, 'name one: --tests "pytest -q"')
    return found[0]


def _target(root: Path, target: str, files: Listing) -> str:
    """The target with its path relative to the root. Raises: InputError: there is no such file."""
    path, sign, symbol = target.partition("::")
    place = Path(path)
    relative = (
        place.relative_to(root).as_posix() if place.is_absolute() and place.is_relative_to(root) else path
    )
    relative = Path(relative).as_posix()
    if relative not in files.paths:
        raise InputError(f"{path} cannot be changed", "it is not in the repository", "name a file of it")
    return f"{relative}{sign}{symbol}"
