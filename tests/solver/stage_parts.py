"""Parts for tests of single stages: a kit on real parts, and problems."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import cast

from atlas_tui.engine.base import Engine, Finished, StopReason
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.events import CandidateReady, Event, Facts, RunFinished, Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.evidence import run_samples
from atlas_tui.solver.kit import Kit
from tests.conftest import reciter

TWICE = Problem(
    statement="Read a number and print twice the number.",
    mode=Mode.PROGRAM,
    samples=(Sample(given="3\n", expected="6\n"), Sample(given="10\n", expected="20\n")),
)
SUM = Problem(
    statement="The first line holds n. The second line holds n numbers. Print their sum.",
    mode=Mode.PROGRAM,
    samples=(Sample(given="3\n1 2 3\n", expected="6\n"), Sample(given="2\n5 5\n", expected="10\n")),
)
COUNT = Problem(
    statement="Count how often x is in items.",
    mode=Mode.FUNCTION,
    entry_point="count_items",
    signature="def count_items(items: list[int], x: int = 0) -> int:",
    samples=(
        Sample(given="[[1, 2, 1], 1]", expected="2"),
        Sample(given="[[4], 1]", expected="0"),
    ),
)
STACK = Problem(
    statement="A stack with push and top.",
    mode=Mode.FUNCTION,
    entry_point="Stack",
    samples=(Sample(given='[["Stack", "push", "top"], [[], [1], []]]', expected="[null, null, 1]"),),
)


@contextlib.asynccontextmanager
async def kit(
    replies: Sequence[str] | Mapping[str, Sequence[str]] = (), seed: int = 5, **solver: object
) -> AsyncIterator[Kit]:
    """A kit on a reciting model (none without replies) and the sandbox of this machine."""
    sandbox = LocalSandbox(SandboxSettings())
    path = str(reciter(replies)) if replies else ""
    engine = LlamaEngine(ModelSettings(path=path, gpu_layers=0)) if replies else None
    settings = SolverSettings.model_validate(solver)
    try:
        yield Kit(engine=cast(Engine, engine), sandbox=sandbox, settings=settings, seed=seed)
    finally:
        if engine is not None:
            await engine.close()
        await sandbox.close()


async def all_of(events: AsyncIterator[Event]) -> list[Event]:
    return [event async for event in events]


def reply(text: str, reason: StopReason = StopReason.END, name: str = "A") -> Finished:
    return Finished(
        id=name,
        reason=reason,
        text=text,
        thinking="",
        prompt_tokens=1,
        answer_tokens=1,
        thinking_tokens=0,
    )


def attempt(
    code: str, *runs: tuple[Verdict, str, str], label: str = "A", round_number: int = 0, error: str = ""
) -> Attempt:
    """An attempt with what its runs on samples 1, 2, … gave: verdict, printed, standard error."""
    return Attempt(
        CandidateReady(candidate=label, round=round_number, code=code, error=error),
        tuple(
            RunFinished(
                candidate=label,
                round=round_number,
                check=f"sample {number}",
                verdict=verdict,
                facts=Facts(),
                printed=printed,
                stderr=stderr,
            )
            for number, (verdict, printed, stderr) in enumerate(runs, 1)
        ),
    )


async def really_run(made: Kit, problem: Problem, code: str, round_number: int = 0) -> Attempt:
    """The program with its real runs on the samples."""
    ready = CandidateReady(candidate="A", round=round_number, code=code)
    runs = [each async for each in run_samples(made, problem, [Attempt(ready)])]
    found = sorted((run for run in runs if isinstance(run, RunFinished)), key=lambda run: run.check)
    return Attempt(ready, tuple(found))
