"""Training text: every task of a problem in the solver's own prompts, with the answer we want."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import Message
from atlas_tui.solver import diversity, prompting
from training import thoughts
from training.problems.generate import Generated
from training.problems.program import in_approach
from training.problems.step import COMPACT, LIBRARY, LOOPS

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
_BY_STYLE = {"one pass": COMPACT, "plain loops": LOOPS, "data first": LIBRARY}
"""Perturbations that ask for an approach."""


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


Task = Callable[[random.Random, Generated], Branch | None]
"""One task of a problem; None where it has none of this kind."""


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


def branch(messages: Sequence[Message], answer: str) -> Branch:
    """The task with thinking off."""
    return Branch(split_prompt(chat(messages))[1] + NO_THOUGHT, answer)


def thinking_branch(
    rng: random.Random, messages: Sequence[Message], thought: Sequence[str], answer: str
) -> Branch:
    """The task with thinking on: the thought whole, or cut where a budget would cut it."""
    task, text = split_prompt(chat(messages))[1], f"{THINK}\n" + "\n".join(thought)
    if rng.random() < 0.3:
        return Branch(task, answer, cut=rng.randint(2, 64), thought=text)
    return Branch(task, f"{text}\n{UNTHINK}\n\n{answer}")


def observe_branch(rng: random.Random, made: Generated) -> Branch:
    lines = thoughts.observations(made)
    return branch(prompting.observe(made.problem), "\n".join(f"- {line}" for line in lines))


def derive_branch(rng: random.Random, made: Generated) -> Branch:
    first, second = rng.choice(thoughts.pairs(made))
    lines = thoughts.observations(made)
    messages = prompting.derive(made.problem, lines[first], lines[second])
    return branch(messages, f"- {thoughts.derived(made, first, second)}")


def plan_branch(rng: random.Random, made: Generated) -> Branch:
    approach = rng.randrange(3)
    messages = prompting.plan(made.problem, thoughts.given_observations(rng, made))
    return branch(messages, thoughts.plan_text(rng, made, approach))


def other_plan_branch(rng: random.Random, made: Generated) -> Branch:
    """A plan by another technique than those that are taken."""
    approach, *others = rng.sample(range(3), 3)
    taken = [thoughts.technique(rng, made, each) for each in others[: rng.randint(1, 2)]]
    messages = prompting.plan(made.problem, thoughts.given_observations(rng, made), taken)
    return branch(messages, thoughts.plan_text(rng, made, approach))


def varied(rng: random.Random, made: Generated) -> tuple[str, int]:
    """A perturbation as the solver puts it before the task, and the approach it leads to."""
    drawn, approach = rng.choice(diversity.pool()), rng.randrange(3)
    match drawn.family:
        case "restated":
            return drawn.text.format(answer=thoughts.restated(made)), approach
        case "idea":
            return drawn.text.format(answer=thoughts.idea(rng, made, approach)), approach
    return drawn.text, _BY_STYLE.get(drawn.name, approach)


def code_branch(rng: random.Random, made: Generated) -> Branch:
    """The program from a plan, its prompt varied or not."""
    approach, text = rng.randrange(3), varied(rng, made)[0] if rng.random() < 0.6 else ""
    messages = prompting.code(made.problem, thoughts.plan_text(rng, made, approach), text)
    return branch(messages, fenced(in_approach(made.composition, made.frame, approach)))


def plain_branch(rng: random.Random, made: Generated) -> Branch:
    code = in_approach(made.composition, made.frame, rng.randrange(3))
    return branch(prompting.code(made.problem, ""), fenced(code))


def varied_branch(rng: random.Random, made: Generated) -> Branch:
    """The program without a plan, its prompt varied."""
    text, approach = varied(rng, made)
    code = in_approach(made.composition, made.frame, approach)
    return branch(prompting.code(made.problem, "", text), fenced(code))


def thought_branch(rng: random.Random, made: Generated) -> Branch:
    """The program after working out the first sample, its prompt varied or not."""
    text, approach = varied(rng, made) if rng.random() < 0.5 else ("", rng.randrange(3))
    code = in_approach(made.composition, made.frame, approach)
    messages = prompting.code(made.problem, "", text)
    return thinking_branch(rng, messages, thoughts.worked(made, made.inputs[0]), fenced(code))


def restate_branch(rng: random.Random, made: Generated) -> Branch:
    return branch(prompting.about(made.problem, "restate.md"), thoughts.restated(made))


def idea_branch(rng: random.Random, made: Generated) -> Branch:
    text = thoughts.idea(rng, made, rng.randrange(3))
    return branch(prompting.about(made.problem, "idea.md"), text)


TASKS: tuple[tuple[float, Task], ...] = (
    (0.6, observe_branch),
    (0.45, derive_branch),
    (0.8, plan_branch),
    (0.6, other_plan_branch),
    (0.8, code_branch),
    (0.7, code_branch),
    (0.7, plain_branch),
    (0.35, varied_branch),
    (0.35, thought_branch),
    (0.15, restate_branch),
    (0.15, idea_branch),
)
"""How often a problem is trained with each task."""
