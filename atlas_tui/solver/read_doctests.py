"""Samples given as a session with an interpreter: ``>>> f(1)`` and what it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from atlas_tui.solver.read_calls import MAX_CALLS, call_of
from atlas_tui.solver.read_values import Unreadable, matching, read_value, split_top, without_comment

PRINTED = "printed text was taken for a result"
NO_CALL = "it is not a plain call"


@dataclass(frozen=True, slots=True)
class Doctest:
    """One statement of a session."""

    code: str
    """Its lines joined, without a comment."""
    comment: str
    printed: tuple[str, ...]
    """The lines it printed."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call in a session and its result, as text."""

    name: str
    inside: str
    expected: str
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class Uncalled:
    """A statement of a session that shows no result of a plain call."""

    code: str
    printed: str


_PROMPT = re.compile(
    r"[ \t>]*?(?:>>>|In[ \t]?\[\d+\]:)(?:[ \t]|$)[ \t]*(?P<code>[^\n]*)|[ \t]*>>>(?P<glued>\S[^\n]*)"
)
_MORE = re.compile(r"[ \t>]*\.\.\.:?(?:[ \t]+(?P<code>.*)|$)")
_OUT = re.compile(r"Out[ \t]?\[\d+\]:[ \t]*")
_BOUND = re.compile(r"(?P<name>[A-Za-z_]\w*)[ \t]*(?::[ \t]*[^=]+)?=(?!=)[ \t]*(?P<value>.+)", re.DOTALL)
_IMPORT = re.compile(r"(?:import|from)[ \t]")
_RESULT_COMMENT = re.compile(
    r"(?:=>|->|→|➞|==|returns?|should[ \t]+(?:return|be))?[ \t]*(?P<value>.+)", re.IGNORECASE
)
_MAX_LINES = 200


def doctests(text: str) -> list[Doctest]:
    """Every ``>>>`` statement (``In [1]:`` as well) with what it prints; continued lines are joined."""
    found: list[Doctest] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines) and len(found) < MAX_CALLS:
        start = _PROMPT.match(lines[at])
        at += 1
        if start is None:
            continue
        code, comment = without_comment((start["code"] or start["glued"] or "").strip())
        while at < len(lines) and (more := _MORE.fullmatch(lines[at])) is not None:
            code += " " + without_comment((more["code"] or "").strip())[0]
            at += 1
        printed: list[str] = []
        while at < len(lines) and lines[at].strip() and not _ends(lines[at]):
            printed.append(lines[at].strip())
            at += 1
        if printed:
            printed[0] = _OUT.sub("", printed[0])
        found.append(Doctest(code.strip(), comment, tuple(printed)))
    return found


def is_prompt(line: str) -> bool:
    """Whether a line is one of a session that a person typed."""
    return _PROMPT.match(line) is not None


def _ends(line: str) -> bool:
    return is_prompt(line) or line.strip().startswith(('"""', "'''", "```", "~~~"))


@dataclass(slots=True)
class _Session:
    """Names that earlier statements bound, to the text of a literal or of a call."""

    literals: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)

    def bind(self, code: str) -> bool:
        """Remember ``x = …``; false when the statement binds nothing."""
        match = _BOUND.fullmatch(code)
        if match is None:
            return False
        name, value = match["name"], match["value"].strip()
        self.literals.pop(name, None)
        self.calls.pop(name, None)
        if _is_literal(value):
            self.literals[name] = value
        else:
            self.calls[name] = self.filled(value)
        return True

    def filled(self, code: str) -> str:
        """A call with the bound names among its arguments replaced by their values."""
        call = call_of(code, frozenset())
        if call is None or not self.literals:
            return code
        parts = [self._value(part) for part in split_top(call[1])]
        return f"{call[0]}({','.join(parts)}){call[2]}"

    def _value(self, part: str) -> str:
        keyword, sign, value = part.rpartition("=")
        return f"{keyword}{sign}{self.literals.get(value.strip(), value)}"


def session(tests: list[Doctest], names: frozenset[str], returns: str) -> Iterator[Called | Uncalled]:
    """The calls of the functions in ``names`` (of any when empty) in one session, in their order.

    ``returns`` is the annotation of the function's result; it tells printed text from a printed value.
    """
    bound = _Session()
    for test in tests:
        if _IMPORT.match(test.code) or bound.bind(test.code):
            continue
        code = bound.filled(bound.calls.get(test.code, test.code))
        shown = _inside_print(code)
        call = call_of(shown or code, names)
        if call is None:
            if any(f"{name}(" in code for name in names):
                yield Uncalled(test.code, " ".join(test.printed))
            continue
        yield _called(test, call, returns, printed=shown is not None)


def _called(test: Doctest, call: tuple[str, str, str], returns: str, printed: bool) -> Called | Uncalled:
    name, inside, rest = call
    expected, unsure = _printed_text(test.printed, returns) if printed else (_value_of(test.printed), "")
    compared = re.fullmatch(r"\s*(?:==|\bis\b)(.+)", rest, re.DOTALL)
    if compared is not None and expected in ("", "True"):
        expected, rest = compared[1], ""
        expected = split_top(expected)[0] if test.code.startswith("assert") else expected
    elif not expected and test.code.startswith("assert"):
        expected = "True"
    if rest.strip():
        return Uncalled(test.code, " ".join(test.printed))
    if not expected and test.comment:
        told = _RESULT_COMMENT.fullmatch(test.comment)
        expected = told["value"] if told and _is_literal(told["value"]) else ""
    return Called(name, inside, expected or "None", unsure)


def _inside_print(code: str) -> str | None:
    if not code.startswith("print(") or matching(code, 5) != len(code):
        return None
    return code[6:-1].strip()


def _printed_text(lines: tuple[str, ...], returns: str) -> tuple[str, str]:
    """What a function returned that was printed with ``print``, and why that is a guess."""
    text = "\n".join(lines)
    if returns == "str":
        return json.dumps(text), ""
    if _is_literal(text):
        return text, "" if returns else PRINTED
    return json.dumps(text), PRINTED


def _value_of(lines: tuple[str, ...]) -> str:
    """The lines that are a value; words may follow it."""
    whole = " ".join(lines)
    if len(lines) < 2 or len(lines) > _MAX_LINES or _is_literal(whole):
        return whole
    for end in range(len(lines) - 1, 0, -1):
        value = " ".join(lines[:end])
        if lines[end][:1].isalpha() and _is_literal(value):
            return value
    return whole


def _is_literal(text: str) -> bool:
    try:
        read_value(text)
    except Unreadable:
        return False
    return True
