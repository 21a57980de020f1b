"""Training text: every task of a problem in the solver's own prompts, with the answer we want."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from atlas_tui.engine.base import Message
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.solver import prompting
from training.mistakes import wrong_attempt
from training.problems.generate import Generated, twin_of
from training.problems.program import Link, in_approach, source_code
from training.problems.step import LIBRARY, fill
from training.problems.wording import READ_PHRASE

END, START, STOP, THINK, UNTHINK = SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<think>",
    "</think>",
)
NO_THOUGHT = f"{THINK}\n\n{UNTHINK}\n\n"
"""What the chat template pre-fills when thinking is off."""
CUT_THOUGHT = f"\n{UNTHINK}\n\n"
"""What the engine injects when the thinking budget is used up."""
_TASK = "# Task\n\n"


@dataclass(frozen=True, slots=True)
class Branch:
    """One task after the prefix that all tasks of a problem share."""

    task: str
    """Rest of the prompt, up to where the model goes on."""
    answer: str
    """What it should write, without the end of the turn."""
    cut: int = 0
    """For a thought cut by its budget: so many tokens of ``thought`` are kept; 0 means no cut."""
    thought: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A problem ready for training: the shared prefix and its tasks."""

    prefix: str
    branches: tuple[Branch, ...]


def chat(messages: Sequence[Message]) -> str:
    """The prompt as the chat template renders it, up to the assistant's turn."""
    turns = "".join(f"{START}{m.role}\n{m.content}{STOP}\n" for m in messages)
    return f"{turns}{START}assistant\n"


def split_prompt(text: str) -> tuple[str, str]:
    """The part that all tasks of a problem share, and the rest."""
    at = text.rindex(_TASK) + len(_TASK)
    return text[:at], text[at:]


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


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
_TECHNIQUES = (
    ("comprehensions and slices", "compact expressions"),
    ("explicit loops", "one loop for each step"),
    ("standard library", "ready-made functions"),
)


def tools(code: str) -> list[str]:
    """Names of library tools that the code uses."""
    return [name for pattern, name in _TOOLS.items() if re.search(pattern, code)]


def _input_phrase(made: Generated) -> str:
    if made.frame.mode is Mode.FUNCTION:
        return f"the argument {made.frame.argument}"
    return READ_PHRASE[made.frame.layout]


def _observed(number: int, link: Link) -> str:
    if link.open:
        return (
            f"Step {number}: {fill(link.step.open_wordings[0], link.params)}; {link.step.issue} is left open."
        )
    return f"Step {number}: {link.phrase()}."


def observations(made: Generated) -> list[str]:
    """What a careful reader notes, one line each; details left open are named as such."""
    composition = made.composition
    lines = [f"Input: {_input_phrase(made)}."]
    lines += [_observed(i, link) for i, link in enumerate(composition.links, 1)]
    lines.append(f"Result: {composition.ask()}.")
    if composition.result.edge:
        lines.append(f"Edge case: {fill(composition.result.edge, composition.params)}.")
    return lines


def _step_line(link: Link, approach: int) -> str:
    phrase = link.phrase()
    used = tools(link.code(approach)) if approach == LIBRARY else []
    return phrase[0].upper() + phrase[1:] + (f" with {used[0]}" if used else "") + "."


def _steps(made: Generated, approach: int) -> list[str]:
    function = made.frame.mode is Mode.FUNCTION
    lines = [f"{'Take' if function else 'Read'} {_input_phrase(made)}."]
    lines += [_step_line(link, approach) for link in made.composition.links]
    return [*lines, f"{'Return' if function else 'Print'} {made.composition.ask()}."]


def plan_text(rng: random.Random, made: Generated, approach: int) -> str:
    """A plan in the approach: a technique, then numbered steps."""
    code = in_approach(made.composition, made.frame, approach)
    used = tools(code) if approach == LIBRARY else []
    technique = " and ".join(used[:2]) if used else rng.choice(_TECHNIQUES[approach])
    numbered = "\n".join(f"{i}. {line}" for i, line in enumerate(_steps(made, approach), 1))
    return f"Technique: {technique}\n{numbered}"


def _given_observations(rng: random.Random, made: Generated) -> list[str]:
    """Observations as a planner meets them: often without one line, sometimes with a wrong one."""
    lines = observations(made)
    if rng.random() < 0.2:
        index = rng.randrange(len(made.composition.links))
        link = made.composition.links[index]
        wrong = _misread(rng, made, index)
        if wrong is not None and wrong.phrase() != link.phrase():
            lines[index + 1] = _observed(index + 1, wrong)
    if len(lines) >= 4 and rng.random() < 0.75:
        del lines[rng.randrange(len(lines))]
    return lines


def _misread(rng: random.Random, made: Generated, index: int) -> Link | None:
    link = made.composition.links[index]
    if link.step.twin and rng.random() < 0.6:
        return replace(twin_of(made.composition, index).links[index], open=False)
    if link.params:
        name = rng.choice(list(link.params))
        return replace(link, params={**link.params, name: rng.choice(link.step.params[name])}, open=False)
    return None


def _branch(messages: Sequence[Message], answer: str) -> Branch:
    return Branch(split_prompt(chat(messages))[1] + NO_THOUGHT, answer)


def observe_branch(made: Generated) -> Branch:
    return _branch(prompting.observe(made.problem), "\n".join(f"- {line}" for line in observations(made)))


def plan_branch(rng: random.Random, made: Generated, approach: int) -> Branch:
    messages = prompting.plan(made.problem, _given_observations(rng, made), prompting.approaches()[approach])
    return _branch(messages, plan_text(rng, made, approach))


def code_branch(rng: random.Random, made: Generated, approach: int) -> Branch:
    messages = prompting.code(made.problem, plan_text(rng, made, approach))
    return _branch(messages, fenced(in_approach(made.composition, made.frame, approach)))


def plain_branch(rng: random.Random, made: Generated) -> Branch:
    code = in_approach(made.composition, made.frame, rng.randrange(3))
    return _branch(prompting.code(made.problem, ""), fenced(code))


def repair_branch(rng: random.Random, made: Generated) -> Branch | None:
    """A wrong program that was really run, what it did, and the right program in the same approaches."""
    approaches = [rng.randrange(3)] * (len(made.composition.links) + 2)
    failed = wrong_attempt(rng, made, approaches)
    if failed is None:
        return None
    sample = failed.sample
    told = prompting.evidence(
        made.problem, Verdict(failed.verdict), sample.given, sample.expected, failed.printed, failed.stderr
    )
    right = source_code(made.composition, made.frame, approaches)
    return _branch(prompting.repair(made.problem, failed.code, told), fenced(right))


def thought_branch(rng: random.Random, made: Generated) -> Branch:
    """The program after a thought, whole or cut by its budget; with or without a plan before it."""
    approach = rng.randrange(3)
    plan = plan_text(rng, made, approach) if rng.random() < 0.5 else ""
    task = split_prompt(chat(prompting.code(made.problem, plan)))[1]
    thought = f"{THINK}\n" + "\n".join(_steps(made, approach))
    code = fenced(in_approach(made.composition, made.frame, approach))
    if rng.random() < 0.4:
        return Branch(task, code, cut=rng.randint(2, 40), thought=thought)
    return Branch(task, f"{thought}\n{UNTHINK}\n\n{code}")


def tree(rng: random.Random, made: Generated) -> Tree:
    """The problem with a random selection of its tasks."""
    maybe: list[tuple[float, Callable[[], Branch | None]]] = [(0.8, lambda: observe_branch(made))]
    for approach in rng.sample(range(3), 2):
        maybe.append((0.9, lambda a=approach: plan_branch(rng, made, a)))  # type: ignore[misc]
    for approach in rng.sample(range(3), 2):
        maybe.append((0.9, lambda a=approach: code_branch(rng, made, a)))  # type: ignore[misc]
    maybe.append((0.8, lambda: plain_branch(rng, made)))
    maybe.append((0.7, lambda: repair_branch(rng, made)))
    maybe.append((0.2, lambda: thought_branch(rng, made)))
    branches = [branch for share, make in maybe if rng.random() < share and (branch := make()) is not None]
    prefix = split_prompt(chat(prompting.observe(made.problem)))[0]
    return Tree(prefix, tuple(branches or [plain_branch(rng, made)]))
