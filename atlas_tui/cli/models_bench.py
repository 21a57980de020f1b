"""``atlas-tui models bench``: how fast the model is here, and whether guessing ahead pays."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import statistics
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.engine.measuring import SpeculationReport


def bench(
    model: Annotated[
        str, typer.Argument(help="A name of the catalog or a path; the model in use if not given.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure the model: tokens per second, and what guessing tokens ahead gains.

    What it finds is kept, and decides what `model.speculation = "auto"` does with this model.
    """
    from atlas_tui.engine import measuring

    settings = load_settings(model)
    if settings.remote.base_url and not model:
        raise InputError(
            "A server is not measured",
            f"remote.base_url is set to {settings.remote.base_url}",
            "name a model file, or measure the server with its own tools",
        )

    def tell(text: str) -> None:
        sys.stderr.write(plain(text) + "\n")

    report = asyncio.run(measuring.measure(settings.model, tell))
    measuring.store(report)
    if as_json:
        row = dataclasses.asdict(report)
        row |= {"lookup_gain": report.gain(measuring.LOOKUP), "draft_gain": report.gain(measuring.DRAFT)}
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(plain("\n".join(table(report))) + "\n")


def table(report: SpeculationReport) -> list[str]:
    """The report in lines of words and numbers."""
    lines = [f"{report.model}  on {report.device}", "", f"prompt reading    {report.prefill:10,.1f} tokens/s"]
    for streams, rate in report.decode:
        name = f"{streams} stream{'' if streams == 1 else 's'}"
        lines.append(f"{name:17} {rate:10,.1f} tokens/s")
    lines += ["", "one stream, tokens/s; the gain is the median of the rounds, least to most in brackets"]
    for one in report.modes:
        lines.append(f"guessing {one.mode}")
        lines.append(_line("repair-like text", one.repair, one.repair_accepted, one.repair_ratios))
        lines.append(_line("other text", one.other, one.other_accepted, one.other_ratios))
    return [*lines, *(f"note: {note}" for note in report.notes)]


def _line(name: str, rate: float, accepted: float | None, ratios: tuple[float, ...]) -> str:
    line = f"  {name:17} {rate:10,.1f}"
    if not ratios:
        return line
    guesses = "none guessed" if accepted is None else f"{accepted:.0%} accepted"
    gain = (
        f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})"
        if accepted
        else "no gain told"
    )
    return f"{line}  {guesses:14}  {gain}"
