"""What is run of a function problem: calls and tests as steps for the sandbox, and the rules of judging them.

A sample ``assert f(x) == value`` is split: the call is evaluated inside, its value is compared outside by the
language's own equality. A statement of another form is run inside as it stands. An expected value of
``kwargs`` samples is JSON and judged as such.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.bench.pool import AssertSample, CallSample
from atlas_tui.bench.values import NO_JSON, plain, python_value
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran

Step = Mapping[str, Any]
"""What the program inside is to do: ``call`` with ``arguments`` or ``kwargs``, ``value`` or ``test``."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended: OK means by itself; ``payload`` is its value, written by ``inside.py``."""

    verdict: Verdict
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A step with the rule that its result is judged by."""

    step: Step
    how: str
    """``held`` (the statement did not fail), ``python`` or ``json``."""
    expected: Any = None

    def passed(self, result: Result) -> bool:
        """Whether the result is right."""
        if result.verdict is not Verdict.OK:
            return False
        if self.how == "held":
            return True
        if self.how == "python":
            return _same(python_value(result.payload), self.expected)
        text = plain(result.payload)
        if text == NO_JSON:
            return False
        return judge(Ran(verdict=Verdict.OK, result=text), self.expected, Mode.FUNCTION) is Verdict.OK


def _same(value: Any, expected: Any) -> bool:
    try:
        return bool(value == expected)
    except RecursionError:
        return False


def check_of(sample: AssertSample | CallSample) -> Check:
    """The check that a sample stands for. Raises: ValueError, which says what is wrong with it."""
    if isinstance(sample, CallSample):
        step = {"do": "call", "kwargs": dict(sample.kwargs)}
        return Check(step, "json", json.dumps(sample.expected))
    return assert_check(sample.text)


def assert_check(text: str) -> Check:
    """The check of one assert statement, before which others may stand; ``assert`` itself may be left out.

    Raises:
        ValueError: it is no Python, or asserts nothing.
    """
    body = _parsed(text)
    if not body:
        raise ValueError("it asserts nothing")
    last = body[-1]
    if isinstance(last, ast.Expr):
        last = ast.Assert(test=last.value, msg=None)
        body = [*body[:-1], last]
    if not isinstance(last, ast.Assert):
        raise ValueError("it asserts nothing")
    setup = "\n".join(ast.unparse(one) for one in body[:-1])
    split = _split(last.test)
    if split is not None:
        return Check({"do": "value", "setup": setup, "code": split[0]}, "python", split[1])
    return Check({"do": "test", "code": ast.unparse(ast.Module(body=body, type_ignores=[]))}, "held")


def _parsed(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError("it is no Python") from error


def _split(test: ast.expr) -> tuple[str, Any] | None:
    """The expression and the literal that it must equal."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return None
    left, right = test.left, test.comparators[0]
    for expression, value in ((left, right), (right, left)):
        if isinstance(expression, ast.Constant):
            continue
        try:
            return ast.unparse(expression), ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
    return None


def input_step(expression: str) -> Step | None:
    """The step that evaluates a call expression; None for what is no expression."""
    try:
        ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return {"do": "value", "setup": "", "code": expression.strip()}


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a sample's call: mutation makes others from them."""

    values: tuple[Any, ...]
    names: tuple[str, ...] = ()
    """Of the last of them, where they are given by name."""

    def step(self, values: Sequence[Any]) -> Step:
        """The step that makes this call with other values."""
        plainly = len(values) - len(self.names)
        shown = [repr(value) for value in values[:plainly]]
        shown += [f"{name}={value!r}" for name, value in zip(self.names, values[plainly:], strict=True)]
        return {"do": "value", "setup": "", "code": f"{ENTRY}({', '.join(shown)})"}


ENTRY = "_entry_point_"
"""What the program inside calls the function that the problem asks for."""


def call_in(sample: AssertSample | CallSample, entry_point: str) -> Call | None:
    """The call of the entry point in a sample, where all its arguments are literals."""
    if isinstance(sample, CallSample):
        return Call(tuple(sample.kwargs.values()), tuple(sample.kwargs))
    try:
        body = ast.parse(sample.text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and _called(node) == entry_point:
            try:
                plainly = [ast.literal_eval(argument) for argument in node.args]
                named = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
            except (ValueError, TypeError, MemoryError, RecursionError):
                return None
            if None in named:
                return None
            return Call((*plainly, *named.values()), tuple(str(name) for name in named))
    return None


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
