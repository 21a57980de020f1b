"""PlanSearch: observations, what follows from pairs of them, then a plan for each candidate from another
selection of them, each by another technique."""

from __future__ import annotations

import difflib
import itertools
import math
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from atlas_tui.engine.base import Finished, SequenceRequest, Span, StopReason
from atlas_tui.events import Event, ObservationsReady, Part, PlanReady, Stage, Vector
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.kit import Kit, stream

MOST_OBSERVATIONS = 12
PER_PAIR = 2
"""Most observations taken from one pair."""
DRAWS = 3
"""How often a plan is drawn at most, when it repeats another or has no step."""
REDRAW_HOTTER = 0.3
HOTTEST = 1.3
ALIKE = 0.85
"""Two lines or techniques whose words are at least this similar (difflib ratio) say the same."""
SAME_TECHNIQUE_ALIKE = 0.5
OTHER_TECHNIQUE_ALIKE = 0.85
"""From which similarity of their words on two plans are the same, where they name one technique and where
they name two."""

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*\S)")
_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+\S", re.MULTILINE)
_TECHNIQUE = re.compile(r"^\W*technique\W*[:：]\W*(.*\w.*)$", re.IGNORECASE | re.MULTILINE)
_WORD = re.compile(r"\w+")
_EMPTY_WORDS = frozenset(("a", "an", "and", "by", "for", "in", "of", "on", "the", "to", "using", "with"))


async def observe(kit: Kit, problem: Problem) -> AsyncIterator[Event]:
    """Ask for observations, then for what follows from pairs of them; an ``ObservationsReady`` after each."""
    request = kit.plan_request("observations", prompting.observe(problem), "observe", grammar="lines.gbnf")
    first: tuple[str, ...] = ()
    async for item in stream(kit, Stage.OBSERVE, Part.OBSERVATIONS, [request], {request.id: ""}):
        if isinstance(item, Finished):
            first = read_observations(item)
        else:
            yield item
    yield ObservationsReady(observations=first, origins=((),) * len(first))
    async for event in _derive(kit, problem, first):
        yield event


async def _derive(kit: Kit, problem: Problem, first: tuple[str, ...]) -> AsyncIterator[Event]:
    chosen = pairs(len(first), kit.switches.pairs, kit.seed)
    if not chosen:
        return
    requests = [
        kit.plan_request(
            f"pair {one} {other}",
            prompting.derive(problem, first[one], first[other]),
            "derive",
            one,
            other,
            grammar="lines.gbnf",
        )
        for one, other in chosen
    ]
    replies: dict[str, tuple[str, ...]] = {}
    names = {request.id: "" for request in requests}
    async for item in stream(kit, Stage.OBSERVE, Part.DERIVED, requests, names):
        if isinstance(item, Finished):
            replies[item.id] = read_observations(item)
        else:
            yield item
    lines: list[tuple[str, tuple[int, ...]]] = [(line, ()) for line in first]
    for pair, request in zip(chosen, requests, strict=True):
        known = [line for line, _ in lines]
        fresh = [line for line in replies.get(request.id, ()) if not _said(line, known)]
        lines += [(line, pair) for line in fresh[:PER_PAIR]]
    if len(lines) > len(first):
        yield ObservationsReady(
            observations=tuple(line for line, _ in lines), origins=tuple(pair for _, pair in lines)
        )


def cut_off(finished: Finished) -> bool:
    """The reply does not end where the model wanted to end it."""
    return finished.reason is not StopReason.END


def whole_lines(finished: Finished) -> str:
    """The reply without a last line that was cut off."""
    text = finished.text
    if cut_off(finished) and not text.endswith("\n"):
        text = text.rpartition("\n")[0]
    return text.strip()


def read_observations(finished: Finished) -> tuple[str, ...]:
    """The bulleted lines of a reply; one that was cut off at the end of the budget is left out."""
    lines = whole_lines(finished).splitlines()
    found = [match[1] for line in lines if (match := _BULLET.match(line))]
    return tuple(dict.fromkeys(found))[:MOST_OBSERVATIONS]


def pairs(total: int, count: int, seed: int) -> list[tuple[int, int]]:
    """``count`` different pairs of ``total`` observations at most, drawn by ``seed``."""
    every = list(itertools.combinations(range(total), 2))
    return sorted(random.Random(f"{seed}/pairs").sample(every, min(count, len(every))))


def selections(total: int, count: int, seed: str, *, keep: int) -> list[tuple[int, ...]]:
    """``count`` selections of ``total`` observations, ``keep`` each, all different as far as there are so
    many; then smaller ones come too."""
    rng, found = random.Random(seed), list[tuple[int, ...]]()
    for size in (*range(keep, 0, -1), *range(keep + 1, total + 1)):
        for _ in range(40 * count):
            drawn = tuple(sorted(rng.sample(range(total), size)))
            if drawn not in found:
                found.append(drawn)
            if len(found) == count:
                return found
    everything = tuple(range(total))
    return [*found, *[everything] * (count - len(found))]


def _keep(total: int) -> int:
    """Of how many observations a plan is made: two thirds."""
    return math.ceil(2 * total / 3)


async def plan(
    kit: Kit,
    problem: Problem,
    observations: Sequence[str],
    labels: Sequence[str],
    earlier: Sequence[PlanReady] = (),
) -> AsyncIterator[Event]:
    """One plan for each label in one batch; one that repeats another or has no step is drawn again."""
    search = _Search(kit, problem, observations, labels, earlier)
    wanted = list(labels)
    for draw in range(DRAWS):
        async for item in stream(kit, Stage.PLAN, Part.PLAN, [search.request(each, draw) for each in wanted]):
            if isinstance(item, Finished):
                search.take(item)
            else:
                yield item
        wanted = [label for label in labels if label not in kit.stopped and not search.good(label)]
        if not wanted or search.stopped:
            break
    for label in labels:
        yield search.ready(label)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan as it was drawn."""

    text: str
    cut: bool
    embedding: Vector | None = None

    @property
    def technique(self) -> str:
        return approach_of(self.text)

    @property
    def has_steps(self) -> bool:
        return bool(_STEP.search(self.text))


class _Search:
    """The plans drawn so far, and what is asked for next."""

    def __init__(
        self,
        kit: Kit,
        problem: Problem,
        observations: Sequence[str],
        labels: Sequence[str],
        earlier: Sequence[PlanReady],
    ) -> None:
        self._kit, self._problem, self._observations = kit, problem, observations
        self._labels = list(labels)
        self._earlier = [Draft(each.plan, each.cut) for each in earlier]
        seed = "/".join((str(kit.seed), "plan", *labels))
        total = len(observations)
        self._selected = dict(
            zip(labels, selections(total, len(labels), seed, keep=_keep(total)), strict=True)
        )
        self._drafts: dict[str, Draft] = {}
        self._draws: dict[str, int] = {}
        self.stopped = False
        """A budget is used up: nothing more is drawn."""

    def request(self, label: str, draw: int) -> SequenceRequest:
        """The request for one plan; from the second draw on hotter, and told which techniques are taken."""
        observations = [self._observations[number] for number in self._selected[label]]
        taken = self._taken(label) if draw else [each.technique for each in self._earlier]
        messages = prompting.plan(self._problem, observations, [each for each in taken if each])
        place = ("plan", label, "again", draw) if draw else ("plan", label)
        request = self._kit.plan_request(label, messages, *place, grammar="plan.gbnf")
        heat = min(HOTTEST, request.sampler.temperature + REDRAW_HOTTER * draw)
        heat = max(heat, request.sampler.temperature)
        sampler = replace(request.sampler, temperature=heat)
        return replace(request, sampler=sampler, embed=(Span.ANSWER,))

    def _taken(self, label: str) -> list[str]:
        others = [draft for other, draft in self._drafts.items() if other != label and self.good(other)]
        return list(dict.fromkeys(each.technique for each in (*self._earlier, *others)))

    def take(self, finished: Finished) -> None:
        """A plan was drawn; it stands unless the one before was better."""
        label = finished.id
        self.stopped |= finished.reason is StopReason.CANCELLED and label not in self._kit.stopped
        self._draws[label] = self._draws.get(label, 0) + 1
        before = self._drafts.get(label)
        embedding = finished.embeddings[0] if finished.embeddings else None
        self._drafts[label] = Draft(whole_lines(finished), cut_off(finished), embedding)
        if before is not None and before.has_steps and not self._drafts[label].has_steps:
            self._drafts[label] = before

    def good(self, label: str) -> bool:
        """Whether this plan has a step and differs from those before it."""
        return self._drafts[label].has_steps and self._distinct(label)

    def _distinct(self, label: str) -> bool:
        before = self._labels[: self._labels.index(label)]
        others = [*self._earlier, *(self._drafts[other] for other in before)]
        return not any(same(self._drafts[label].text, other.text) for other in others)

    def ready(self, label: str) -> PlanReady:
        """The plan as it stands; without a single step it is no plan, and is empty."""
        draft = self._drafts[label]
        return PlanReady(
            candidate=label,
            approach=draft.technique if draft.has_steps else "",
            plan=draft.text if draft.has_steps else "",
            distinct=self._distinct(label),
            observations=self._selected[label],
            draws=self._draws[label],
            cut=draft.cut,
            embedding=draft.embedding if draft.has_steps else None,
            model_hash=self._kit.model_hash,
            prompts=prompting.prompt_hash(),
        )


def approach_of(text: str) -> str:
    """The technique a plan names, else its first line."""
    named = _TECHNIQUE.search(text)
    if named:
        return named[1].strip(" *_`")
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def same(one: str, other: str) -> bool:
    """Whether two plans are the same: by the technique they name, and by the distance of their words."""
    alike = _ratio(_words(one), _words(other))
    techniques = [
        [word for word in _words(approach_of(text)) if word not in _EMPTY_WORDS] for text in (one, other)
    ]
    if sorted(techniques[0]) == sorted(techniques[1]) or _ratio(*techniques) >= ALIKE:
        return alike >= SAME_TECHNIQUE_ALIKE
    return alike >= OTHER_TECHNIQUE_ALIKE


def _said(line: str, known: Sequence[str]) -> bool:
    words = _words(line)
    return any(_ratio(words, _words(other)) >= ALIKE for other in known)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _ratio(one: Sequence[str], other: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
