"""Code of a composition, in each approach, as a program or as a function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.problem import Mode
from training.problems.step import Kind, Params, Result, Step, fill

_IMPORTS = {
    r"\bmath\.": "import math",
    r"\bre\.": "import re",
    r"\bstring\.": "import string",
    r"\bsys\.": "import sys",
    r"\bCounter\(": "from collections import Counter",
    r"\bdeque\(": "from collections import deque",
    r"\breduce\(": "from functools import reduce",
    r"(?<!\.)\baccumulate\(": "from itertools import accumulate",
    r"\bchain\.": "from itertools import chain",
    r"(?<![.\w])count\(": "from itertools import count",
    r"\bgroupby\(": "from itertools import groupby",
    r"\bislice\(": "from itertools import islice",
    r"\bpairwise\(": "from itertools import pairwise",
    r"\bmean\(": "from statistics import mean",
    r"\bmultimode\(": "from statistics import multimode",
}

_NUMBERS = (
    "xs = [int(t) for t in input().split()]",
    "xs = []\nfor t in input().split():\n    xs.append(int(t))",
    "xs = list(map(int, input().split()))",
)
_ROWS = (
    "g = [[int(t) for t in input().split()] for _ in range(r)]",
    "g = []\nfor _ in range(r):\n    g.append([int(t) for t in input().split()])",
    "g = [list(map(int, input().split())) for _ in range(r)]",
)

READERS: dict[str, tuple[str, str, str]] = {
    "line": _NUMBERS,
    "count_line": tuple(f"n = int(input())\n{code}" for code in _NUMBERS),  # type: ignore[dict-item]
    "count_lines": (
        "n = int(input())\nxs = [int(input()) for _ in range(n)]",
        "n = int(input())\nxs = []\nfor _ in range(n):\n    xs.append(int(input()))",
        "n, *xs = map(int, sys.stdin.read().split())",
    ),
    "text": ("s = input()",) * 3,
    "number": ("n = int(input())",) * 3,
    "grid": tuple(f"r, c = map(int, input().split())\n{code}" for code in _ROWS),  # type: ignore[dict-item]
    "square": tuple(f"r = int(input())\n{code}" for code in _ROWS),  # type: ignore[dict-item]
}
"""Code that reads standard input, by input layout."""

LAYOUTS = {
    Kind.INTS: ("line", "count_line", "count_lines"),
    Kind.TEXT: ("text",),
    Kind.NUMBER: ("number",),
    Kind.GRID: ("grid", "square"),
}

_TAKE = {
    Kind.INTS: "xs = list({argument})",
    Kind.TEXT: "s = {argument}",
    Kind.NUMBER: "n = {argument}",
    Kind.GRID: "g = [list(row) for row in {argument}]",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A step with its parameters; ``open`` says that the statement leaves a detail to the samples."""

    step: Step
    params: Params
    open: bool = False

    def phrase(self) -> str:
        return fill(self.step.phrase, self.params)

    def code(self, approach: int) -> str:
        return fill(self.step.code[approach], self.params)


@dataclass(frozen=True, slots=True)
class Composition:
    """A chain of steps and what is answered at its end."""

    source: Kind
    links: tuple[Link, ...]
    result: Result
    params: Params
    """Parameters of the result."""

    def key(self) -> str:
        """What makes two problems the same composition: the names of their parts, not their parameters."""
        return "+".join([*(link.step.name for link in self.links), self.result.name])

    def apply(self, value: Any) -> Any:
        """The right answer, by the references."""
        for link in self.links:
            value = link.step.apply(value, **link.params)
        return self.result.apply(value, **self.params)

    def ask(self) -> str:
        return fill(self.result.phrase, self.params)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a solution is called: the input layout of a program, or the name and argument of a function."""

    mode: Mode
    layout: str = ""
    name: str = ""
    argument: str = ""


def source_code(composition: Composition, frame: Frame, approaches: Sequence[int]) -> str:
    """A solution; ``approaches`` gives the approach of the reading, of each step and of the result."""
    first, *middle, last = approaches
    lines = [link.code(approach) for link, approach in zip(composition.links, middle, strict=True)]
    *before, answer = fill(composition.result.code[last], composition.params).rsplit("\n", 1)
    lines += before
    if frame.mode is Mode.PROGRAM:
        body = "\n".join(
            [READERS[frame.layout][first], *lines, composition.result.show.format(answer=answer)]
        )
    else:
        body = "\n".join(
            [_TAKE[composition.source].format(argument=frame.argument), *lines, f"return {answer}"]
        )
        body = f"def {frame.name}({frame.argument}):\n" + "\n".join(
            f"    {line}" for line in body.split("\n")
        )
    imports = sorted(
        {line for pattern, line in _IMPORTS.items() if re.search(pattern, body)},
        key=lambda line: (len(line), line),
    )
    gap = "\n\n" if imports and frame.mode is Mode.FUNCTION else "\n" if imports else ""
    return "\n".join(imports) + gap + ("\n" if imports and frame.mode is Mode.FUNCTION else "") + body


def in_approach(composition: Composition, frame: Frame, approach: int) -> str:
    """A solution in one approach throughout."""
    return source_code(composition, frame, [approach] * (len(composition.links) + 2))
