"""What a model is shown of a repository: the files that matter most, as many as there is room for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.engine.base import Engine, Message
from atlas_tui.problem import Project
from atlas_tui.project.baseline import Baseline
from atlas_tui.project.listing import Listing
from atlas_tui.project.mapping import RepositoryMap, map_repository
from atlas_tui.project.packing import Packed, pack
from atlas_tui.project.ranking import Hints, Ranked, rank
from atlas_tui.solver.read import read_problem

_BYTES = 3.0
"""Of text for one token, before it was measured on this model."""
_NEAR = 0.1
"""By how much the measured number may differ before the text is packed again."""
_SPARE = 0.97
"""Of the room: the whole may have a few tokens more than its pieces."""


@dataclass(frozen=True, slots=True)
class Read:
    """A repository, ranked for a problem."""

    repository: RepositoryMap
    ranked: Sequence[Ranked]


def read(project: Project, files: Listing, base: Baseline, text: str) -> Read:
    """Map and rank the private copy of a project for what is asked. Blocking; seconds where it is large."""
    repository = map_repository(files, Path(project.base))
    hints = Hints(
        text=text,
        failures="\n".join(said for _, said in project.failures),
        places=base.places,
        targets=project.targets,
        tests=project.required,
    )
    return Read(repository, rank(repository, hints))


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
