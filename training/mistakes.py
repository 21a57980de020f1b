"""Wrong programs for the tasks after coding: made from right ones, and really run on the samples."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas_tui.events import FailureClass
from atlas_tui.problem import Mode
from atlas_tui.solver.board import Attempt
from training.problems.catalog import ENDS, STEPS, draw_params
from training.problems.generate import Generated, twin_of, without
from training.problems.inputs import trace
from training.problems.program import LAYOUTS, Composition, Frame, Link, source_code
from training.running import attempted


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong program that was run, and what is wrong about it."""

    attempt: Attempt
    failure: FailureClass
    wrong: Composition | None = None
    """What it does instead, where that is another composition; None for a slip of the pen."""

    @property
    def code(self) -> str:
        return self.attempt.ready.code


def _other_step(rng: random.Random, link: Link) -> Link:
    alike = [s for s in STEPS.values() if s.source is link.step.source and s.target is link.step.target]
    step = rng.choice(alike)
    return Link(step, draw_params(rng, step.params))


def _wrong_composition(rng: random.Random, right: Composition) -> Composition | None:
    """One step changed, dropped or moved, or another result."""
    links = list(right.links)
    index = rng.randrange(len(links))
    link = links[index]
    opened = [i for i, one in enumerate(links) if one.open]
    if opened and rng.random() < 0.6:
        return twin_of(right, rng.choice(opened))
    way = rng.choice(("twin", "params", "params", "drop", "swap", "other", "other", "result"))
    if way == "twin" and link.step.twin:
        return twin_of(right, index)
    if way == "params" and link.params:
        name = rng.choice(list(link.params))
        links[index] = replace(link, params={**link.params, name: rng.choice(link.step.params[name])})
        return replace(right, links=tuple(links))
    if way == "drop" and link.step.source is link.step.target:
        return without(right, index)
    if (
        way == "swap"
        and index
        and links[index - 1].step.source is link.step.target
        and link.step.source is link.step.target
    ):
        links[index - 1], links[index] = link, links[index - 1]
        return replace(right, links=tuple(links))
    if way == "other":
        links[index] = _other_step(rng, link)
        return replace(right, links=tuple(links))
    end = rng.choice([e for e in ENDS.values() if e.source is right.result.source])
    return replace(right, result=end, params=draw_params(rng, end.params)) if way == "result" else None


_SLIPS = (
    ("<=", "<"),
    (">=", ">"),
    (" > ", " >= "),
    (" < ", " <= "),
    ("== 0", "!= 0"),
    (" + 1", ""),
    ("- 1", ""),
    ("range(1,", "range("),
    ("[::-1]", ""),
    ("total = 0", "total = 1"),
    ("reverse=True", "reverse=False"),
    (", key=", ", kay="),
    ("append(", "add("),
    (")", ""),
    (":\n", "\n"),
    ("ys = []\n", ""),
    ("int(", "str("),
    ("xs[", "x["),
)


def _slip(rng: random.Random, code: str) -> str:
    """One small change of the text: a wrong comparison, an off-by-one, a missing import or bracket."""
    lines = code.split("\n")
    if lines[0].startswith(("import", "from")) and rng.random() < 0.4:
        return "\n".join(lines[1:]).lstrip("\n")
    fits = [(old, new) for old, new in _SLIPS if old in code]
    if not fits:
        return code
    old, new = rng.choice(fits)
    places = [match.start() for match in re.finditer(re.escape(old), code)]
    at = rng.choice(places)
    return code[:at] + new + code[at + len(old) :]


def _wrong_frame(rng: random.Random, made: Generated) -> Frame:
    return replace(made.frame, layout=rng.choice(LAYOUTS[made.composition.source]))


def _wrong_code(
    rng: random.Random, made: Generated, approaches: Sequence[int]
) -> tuple[str, FailureClass, Composition | None] | None:
    right = made.composition
    draw = rng.random()
    if draw < 0.2:
        code = source_code(right, made.frame, approaches)
        # A slip in a while loop may never end, and this process runs it.
        return None if "while" in code else (_slip(rng, code), FailureClass.EDGE, None)
    if draw < 0.25 and "print(*" in (code := source_code(right, made.frame, approaches)):
        return code.replace("print(*", "print("), FailureClass.FORMAT, None
    if draw < 0.3 and made.frame.mode is Mode.PROGRAM:
        return source_code(right, _wrong_frame(rng, made), approaches), FailureClass.FORMAT, None
    wrong = _wrong_composition(rng, right)
    # One that grows beyond the limits of our problems could run for ever.
    if wrong is None or any(trace(wrong, value) is None for value in made.inputs):
        return None
    code = source_code(wrong, made.frame, [approaches[0]] * (len(wrong.links) + 2))
    return code, FailureClass.ALGORITHM, wrong


def wrong_attempt(
    rng: random.Random, made: Generated, approaches: Sequence[int], label: str = "A", round_number: int = 0
) -> Mistake | None:
    """A program that fails at least one sample, or None when none was found."""
    for _ in range(6):
        found = _wrong_code(rng, made, approaches)
        if found is None:
            continue
        code, failure, wrong = found
        attempt = attempted(code, made, label, round_number)
        if attempt is not None and attempt.first_failure() is not None:
            return Mistake(attempt, failure, wrong)
    return None
