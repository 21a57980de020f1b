"""The loop: the only place that decides which stage comes next."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import replace
from functools import partial

from atlas_tui.errors import AtlasError
from atlas_tui.events import (
    Chosen,
    Event,
    Failed,
    NextStep,
    Outcome,
    RunEnded,
    Stage,
)
from atlas_tui.problem import Problem
from atlas_tui.sandbox.base import Tier
from atlas_tui.solver import budgets, diversity
from atlas_tui.solver.board import Board
from atlas_tui.solver.budgets import Ledger, Reached
from atlas_tui.solver.change.agreeing import agreement_of_changes
from atlas_tui.solver.choose import chosen as make_choice, finalists, table_of as choose_table
from atlas_tui.solver.choose_rules import rules_for
from atlas_tui.solver.evidence import agree, run_samples, run_tests
from atlas_tui.solver.generate import Recipe, generate
from atlas_tui.solver.generators import write_generator
from atlas_tui.solver.inputs import agreement_inputs
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.plan import observe, plan
from atlas_tui.solver.repairs import Repairs
from atlas_tui.solver.split import separate
from atlas_tui.solver.staging import Staging
from atlas_tui.solver.states import state_of
from atlas_tui.solver.steps import Allowed, Asked, Step, next_step
from atlas_tui.solver.table import Table
from atlas_tui.solver.write_tests import write_tests

log = logging.getLogger(__name__)

_ROUNDS = ("more", "think", "repair")
"""Steps that make candidates; they count as rounds."""
_INPUTS = frozenset({"agreement", "generator", "split"})
"""What compares outputs on inputs; a change of a repository has none."""
ENOUGH_INPUTS = 4
"""With fewer further inputs than this, the model is asked for a program that makes some."""


async def solve(
    kit: Kit, problem: Problem, board: Board | None = None, asked: Asked | None = None
) -> AsyncIterator[Event]:
    """All events of one run after ``ProblemRead``; the last is ``RunEnded``, whatever happens.

    With ``asked`` a run goes on that had ended: ``board`` holds what it knew, that one step is taken, and the
    choice is made again. The budgets begin anew, for the person asked for it.

    A cancelled task is not turned into events here: whoever owns the task knows that it cancelled it, and
    chooses among what is on ``board`` by ``best_so_far``.
    """
    ledger, board = Ledger(kit.settings), board or Board()
    kit = replace(kit, ledger=ledger, without=_INPUTS if problem.project else frozenset())
    outcome = Outcome.NO_CANDIDATE
    try:
        async for event in _Walk(kit, problem, board, ledger, asked).walk():
            board.fold(event)
            if isinstance(event, Chosen):
                verified = 0 < event.samples == event.passed and decides(problem)
                outcome = Outcome.VERIFIED if verified else Outcome.UNVERIFIED
            yield event
    except AtlasError as error:
        log.warning("run failed: %s", error, exc_info=error)
        yield failed(error)
        outcome = Outcome.FAILED
        chosen = None if board.chosen else best_so_far(kit, problem, board, "the run failed")
        if chosen is not None:
            yield chosen
    yield RunEnded(outcome=outcome, seconds=board.seconds + ledger.wall_seconds)


def failed(error: AtlasError) -> Failed:
    """The error as an event."""
    return Failed(what=error.what, why=error.why, todo=error.todo, ours=error.ours)


def table_of(problem: Problem, board: Board, unchecked: str = "") -> Table:
    """The evidence table of what is on the board."""
    table = choose_table(
        board.current(),
        len(problem.samples),
        board.agreement,
        board.unchecked or unchecked,
        tests=board.tested,
        judged=board.splits,
        lens=board.lens_scores(),
    )
    if problem.project is None:
        return table
    return replace(table, decided=decides(problem), change=True, agreement=agreement_of_changes(table))


def decides(problem: Problem) -> bool:
    """Whether its samples say what is asked for: tests that passed before only say what must stay."""
    return problem.project is None or bool(problem.project.required)


def best_so_far(kit: Kit, problem: Problem, board: Board, ended: str = "") -> Chosen | None:
    """The choice among what is there, without running anything; None when there is no usable program.

    ``ended`` says why the run ended early; it is told where that was before any sample was run.
    """
    missed = bool(problem.samples) and not any(attempt.runs for attempt in board.current())
    table = table_of(problem, board, ended if missed else "")
    return make_choice(table, rules_for(kit.settings.arm, problem))


class _Walk:
    """The stages of one run over what is known so far."""

    def __init__(
        self, kit: Kit, problem: Problem, board: Board, ledger: Ledger, asked: Asked | None = None
    ) -> None:
        self._kit, self._problem, self._board, self._ledger = kit, problem, board, ledger
        self._asked = asked
        self._staging = Staging(kit, ledger)
        self._used: Counter[str] = Counter()
        """How often each step was taken."""
        self._drawn = len(board.labels)
        """How many candidates were drawn, or begun."""
        self._inputs: list[str] = []
        """Inputs on which the finalists were compared."""
        self._repairs = Repairs(kit, problem, board, self._staging)

    async def walk(self) -> AsyncIterator[Event]:
        """The whole run."""
        isolation = await self._kit.sandbox.probe()
        if isolation.tier is Tier.NONE:
            self._board.unchecked = isolation.why
        async for event in self._first() if self._asked is None else self._wanted(self._asked):
            yield event
        while True:
            async for event in self._scored():
                yield event
            told, step = self._decide()
            for event in told:
                yield event
            if step.kind == "stop":
                break
            async for event in self._take(step):
                yield event
        async for event in self._staging.run(Stage.CHOOSE, self._choice, model=False):
            yield event

    # What comes next

    def _decide(self) -> tuple[list[Event], Step]:
        """The next step and the events that tell it; a step that no budget is left for is not taken."""
        table, allowed = table_of(self._problem, self._board), self._allowed()
        step = next_step(table, self._rules, allowed)
        told: list[Event] = []
        if step.kind in _ROUNDS and self._ledger.out_of("rounds"):
            limit = self._kit.settings.most_rounds
            report = self._ledger.report(Stage.CHOOSE, Reached("problem", "rounds", limit))
            told += [report] if report else []
            step = next_step(table, self._rules, allowed.without_rounds())
        if step.kind != "stop" and self._ledger.out_of("tokens", "seconds"):
            step = Step("stop", "the budget is used up: the best so far is taken", step.state)
        told.append(self._told(step))
        return told, step

    def _told(self, step: Step) -> NextStep:
        labels = self._kit.after(self._drawn) if step.kind in ("more", "think") else ()
        thinking = self._thinking(step) if labels else 0
        return NextStep(step=step.kind, why=step.why, state=step.state, candidates=labels, thinking=thinking)

    async def _wanted(self, asked: Asked) -> AsyncIterator[Event]:
        """The step that the person asked for."""
        step = asked.step(state_of(table_of(self._problem, self._board)))
        yield self._told(step)
        async for event in self._take(step):
            yield event

    def _allowed(self) -> Allowed:
        chosen, used, runs = self._kit.switches, self._used, not self._board.unchecked
        allowed = Allowed(
            more=used["more"] < chosen.resamples,
            think=used["think"] < chosen.think_more and self._deeper() is not None,
            repair=used["repair"] < chosen.repair_rounds and self._repairs.next() is not None,
            compare=chosen.agreement and runs and not used["compare"],
            tests=chosen.self_tests and runs and not used["tests"],
            separate=chosen.split and runs and not used["separate"],
        )
        # Of what costs most, exactly what was asked for is done.
        return allowed if self._asked is None else allowed.without_rounds()

    @property
    def _rules(self) -> tuple[str, ...]:
        return rules_for(self._kit.settings.arm, self._problem)

    def _deeper(self) -> int | None:
        """The thinking budget above the one reached."""
        kit, reached = self._kit, self._kit.thinking
        for _ in range(self._used["think"]):
            reached = budgets.next_tier(kit.settings, kit.info, reached) or reached
        return budgets.next_tier(kit.settings, kit.info, reached)

    def _thinking(self, step: Step) -> int:
        return (self._deeper() if step.kind == "think" else None) or self._kit.thinking

    async def _take(self, step: Step) -> AsyncIterator[Event]:
        thinking = self._thinking(step)
        self._used[step.kind] += 1
        self._ledger.rounds += step.kind in _ROUNDS
        labels = self._kit.after(self._drawn)
        match step.kind:
            case "more":
                planned = labels[1:] if self._kit.switches.plan else ()
                events = self._draw(labels, planned=planned, varied=labels, thinking=thinking)
            case "think":
                # Thinking takes the place of the plan.
                events = self._draw(labels, planned=(), varied=labels, thinking=thinking)
            case "repair":
                events = self._repairs.round(self._asked.candidate if self._asked else "")
            case _:
                stage = {"compare": self._compared, "tests": self._tested}.get(step.kind, self._separated)
                events = self._staging.run(Stage.EVIDENCE, stage, model=False)
        async for event in events:
            yield event

    # Candidates

    async def _first(self) -> AsyncIterator[Event]:
        """The first candidates; the prompt of the first of them is not varied."""
        labels, planned = self._kit.labels, tuple[str, ...]()
        if self._kit.switches.plan:
            planned = labels[1:] if self._kit.settings.plain == "unplanned" else labels
        if planned:
            observed = partial(observe, self._kit, self._problem)
            async for event in self._staging.run(Stage.OBSERVE, observed):
                yield event
        async for event in self._draw(labels, planned=planned, varied=labels[1:], thinking=None):
            yield event

    async def _draw(
        self, labels: Sequence[str], *, planned: Sequence[str], varied: Sequence[str], thinking: int | None
    ) -> AsyncIterator[Event]:
        """Plans for some, programs for all, and the samples on them; ``thinking`` None is the settings'."""
        self._drawn += len(labels)
        board, out = self._board, partial(self._ledger.out_of, "tokens", "seconds")
        if planned and not out():
            earlier = [each for label, each in board.plans.items() if label not in labels]
            plans = partial(plan, self._kit, self._problem, board.observations, planned, earlier)
            async for event in self._staging.run(Stage.PLAN, plans):
                yield event
        if out():
            return
        names = [each.name for label, each in board.perturbed.items() if label not in labels]
        written = partial(self._written, labels, varied, names, thinking)
        async for event in self._staging.run(Stage.GENERATE, written):
            yield event
        checked = partial(self._checked, labels)
        async for event in self._staging.run(Stage.EVIDENCE, checked, model=False):
            yield event

    async def _written(
        self, labels: Sequence[str], varied: Sequence[str], names: Sequence[str], thinking: int | None
    ) -> AsyncIterator[Event]:
        kit, board = self._kit, self._board
        if kit.switches.perturb:
            async for event in diversity.perturb(kit, self._problem, varied, names):
                yield event
        recipes = [
            Recipe(
                label=label,
                plan=board.plans[label].plan if label in board.plans else "",
                perturbation=board.perturbed[label].text if label in board.perturbed else "",
                thinking=kit.thinking if thinking is None else thinking,
            )
            for label in labels
        ]
        async for event in generate(kit, self._problem, recipes):
            yield event

    async def _checked(self, labels: Sequence[str]) -> AsyncIterator[Event]:
        """The samples on the standing attempts of these candidates; nothing where there is no isolation."""
        if not self._board.unchecked:
            attempts = [each for each in self._board.current() if each.label in labels]
            runs = run_samples(self._kit, self._problem, attempts)
            async for event in self._staging.in_time(runs):
                yield event
            table = table_of(self._problem, self._board)
            passing = sum(map(table.passes_all, table.rows))
            if passing > 1 and self._kit.switches.agreement:
                self._used["compare"] += 1
                async for event in self._compared():
                    yield event

    # Telling the finalists apart

    async def _compared(self) -> AsyncIterator[Event]:
        """The outputs of the finalists on further inputs; few inputs get company from a written generator."""
        kit, problem, board, chosen = self._kit, self._problem, self._board, self._kit.switches
        rivals = finalists(board.current())
        inputs = list(agreement_inputs(problem, kit.seed))
        if chosen.generator and len(inputs) < ENOUGH_INPUTS:
            async for event in write_generator(kit, problem):
                yield event
            inputs += board.inputs.inputs if board.inputs else ()
        self._inputs = inputs
        if inputs:
            others = [each for each in board.current() if each not in rivals]
            async for event in self._staging.in_time(_one(agree(kit, problem, rivals, inputs, others))):
                yield event

    async def _tested(self) -> AsyncIterator[Event]:
        """Tests from the statement alone, then the finalists on them; of changes that were drawn since, those
        on the tests that there are."""
        kit, problem, board = self._kit, self._problem, self._board
        known = table_of(problem, board)
        if known.passes is None:
            async for event in write_tests(kit, problem):
                yield event
        tests = board.tests.tests if board.tests else ()
        rivals = [each for each in finalists(board.current()) if each.label not in known.tested]
        async for event in self._staging.in_time(run_tests(kit, problem, rivals, tests)):
            yield event

    async def _separated(self) -> AsyncIterator[Event]:
        """The first of each of the two largest clusters, judged by their outputs."""
        rivals = {each.label: each for each in finalists(self._board.current())}
        found = self._board.agreement
        heads = [cluster[0] for cluster in found.clusters] if found and found.inputs else list(rivals)
        if len(heads) > 1:
            first, second = (rivals[label] for label in heads[:2])
            async for event in separate(self._kit, self._problem, first, second, inputs=self._inputs):
                yield event

    async def _scored(self) -> AsyncIterator[Event]:
        """What the lens says of programs that it has not seen; nothing where there is none for this model."""
        lens, known = self._kit.lens, self._board.scored
        for attempt in self._board.current() if lens else ():
            if lens and attempt.usable and (attempt.label, attempt.ready.round) not in known:
                said = await asyncio.to_thread(lens.score, attempt.ready)
                if said is None:
                    continue
                found = lens.mapped(attempt.ready)
                if found is not None and not self._board.on_map(found):
                    yield found
                yield said

    async def _choice(self) -> AsyncIterator[Event]:
        """The choice; no event when there is no candidate."""
        chosen = best_so_far(self._kit, self._problem, self._board, "the budget was used up")
        if chosen is not None:
            yield chosen


async def _one(event: Awaitable[Event]) -> AsyncIterator[Event]:
    yield await event
