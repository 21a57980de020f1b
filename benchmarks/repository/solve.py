"""The whole way over every task: from its text to a change that is chosen, written and verified again.

    python benchmarks/repository/solve.py [--model FILE] [--tasks FOLDER] [--arm E] [--repair] [NAME ...]

Without a model one recites: of three replies, drawn by seed, one is the fix as pieces, the others change
nothing. With ``--repair`` the first replies change nothing that matters, or cannot be read, and only a prompt
that asks for a repair is answered with the fix. A task is *right* where all tests pass once the choice is
written into the repository, *open* where nothing was verified, and *wrong* where something was called
verified and is not, or where the repository was touched before. The last line is one JSON object; the exit
code is 0 where nothing is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from atlas_tui.errors import AtlasError
from atlas_tui.events import CandidateReady, Chosen, Event, Outcome, RunEnded
from atlas_tui.problem import Problem
from atlas_tui.project.baseline import baseline
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import SandboxSettings, Settings
from atlas_tui.solver.change.accepting import writes
from atlas_tui.solver.change.opening import Wanted
from atlas_tui.solver.runtime import Runtime
from benchmarks.repository import reciting
from benchmarks.repository.opening import ToolMissing, as_a_person, open_project
from benchmarks.repository.run import digest, own_home
from benchmarks.repository.task import TASKS, RepositoryTask, lay_out, load_all
from tests.models import make_reciter

PLAN = "- It is one mistake.\n- The tests show it.\n\nTechnique: correction\n1. Correct it.\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What came of a task."""

    name: str
    outcome: str = ""
    drawn: bool = False
    """One of the candidates changes what the fix changes."""
    passes: bool = False
    """With the choice in the repository, all tests pass."""
    untouched: bool = True
    seconds: float = 0.0
    why: str = ""
    """What kept it from being solved, in words."""

    @property
    def word(self) -> str:
        if not self.untouched or (self.outcome == Outcome.VERIFIED and not self.passes):
            return "wrong"
        return "right" if self.passes else "left out" if not self.outcome else "open"


async def solve_one(task: RepositoryTask, folder: Path, settings: Settings) -> Solved:
    """Solve the task in a repository of its own below ``folder``."""
    begun = time.monotonic()
    root = lay_out(task, folder)
    was, runtime = digest(root), Runtime(settings, root)
    try:
        open_project(task, root)
        wanted = Wanted(text=task.text, tests=task.command)
        problem = await runtime.open_change(wanted, lambda line: None)
        events = [event async for event in runtime.solve(problem)]
        untouched = digest(root) == was
        _write(runtime, problem, events)
    except (AtlasError, ToolMissing) as error:
        return Solved(name=task.name, why=str(error), seconds=time.monotonic() - begun)
    finally:
        await runtime.close()
    touched = {change.path for change in task.fix()}
    attempts = [event for event in events if isinstance(event, CandidateReady)]
    return Solved(
        name=task.name,
        outcome=next(str(event.outcome) for event in events if isinstance(event, RunEnded)),
        drawn=any({file.path for file in attempt.files} == touched for attempt in attempts),
        passes=await _passes(task, root),
        untouched=untouched,
        seconds=time.monotonic() - begun,
    )


def _write(runtime: Runtime, problem: Problem, events: list[Event]) -> None:
    """Put what was chosen into the repository."""
    chosen = {(event.candidate, event.round) for event in events if isinstance(event, Chosen)}
    for event in events:
        if isinstance(event, CandidateReady) and (event.candidate, event.round) in chosen and event.files:
            runtime.workspace.apply_all(writes(runtime.workspace, problem, event), "", confirmed=True)


async def _passes(task: RepositoryTask, root: Path) -> bool:
    sandbox = LocalSandbox(SandboxSettings())
    try:
        found = await baseline(sandbox, open_project(task, root))
    finally:
        await sandbox.close()
    return not (found.fault or found.required or found.flaky)


def _settings(task: RepositoryTask, given: argparse.Namespace, folder: Path) -> Settings:
    path = given.model or make_reciter(folder / f"{task.name}.gguf", _replies(task, given.repair))
    # To draw others would not help a model that knows these replies alone.
    more = {"resamples": 0, "think_more": 0} if given.repair else {}
    model = {"path": str(path), "gpu_layers": 0}
    return Settings.model_validate({"model": model, "solver": {"seed": 1, "arm": given.arm, **more}})


def _replies(task: RepositoryTask, repair: bool) -> dict[str, tuple[str, ...]]:
    """What the reciting model answers, by what its prompt holds."""
    fix = reciting.pieces(task)
    if not repair:
        return {"": (PLAN + fix, PLAN + "It is right as it stands.", PLAN + "No idea.")}
    return {
        "What kind of mistake": ("Kind: algorithm",),
        "First write one line": (f"Mistake: it is found.\n{fix}",),
        "": (PLAN + reciting.remarked(task), PLAN + reciting.spoilt(task)),
    }


def _print_row(solved: Solved) -> None:
    print(f"{solved.word:<8} {solved.name:<18} {solved.outcome:<12} {solved.seconds:>6.1f} s", flush=True)
    if solved.why:
        print(f"         {solved.why}", flush=True)


async def main(tasks: list[RepositoryTask], given: argparse.Namespace) -> int:
    told = []
    with own_home() as folder, as_a_person():
        for task in tasks:
            (folder / task.name).mkdir()
            told.append(await solve_one(task, folder / task.name, _settings(task, given, folder)))
            _print_row(told[-1])
    words = [one.word for one in told]
    counts = {word: words.count(word) for word in ("right", "open", "wrong", "left out")}
    print(json.dumps({**counts, "tasks": [asdict(one) for one in told]}))
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--tasks", type=Path, default=TASKS)
    parser.add_argument("--model", default="")
    parser.add_argument("--arm", default="E")
    parser.add_argument("--repair", action="store_true")
    given = parser.parse_args()
    found = [task for task in load_all(given.tasks) if not given.names or task.name in given.names]
    sys.exit(asyncio.run(main(found, given)))
