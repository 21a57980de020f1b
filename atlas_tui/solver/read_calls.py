"""Functions a statement asks for, and samples given as calls of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from atlas_tui.problem import Sample
from atlas_tui.solver.read_values import (
    Brackets,
    Unreadable,
    leading_value,
    matching,
    read_value,
    split_top,
    to_json,
)


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


@dataclass(frozen=True, slots=True)
class InlineCall:
    """A call in running text."""

    name: str
    inside: str
    """Text between its brackets."""
    value: str
    """What stands after the sign of equality, to the end of the text or farther than any value."""
    strong: bool
    """The sign is one that only examples have (``->``, ``==``), not the ``=`` of a definition."""
    compared: bool
    """There is a sign at all."""


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
_VERB = (
    r"(?:(?:should|must|will|would)\s+)?"
    r"(?:returns?|gives?|yields?|evaluates\s+to|(?:equals?|be|is)(?:\s+equal)?(?:\s+to)?)"
)
_ARROW = re.compile(
    rf"`{{0,2}}\s*(?:->|-->|→|⇒|➞|==?>|===?|=|(?:\#\s*)?{_VERB}|\#\s*(?:=>|->)?|:)[ \t]*`{{0,2}}"
)
_STRONG = re.compile(r"[`\s]*(?:(?:should|must|will|would)\s+)?(?:->|-->|→|⇒|➞|==|=>|(?:#\s*)?returns?\b)")
_FOR_VALUES = re.compile(
    r"\b(?:for|if|given|with|when)[ \t]+`?(?=[A-Za-z_]\w*[ \t]*=[^=])(?P<given>[^\n]{1,2000}?)`?,?[ \t]+"
    r"(?:then[ \t]+)?(?:the[ \t]+|your[ \t]+)?(?:output|result|answer|function|return[ \t]+value)"
    rf"[ \t]+{_VERB}[ \t]+`?(?P<expected>[^\n]{{1,2000}})",
    re.IGNORECASE,
)
_PROMPT = re.compile(r"^[ \t>]*?>>>[ \t]?(?P<code>[^\n]*)", re.MULTILINE)
_GOES_ON = re.compile(r"[ \t]*(?:[+*/%<>=&|^\[{]|-[ \t]*[\d(])|\(|\.\w|[\w\"']")
"""After a value: it was only the beginning of an expression."""

MAX_CALLS = 100
MAX_DEFINITIONS = 200
"""Most calls and definitions of one statement that are looked at."""


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


def doctests(text: str) -> list[tuple[str, str]]:
    """(code, printed text) of every ``>>>`` line; continued lines are joined."""
    found: list[tuple[str, str]] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines) and len(found) < MAX_CALLS:
        start = _PROMPT.match(lines[at])
        at += 1
        if start is None:
            continue
        code = start["code"].strip()
        while at < len(lines) and re.match(r"[ \t>]*\.\.\.(?:[ \t]|$)", lines[at]):
            code += " " + lines[at].strip(" \t>")[3:].strip()
            at += 1
        printed: list[str] = []
        while at < len(lines) and lines[at].strip() and not _ends_doctest(lines[at]):
            printed.append(lines[at].strip())
            at += 1
        found.append((code, " ".join(printed)))
    return found


def _ends_doctest(line: str) -> bool:
    return line.strip().startswith((">>>", '"""', "'''", "```", "~~~"))


def call_of(code: str, names: frozenset[str]) -> tuple[str, str, str] | None:
    """(name, text of the arguments, rest) when ``code`` begins with a call of one of ``names``.

    With no names, any function counts.
    """
    match = re.match(r"(?:assert[ \t]+)?(?:[A-Za-z_]\w*(?:\(\))?\.)?(?P<name>[A-Za-z_]\w*)\(", code)
    if match is None or (names and match["name"] not in names):
        return None
    close = matching(code, match.end() - 1)
    if close < 0:
        return None
    return match["name"], code[match.end() : close - 1], code[close:]


def inline_calls(text: str, names: frozenset[str]) -> Iterator[InlineCall]:
    """Each ``f(1) -> 2`` in the text, of the functions in ``names`` (of any when empty)."""
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(names)))})" if names else r"(?<![\w.])[A-Za-z_]\w*"
    brackets = Brackets(text)
    for count, match in enumerate(re.finditer(rf"(?P<name>{pattern})\(", text)):
        if count > 20 * MAX_CALLS:
            return
        close = brackets.end(match.end() - 1)
        sign = _ARROW.match(text, close) if close > 0 else None
        inside = text[match.end() : close - 1] if close > 0 else ""
        value = text[sign.end() : sign.end() + 10_000] if sign else ""
        strong = bool(_STRONG.match(text, close)) if sign else False
        yield InlineCall(match["name"], inside, value, strong, sign is not None)


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """(arguments, text of the value) of each ``For a = 1, b = 2 the output should be 3``."""
    for match in _FOR_VALUES.finditer(text):
        yield match["given"], match["expected"]


def arguments(inside: str, signature: Signature | None) -> list[Any]:
    """Positional arguments out of the text between the brackets of a call, or of ``a = 1, b = 2``.

    Raises:
        Unreadable: a value is no literal, or the arguments do not fit the signature.
    """
    parts = [part for part in split_top(inside) if part.strip()]
    named: dict[str, Any] = {}
    plain: list[Any] = []
    for part in parts:
        match = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)", part, re.DOTALL)
        if match is not None:
            named[match[1]] = _argument(match[2], signature, match[1], -1)
        else:
            plain.append(_argument(part, signature, "", len(plain)))
    if named and plain:
        return _mixed(plain, named, signature)
    if named:
        return _ordered(named, signature)
    return _counted(plain, signature)


def _argument(text: str, signature: Signature | None, name: str, index: int) -> Any:
    try:
        return read_value(text)
    except Unreadable:
        parameters = signature.parameters if signature else ()
        fitting = [each for at, each in enumerate(parameters) if each.name == name or at == index]
        word = text.strip()
        if fitting and fitting[0].annotation == "str" and re.fullmatch(r"[^\s\"'\[\](){}]+", word):
            return word
        raise


def _ordered(named: dict[str, Any], signature: Signature | None) -> list[Any]:
    if signature is None or not signature.known:
        return list(named.values())
    order = [each.name for each in signature.parameters]
    if set(named) <= set(order):
        given = [name for name in order if name in named]
        if given == order[: len(given)] and all(each.optional for each in signature.parameters[len(given) :]):
            return [named[name] for name in given]
        raise Unreadable(f"no value for {', '.join(name for name in order if name not in named)}")
    raise Unreadable(f"{', '.join(sorted(set(named) - set(order)))} is no parameter of {signature.name}")


def _mixed(plain: list[Any], named: dict[str, Any], signature: Signature | None) -> list[Any]:
    if signature is None or not signature.known:
        raise Unreadable("named arguments of an unknown signature")
    filled = {each.name: value for each, value in zip(signature.parameters, plain, strict=False)}
    return _ordered(filled | named, signature)


def _counted(plain: list[Any], signature: Signature | None) -> list[Any]:
    if signature is not None and signature.known:
        most = len(signature.parameters)
        least = sum(not each.optional for each in signature.parameters)
        if not least <= len(plain) <= most:
            raise Unreadable(f"{len(plain)} arguments, but {signature.name} takes {most}")
    return plain


def result(text: str, signature: Signature | None, exact: bool) -> Any:
    """The value a sample expects. ``exact``: all of the text; else what it begins with.

    Raises:
        Unreadable: it is no literal.
    """
    try:
        value, rest = leading_value(text)
        if rest.strip(" \t\n`.;") if exact else _GOES_ON.match(rest):
            raise Unreadable("not a plain value")
        return value
    except Unreadable:
        word = text.strip().strip("`").strip()
        if (
            signature is not None
            and signature.returns == "str"
            and exact
            and re.fullmatch(r"[^\n\"']{1,200}", word)
        ):
            return word
        raise


def sample_of(inside: str, expected: str, signature: Signature | None, exact: bool) -> Sample:
    """A sample out of the text of the arguments and of the result.

    Raises:
        Unreadable: one of them has no JSON form.
    """
    return Sample(
        given=to_json(arguments(inside, signature)), expected=to_json(result(expected, signature, exact))
    )
