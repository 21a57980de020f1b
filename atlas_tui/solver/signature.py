"""Names of the parameters of the function that a problem asks for."""

from __future__ import annotations

import ast
import re

from atlas_tui.problem import Problem

_DEF = r"^[ \t]*(?:async[ \t]+)?def[ \t]+{name}[ \t]*\((?P<inside>[^)]*)\)"


def parameter_names(problem: Problem) -> tuple[str, ...]:
    """The names in order, ``self`` left out; empty where no signature is known."""
    name = re.escape(problem.entry_point.rpartition(".")[2])
    if not name:
        return ()
    for text in (problem.signature, problem.statement):
        found = re.search(_DEF.format(name=name), text, re.MULTILINE)
        if found is not None:
            return _names(found["inside"])
    return ()


def _names(inside: str) -> tuple[str, ...]:
    try:
        parsed = ast.parse(f"def f({inside}): pass").body[0]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    if not isinstance(parsed, ast.FunctionDef):
        return ()
    names = [argument.arg for argument in (*parsed.args.posonlyargs, *parsed.args.args)]
    return tuple(name for name in names if name not in ("self", "cls"))
