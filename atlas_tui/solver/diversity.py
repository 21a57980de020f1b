"""DivSampling: what the prompts of candidates are varied by, so that they make different mistakes."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import Finished
from atlas_tui.events import Event, Part, Perturbed, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.solver.plan import whole_lines

CHARACTERS = 800
"""Most characters of what the model writes for its own prompt."""
TOKENS = 192
"""Budget of that reply."""


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One way to vary a prompt."""

    family: str
    name: str
    text: str
    ask: str = ""
    """The prompt file by which the model is asked for what is put into ``text``; empty for a fixed text."""


def pool(*, change: bool = False) -> tuple[Perturbation, ...]:
    """All there are for programs, or for changes of a repository, in the order of their file."""
    return tuple(Perturbation(**row) for row in prompting.perturbations(change=change))


def deck(seed: int, *, change: bool = False) -> list[Perturbation]:
    """All there are, shuffled by ``seed``; the families take turns, so that neighbours differ most."""
    rng = random.Random(f"{seed}/perturbations")
    families: dict[str, list[Perturbation]] = {}
    for each in pool(change=change):
        families.setdefault(each.family, []).append(each)
    piles = [rng.sample(pile, len(pile)) for pile in families.values()]
    rng.shuffle(piles)
    rounds = itertools.zip_longest(*piles)
    return [each for drawn in rounds for each in drawn if each is not None]


def deal(
    seed: int, labels: Sequence[str], used: Iterable[str] = (), *, change: bool = False
) -> dict[str, Perturbation]:
    """The next perturbation of the deck for each label, none of those whose names were used.

    When the deck is used up, the labels that are left get none.
    """
    gone = set(used)
    left = [each for each in deck(seed, change=change) if each.name not in gone]
    return dict(zip(labels, left, strict=False))


async def perturb(
    kit: Kit, problem: Problem, labels: Sequence[str], used: Iterable[str] = ()
) -> AsyncIterator[Event]:
    """A perturbation for each label; ends with a ``Perturbed`` each. What the model has to write for some is
    asked in one batch; a candidate whose reply was empty gets a fixed text instead."""
    gone, change = set(used), prompting.of_repository(problem)
    dealt = deal(kit.seed, labels, gone, change=change)
    gone |= {each.name for each in dealt.values()}
    requests = [
        kit.plan_request(label, prompting.about(problem, each.ask), "perturbation", each.name)
        for label, each in dealt.items()
        if each.ask
    ]
    answers: dict[str, str] = {}
    if requests:
        async for item in stream(kit, Stage.GENERATE, Part.PERTURBATION, requests):
            if isinstance(item, Finished):
                answers[item.id] = _answer(item)
            else:
                yield item
    spare = (each for each in deck(kit.seed, change=change) if not each.ask and each.name not in gone)
    for label, each in dealt.items():
        chosen = each
        if each.ask and not answers.get(label):
            fixed = next(spare, None)
            if fixed is None:
                continue
            chosen = fixed
        text = chosen.text.format(answer=answers.get(label, "")) if chosen.ask else chosen.text
        yield Perturbed(candidate=label, name=chosen.name, family=chosen.family, text=text)


def _answer(finished: Finished) -> str:
    """What the model wrote, up to a block of code, in whole lines."""
    text = whole_lines(finished).partition("```")[0].strip()
    if len(text) <= CHARACTERS:
        return text
    return text[:CHARACTERS].rpartition("\n")[0].strip() or text[:CHARACTERS].rpartition(" ")[0].strip()
