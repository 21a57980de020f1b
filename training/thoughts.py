"""What a careful reader would say about a generated problem: observations, plans, ideas, a worked example."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import combinations
from typing import Any

from atlas_tui.problem import Mode
from training.problems.generate import Generated, twin_of
from training.problems.inputs import trace, written_answer
from training.problems.program import Composition, Link, in_approach
from training.problems.step import LIBRARY, fill
from training.problems.wording import READ_PHRASE

_TOOLS = {
    r"\bfilter\(": "filter",
    r"\bmap\(": "map",
    r"\baccumulate\(": "accumulate",
    r"\bislice\(": "islice",
    r"\bpairwise\(": "pairwise",
    r"\bCounter\(": "Counter",
    r"\bgroupby\(": "groupby",
    r"\bdeque\(": "deque",
    r"\breversed\(": "reversed",
    r"\bmultimode\(": "multimode",
    r"\breduce\(": "reduce",
    r"\bre\.sub": "re.sub",
    r"\bmaketrans\(": "translate",
    r"\bzip\(": "zip",
    r"\bfrom_iterable\(": "chain",
}
TECHNIQUES = (
    ("comprehensions and slices", "compact expressions"),
    ("explicit loops", "one loop for each step"),
    ("standard library", "ready-made functions"),
)
"""How a plan names its approach, by the index of the approach."""
_BY = ("in one expression", "in a loop", "with built-in functions")
_READ_BY = ("at once", "one by one", "with ready-made functions")


def tools(code: str) -> list[str]:
    """Names of library tools that the code uses."""
    return [name for pattern, name in _TOOLS.items() if re.search(pattern, code)]


def input_phrase(made: Generated) -> str:
    if made.frame.mode is Mode.FUNCTION:
        return f"the argument {made.frame.argument}"
    return READ_PHRASE[made.frame.layout]


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def words(link: Link) -> str:
    """The step as the statement lets it be understood."""
    return fill(link.step.open_wordings[0], link.params) if link.open else link.phrase()


def _observed(number: int, link: Link) -> str:
    left = f"; {link.step.issue} is left open" if link.open else ""
    return f"Step {number}: {words(link)}{left}."


def observations(made: Generated) -> list[str]:
    """What a careful reader notes, one line each; details left open are named as such."""
    composition = made.composition
    lines = [f"Input: {input_phrase(made)}."]
    lines += [_observed(i, link) for i, link in enumerate(composition.links, 1)]
    lines.append(f"Result: {composition.ask()}.")
    if composition.result.edge:
        lines.append(f"Edge case: {fill(composition.result.edge, composition.params)}.")
    return lines


def derived(made: Generated, first: int, second: int) -> str:
    """What follows from the observations of these places (rising) together: which comes before which."""
    composition = made.composition
    count = len(composition.links)
    said = [input_phrase(made), *map(words, composition.links), composition.ask()]
    if second > count + 1:
        return f"Nothing may be left after step {count}: {fill(composition.result.edge, composition.params)}."
    between = second - first - 1
    if not between:
        return f"First {said[first]}, then {said[second]}."
    return f"Between {said[first]} and {said[second]} comes {', then '.join(said[first + 1 : second])}."


def pairs(made: Generated) -> list[tuple[int, int]]:
    """Places of all pairs of observations."""
    return list(combinations(range(len(observations(made))), 2))


def restated(made: Generated) -> str:
    """The problem in other words."""
    steps = [f"{_upper(words(link))}." for link in made.composition.links]
    return " ".join([f"Given is {input_phrase(made)}.", *steps, f"Find {made.composition.ask()}."])


def idea(rng: random.Random, made: Generated, approach: int) -> str:
    """One way to go about one step, of that approach."""
    link = rng.choice(made.composition.links)
    used = tools(link.code(approach)) if approach == LIBRARY else []
    by = f"with {used[0]}" if used else _BY[approach]
    return f"One could {words(link)} {by}."


def _step_line(link: Link, approach: int) -> str:
    used = tools(link.code(approach)) if approach == LIBRARY else []
    return f"{_upper(f'with {used[0]}' if used else _BY[approach])}, {link.phrase()}."


def plan_steps(made: Generated, approach: int) -> list[str]:
    function = made.frame.mode is Mode.FUNCTION
    lines = [f"{'Take' if function else 'Read'} {input_phrase(made)} {_READ_BY[approach]}."]
    lines += [_step_line(link, approach) for link in made.composition.links]
    return [*lines, f"{'Return' if function else 'Print'} {made.composition.ask()}."]


def technique(rng: random.Random, made: Generated, approach: int) -> str:
    """What a plan in this approach is called: the tools it uses, or the approach."""
    used = tools(in_approach(made.composition, made.frame, approach)) if approach == LIBRARY else []
    return " and ".join(used[:2]) if used else rng.choice(TECHNIQUES[approach])


def plan_text(rng: random.Random, made: Generated, approach: int) -> str:
    """A plan in the approach: a technique, then numbered steps."""
    numbered = "\n".join(f"{i}. {line}" for i, line in enumerate(plan_steps(made, approach), 1))
    return f"Technique: {technique(rng, made, approach)}\n{numbered}"


def given_observations(rng: random.Random, made: Generated) -> list[str]:
    """Observations as a planner meets them: two thirds of those made and of what was derived from pairs,
    sometimes with a wrong one."""
    lines = observations(made)
    every = pairs(made)
    drawn = sorted(rng.sample(every, min(rng.randint(0, 3), len(every))))
    extra = [derived(made, one, other) for one, other in drawn]
    if rng.random() < 0.2:
        index = rng.randrange(len(made.composition.links))
        wrong = misread(rng, made.composition, index)
        if wrong is not None and wrong.phrase() != made.composition.links[index].phrase():
            lines[index + 1] = _observed(index + 1, wrong)
    lines += extra
    keep = -(-2 * len(lines) // 3)
    return [lines[i] for i in sorted(rng.sample(range(len(lines)), keep))]


def misread(rng: random.Random, composition: Composition, index: int) -> Link | None:
    """The step with its twin or another parameter in its place; None where it has neither."""
    link = composition.links[index]
    if link.step.twin and rng.random() < 0.6:
        return replace(twin_of(composition, index).links[index], open=False)
    if link.params:
        name = rng.choice(list(link.params))
        return replace(link, params={**link.params, name: rng.choice(link.step.params[name])}, open=False)
    return None


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return " / ".join(" ".join(map(str, row)) for row in value)
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def worked(made: Generated, value: Any) -> list[str]:
    """The value after each step and the answer, a line each; none where it grows beyond our limits."""
    values = trace(made.composition, value)
    if values is None:
        return []
    lines = [
        f"{link.phrase()}: {_value(after)}"
        for link, after in zip(made.composition.links, values[1:-1], strict=True)
    ]
    answer = written_answer(values[-1], made.composition, made.frame).replace("\n", " / ")
    return [*lines, f"{made.composition.ask()}: {answer}"]
