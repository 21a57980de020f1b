"""The arms of the method on held-out problems, with the bundled model, through the solver as the app runs it.

    python -m training.evaluate --problems 200
    python -m training.evaluate --shard 1/2 & python -m training.evaluate --shard 2/2
    python -m training.evaluate --report

Arms A to E of ``atlas_tui/solver/arms.py``, and B again with other draws: what differs between those two is
noise. All other arms draw with the seed of the problem, so that what they share is the same. Hidden tests are
run at the end and only score.

Rows go to files of JSON lines in ``training/runs/``, named by the model and the prompts; the same command
goes on where it stopped. A change of the solver's code does not show in the names: delete the files after
one.
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
from dataclasses import asdict, dataclass, field
from pathlib import Path

from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Engine
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.events import Chosen, Failed, NextStep, Usage, Verdict
from atlas_tui.problem import Problem, Sample
from atlas_tui.sandbox import LocalSandbox, judge
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver import arms as method, prompting
from atlas_tui.solver.board import Board
from atlas_tui.solver.evidence import job
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.solve import solve
from training.evaluation_report import AGAIN, Row, report
from training.problems.generate import Generated, problems

FOLDER = Path(__file__).resolve().parent / "runs"
SEED = 20_270
UNSCORED = "a program could not be scored: the sandbox failed on a hidden test"
ARMS = {name: SolverSettings(arm=name) for name in method.ARMS} | {AGAIN: SolverSettings(arm="B")}


def seed_of(arm: str, number: int) -> int:
    """The seed of a run: of the problem alone, but for the arm that is run again."""
    place = f"again/{number}" if arm == AGAIN else f"{number}"
    return zlib.crc32(place.encode()) or 1  # 0 would ask for a new one


@dataclass(slots=True)
class Walk:
    """What one run of the solver came to."""

    board: Board = field(default_factory=Board)
    chosen: Chosen | None = None
    taken: list[str] = field(default_factory=list)
    tokens: int = 0
    seconds: float = 0.0
    failed: str = ""

    def codes(self, *, repairs: bool) -> list[str]:
        """The programs of all first attempts, or of all corrections, kept or not."""
        attempts = [each for label in sorted(self.board.history) for each in self.board.history[label]]
        return [each.ready.code for each in attempts if (each.ready.round > 0) is repairs]

    def repairs(self) -> dict[tuple[str, int], bool]:
        """For each judged correction whether it was kept; a stage that began again tells it twice."""
        return {(each.candidate, each.round): each.kept for each in self.board.repairs}


async def walk(kit: Kit, problem: Problem) -> Walk:
    """Run the solver once and fold its events."""
    found, started = Walk(), time.monotonic()
    async for event in solve(kit, problem, found.board):
        match event:
            case Chosen():
                found.chosen = event
            case NextStep():
                found.taken.append(event.step)
            case Usage():
                found.tokens += event.tokens_out
            case Failed():
                found.failed = f"{event.what}: {event.why}"
    found.seconds = time.monotonic() - started
    return found


@dataclass(slots=True)
class Scorer:
    """The hidden tests of one problem. A program is run on them once, whichever arms wrote it."""

    sandbox: Sandbox
    problem: Problem
    tests: Sequence[Sample]
    unscored: set[str] = field(default_factory=set)
    """Programs that count as wrong because the sandbox failed on them."""
    known: dict[str, bool] = field(default_factory=lambda: {"": False})

    async def right(self, code: str) -> bool:
        """Whether the program is right on every hidden test; it stops at the first that it fails."""
        if code not in self.known:
            self.known[code] = bool(self.tests) and await self._passes(code)
        return self.known[code]

    async def _passes(self, code: str) -> bool:
        for test in self.tests:
            ran = await self.sandbox.run(job(self.problem, code, test.given))
            verdict = judge(ran, test.expected, self.problem.mode)
            if verdict is Verdict.IE:
                self.unscored.add(code)
            if verdict is not Verdict.OK:
                return False
        return True


async def score(engine: Engine, scorer: Scorer, arm: str, number: int, made: Generated) -> Row:
    """One problem in one arm, on a model that was loaded anew.

    What the model keeps of earlier prompts changes batches, and with them now and then a draw: arms would no
    longer share what they have in common, and rows would depend on what was run before.
    """
    await engine.unload()
    await engine.load()
    kit = Kit(engine=engine, sandbox=scorer.sandbox, settings=ARMS[arm], seed=seed_of(arm, number))
    found = await walk(kit, scorer.problem)
    chosen, kept = found.chosen, found.repairs()
    first, corrected = found.codes(repairs=False), found.codes(repairs=True)
    candidates = [await scorer.right(code) for code in first]
    repairs = [await scorer.right(code) for code in corrected]
    fault = "" if scorer.unscored.isdisjoint(first + corrected) else UNSCORED
    return Row(
        number=number,
        arm=arm,
        composition=made.composition.key(),
        steps=len(made.composition.links),
        family=made.composition.source.name.lower(),
        mode=str(scorer.problem.mode),
        open=any(link.open for link in made.composition.links),
        passed=chosen is not None and await scorer.right(chosen.code),
        oracle=any(candidates + repairs),
        samples_passed=chosen is not None and 0 < chosen.samples == chosen.passed,
        state=str(chosen.state) if chosen and chosen.state else "",
        probability=chosen.probability if chosen else None,
        grade=str(chosen.grade) if chosen else "",
        candidates=candidates,
        repairs=repairs,
        repairs_tried=len(kept),
        repairs_kept=sum(kept.values()),
        taken=found.taken,
        tokens=found.tokens,
        seconds=round(found.seconds, 3),
        failed=found.failed or fault,
    )


def held_out_problems(count: int) -> list[Generated]:
    """The first ``count`` held-out problems of the evaluation's seed, no composition twice."""
    found: dict[str, Generated] = {}
    for made in problems(SEED, held=True):
        found.setdefault(made.composition.key(), made)
        if len(found) == count:
            break
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Shard:
    """The part of the problems that one process does."""

    index: int = 1
    """From 1."""
    count: int = 1

    def __contains__(self, number: int) -> bool:
        return number % self.count == self.index - 1

    @property
    def suffix(self) -> str:
        """What the name of its file ends with; nothing where it does all."""
        return f"-{self.index}-of-{self.count}" if self.count > 1 else ""


@dataclass(frozen=True, slots=True)
class Results:
    """The result files of one model and one set of prompts."""

    folder: Path
    name: str

    def path(self, shard: Shard) -> Path:
        """The file that the process of this shard writes."""
        return self.folder / f"{self.name}{shard.suffix}.jsonl"

    def rows(self) -> list[Row]:
        """All rows of all its files, each problem and arm once; a line that is still being written is not."""
        paths = [self.path(Shard()), *sorted(self.folder.glob(f"{self.name}-*-of-*.jsonl"))]
        found: dict[tuple[int, str], Row] = {}
        for path in paths:
            for line in _whole(path).splitlines():
                row = Row(**json.loads(line))
                found.setdefault((row.number, row.arm), row)
        return list(found.values())

    def mend(self, shard: Shard) -> None:
        """Take out a last line that was cut off when its process was ended."""
        path, whole = self.path(shard), _whole(self.path(shard))
        if path.exists() and path.read_text("utf-8") != whole:
            path.write_text(whole, "utf-8")


def _whole(path: Path) -> str:
    text = path.read_text("utf-8") if path.exists() else ""
    return text[: text.rfind("\n") + 1]


async def run(results: Results, model: ModelSettings, count: int, arms: Sequence[str], shard: Shard) -> None:
    """Score what is in no file yet, arm after arm of each problem."""
    results.folder.mkdir(parents=True, exist_ok=True)
    results.mend(shard)
    done = {(row.number, row.arm) for row in results.rows()}
    engine, sandbox = LlamaEngine(model), LocalSandbox(SandboxSettings())
    try:
        with results.path(shard).open("a", encoding="utf-8") as out:
            for number, made in enumerate(held_out_problems(count)):
                left = [arm for arm in arms if (number, arm) not in done]
                if number not in shard or not left:
                    continue
                tests = made.hidden(random.Random(SEED + number))
                scorer = Scorer(sandbox, read_problem(made.problem.statement), tests)
                for arm in left:
                    row = await score(engine, scorer, arm, number, made)
                    print(json.dumps(asdict(row)), file=out, flush=True)
    finally:
        await asyncio.gather(engine.close(), sandbox.close())


def arms_of(text: str) -> list[str]:
    """The arms of ``--arms``, in the order of the method.

    Raises:
        argparse.ArgumentTypeError: there is no such arm.
    """
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in ARMS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no arm is called {unknown[0]!r}: take some of {', '.join(ARMS)}")
    return [arm for arm in ARMS if arm in names]


def shard_of(text: str) -> Shard:
    """The part that ``--shard`` names, such as 1/2.

    Raises:
        argparse.ArgumentTypeError: it names none.
    """
    index, slash, count = text.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is no part of a whole: write 1/2 for the first of two")
    return Shard(int(index), int(count))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--model", type=Path, default=bundled_model_path())
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--arms", type=arms_of, default=list(ARMS), help='such as "A,E" or "B,B again"')
    parser.add_argument("--shard", type=shard_of, default=Shard(), help="1/2 does every second problem")
    parser.add_argument("--report", action="store_true", help="run nothing, report what is there")
    options = parser.parse_args()
    digest = hashlib.sha256(options.model.read_bytes()).hexdigest()[:12]
    prompts = prompting.prompt_hash()[:8]
    results = Results(FOLDER, f"evaluation-{digest}-{prompts}")
    if not options.report:
        model = ModelSettings(path=str(options.model), threads=options.threads, gpu_layers=0)
        asyncio.run(run(results, model, options.problems, options.arms, options.shard))
    rows = [row for row in results.rows() if row.number < options.problems and row.arm in options.arms]
    print(f"Model {digest}, prompts {prompts}.\n\n{report(rows)}")


if __name__ == "__main__":
    main()
