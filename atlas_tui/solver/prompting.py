"""Chat prompts of every stage, made from the data files in ``prompts/``.

Every prompt of one problem begins with the same bytes (system text, statement); what differs by stage or
candidate comes after it, so that the model reads the problem once.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from atlas_tui.engine.base import Message
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode, Problem

FIELD_LIMIT = 800
"""Most characters of one input or output shown to the model in the evidence of a failed run."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A way of going about a problem that a plan is asked to follow."""

    name: str
    text: str


def _folder() -> Traversable:
    return resources.files("atlas_tui.solver") / "prompts"


@cache
def _text(name: str) -> str:
    return (_folder() / name).read_text("utf-8").rstrip("\n")


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


@cache
def prompt_hash() -> str:
    """SHA-256 over all prompt files, by name and content: the version of the prompt set."""
    digest = hashlib.sha256()
    for entry in sorted(_folder().iterdir(), key=lambda item: item.name):
        if entry.name.endswith((".md", ".toml")):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def approaches() -> tuple[Approach, ...]:
    """The approaches plans are asked for, in the order of the candidates."""
    return tuple(Approach(row["name"], row["text"]) for row in _table("approaches.toml")["approach"])


def _ask(problem: Problem, task: str) -> tuple[Message, ...]:
    user = _text("problem.md").format(statement=problem.statement.strip(), task=task)
    return (Message(role="system", content=_text("system.md")), Message(role="user", content=user))


def _deliverable(problem: Problem) -> str:
    template: str = _table("deliverable.toml")[str(problem.mode)]
    return template.format(entry_point=problem.entry_point)


def observe(problem: Problem) -> tuple[Message, ...]:
    """Ask for observations about the problem."""
    return _ask(problem, _text("observe.md"))


def plan(problem: Problem, observations: Sequence[str], approach: Approach) -> tuple[Message, ...]:
    """Ask for one plan that follows ``approach``, on these observations."""
    listed = "\n".join(f"- {line}" for line in observations)
    return _ask(problem, _text("plan.md").format(observations=listed, approach=approach.text))


def code(problem: Problem, plan_text: str) -> tuple[Message, ...]:
    """Ask for a solution; the whole plan goes with it. An empty plan asks for a plain attempt."""
    deliverable = _deliverable(problem)
    if not plan_text:
        return _ask(problem, _text("code_plain.md").format(deliverable=deliverable))
    return _ask(problem, _text("code.md").format(plan=plan_text.strip(), deliverable=deliverable))


def repair(problem: Problem, code_text: str, evidence: str) -> tuple[Message, ...]:
    """Ask for a correction of ``code_text``, told what really happened."""
    task = _text("repair.md").format(
        code=code_text.strip("\n"), evidence=evidence, deliverable=_deliverable(problem)
    )
    return _ask(problem, task)


def shorten(text: str, limit: int = FIELD_LIMIT) -> str:
    """The text without its outer newlines; its middle is left out beyond ``limit`` characters."""
    text = text.strip("\n")
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n…\n{text[-half:]}"


def evidence(problem: Problem, verdict: Verdict, given: str, expected: str, printed: str, stderr: str) -> str:
    """One failed sample in words: the input, the right answer and what happened instead."""
    table = _table("evidence.toml")
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
