"""Lines of a statement that announce something: an input, an output, an example, a remark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from atlas_tui.solver.read_words import in_english


class Label(Enum):
    """What a line announces."""

    GIVEN = "input"
    EXPECTED = "output"
    EXAMPLE = "example"
    OTHER = "other"


DATA = (Label.GIVEN, Label.EXPECTED)


@dataclass(slots=True)
class Section:
    """A label and the lines under it."""

    label: Label
    explicit: bool
    """Named a sample or numbered, so that it cannot be the description of a format."""
    number: str
    inline: str
    """Text after the colon on the line of the label."""
    lines: list[str] = field(default_factory=list)
    indent: str = ""
    """Spaces before the label; its content has them as well."""
    fenced: bool = False
    """The lines are a fenced block, exactly."""
    result: bool = False
    """Announced as a result of a call (``Returns:``), which only a sample of a function has."""


LEAD = r"[ \t>]*(?:#{1,6}[ \t]*)?(?:[-*+•][ \t]+)?(?:\d{1,2}[.)][ \t]+)?(?:\*\*|__|[*_`])?[ \t]*"
TAIL = r"[ \t]*(?:\*\*|__|[*_`])?"
_COLON = r"(?P<colon>(?:[:：=]|[ \t][-–—](?=[ \t]))(?:[ \t]*(?:\*\*|__|[*_]))?|\.(?=\s*$))?"
_NUMBER = r"(?:[ \t]*(?:no\.?|number|\#|№)?[ \t]*(?P<number>\d{1,3}|(?-i:[IVX]{1,4}|[A-H]))\b)?"
_BEFORE = (
    r"(?:sample|example|test|public|given|standard|expected|correct|desired|corresponding)"
    r"[ \t]+(?:case[ \t]+)?|(?:samples?|examples?)[ \t]+(?:of|for)[ \t]+(?:the[ \t]+)?"
)
_AFTER = (
    r"[ \t]+(?:samples?|examples?|data)\b|[ \t]+for[ \t]+(?:the[ \t]+)?(?:sample[ \t]+)?(?:input\b[ \t]*)?"
)
_WHERE = (
    r"(?:[ \t]*\((?:[^()\n]{0,30}\b)?(?:stdin|stdout|standard|file|terminal|console|text)\b[^()\n]{0,50}\))"
)
_LABEL = re.compile(
    rf"{LEAD}(?P<before>(?:{_BEFORE})+)?(?P<role>inputs?|outputs?|stdin|stdout)"
    rf"(?P<after>{_AFTER})?(?(before)(?:[ \t]+[-–](?=[ \t]*\d))?){_NUMBER}{_WHERE}?"
    rf"{TAIL}[ \t]*{_COLON}(?P<inline>.*)",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"{LEAD}(?:(?:ex|e\.g|example|for[ \t]+(?:example|instance))[.:,]?[ \t]+)?(?:"
    r"(?P<given>(?:(?:if|when|suppose|given|with|for)[ \t]+)(?:the[ \t]+|this[ \t]+)?(?:following[ \t]+)?"
    r"inputs?(?:[ \t]+(?:is|are|was))?)"
    r"|(?:then[ \t]+)?(?:the|your|its)[ \t]+(?:program(?:'s|[ \t]+should)?[ \t]+)?(?:expected[ \t]+"
    r"|corresponding[ \t]+|correct[ \t]+)?output"
    r"[ \t]+(?:is|are|should[ \t]+be|will[ \t]+be|would[ \t]+be|must[ \t]+be))[ \t]*:?[ \t]*",
    re.IGNORECASE,
)
_RESULT = re.compile(
    rf"{LEAD}(?:expected[ \t]+)?(?:returns?|returned|results?|answers?|expected)(?:[ \t]+values?)?"
    rf"{_NUMBER}{TAIL}[ \t]*(?P<colon>[:：](?:[ \t]*(?:\*\*|__|[*_]))?)(?P<inline>.*)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    rf"{LEAD}(?:(?:sample|public|example)[ \t]+)?"
    r"(?:(?:sample|test)[ \t]*cases?|examples?|samples?|tests?)"
    r"(?:[ \t]+tests?|[ \t]+cases?|[ \t]+(?:inputs?[ \t]*(?:&|and|/)[ \t]*outputs?))?(?:\(s\))?"
    rf"{_NUMBER}{TAIL}[ \t]*"
    r"(?P<colon>[:：.](?:[ \t]*(?:\*\*|__|[*_]))?)?(?P<inline>.*)",
    re.IGNORECASE,
)
_STOPS = (
    "notes?", "explanations?", "constraints?", "hints?", "remarks?", "follow[ -]?up", "limits?", "scoring",
    "subtasks?", "source", r"(?:in|out)put[ \t]+(?:format|specification|description)(?:[ \t]*\(.{0,80}\))?",
    "tags?", "problem(?:[ \t]+statement)?", "task", "statement", "description", "requirements?", "solution",
    "clarifications?", r"(?:examples?|samples?)[ \t]+explanations?",
    r"time[ \t]+limit.*", r"memory[ \t]+limit.*", "grading", "interaction", "hack[ \t]+format",
    r"(?:explanations?|notes?)[ \t]+(?:for|of|on|to)?[ \t]*(?:the[ \t]+)?"
    r"(?:samples?|examples?|tests?|first|second).*",
)  # fmt: skip
_STOP = re.compile(
    rf"{LEAD}(?:{'|'.join(_STOPS)}){_NUMBER}{TAIL}[ \t]*(?:[:：].*)?{TAIL}[ \t]*", re.IGNORECASE
)
_HEADING = re.compile(
    r"[ \t]*#{1,6}[ \t]+[*_`]*[^\W\d].*|[ \t]*(?:\*\*|__)[^*_]{1,60}(?:\*\*|__)[ \t]*:?[ \t]*"
    r"|[ \t]*-{3,}[ \t]*[A-Za-z][A-Za-z ]{1,40}:?[ \t]*-{3,}[ \t]*"
)
_CODE = re.compile(r"[ \t]*(?:\"\"\"|'''|(?:async )?def \w+\(.*|class \w+.*:)[ \t]*")
_DECORATED = re.compile(
    r"[ \t]*(?P<open>[-=~]{2,}|[\[<【〈(])[ \t]*(?P<inner>[^\W\d][^\n\[\]<>]{1,60}?)[ \t]*"
    r"(?:[-=~]{2,}|[\]>】〉)])[ \t]*:?[ \t]*"
)
_CLOSING = re.compile(
    r"[<\[]/(?:sample[ _-]?|test[ _-]?)?(?:input|output|example|sample)s?\d*[>\]][ \t]*", re.IGNORECASE
)
_COPY = re.compile(r"(?<=\S)[ \t]*(?:copy|скопировать|コピー|复制)[ \t]*$", re.IGNORECASE)
COPY_WORDS = frozenset({"copy", "скопировать", "コピー", "复制"})
"""Captions of the buttons beside a sample, which are copied with the page."""
_SAMPLE_WORD = re.compile(r"sample|example|test|expected", re.IGNORECASE)
_REMARK = re.compile(
    r"[\s#*_>=~-]*(?:(?:sample|example)s?[ \t]+)?(?:explanation|note|remark|hint)", re.IGNORECASE
)
_MAX_LABEL = 10_000
_LONG_GAP = re.compile(r"[ \t]{40,}")


def label_of(line: str) -> Section | None:
    """What a line announces, with nothing under it yet; None when it is data or running text."""
    if len(line) > _MAX_LABEL and not line[:40].lower().lstrip(" *_>").startswith(("input", "output")):
        return None
    line = _LONG_GAP.sub(" ", line.lstrip(" \t"))
    if len(line) <= 200:
        if _CLOSING.fullmatch(line):
            return Section(Label.OTHER, False, "", "")
        line = in_english(line)
        decorated = _DECORATED.fullmatch(line)
        if decorated is not None and (inner := _plain_label(decorated["inner"])) is not None:
            return inner
        uncaptioned = _COPY.sub("", line)
        if uncaptioned != line and (found := _plain_label(uncaptioned)) is not None:
            return found
    return _plain_label(line)


def _plain_label(line: str) -> Section | None:
    found = _LABEL.fullmatch(line)
    if found is not None and _is_label(found):
        return _data(found)
    if (_STOP.fullmatch(line) and _is_heading(line)) or _CODE.fullmatch(line):
        return Section(Label.OTHER, False, "", "")
    found = _EXAMPLE.fullmatch(line)
    if found is not None and _is_heading(line) and (found["colon"] or not found["inline"].strip()):
        return Section(Label.EXAMPLE, True, found["number"] or "", found["inline"].strip())
    found = _SAID.fullmatch(line)
    if found is not None:
        return Section(Label.GIVEN if found["given"] else Label.EXPECTED, True, "", "")
    found = _RESULT.fullmatch(line)
    if found is not None:
        inline = unmarked(found["inline"])
        return Section(Label.EXPECTED, False, found["number"] or "", inline, result=True)
    if _HEADING.fullmatch(line):
        return Section(Label.OTHER, False, "", "")
    return None


def _data(found: re.Match[str]) -> Section:
    label = Label.GIVEN if found["role"].lower() in ("input", "inputs", "stdin") else Label.EXPECTED
    after = (found["after"] or "").strip().lower()
    if after.startswith("for"):
        label = Label.EXPECTED
    named = _SAMPLE_WORD.search(f"{found['before'] or ''} {after}")
    return Section(label, bool(named or found["number"]), found["number"] or "", unmarked(found["inline"]))


def _is_label(found: re.Match[str]) -> bool:
    """With a colon anything may follow; without one the label must stand alone on its line."""
    return bool(found["colon"]) or not found["inline"].strip(" \t*_`")


def _is_heading(line: str) -> bool:
    """A lower-case word that stands alone may as well be data."""
    return not line.strip().islower() or ":" in line or line.lstrip()[:1] in "#*_"


def unmarked(text: str) -> str:
    """``text`` without the marks of code or emphasis around all of it."""
    inline = text.strip()
    for mark in ("``", "`", "**", "*"):
        if len(inline) > 2 * len(mark) and inline.startswith(mark) and inline.endswith(mark):
            inner = inline[len(mark) : -len(mark)]
            return inner.strip() if mark not in inner else inline
    return inline


def is_remark(line: str) -> bool:
    """Explanations stand between samples; any other heading ends them."""
    plain = in_english(line) if len(line) <= 200 else line
    return _REMARK.match(plain) is not None
