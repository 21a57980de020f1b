"""Samples given as calls in running text: ``f(1) -> 2``, asserts, sentences, values with an arrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas_tui.solver.read_values import Brackets, matching, split_top


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
    sign: str = ""


_VERB = (
    r"(?:(?:should|must|will|would|can|does)\s+)?"
    r"(?:returns?|gives?|yields?|outputs?|prints?|produces?|results?\s+in|evaluates?\s+to"
    r"|(?:equals?|be|is)(?:\s+equal)?(?:\s+to)?(?!\s+\w*(?:ed|ing)\b))"
)
_ANSWER = r"(?:the\s+)?(?:expected\s+)?(?:output|result|answer|return\s+value|value)"
_NOTE = r"(?:\#|//|;[ \t]*//|;)"
_GAP = r"\s{0,40}"
_ARROW = re.compile(
    rf"`{{0,2}}{_GAP}(?:-{{1,4}}>|→|⇒|⟶|➞|➜|={{1,3}}>|={{2,3}}|=|{_NOTE}?{_GAP}(?:={{1,3}}>|-{{1,3}}>|→|➞)"
    rf"|,?{_GAP}(?:{_NOTE}{_GAP})?(?:{_ANSWER}{_GAP}(?::|=|\b{_VERB})|{_VERB}:?)|{_NOTE}|\bis\b(?=\s+(?:None|True|False)\b)|:)"
    r"[ \t]*`{0,2}",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"[`\s]{0,40}(?:(?:should|must|will|would)\s+)?"
    rf"(?:{_NOTE}?{_GAP}(?:-{{1,4}}>|→|⇒|⟶|➞|➜|={{1,3}}>)|={{2,3}}|(?:{_NOTE}{_GAP})?returns?\b"
    rf"|{_NOTE}{_GAP}(?=[\d\"'\[({{TFN-]))",
    re.IGNORECASE,
)
_FOR_VALUES = re.compile(
    r"\b(?:for|if|given|with|when|let|suppose)[ \t]+`?(?=[A-Za-z_]\w*[ \t]*=[^=])"
    r"(?P<given>[^\n]{1,2000}?)`?[,.:]?[ \t]+(?:then[ \t]+)?(?:(?:the|your)[ \t]+)?"
    r"(?:(?:expected[ \t]+)?(?:output|result|answer|function|return[ \t]+value|it|we|you|\w+\(\))[ \t]+)?"
    rf"(?:{_VERB})[ \t]+`?(?P<expected>[^\n]{{1,2000}})",
    re.IGNORECASE,
)
_TESTED = re.compile(
    r"\b(?:assert_?(?:equals?|is|almost_?equals?)|expect_equal)[ \t]{0,40}(?=\()", re.IGNORECASE
)
_ASSERTED = re.compile(r"^[ \t>]*assert[ \t]+(?P<denied>not[ \t]+)?(?P<call>[A-Za-z_][^\n]*)$", re.MULTILINE)
_ARROWED = re.compile(
    r"^[ \t>]*(?:[-*•][ \t]+)?(?:\d{1,2}[.)][ \t]+)?(?:(?:e\.?g\.?|example)[:,]?[ \t]*)?"
    r"(?P<given>[\[({\"'`\d+.-][^\n]{0,2000}?|True|False|None)`?[ \t]*(?:-{1,4}>|→|⇒|➞|➜|={1,3}>)"
    r"[ \t]*(?P<expected>[^\n]+)$",
    re.MULTILINE,
)
_DEFINED = re.compile(r"\bdef[ \t]+$")
_IN_EXPRESSION = re.compile(r"\S[ \t]*[-+*/%=][ \t]*$")
_MAX_SENTENCE = 5_000

MAX_CALLS = 100
"""Most calls of one statement that are read."""


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
        before = text[max(0, match.start() - 40) : match.start()]
        if _DEFINED.search(before):
            continue
        close = brackets.end(match.end() - 1)
        sign = _ARROW.match(text, close) if close > 0 else None
        inside = text[match.end() : close - 1] if close > 0 else ""
        value = text[sign.end() : sign.end() + 10_000] if sign else ""
        strong = bool(_STRONG.match(text, close)) if sign else False
        if sign is not None and not strong and _IN_EXPRESSION.search(before):
            continue
        written = sign[0].strip(" `") if sign else ""
        yield InlineCall(match["name"], inside, value, strong, sign is not None, written)


def asserted(text: str, names: frozenset[str]) -> Iterator[InlineCall]:
    """Each ``assertEqual(f(1), 2)``, ``assert f(1)`` and ``assert not f(1)`` in the text."""
    brackets = Brackets(text)
    for match in _TESTED.finditer(text):
        close = brackets.end(match.end())
        parts = split_top(text[match.end() + 1 : close - 1]) if close > 0 else []
        call = call_of(parts[0].strip(), names) if len(parts) > 1 else None
        if call is not None and not call[2].strip():
            yield InlineCall(call[0], call[1], parts[1].strip(), strong=True, compared=True)
    for match in _ASSERTED.finditer(text):
        call = call_of(match["call"].strip(), names)
        if call is not None and not call[2].split("#")[0].split(",")[0].strip():
            value = "False" if match["denied"] else "True"
            yield InlineCall(call[0], call[1], value, strong=True, compared=True)


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """(arguments, text of the value) of each ``For a = 1, b = 2 the output should be 3``."""
    for line in text.split("\n"):
        if "=" not in line or len(line) > _MAX_SENTENCE:
            continue
        for match in _FOR_VALUES.finditer(line):
            yield match["given"], match["expected"]


def arrows(text: str) -> Iterator[tuple[str, str]]:
    """(arguments, text of the value) of each line ``[1, 2], 3 -> 6``."""
    for count, match in enumerate(_ARROWED.finditer(text)):
        if count >= MAX_CALLS:
            return
        yield match["given"].strip("` \t"), match["expected"]
