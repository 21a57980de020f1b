"""What is cut, and in which order, where a prompt would leave the model no room to answer.

What is shown of the repository is chosen to fit when it is opened. The text of the problem is cut next, once
and for all prompts, since they all begin with it; what a repair is told comes last, each time anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from atlas_tui.engine.base import Engine, Message
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting

OF_TEXT = 4
"""The text of a problem may take one part in so many of the context."""
_LEAST_TEXT = 400
"""Characters of the text that are always shown."""
_SPARE = 0.9
"""Of the room: the tokens of another part of the text may be shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much a repair is told at most."""

    diff: int = 6_000
    """Characters of the change."""
    failures: int = 2
    detail: int = 1_600
    """Characters of what a test said."""
    places: int = 2
    """Places of which the code is shown."""
    tried: bool = True
    """The last change that did not help is told as well."""
    left_out: str = ""
    """What is missing of the whole, in words."""


WHOLE = Extent()
EXTENTS = (
    WHOLE,
    Extent(tried=False, left_out="earlier repairs"),
    Extent(tried=False, places=0, left_out="earlier repairs and the code around the lines that failed"),
    Extent(
        tried=False, places=0, failures=1, detail=600,
        left_out="earlier repairs, code, and most of what tests said",
    ),
    Extent(
        tried=False, places=0, failures=1, detail=300, diff=1_500,
        left_out="earlier repairs, code, most of what tests said, and the middle of the change",
    ),
)  # fmt: skip
"""From everything to the least, in the order in which things are left out."""


async def first_that_fits(
    engine: Engine, problem: Problem, asked: Callable[[Extent], tuple[Message, ...]], reply: int
) -> tuple[tuple[Message, ...], Extent]:
    """The first prompt that leaves ``reply`` tokens of the context, or the last, and its extent. Of programs,
    which have none, it is the whole.

    Raises: EngineError.
    """
    info = engine.info
    if problem.project is None or info is None or not info.context:
        return asked(WHOLE), WHOLE
    for extent in EXTENTS[:-1]:
        found = asked(extent)
        counted = await engine.count(found)
        if counted.tokens + min(reply, info.context // OF_TEXT) <= info.context:
            return found, extent
    return asked(EXTENTS[-1]), EXTENTS[-1]


async def shortened(engine: Engine, problem: Problem) -> Problem:
    """The problem with as much of its text as the model can be shown; the whole stays in it.

    Raises: EngineError.
    """
    info = engine.info
    if problem.project is None or info is None or not info.context:
        return problem
    text = problem.statement.strip()
    counted = await engine.count((Message(role="user", content=text),))
    most = info.context // OF_TEXT
    if counted.tokens <= most:
        return problem
    kept = max(_LEAST_TEXT, int(len(text) * _SPARE * most / counted.tokens))
    note = f"the text is too long for this model: it is shown the first and the last {kept // 2:,} characters"
    project = replace(problem.project, told=prompting.shorten(text, kept))
    return replace(problem, project=project, notes=(*problem.notes, note))
