"""What a step is: a typed change of a value, its words, its code in three approaches, its reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Params = Mapping[str, Any]


class Kind(StrEnum):
    """Types of values; the value is the variable that holds one in rendered code."""

    INTS = "xs"
    TEXT = "s"
    WORDS = "ws"
    NUMBER = "n"
    GRID = "g"


COMPACT, LOOPS, LIBRARY = range(3)
"""Index of an approach in the code of a step, in the order of the solver's ``approaches.toml``."""

_HOLE = re.compile(r"\{([a-z])\}")


_ORDINAL = re.compile(r"\{([a-z])\}th\b")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th … (up to 20)."""
    return f"{number}{_ENDINGS.get(number, 'th')}"


def fill(text: str, params: Params, spell: Callable[[Any], str] = str) -> str:
    """The text with ``{k}`` (and ``{k}th``) replaced by parameters; other braces stay."""
    text = _ORDINAL.sub(lambda m: ordinal(params[m[1]]), text)
    return _HOLE.sub(lambda m: spell(params[m[1]]) if m[1] in params else m[0], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain; ``apply`` is its reference."""

    name: str
    source: Kind
    target: Kind
    phrase: str
    """Canonical words, used in observations and plans."""
    wordings: tuple[str, ...]
    """Other ways to say it in a statement."""
    code: tuple[str, str, str]
    apply: Callable[..., Any]
    params: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    twin: str = ""
    """Name of the step that ``open_wordings`` may mean as well."""
    open_wordings: tuple[str, ...] = ()
    """Words that leave a detail to the samples, shared with the twin."""
    issue: str = ""
    """The detail those words leave open."""
    last: bool = False
    """No other step may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is answered at the end of a chain."""

    name: str
    source: Kind
    phrase: str
    wordings: tuple[str, ...]
    code: tuple[str, str, str]
    """Lines whose last is the answer as an expression."""
    apply: Callable[..., Any]
    params: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    show: str = "print({answer})"
    """How a program prints the answer."""
    edge: str = ""
    """What happens when nothing is left, in words."""
