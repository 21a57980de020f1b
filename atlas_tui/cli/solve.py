"""``atlas-tui solve``: the whole walk without a terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from atlas_tui.cli import placing
from atlas_tui.cli.change import Asked, run_change
from atlas_tui.cli.inputs import load_settings, problem_text
from atlas_tui.cli.plain import plain
from atlas_tui.cli.transcript import Transcript
from atlas_tui.errors import AtlasError, InputError, Refused
from atlas_tui.settings import Settings

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.solver.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of the choice."""

    target: str
    """As it was named; empty: it is to be proposed."""
    apply: bool
    whole: bool
    as_json: bool


Text = Annotated[
    str,
    typer.Argument(
        help="A problem file, or - for standard input; with --repo also the text itself.", show_default=False
    ),
]
Target = Annotated[
    list[str],
    typer.Option(
        help="File in the working tree that the solution is for; one is proposed if none is named. With"
        " --repo: file, or file::name, that the change is about; may be repeated."
    ),
]
Repo = Annotated[str, typer.Option(help="A repository that is to be changed; its own tests decide.")]
Tests = Annotated[
    str,
    typer.Option(help='Its test command, such as "pytest -q tests/test_x.py"; empty: it is looked for.'),
]
MustPass = Annotated[
    list[str], typer.Option(help="A test that has to pass; without any, all that fail now. May be repeated.")
]
Allow = Annotated[
    list[str], typer.Option(help='Files that may be changed, such as "src/*.py"; may be repeated.')
]
EditTests = Annotated[bool, typer.Option("--edit-tests", help="The tests may be changed as well.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write the choice into its target or files.")]
Whole = Annotated[bool, typer.Option("--whole", help="With --apply: replace all of the target.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print every event as one JSON object a line.")]
Model = Annotated[str, typer.Option(help="A GGUF file instead of the configured model.")]
Seed = Annotated[int | None, typer.Option(help="Seed of every draw; 0 takes a new one.")]
Arm = Annotated[str | None, typer.Option(help="Parts of the method: A (one plain sample) to E (all).")]
Candidates = Annotated[int | None, typer.Option(help="How many candidates at a time (1 to 3).")]
Plan = Annotated[bool | None, typer.Option("--plan/--no-plan", help="Observe and plan before coding.")]
Thinking = Annotated[str | None, typer.Option(help="off, light, standard, hard or extreme.")]
Rounds = Annotated[int | None, typer.Option(help="Most repair rounds.")]
Tokens = Annotated[int | None, typer.Option(help="Most tokens the model writes; 0 sets no limit.")]
Seconds = Annotated[float | None, typer.Option(help="Most seconds, without loading; 0 sets no limit.")]


def solve(
    problem: Text,
    target: Target = [],  # noqa: B006 - typer makes a list of its own for each call
    repo: Repo = "",
    tests: Tests = "",
    must_pass: MustPass = [],  # noqa: B006
    allow: Allow = [],  # noqa: B006
    edit_tests: EditTests = False,
    apply: Apply = False,
    whole: Whole = False,
    as_json: AsJson = False,
    model: Model = "",
    seed: Seed = None,
    arm: Arm = None,
    candidates: Candidates = None,
    plan: Plan = None,
    thinking: Thinking = None,
    repair_rounds: Rounds = None,
    most_tokens: Tokens = None,
    most_seconds: Seconds = None,
) -> None:
    """Solve a problem and print the chosen program, or change; progress goes to standard error.

    What is there when it is cancelled is printed as well, but never written. Without --target the solution
    is for the file that defines its function, else a new one; that is told first. With --repo a change in
    that repository is asked for, and its tests decide.

    Exit codes: 0 the choice passed all samples, or tests; 2 bad input; 3 not verified; 4 no candidate;
    5 refused; 70 our fault; 130 cancelled.
    """
    if whole and not apply:
        raise InputError("Nothing would be written", "--apply is missing", "add it, or leave --whole out")
    limits = {"repair_rounds": repair_rounds, "most_tokens": most_tokens, "most_seconds": most_seconds}
    method = {"arm": arm, "candidates": candidates, "plan": plan, "thinking": thinking}
    chosen = load_settings(model, seed, **method, **limits)
    change = Asked(repo, tests, tuple(must_pass), tuple(target), tuple(allow), edit_tests)
    if change.checked.repo:
        sys.exit(asyncio.run(run_change(chosen, problem, change, apply=apply, as_json=as_json)))
    run_to_end(chosen, problem, Wanted("".join(target), apply, whole, as_json))


def run_to_end(settings: Settings, problem: str, wanted: Wanted) -> NoReturn:
    """Solve the problem in that file (``-``: standard input), then leave with the code of its outcome."""
    sys.exit(asyncio.run(_solve(settings, problem_text(problem), problem, wanted)))


async def _solve(settings: Settings, raw: bytes, source: str, wanted: Wanted) -> int:
    from atlas_tui.solver.runtime import Runtime

    runtime = Runtime(settings, Path.cwd())
    out = Transcript(wanted.as_json)
    for sentence in runtime.workspace.recovered:
        sys.stderr.write(plain(sentence) + "\n")
    try:
        read = runtime.read(raw, source)
        # Taken before the work: an unusable target is told at once, one that changes meanwhile is kept.
        target = wanted.target or _proposed(runtime, read, wanted)
        base = runtime.workspace.base(target) if target else None
        if wanted.apply and base is not None and base.confirm:
            # Nobody is asked here: it would be refused after all the work.
            raise Refused(f"{base.path} is not written", base.confirm, "choose another target")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, runtime.cancel)
        async for event in runtime.solve(read, target):
            out.show(event)
        out.close()
        if wanted.apply and base is not None and out.chosen is not None and out.finished:
            how = placing.how(wanted.whole)
            placed = runtime.workspace.place(base, out.chosen.code, read.entry_point, how)
            applied = replace(
                runtime.workspace.apply(base, placed, out.session),
                candidate=out.chosen.candidate,
                round=out.chosen.round,
            )
            out.show(applied)
            runtime.store.append(out.session, applied)
        return out.exit_code
    finally:
        await runtime.close()


def _proposed(runtime: Runtime, problem: Problem, wanted: Wanted) -> str:
    """The file that is proposed for the solution; empty where none can be and none has to be.

    Raises:
        InputError: none can be used, and it is to be written.
    """
    try:
        best = runtime.workspace.propose(problem.entry_point)[0]
        runtime.workspace.base(best.path)
    except AtlasError as error:
        if not wanted.apply:
            return ""
        why = error.why or error.what
        raise InputError("It is not known where to write", why, "add --target PATH") from error
    if not wanted.as_json:
        sys.stderr.write(plain(f"target  {best.path} ({best.kind}): {best.why}") + "\n")
    return best.path
