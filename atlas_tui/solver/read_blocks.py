"""Labelled blocks of a statement (Input/Output in all their layouts) as pairs of raw text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from atlas_tui.solver.read_prose import alike, is_description, is_prose


class Label(Enum):
    """What a line announces."""

    GIVEN = "input"
    EXPECTED = "output"
    EXAMPLE = "example"
    OTHER = "other"


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


@dataclass(frozen=True, slots=True)
class Pair:
    """Raw text of one sample."""

    given: str
    expected: str
    unsure: str = ""
    """Why the end of the output is a guess, in words."""


_LEAD = r"[ \t>]*(?:#{1,6}[ \t]*)?(?:[-*+•][ \t]+)?(?:\d{1,2}[.)][ \t]+)?(?:\*\*|__|[*_`])?[ \t]*"
_TAIL = r"[ \t]*(?:\*\*|__|[*_`])?"
_COLON = r"(?P<colon>[:：=](?:[ \t]*(?:\*\*|__|[*_]))?)?"
_NUMBER = r"(?:[ \t]*(?:no\.?|number|\#|№)?[ \t]*(?P<number>\d{1,3}|(?-i:[IVX]{1,4}|[A-H]))\b)?"
_BEFORE = r"(?:sample|example|test|public|given|standard|expected|correct|desired)[ \t]+(?:case[ \t]+)?"
_AFTER = r"[ \t]+(?:samples?|examples?)|[ \t]+for[ \t]+(?:the[ \t]+)?(?:sample[ \t]+)?(?:input[ \t]*)?"
_LABEL = re.compile(
    rf"{_LEAD}(?P<before>(?:{_BEFORE})*)(?P<role>inputs?|outputs?|stdin|stdout)"
    rf"(?:[ \t]*\((?:stdin|stdout)\))?(?P<after>{_AFTER})?(?:[ \t]*copy)?{_NUMBER}{_TAIL}[ \t]*"
    rf"{_COLON}(?P<inline>.*)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    rf"{_LEAD}(?:(?:sample|public|example)[ \t]+)?(?:(?:sample|test)[ \t]+cases?|examples?|samples?|tests?)"
    rf"(?:[ \t]+tests?|[ \t]+cases?)?(?:\(s\))?{_NUMBER}{_TAIL}[ \t]*"
    rf"{_COLON.replace('=', '.')}(?P<inline>.*)",
    re.IGNORECASE,
)
_STOPS = (
    "notes?", "explanations?", "constraints?", "hints?", "remarks?", "follow[ -]?up", "limits?",
    "scoring", "subtasks?", "source", r"(?:in|out)put[ \t]+(?:format|specification|description)", "tags?",
    "problem", "task", "statement", "description", "requirements?", "solution", "clarifications?",
    r"time[ \t]+limit.*",
    r"memory[ \t]+limit.*",
    r"(?:explanation|notes?)[ \t]+(?:for|of|on|to)?[ \t]*(?:the[ \t]+)?"
    r"(?:sample|example|test|first|second).*",
)  # fmt: skip
_STOP = re.compile(
    rf"{_LEAD}(?:{'|'.join(_STOPS)}){_NUMBER}{_TAIL}[ \t]*(?:[:：].*)?{_TAIL}[ \t]*", re.IGNORECASE
)
_DATA = (Label.GIVEN, Label.EXPECTED)
_HEADING = re.compile(
    r"[ \t]*#{1,6}[ \t]+[*_`]*[^\W\d].*|[ \t]*(?:\*\*|__)[^*_]{1,60}(?:\*\*|__)[ \t]*:?[ \t]*"
)
_GLUED = re.compile(r"(.*[.?!)\]>$])(Sample Input \d{1,3}:?)[ \t]*")
_HEADED = re.compile(
    rf"({_LEAD}(?:sample|example|test)(?:[ \t]+\d+)?[:.)]{_TAIL})[ \t]+({_LEAD}input\b.*)", re.IGNORECASE
)
_SHARED = re.compile(
    rf"({_LEAD}(?:sample[ \t]+)?input[ \t]*\d*{_TAIL}[:=].*?\S)[ \t]*[,;|]?[ \t]*(?:→|->|=>)?[ \t]*"
    rf"((?:\*\*|__|[*_`])?\b(?:sample[ \t]+)?output[ \t]*\d*{_TAIL}[:=].*)",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    rf"({_LEAD}output{_TAIL}[:=].*?\S)[ \t]+((?:\*\*|__|[*_`])?explanation{_TAIL}:.*)", re.IGNORECASE
)
_MAX_SHARED = 5_000
_SAMPLE_WORD = re.compile(r"sample|example|test|expected", re.IGNORECASE)
_CODE = re.compile(r"[ \t]*(?:\"\"\"|'''|(?:async )?def \w+\(.*|class \w+.*:)[ \t]*")
_FENCE = re.compile(r"[ \t>]*(?P<mark>`{3,}|~{3,})[^`]*")
MAX_PAIRS = 1000
"""Most pairs of one statement that are looked at."""


def read_pairs(text: str) -> list[Pair]:
    """Samples given as labelled input and output, in their order."""
    lines = [part for line in text.split("\n") for part in _apart(line)]
    sections = list(_sections(lines))
    pairs = _paired(sections)
    explicit = [pair for pair in pairs if pair[0].explicit or pair[1].explicit]
    plain = [pair for pair in pairs if not _describes(*pair)]
    return [_pair(given, expected) for given, expected in (explicit or plain)[:MAX_PAIRS]]


def _apart(line: str) -> list[str]:
    """Labels that share a line, each on its own: ``Input: 5 Output: 25``."""
    if len(line) > _MAX_SHARED or ":" not in line:
        return [line]
    headed = _HEADED.fullmatch(line)
    if headed is not None:
        return [headed[1], *_apart(headed[2])]
    shared = _SHARED.fullmatch(line)
    if shared is not None:
        return [shared[1], *_apart(shared[2])]
    explained = _EXPLAINED.fullmatch(line)
    return [explained[1], explained[2]] if explained else [line]


def _sections(lines: list[str]) -> Iterator[Section]:
    current = Section(Label.OTHER, False, "", "")
    examples = False
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        glued = _GLUED.fullmatch(line)
        if glued is not None:
            current.lines.append(glued[1])
            line = glued[2]
        fence = _FENCE.fullmatch(line)
        if fence is not None:
            at = _fence(lines, at, fence["mark"], current)
            if _filled(current):
                yield current  # Read from its own fence, or a fence ends it: no more of this content.
                current = Section(Label.OTHER, examples, "", "")
            continue
        section = _label(line)
        if section is None:
            current.lines.append(line)
            continue
        yield current
        if section.label is Label.EXAMPLE:
            examples = True
        elif section.label is Label.OTHER:
            examples = examples and _is_remark(line)
        section.explicit = section.explicit or examples
        section.indent = line[: len(line) - len(line.lstrip())]
        current = section
    yield current


def _fence(lines: list[str], at: int, mark: str, current: Section) -> int:
    """Go on after a fence mark. A block right under a label is its content, exactly; others are opened up."""
    if current.label not in _DATA or _filled(current):
        return at
    for end in range(at, len(lines)):
        if lines[end].strip(" \t>").startswith(mark) and not lines[end].strip(" \t>" + mark[0]):
            if any((inner := _label(line)) is not None and inner.label in _DATA for line in lines[at:end]):
                return at
            current.lines, current.fenced = lines[at:end], True
            return end + 1
    return at


def _filled(section: Section) -> bool:
    return bool(section.inline) or any(map(str.strip, section.lines))


def _label(line: str) -> Section | None:
    if len(line) > 10_000 and not line[:40].lower().lstrip(" *_>").startswith(("input", "output")):
        return None
    found = _LABEL.fullmatch(line)
    if found is not None and _is_label(found):
        label = Label.GIVEN if found["role"].lower() in ("input", "inputs", "stdin") else Label.EXPECTED
        if (found["after"] or "").strip().lower().startswith("for"):
            label = Label.EXPECTED
        named = _SAMPLE_WORD.search(f"{found['before']} {found['after'] or ''}")
        explicit = bool(named or found["number"])
        return Section(label, explicit, found["number"] or "", _inline(found["inline"]))
    if (_STOP.fullmatch(line) and _is_heading(line)) or _CODE.fullmatch(line):
        return Section(Label.OTHER, False, "", "")
    found = _EXAMPLE.fullmatch(line)
    if found is not None and _is_heading(line) and (found["colon"] or not found["inline"].strip()):
        return Section(Label.EXAMPLE, True, found["number"] or "", found["inline"].strip())
    if _HEADING.fullmatch(line):
        return Section(Label.OTHER, False, "", "")
    return None


def _is_label(found: re.Match[str]) -> bool:
    """With a colon anything may follow; without one the label must stand alone on its line."""
    return bool(found["colon"]) or not found["inline"].strip(" \t*_`")


def _is_heading(line: str) -> bool:
    """A lower-case word that stands alone may as well be data."""
    return not line.strip().islower() or ":" in line or line.lstrip()[:1] in "#*_"


def _inline(text: str) -> str:
    inline = text.strip()
    for mark in ("`", "**", "*"):
        if len(inline) > 2 * len(mark) and inline.startswith(mark) and inline.endswith(mark):
            return (
                inline[len(mark) : -len(mark)].strip()
                if mark not in inline[len(mark) : -len(mark)]
                else inline
            )
    return inline


def _is_remark(line: str) -> bool:
    """Explanations stand between samples; any other heading ends them."""
    return re.match(r"[\s#*_>-]*(?:explanation|note|remark|hint)", line, re.IGNORECASE) is not None


def _paired(sections: list[Section]) -> list[tuple[Section, Section]]:
    """Each input with the output that follows it, or with the output of the same number."""
    pairs: list[tuple[Section, Section]] = []
    waiting: list[Section] = []
    for section in sections:
        if section.label is Label.GIVEN:
            waiting.append(section)
        elif section.label is Label.EXPECTED and waiting:
            same = [given for given in waiting if given.number and given.number == section.number]
            given = same[0] if same else waiting[-1]
            waiting = [other for other in waiting if other is not given] if same else []
            pairs.append((given, section))
    return pairs


def _describes(given: Section, expected: Section) -> bool:
    """Whether an unnamed Input/Output pair tells the format instead of giving a sample."""
    if given.fenced and expected.fenced:
        return False
    return any(
        is_description("\n".join([part.inline, *part.lines])) or not (part.inline or any(part.lines))
        for part in (given, expected)
        if not part.fenced
    )


def _pair(given: Section, expected: Section) -> Pair:
    answer, unsure = _answer(expected)
    return Pair(_content(given), answer, unsure)


def _content(section: Section) -> str:
    own = [line.rstrip().removeprefix(section.indent) for line in section.lines]
    lines = [section.inline, *own] if section.inline else own
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    if lines and lines[0].strip().lower() == "copy":
        del lines[0]
    return "\n".join(lines)


def _answer(section: Section) -> tuple[str, str]:
    """The output without what explains it, and why its end is a guess."""
    content = _content(section)
    if section.fenced or not content:
        return content, ""
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t\xa0]*\n", content) if part.strip()]
    first, rest = paragraphs[0], paragraphs[1:]
    answer, cut = _without_prose(first)
    if cut or not rest:
        return answer, "text after the output was taken for an explanation" if cut else ""
    if any(is_prose(line) for part in rest for line in part.split("\n")):
        return answer, ""
    if not all(alike(first, part) for part in rest):
        return answer, "text after the output was taken for an explanation"
    return "\n\n".join(paragraphs), "its output has blank lines in it"


def _without_prose(paragraph: str) -> tuple[str, bool]:
    """The lines before the first sentence, when data stands before it."""
    lines = paragraph.split("\n")
    for number, line in enumerate(lines):
        if number and is_prose(line) and not is_prose(lines[number - 1]):
            return "\n".join(lines[:number]), True
    return paragraph, False
