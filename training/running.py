"""Runs code that this package rendered, in this process, and tells what happened as the sandbox would.

A model's code is never run here.
"""

from __future__ import annotations

import contextlib
import io
import json
import linecache
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from atlas_tui.events import CandidateReady, RunFinished, Verdict
from atlas_tui.facts import Facts
from atlas_tui.problem import Mode
from atlas_tui.solver.board import Attempt
from atlas_tui.syntax import extract
from training.problems.generate import Generated
from training.problems.program import Frame

_MOST_LINES = 20_000
_FILE = "main.py"
"""What a program's file is called in the sandbox, and so in tracebacks."""


class Endless(Exception):
    """A run took more lines than any right solution needs."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a program gave."""

    printed: str = ""
    stderr: str = ""
    """The traceback; empty when it ended well."""

    @property
    def error(self) -> str:
        """The last line of the traceback."""
        return self.stderr.strip().rpartition("\n")[2]


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
    """What the code printed or returned.

    Raises: whatever the code raises.
    """
    space: dict[str, object] = {"__name__": "solution"}
    compiled = compile(code, _FILE, "exec")
    if made_by.mode is Mode.FUNCTION:
        exec(compiled, space)
        return json.dumps(space[made_by.name](*json.loads(given)))  # type: ignore[operator]
    old, sys.stdin = sys.stdin, io.StringIO(given)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compiled, space)
        return out.getvalue()
    finally:
        sys.stdin = old


def outcome(code: str, made_by: Frame, given: str) -> Outcome:
    """What one run came to, a crash included.

    Raises: Endless; SyntaxError.
    """
    try:
        with _bounded():
            return Outcome(printed=run_trusted(code, made_by, given))
    except (Endless, SyntaxError):
        raise
    except Exception as error:  # noqa: BLE001 - a made-up program may raise anything; it becomes evidence
        return Outcome(stderr=_traceback(error, code))


def _traceback(error: Exception, code: str) -> str:
    """The traceback without the frames of this package."""
    linecache.cache[_FILE] = (len(code), None, code.splitlines(keepends=True), _FILE)
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list([each for each in told.stack if each.filename == _FILE])
    return "".join(told.format(chain=False))


def attempted(code: str, made: Generated, label: str = "A", round_number: int = 0) -> Attempt | None:
    """The program with its runs on all samples, as the solver knows it; None where one would not end."""
    read = extract(f"```python\n{code}\n```", made.problem.entry_point)
    ready = CandidateReady(candidate=label, round=round_number, code=code, error=read.error)
    runs = []
    for number, sample in enumerate(made.problem.samples, 1):
        verdict, found = Verdict.CE, Outcome(stderr=read.error)
        if not read.error:
            try:
                found = outcome(code, made.frame, sample.given)
            except (Endless, SyntaxError):
                return None
            right = found.printed.split() == sample.expected.split()
            verdict = Verdict.RE if found.stderr else Verdict.OK if right else Verdict.WA
        runs.append(
            RunFinished(
                candidate=label,
                round=round_number,
                check=f"sample {number}",
                verdict=verdict,
                facts=Facts(),
                printed=found.printed,
                stderr=found.stderr,
            )
        )
    return Attempt(ready, tuple(runs))
