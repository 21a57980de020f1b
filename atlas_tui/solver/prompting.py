"""Chat prompts of every stage, made from the data files in ``prompts/``.

Every prompt of one problem begins with the same bytes (system text, statement); what differs by stage or
candidate comes after it, so that the model reads the problem once.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from atlas_tui.engine.base import Message
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode, Problem

TRAINED = (
    "code.md",
    "code_plain.md",
    "deliverable.toml",
    "derive.md",
    "diagnose.md",
    "differ.md",
    "evidence.toml",
    "generator.md",
    "idea.md",
    "judge.md",
    "layouts.toml",
    "lines.gbnf",
    "observe.md",
    "perspectives.toml",
    "perturbations.toml",
    "plan.gbnf",
    "plan.md",
    "plan_other.md",
    "problem.md",
    "repair.md",
    "repair_evidence.toml",
    "restate.md",
    "system.md",
    "tests.md",
    "varied.md",
)
"""The prompt files that the bundled model is trained on, in alphabetical order: all but ``UNTRAINED``."""

OF_CHANGES = (
    "change_code.md",
    "change_code_plain.md",
    "change_diagnose.md",
    "change_observe.md",
    "change_problem.md",
    "change_repair.md",
    "change_tests.md",
    "change_unusable.md",
)
"""What stages ask in their own words where a repository is to be changed."""

UNTRAINED = ("commit.md", "change.toml", *OF_CHANGES)
"""What the bundled model is asked without having been trained on it: it must also go without a good answer.

They are no part of its version: changing them changes nothing that it learnt.
"""

FAILURES_LIMIT = 3_200
"""Most characters of what all failing tests say together, in the prompts of a change."""
FIELD_LIMIT = 800
"""Most characters of one input or output shown to the model in the evidence of a failed run."""


def _folder() -> Traversable:
    return resources.files("atlas_tui.solver") / "prompts"


@cache
def file_text(name: str) -> str:
    """A prompt file, without the newline at its end."""
    return (_folder() / name).read_text("utf-8").rstrip("\n")


@cache
def file_table(name: str) -> dict[str, Any]:
    """A prompt file of several texts."""
    return tomllib.loads(file_text(name))


@cache
def prompt_hash() -> str:
    """SHA-256 over ``TRAINED``, by name and content: the version of the prompts.

    A model carries the one that it was trained on, so that a prompt changed later is noticed.
    """
    digest = hashlib.sha256()
    for name in TRAINED:
        digest.update(name.encode() + b"\0" + (_folder() / name).read_bytes() + b"\0")
    return digest.hexdigest()


def text_for(problem: Problem, name: str) -> str:
    """A prompt file, or the one that changes of a repository have in its place."""
    own = f"change_{name}"
    return file_text(own if of_repository(problem) and own in OF_CHANGES else name)


def of_repository(problem: Problem) -> bool:
    """Whether a change is asked for: not so of a single function where the model is shown nothing else."""
    project = problem.project
    return project is not None and bool(project.context or not problem.entry_point)


def asked(problem: Problem, task: str) -> tuple[Message, ...]:
    """System text, statement, task: what every prompt of a problem begins with comes first.

    Where a repository is to be changed, what is shown of it stands before the statement.
    """
    template = text_for(problem, "problem.md")
    statement = (problem.project.told if problem.project else "") or problem.statement.strip()
    if problem.project is None or not of_repository(problem):
        user = template.format(statement=statement, task=task)
    else:
        tests = _listed(_deciding(problem)) or "None is known."
        user = template.format(context=problem.project.context, statement=statement, tests=tests, task=task)
    return (Message(role="system", content=file_text("system.md")), Message(role="user", content=user))


def _deciding(problem: Problem) -> list[str]:
    """The checks of a change, the first of them with what they say as long as nothing is changed."""
    said = dict(problem.project.failures) if problem.project else {}
    lines, room = [], FAILURES_LIMIT
    for sample in problem.samples:
        why = shorten(said.get(sample.given, "").strip(), FIELD_LIMIT)
        room -= len(why)
        lines.append(
            f"{sample.given}: {sample.expected}" + (f"\n```\n{why}\n```" if why and room >= 0 else "")
        )
    return lines


def deliverable_of(problem: Problem) -> str:
    """What the coder is to write, by the problem's mode."""
    if of_repository(problem):
        return str(file_table("change.toml")["deliverable"])
    mode = problem.mode if problem.project is None else Mode.FUNCTION
    template: str = file_table("deliverable.toml")[str(mode)]
    return template.format(entry_point=problem.entry_point)


def grammar(name: str) -> str:
    """A grammar (GBNF) of the prompt folder, for answers of a certain form."""
    return file_text(name)


def perturbations(*, change: bool = False) -> tuple[dict[str, str], ...]:
    """What prompts can be varied by, as rows of their file: those of programs, or of changes."""
    return tuple(file_table("change.toml" if change else "perturbations.toml")["perturbation"])


def observe(problem: Problem) -> tuple[Message, ...]:
    """Ask for observations about the problem."""
    return about(problem, "observe.md")


def derive(problem: Problem, first: str, second: str) -> tuple[Message, ...]:
    """Ask for what follows from two observations together."""
    return asked(problem, file_text("derive.md").format(first=f"- {first}", second=f"- {second}"))


def plan(problem: Problem, observations: Sequence[str], taken: Sequence[str] = ()) -> tuple[Message, ...]:
    """Ask for one plan on these observations, by another technique than those that are taken."""
    if not taken:
        return asked(problem, file_text("plan.md").format(observations=_listed(observations)))
    task = file_text("plan_other.md").format(observations=_listed(observations), taken=_listed(taken))
    return asked(problem, task)


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def about(problem: Problem, file: str) -> tuple[Message, ...]:
    """Ask by a prompt file that holds nothing but the task."""
    return asked(problem, text_for(problem, file))


def code(problem: Problem, plan_text: str, perturbation: str = "") -> tuple[Message, ...]:
    """Ask for a solution; the whole plan goes with it. An empty plan asks for a plain attempt.

    ``perturbation`` stands before the task, after the statement.
    """
    deliverable = deliverable_of(problem)
    if plan_text:
        task = text_for(problem, "code.md").format(plan=plan_text.strip(), deliverable=deliverable)
    else:
        task = text_for(problem, "code_plain.md").format(deliverable=deliverable)
    if perturbation:
        task = file_text("varied.md").format(perturbation=perturbation, task=task)
    return asked(problem, task)


def shorten(text: str, limit: int = FIELD_LIMIT) -> str:
    """The text without its outer newlines; its middle is left out beyond ``limit`` characters."""
    text = text.strip("\n")
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n…\n{text[-half:]}"


def evidence(problem: Problem, verdict: Verdict, given: str, expected: str, printed: str, stderr: str) -> str:
    """One failed sample in words: the input, the right answer and what happened instead."""
    table = file_table("evidence.toml")
    if problem.mode is Mode.FUNCTION:
        given = f"{problem.entry_point}({given.strip()[1:-1]})"
    fields = {"given": shorten(given), "expected": shorten(expected)}
    last_line = shorten(stderr.strip().splitlines()[-1] if stderr.strip() else "an error", 200)
    match verdict:
        case Verdict.CE:
            return str(table["unusable"].format(error=last_line))
        case Verdict.TLE:
            return str(table["slow"].format(**fields))
        case Verdict.MLE:
            return str(table["memory"].format(**fields))
        case Verdict.RE | Verdict.SV | Verdict.OLE:
            return str(table["crash"].format(error=last_line, **fields))
        case _:
            return str(table["wrong"].format(printed=shorten(printed) or "nothing", **fields))
