"""What a model is shown of a repository: the files that matter most, as many as there is room for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.engine.base import Engine, Message, ModelInfo
from atlas_tui.problem import Project
from atlas_tui.project.baseline import Baseline
from atlas_tui.project.hints import Hints
from atlas_tui.project.listing import Listing
from atlas_tui.project.mapping import RepositoryMap, Told, map_repository
from atlas_tui.project.packing import Packed, pack
from atlas_tui.project.ranking import Ranked, rank
from atlas_tui.project.runners import known
from atlas_tui.settings import ProjectSettings, SolverSettings
from atlas_tui.solver.budgets import thinking_tokens
from atlas_tui.solver.read import read_problem

_BYTES = 3.0
"""Of text for one token, before it was measured on this model."""
_NEAR = 0.1
"""By how much the measured number may differ before the text is packed again."""
_OF_FREE = 0.75
"""Share of what replies leave of the context for what is shown of the repository."""
_LEAST = 200
_TELL_SECONDS = 1.0
_FAILURES, _PLACES = 60, 200
"""Failing tests, and places of their tracebacks, by which files are ranked: more do not tell more."""
_SPARE = 0.97
"""Of the room: the whole may have a few tokens more than its pieces."""


@dataclass(frozen=True, slots=True)
class Read:
    """A repository, ranked for a problem."""

    repository: RepositoryMap
    ranked: Sequence[Ranked]


def room_for(info: ModelInfo, settings: ProjectSettings, solver: SolverSettings) -> int:
    """Tokens for what is shown: a part of the context, with room for the replies left. 0 for a model that was
    trained on the prompts of single programs alone."""
    if info.prompt_hash:
        return 0
    if not info.context:
        return settings.context_tokens
    replies = 1 if not info.fingerprint else solver.candidates
    reply = solver.code_tokens + solver.plan_tokens + thinking_tokens(solver, info)
    # In a small context replies get half of it, and are shorter; statement, failures and task share the rest.
    free = info.context - min(replies * reply, info.context // 2)
    return max(_LEAST, min(settings.context_tokens, int(_OF_FREE * free)))


def read(project: Project, files: Listing, base: Baseline, text: str, told: Told | None = None) -> Read:
    """Map and rank the private copy of a project for what is asked. Blocking; seconds where it is large.

    ``told`` is told of how many files are read and how many there are.
    """
    hints = Hints(
        text=text,
        failures="\n".join(said for _, said in project.failures[:_FAILURES]),
        places=base.places[:_PLACES],
        targets=project.targets,
        tests=tuple(_placed(test, project.runner, files) for test in project.required[:_FAILURES]),
    )
    repository = map_repository(files, Path(project.base), hints=hints, told=told)
    return Read(repository, rank(repository, hints))


def telling(tell: Callable[[str], None], loop: asyncio.AbstractEventLoop) -> Told:
    """Tells how many files are read, now and then, and on the loop: they are read in a thread."""
    last = time.monotonic()

    def told(number: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_SECONDS:
            last = time.monotonic()
            loop.call_soon_threadsafe(tell, f"reading the files: {number:,} of {total:,}")

    return told


def files_of(test: str, runner: str, files: Listing) -> list[str]:
    """The files that a test can lie in whose id names none by its whole path, as those of unittest do."""
    file = "" if "::" in test else known.named(runner).file_of(test)
    alike = files.by_name.get(file.rpartition("/")[2], ()) if file else ()
    same = [path for path in alike if f"/{path}".endswith(f"/{file}")]
    return [file] if file in same else same


def _placed(test: str, runner: str, files: Listing) -> str:
    """A test as ``file::name``; its id where its file is not known."""
    found = files_of(test, runner, files)
    return f"{found[0]}::{test}" if len(found) == 1 else test


def packed(found: Read, room: int, size: float = _BYTES) -> Packed:
    """At most ``room`` tokens of it, where one has about ``size`` bytes."""

    def count(text: str) -> int:
        return math.ceil(len(text.encode("utf-8", "replace")) / size)

    return pack(found.repository, found.ranked, room, count)


async def fitted(engine: Engine, found: Read, room: int) -> Packed:
    """At most ``room`` tokens of it as the model counts them. Raises: EngineError."""
    first = packed(found, room)
    if not first.text:
        return first
    counted = await engine.count((Message(role="user", content=first.text),))
    size = len(first.text.encode("utf-8", "replace")) / max(1, counted.tokens)
    near = abs(size - _BYTES) <= _NEAR * _BYTES and counted.tokens <= room
    return first if near else packed(found, int(_SPARE * room), size)


def meant(repository: RepositoryMap, text: str) -> tuple[str, ...]:
    """The function that the text asks for, as a target, where exactly one file defines it; else none."""
    name = read_problem(text).entry_point
    places = [
        path
        for path, known in repository.files.items()
        if name and known.outline and any(each.qualified == name for each in known.outline.definitions)
    ]
    return (f"{places[0]}::{name}",) if len(places) == 1 else ()


def function_of(project: Project) -> str:
    """The Python function that the change is about, where the person named one alone; else empty."""
    if len(project.targets) != 1:
        return ""
    path, _, symbol = project.targets[0].partition("::")
    return symbol if path.endswith(".py") else ""
