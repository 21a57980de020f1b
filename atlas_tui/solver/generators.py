"""A program of the model that prints inputs, run in the sandbox and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from atlas_tui.engine.base import Finished
from atlas_tui.events import Dropped, Event, InputsWritten, Part, Stage, Verdict
from atlas_tui.problem import Limits, Problem
from atlas_tui.sandbox.base import Job, Policy, Ran, Tier
from atlas_tui.solver import prompting_more
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.solver.layouts import Layout, key, layout_of
from atlas_tui.solver.sample_shape import Shape
from atlas_tui.syntax import extract

COUNT = 12
"""Inputs a program is asked for."""
MOST = 16
"""Most inputs that are taken."""
CHARACTERS = 2000
"""Most characters of one input."""
LIMITS = Limits(cpu_seconds=2.0, wall_seconds=6.0, memory_bytes=256 << 20, output_bytes=256 << 10)
MARK = "====="
"""The line that a program prints before each multi-line input."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed, cut into inputs and looked through."""

    inputs: tuple[str, ...]
    dropped: tuple[Dropped, ...]


async def write_generator(
    kit: Kit, problem: Problem, *, tokens: int = 0, thinking: int = 0, most: int = MOST
) -> AsyncIterator[Event]:
    """Ask for a program that prints inputs and run it; ends with ``InputsWritten``.

    ``tokens`` is the budget of the program, 0 that of a solution. Without isolation nothing is run.
    """
    label = "inputs"
    messages = prompting_more.generator(problem, COUNT, CHARACTERS)
    request = kit.code_request(label, messages, "inputs", thinking=thinking)
    request = replace(request, max_tokens=tokens or request.max_tokens, embed=())
    finished: Finished | None = None
    async for item in stream(kit, Stage.EVIDENCE, Part.INPUTS, [request], {label: ""}):
        if isinstance(item, Finished):
            finished = item
        else:
            yield item
    if finished is not None:
        yield await _from_reply(kit, problem, finished, most)


async def _from_reply(kit: Kit, problem: Problem, finished: Finished, most: int) -> InputsWritten:
    program = extract(finished.text)
    if program.error or not program.code:
        return InputsWritten(inputs=(), code=program.code, why=program.error or "no code in the reply")
    return await run_generator(kit, problem, program.code, most=most)


async def run_generator(kit: Kit, problem: Problem, code: str, *, most: int = MOST) -> InputsWritten:
    """Run a program that prints inputs, under the strict policy and ``LIMITS``, and take what fits.

    The same program prints the same inputs in the same run: its random numbers begin at the run's seed.
    """
    isolation = await kit.sandbox.probe()
    if isolation.tier is Tier.NONE:
        return InputsWritten(inputs=(), code=code, why=f"not run: {isolation.why}")
    ran = await kit.sandbox.run(
        Job(source=_seeded(code, kit.seed), limits=LIMITS, policy=Policy.STRICT, group="inputs")
    )
    whole = ran.verdict is Verdict.OK and not ran.facts.cut
    found = inputs_in(problem, ran.stdout.decode("utf-8", "replace"), whole=whole, most=most)
    return InputsWritten(
        inputs=found.inputs, code=code, verdict=ran.verdict, why=_why(ran, found), dropped=found.dropped
    )


def _seeded(code: str, seed: int) -> str:
    if "__future__" in code:
        return code  # such an import must come first
    return f"import random; random.seed({seed})\n{code}"


def inputs_in(problem: Problem, text: str, *, whole: bool = True, most: int = MOST) -> Printed:
    """The inputs in what a program printed: new ones, of the samples' shape and bounded in size. Pure.

    Of one that did not end well (``whole`` is false), the last input may be cut and is left out.
    """
    pieces = _blocks(text) if layout_of(problem) is Layout.STDIN else text.splitlines()
    dropped: Counter[str] = Counter()
    if not whole and pieces:
        pieces = pieces[:-1]
        dropped["cut off"] += 1
    shape, kept = Shape(problem), list[str]()
    seen = {key(problem, sample.given) for sample in problem.samples}
    for piece in filter(str.strip, pieces):
        name = key(problem, piece)
        if len(piece) > CHARACTERS:
            dropped["too large"] += 1
        elif fault := shape.fault(piece):
            dropped[fault] += 1
        elif name in seen:
            dropped["a sample, or the same input again"] += 1
        elif len(kept) >= most:
            dropped["more than are used"] += 1
        else:
            seen.add(name)
            kept.append(piece)
    told = tuple(Dropped(why=why, number=number) for why, number in sorted(dropped.items()))
    return Printed(tuple(kept), told)


def _blocks(text: str) -> Sequence[str]:
    """The texts after each mark; a program that prints none has printed one input at most."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if line.strip() == MARK:
            blocks.append([])
        elif blocks:
            blocks[-1].append(line.rstrip())
        elif line.strip():
            blocks.append([line.rstrip()])
    return ["\n".join(block).strip("\n") + "\n" for block in blocks]


def _why(ran: Ran, found: Printed) -> str:
    """Why there are none, or not all; empty when it went well."""
    last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    match ran.verdict:
        case Verdict.OK:
            return "" if found.inputs else "it printed no input of the samples' shape"
        case Verdict.TLE:
            return "it took too long"
        case Verdict.MLE:
            return "it used too much memory"
        case Verdict.OLE:
            return "it printed too much"
    return f"it ended with {last[0][:200] if last else 'an error'}"
