"""Wrong programs for the repair task: made from right ones, and really run on the samples."""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode, Sample
from training.problems.catalog import ENDS, STEPS, draw_params
from training.problems.generate import Generated, twin_of, without
from training.problems.inputs import trace
from training.problems.program import LAYOUTS, Composition, Frame, Link, source_code


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """A wrong program and the first sample it fails."""

    code: str
    verdict: Verdict
    sample: Sample
    printed: str = ""
    stderr: str = ""


_MOST_LINES = 20_000


class Endless(Exception):
    """A run took more lines than any right solution needs."""


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Count executed lines, not time: what is generated must not depend on the speed of the machine."""
    left = _MOST_LINES

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Endless
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


def run_trusted(code: str, made_by: Frame, given: str) -> str:
    """Run code that this package rendered (never a model's) in this process; what it printed or returned.

    Raises: whatever the code raises.
    """
    space: dict[str, object] = {"__name__": "solution"}
    if made_by.mode is Mode.FUNCTION:
        exec(code, space)
        return json.dumps(space[made_by.name](*json.loads(given)))  # type: ignore[operator]
    old, sys.stdin = sys.stdin, io.StringIO(given)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, space)
        return out.getvalue()
    finally:
        sys.stdin = old


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


def _wrong_code(rng: random.Random, made: Generated, approaches: Sequence[int]) -> str | None:
    right = made.composition
    draw = rng.random()
    if draw < 0.2:
        code = source_code(right, made.frame, approaches)
        # A slip in a while loop may never end, and this process runs it.
        return None if "while" in code else _slip(rng, code)
    if draw < 0.27 and made.frame.mode is Mode.PROGRAM:
        return source_code(right, _wrong_frame(rng, made), approaches)
    wrong = _wrong_composition(rng, right)
    # One that grows beyond the limits of our problems could run for ever.
    if wrong is None or any(trace(wrong, value) is None for value in made.inputs):
        return None
    approach = approaches[0]
    return source_code(wrong, made.frame, [approach] * (len(wrong.links) + 2))


def _same(printed: str, expected: str) -> bool:
    return printed.split() == expected.split()


def _first_failure(code: str, made: Generated) -> FailedAttempt | None:
    try:
        compile(code, "solution", "exec")
    except SyntaxError as error:
        told = f"line {error.lineno}, column {error.offset}: {error.msg}"
        return FailedAttempt(code, Verdict.CE, made.problem.samples[0], stderr=told)
    for sample in made.problem.samples:
        try:
            with _bounded():
                printed = run_trusted(code, made.frame, sample.given)
        except Endless:
            return None
        except Exception as error:  # noqa: BLE001 - a made-up program may raise anything; it becomes evidence
            return FailedAttempt(code, Verdict.RE, sample, stderr=f"{type(error).__name__}: {error}")
        if not _same(printed, sample.expected):
            return FailedAttempt(code, Verdict.WA, sample, printed=printed)
    return None


def wrong_attempt(rng: random.Random, made: Generated, approaches: Sequence[int]) -> FailedAttempt | None:
    """A program that fails at least one sample, or None when none was found."""
    for _ in range(6):
        code = _wrong_code(rng, made, approaches)
        if code is not None and (failed := _first_failure(code, made)) is not None:
            return failed
    return None
