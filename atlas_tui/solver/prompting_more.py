"""Prompts of the stages that work on programs and their runs: tests, inputs, judgement, causes, repair.

They begin as all prompts of a problem do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from atlas_tui.engine.base import Grammar, Message
from atlas_tui.events import FailureClass
from atlas_tui.problem import Problem
from atlas_tui.solver import layouts, prompting
from atlas_tui.solver.change import test_files
from atlas_tui.solver.kit import Kit

CODE_LIMIT = 6000
"""Most characters of a program shown to the model."""


@dataclass(frozen=True, slots=True)
class Perspective:
    """A way of looking at a program that fails (PR-CoT)."""

    name: str
    label: str
    """What the line is called that the answer begins with."""
    question: str


@cache
def perspectives() -> tuple[Perspective, ...]:
    """The four of them: logic, missing information, wrong assumptions, a different approach."""
    rows = prompting.file_table("perspectives.toml")["perspective"]
    return tuple(Perspective(row["name"], row["label"], row["question"]) for row in rows)


@cache
def order_for(failure: FailureClass) -> tuple[Perspective, ...]:
    """All perspectives, the most promising for this class of failure first."""
    named = {each.name: each for each in perspectives()}
    order = prompting.file_table("perspectives.toml")["order"]
    return tuple(named[name] for name in order.get(str(failure), order[str(FailureClass.OPEN)]))


def tests(problem: Problem, count: int) -> tuple[Message, ...]:
    """Ask for ``count`` tests with their answers, from the statement alone."""
    if problem.project is not None:
        return _ask(problem, "tests.md", count=count, layout=test_files.layout(problem.project))
    return _ask(problem, "tests.md", count=count, layout=_layout(problem, "test"))


def generator(problem: Problem, count: int, characters: int) -> tuple[Message, ...]:
    """Ask for a program that prints ``count`` inputs of at most so many ``characters`` each."""
    layout = _layout(problem, "generated")
    return _ask(problem, "generator.md", count=count, characters=f"{characters:,}", layout=layout)


def differ(problem: Problem, first: str, second: str, count: int) -> tuple[Message, ...]:
    """Ask for inputs on which two programs may give different answers."""
    layout = _layout(problem, "input")
    return _ask(
        problem, "differ.md", first=short_code(first), second=short_code(second), count=count, layout=layout
    )


def judge(problem: Problem, given: str, first: str, second: str) -> tuple[Message, ...]:
    """Ask which of two answers to an input is right; they are called A and B."""
    shown = prompting.shorten(layouts.shown(problem, given))
    short = (prompting.shorten(text) or "nothing" for text in (first, second))
    return _ask(problem, "judge.md", given=shown, first=next(short), second=next(short))


def diagnose(problem: Problem, code: str, evidence: str, limit: int = CODE_LIMIT) -> tuple[Message, ...]:
    """Ask what kind of mistake a program makes."""
    return _ask(problem, "diagnose.md", code=short_code(code, limit), evidence=evidence)


def repair(
    problem: Problem, code: str, evidence: str, perspective: Perspective, *, usable: bool = True
) -> tuple[Message, ...]:
    """Ask for a correction of ``code``, looked at in one way.

    An answer that was to be a change and is none (not ``usable``) is asked for anew.
    """
    change = prompting.of_repository(problem)
    question = perspective.question
    if change:
        question = str(prompting.file_table("change.toml")["perspective"][perspective.name])
    return _ask(
        problem,
        "unusable.md" if change and not usable else "repair.md",
        code=short_code(code),
        evidence=evidence,
        question=question,
        label=perspective.label,
        deliverable=prompting.deliverable_of(problem),
    )


def repair_note(name: str, **fields: object) -> str:
    """A part of what a repair is told, such as the limit of time."""
    return str(prompting.file_table("repair_evidence.toml")[name].format(**fields))


def short_code(code: str, limit: int = CODE_LIMIT, line: int = 0) -> str:
    """The program, or its beginning and what lies around ``line`` (its end without one), whole lines each.

    A comment says how many lines were left out.
    """
    code = code.strip("\n")
    if len(code) <= limit:
        return code
    lines = code.split("\n")
    head = _fitting(lines, limit // 2)
    rest = lines[head:]
    if line > head:
        start = max(0, line - head - _fitting(rest[: line - head][::-1], limit // 4))
    else:
        start = len(rest) - _fitting(rest[::-1], limit // 2)
    tail = rest[start : start + _fitting(rest[start:], limit // 2)]
    parts = [*lines[:head], _left_out(start), *tail, _left_out(len(rest) - start - len(tail))]
    return prompting.shorten("\n".join(part for part in parts if part is not None), 2 * limit)


def _left_out(count: int) -> str | None:
    return f"# … {count:,} lines left out …" if count else None


def _fitting(lines: Sequence[str], room: int) -> int:
    """How many of the first lines fit into so many characters; at least one."""
    used = 0
    for number, line in enumerate(lines):
        used += len(line) + 1
        if used > room:
            return max(1, number)
    return len(lines)


def grammar_for(kit: Kit, grammar: Grammar | None) -> Grammar | None:
    """The grammar where the engine is known to take GBNF; elsewhere the reply is only read strictly."""
    able = kit.engine.capabilities
    # A server may take JSON schemas and refuse GBNF; what closes budgets to the token runs llama.cpp itself.
    return grammar if able.grammar and able.exact_budget else None


def _layout(problem: Problem, name: str) -> str:
    table = prompting.file_table("layouts.toml")[str(layouts.layout_of(problem))]
    return str(table[name].format(entry_point=problem.entry_point.rpartition(".")[2]))


def _ask(problem: Problem, file: str, **fields: object) -> tuple[Message, ...]:
    return prompting.asked(problem, prompting.text_for(problem, file).format(**fields))
