"""The bundled model on held-out problems, through the solver as the app runs it.

    python -m training.evaluate --problems 200

Two arms on the same problems: ``single`` (one plain sample) and ``solver`` (observations, three plans, three
candidates, samples, agreement, one repair round). Hidden tests are run at the end and only score. Results go
to a file of JSON lines in ``training/runs/``; the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Engine
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.events import CandidateReady, Chosen, Failed, Usage, Verdict
from atlas_tui.problem import Problem, Sample
from atlas_tui.sandbox import LocalSandbox, judge
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver.evidence import job
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.solve import solve
from training.problems.generate import Generated, problems
from training.statistics import paired_difference, wilson

ROOT = Path(__file__).resolve().parent
SEED = 20_270
ARMS = {
    "single": SolverSettings(candidates=1, plan=False, repair_rounds=0),
    "solver": SolverSettings(),
}


@dataclass(slots=True)
class Walk:
    """What one run of the solver came to."""

    chosen: str = ""
    samples_passed: bool = False
    first: dict[str, str] = field(default_factory=dict)
    """The code of each candidate before repair."""
    rounds: int = 0
    tokens: int = 0
    failed: str = ""


async def walk(
    engine: Engine, sandbox: Sandbox, settings: SolverSettings, problem: Problem, seed: int
) -> Walk:
    """Run the solver once and fold its events."""
    kit = Kit(engine=engine, sandbox=sandbox, settings=settings, seed=seed)
    found, codes = Walk(), dict[tuple[str, int], str]()
    async for event in solve(kit, problem):
        match event:
            case CandidateReady():
                codes[event.candidate, event.round] = event.code
                found.rounds = max(found.rounds, event.round)
                if event.round == 0:
                    found.first[event.candidate] = event.code
            case Chosen():
                found.chosen = codes[event.candidate, event.round]
                found.samples_passed = 0 < event.samples == event.passed
            case Usage():
                found.tokens += event.tokens_out
            case Failed():
                found.failed = f"{event.what}: {event.why}"
    return found


async def passes(sandbox: Sandbox, problem: Problem, code: str, tests: Sequence[Sample]) -> bool:
    """Whether the code is right on every hidden test; it stops at the first that it fails."""
    if not code:
        return False
    for test in tests:
        ran = await sandbox.run(job(problem, code, test.given))
        if judge(ran, test.expected, problem.mode) is not Verdict.OK:
            return False
    return True


async def score(engine: Engine, sandbox: Sandbox, arm: str, number: int, made: Generated) -> dict[str, Any]:
    """One problem in one arm, as a row of the result file."""
    problem = read_problem(made.problem.statement)
    tests = made.hidden(random.Random(SEED + number))
    started = time.monotonic()
    found = await walk(engine, sandbox, ARMS[arm], problem, zlib.crc32(f"{arm}/{number}".encode()) or 1)
    seconds = time.monotonic() - started
    verdicts = {
        code: await passes(sandbox, problem, code, tests) for code in {found.chosen, *found.first.values()}
    }
    return {
        "number": number,
        "arm": arm,
        "composition": made.composition.key(),
        "steps": len(made.composition.links),
        "family": made.composition.source.name.lower(),
        "mode": str(problem.mode),
        "open": any(link.open for link in made.composition.links),
        "passed": verdicts[found.chosen],
        "samples_passed": found.samples_passed,
        "candidates": [verdicts[code] for code in found.first.values()],
        "rounds": found.rounds,
        "tokens": found.tokens,
        "seconds": round(seconds, 3),
        "failed": found.failed,
    }


def held_out_problems(count: int) -> list[Generated]:
    """The first ``count`` held-out problems of the evaluation's seed, no composition twice."""
    found: dict[str, Generated] = {}
    for made in problems(SEED, held=True):
        found.setdefault(made.composition.key(), made)
        if len(found) == count:
            break
    return list(found.values())


async def run(options: argparse.Namespace, path: Path) -> list[dict[str, Any]]:
    """Score what is not yet in ``path``; give all its rows."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(row["number"], row["arm"]) for row in rows}
    engine = LlamaEngine(ModelSettings(path=str(options.model), threads=options.threads, gpu_layers=0))
    sandbox = LocalSandbox(SandboxSettings())
    try:
        with path.open("a") as out:
            for number, made in enumerate(held_out_problems(options.problems)):
                for arm in ARMS:
                    if (number, arm) not in done:
                        rows.append(await score(engine, sandbox, arm, number, made))
                        print(json.dumps(rows[-1]), file=out, flush=True)
    finally:
        await asyncio.gather(engine.close(), sandbox.close())
    return [row for row in rows if row["number"] < options.problems]


def _line(name: str, passed: Sequence[bool]) -> str:
    low, high = wilson(sum(passed), len(passed))
    share = 100 * sum(passed) / max(1, len(passed))
    return f"{name:<34} {sum(passed):>4}/{len(passed):<4} {share:5.1f} %  [{100 * low:.1f}, {100 * high:.1f}]"


def report(rows: Sequence[dict[str, Any]]) -> str:
    """The table, with 95 % intervals (Wilson; paired bootstrap for the difference)."""
    by = {arm: {row["number"]: row for row in rows if row["arm"] == arm} for arm in ARMS}
    both = sorted(by["single"].keys() & by["solver"].keys())
    single = [by["single"][number]["passed"] for number in both]
    solver = [by["solver"][number]["passed"] for number in both]
    planned = [by["solver"][number]["candidates"][:1] == [True] for number in both]
    oracle = [any(by["solver"][number]["candidates"]) for number in both]
    lines = [
        _line("single shot (one plain sample)", single),
        _line("best of three with repair (solver)", solver),
        _line("  first planned candidate alone", planned),
        _line("  any of three right (no repair)", oracle),
    ]
    gain, low, high = paired_difference(single, solver)
    lines.append(
        f"difference {100 * gain:+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}] (paired bootstrap)"
    )
    for key in ("steps", "family", "mode", "open"):
        for value in sorted({by["single"][number][key] for number in both}):
            some = [i for i, number in enumerate(both) if by["single"][number][key] == value]
            one, three = sum(single[i] for i in some), sum(solver[i] for i in some)
            lines.append(f"{key:>8} {value!s:<9} n={len(some):<4} single {one:>3}  solver {three:>3}")
    for arm in ARMS:
        some_rows = [by[arm][number] for number in both]
        seconds = sorted(row["seconds"] for row in some_rows)
        tokens = sum(row["tokens"] for row in some_rows) / max(1, len(both))
        lines.append(f"{arm}: median {seconds[len(seconds) // 2]:.2f} s, {tokens:.0f} tokens a problem")
    broken = sum(bool(row["failed"]) for row in rows)
    return "\n".join([*lines, f"runs that failed for another reason than the answer: {broken}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--model", type=Path, default=bundled_model_path())
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    digest = hashlib.sha256(options.model.read_bytes()).hexdigest()[:12]
    path = ROOT / "runs" / f"evaluation-{digest}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    print(report(asyncio.run(run(options, path))))


if __name__ == "__main__":
    main()
