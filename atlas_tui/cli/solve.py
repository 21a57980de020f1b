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


def solve(
    problem: Annotated[
        str, typer.Argument(help="A problem file, or - for standard input.", show_default=False)
    ],
    target: Annotated[str, typer.Option(help="File in the working tree that the solution is for.")] = "",
    apply: Annotated[bool, typer.Option("--apply", help="Write the choice into the target.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every event as one JSON object a line.")
    ] = False,
    model: Annotated[str, typer.Option(help="A GGUF file instead of the configured model.")] = "",
    seed: Annotated[int | None, typer.Option(help="Seed of every draw; 0 takes a new one.")] = None,
    candidates: Annotated[int | None, typer.Option(help="How many candidates (1 to 3).")] = None,
    plan: Annotated[
        bool | None, typer.Option("--plan/--no-plan", help="Observe and plan before coding.")
    ] = None,
    repair_rounds: Annotated[int | None, typer.Option(help="Repair rounds (0 or 1).")] = None,
) -> None:
    """Solve a problem and print the chosen program; progress goes to standard error.

    Exit codes: 0 the choice passed all samples; 2 bad input; 3 not verified; 4 no candidate; 5 refused;
    70 our fault; 130 cancelled.
    """
    if apply and not target:
        raise InputError("--apply needs --target", "it is not known where to write", "add --target PATH")
    chosen = load_settings(model, seed, candidates=candidates, plan=plan, repair_rounds=repair_rounds)
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
        if apply and base is not None and out.chosen is not None:
            applied = _apply(runtime, base, out.chosen, read.entry_point, out.session)
            out.show(applied)
            runtime.store.append(out.session, applied)
        return out.exit_code
    finally:
        await runtime.close()


def _apply(runtime: Runtime, base: Base, chosen: Chosen, entry_point: str, session: str) -> Applied:
    """Write the choice. Raises: Refused, with nothing changed."""
    return runtime.workspace.apply(base, runtime.workspace.place(base, chosen.code, entry_point), session)
