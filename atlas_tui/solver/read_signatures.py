"""Functions that a statement asks for, with their parameters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from atlas_tui.solver.read_values import Brackets, split_top

MAX_DEFINITIONS = 200
"""Most definitions of one statement that are looked at."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function; ``self`` is none."""

    name: str
    annotation: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A function the statement names."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str
    text: str
    """As the statement gives it: the ``def`` line, with its class when it is a method."""
    stub: bool
    """No body but a docstring, ``pass`` or ``...``: the statement asks for it."""
    known: bool = True
    """The parameters are known, not only the name."""
    asked: bool = True
    """Written out, or the statement says to write it; not only mentioned."""
    written: bool = False
    """As a ``def`` of its own."""


_DEF = re.compile(r"^(?P<indent>[ \t>]*)(?:async[ \t]+)?def[ \t]+(?P<name>\w+)[ \t]*(?=\()", re.MULTILINE)
_CLASS = re.compile(r"^[ \t>]*class[ \t]+(?P<name>\w+)[^\n]*:", re.MULTILINE)
_ASKING = r"(?P<asking>(?:implement|write|create|complete|code)\b[^\n.`]{0,40}?)?"
_NAMED = (
    re.compile(r"(?P<asking>`def)[ \t]+(?P<name>[A-Za-z_]\w*)(?=\()"),
    re.compile(
        rf"\b{_ASKING}\b"
        r"(?:(?:functions?|methods?|func|signature)\b[^\n.`]{0,40}?|(?<=implement )|(?<=complete ))"
        r"`(?:def[ \t]+)?(?P<name>[A-Za-z_]\w*)(?=[`(])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_ASKING}\b(?:function|method)[ \t]+(?:named|called)[ \t]+(?P<name>[A-Za-z_]\w*)", re.IGNORECASE
    ),
    re.compile(rf"\b{_ASKING}\b(?:function|method)[ \t]+(?P<name>[A-Za-z_]\w*)(?=\()", re.IGNORECASE),
)
_RETURNS = re.compile(r"[ \t]*->[ \t]*(?P<type>[^:\n`]+)")


def signatures(text: str) -> list[Signature]:
    """Functions written out as ``def``; when there are none, those named in words."""
    return list(_written(text)) or sorted(_named(text), key=lambda each: (not each.asked, not each.known))


def _written(text: str) -> Iterator[Signature]:
    classes = list(_CLASS.finditer(text))
    brackets = Brackets(text)
    for match in islice(_DEF.finditer(text), MAX_DEFINITIONS):
        close = brackets.end(match.end())
        if close < 0:
            continue
        returns = _RETURNS.match(text, close)
        end = returns.end() if returns else close
        head = re.sub(r"\s*\n\s*", " ", text[match.start() : end].strip(" \t>")) + ":"
        owner = bisect_left(classes, match.start(), key=lambda each: each.start()) - 1
        if match["indent"].strip(">") and owner >= 0:
            head = f"class {classes[owner]['name']}:\n    {head}"
        parameters = tuple(_parameters(text[match.end() + 1 : close - 1]))
        stub = _is_stub(text, end, len(match["indent"]))
        yield Signature(
            match["name"], parameters, returns["type"].strip() if returns else "", head, stub, written=True
        )


def _is_stub(text: str, end: int, indent: int) -> bool:
    rest = text[end : end + 20_000].lstrip(" \t")
    rest = rest.removeprefix(":")
    rest = re.sub(r"^\s*(?:#[^\n]*\s*)*[rR]?(\"\"\"|''').*?\1", "", rest, count=1, flags=re.DOTALL)
    for line in rest.split("\n"):
        word = line.strip(" \t>")
        if not word or word.startswith(("#", "```", "~~~")) or word in ("pass", "...", "…"):
            if word.startswith(("```", "~~~")):
                return True
            continue
        depth = len(line) - len(line.lstrip(" \t>"))
        return depth <= indent or word.startswith("raise NotImplementedError")
    return True


def _parameters(inside: str) -> Iterator[Parameter]:
    for part in split_top(inside):
        head, _, default = part.partition("=")
        name, _, annotation = head.partition(":")
        name = name.strip()
        if name and name not in ("self", "cls", "/", "*") and not name.startswith("*"):
            yield Parameter(name, annotation.strip(), bool(default))


def _named(text: str) -> Iterator[Signature]:
    brackets = Brackets(text)
    for match in (found for pattern in _NAMED for found in pattern.finditer(text)):
        name, after, asked = match["name"], match.end("name"), bool(match["asking"])
        close = brackets.end(after) if text[after : after + 1] == "(" else -1
        inside = text[after + 1 : close - 1] if close > 0 else ""
        words = [part.partition(":")[0].partition("=")[0].strip() for part in split_top(inside)]
        if close < 0 or not (all(word.isidentifier() for word in words) or not inside.strip()):
            yield Signature(name, (), "", "", stub=True, known=False, asked=asked)
            continue
        returns = _RETURNS.match(text, close)
        head = text[match.start("name") : returns.end() if returns else close].strip()
        kind = returns["type"].strip() if returns else ""
        yield Signature(name, tuple(_parameters(inside)), kind, f"def {head}:", stub=True, asked=asked)
