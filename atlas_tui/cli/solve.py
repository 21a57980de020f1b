"""``atlas-tui solve``: the whole walk without a terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui.cli.inputs import load_settings, problem_text
from atlas_tui.cli.plain import plain
from atlas_tui.cli.transcript import Transcript
from atlas_tui.errors import InputError, Refused
from atlas_tui.events import Applied, Chosen
from atlas_tui.settings import Settings

if TYPE_CHECKING:
    from atlas_tui.solver.runtime import Runtime
    from atlas_tui.workspace import Base


Problem = Annotated[str, typer.Argument(help="A problem file, or - for standard input.", show_default=False)]
Target = Annotated[str, typer.Option(help="File in the working tree that the solution is for.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write the choice into the target.")]
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
    problem: Problem,
    target: Target = "",
    apply: Apply = False,
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
    """Solve a problem and print the chosen program; progress goes to standard error.

    What is there when it is cancelled is printed as well, but never written into the target.

    Exit codes: 0 the choice passed all samples; 2 bad input; 3 not verified; 4 no candidate; 5 refused;
    70 our fault; 130 cancelled.
    """
    if apply and not target:
        raise InputError("--apply needs --target", "it is not known where to write", "add --target PATH")
    solver: dict[str, object] = {"arm": arm, "candidates": candidates, "plan": plan, "thinking": thinking}
    solver |= {"repair_rounds": repair_rounds, "most_tokens": most_tokens, "most_seconds": most_seconds}
    chosen = load_settings(model, seed, **solver)
    raw = problem_text(problem)
    code = asyncio.run(_solve(chosen, raw, problem, target, apply, as_json))
    sys.exit(code)


async def _solve(settings: Settings, raw: bytes, source: str, target: str, apply: bool, as_json: bool) -> int:
    from atlas_tui.solver.runtime import Runtime

    runtime = Runtime(settings, Path.cwd())
    out = Transcript(as_json)
    for sentence in runtime.workspace.recovered:
        sys.stderr.write(plain(sentence) + "\n")
    try:
        read = runtime.read(raw, source)
        # Taken before the work: an unusable target is told at once, one that changes meanwhile is kept.
        base = runtime.workspace.base(target) if target else None
        if apply and base is not None and base.confirm:
            # Nobody is asked here: it would be refused after all the work.
            raise Refused(f"{base.path} is not written", base.confirm, "choose another target")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, runtime.cancel)
        async for event in runtime.solve(read, target):
            out.show(event)
        out.close()
        if apply and base is not None and out.chosen is not None and out.finished:
            applied = _apply(runtime, base, out.chosen, read.entry_point, out.session)
            out.show(applied)
            runtime.store.append(out.session, applied)
        return out.exit_code
    finally:
        await runtime.close()


def _apply(runtime: Runtime, base: Base, chosen: Chosen, entry_point: str, session: str) -> Applied:
    """Write the choice. Raises: Refused, with nothing changed."""
    return runtime.workspace.apply(base, runtime.workspace.place(base, chosen.code, entry_point), session)
