"""Labelled blocks of a statement (Input/Output in all their layouts) as pairs of raw text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from atlas_tui.solver.read_labels import (
    COPY_WORDS,
    DATA,
    LEAD,
    TAIL,
    Label,
    Section,
    is_remark,
    label_of,
)
from atlas_tui.solver.read_prose import alike, breaks, is_description, is_prose


@dataclass(frozen=True, slots=True)
class Pair:
    """Raw text of one sample."""

    given: str
    expected: str
    unsure: str = ""
    """Why the end of the output is a guess, in words."""
    unusable: str = ""
    """Why this cannot be a sample as it stands, in words."""


EXPLAINED = "text after the output was taken for an explanation"
BLANK_LINES = "its output has blank lines in it"
EMPTY = "its output was taken to be empty"
SENTENCE = "its output reads like a sentence"
BESIDE = "its input and output stand side by side"

_GLUED = re.compile(
    r"(.*[^\s#*_>`-])(Sample Input \d{1,3}:)[ \t]*|(.*[.?!)\]>$])(Sample Input \d{1,3})[ \t]*"
)
_HEADED = re.compile(
    rf"({LEAD}(?:sample|example|test)(?:[ \t]+\d+)?[:.)]{TAIL})[ \t]+({LEAD}input\b.*)", re.IGNORECASE
)
_SHARED = re.compile(
    rf"({LEAD}(?:sample[ \t]+)?input[ \t]*\d*{TAIL}[:=].*?\S)[ \t]*[,;|]?[ \t]*(?:→|->|=>)?[ \t]*"
    rf"((?:\*\*|__|[*_`])?\b(?:sample[ \t]+)?output[ \t]*\d*{TAIL}[:=].*)",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    rf"({LEAD}output{TAIL}[:=].*?\S)[ \t]+((?:\*\*|__|[*_`])?explanation{TAIL}:.*)", re.IGNORECASE
)
_MAX_SHARED = 5_000
_FENCE = re.compile(r"[ \t>]*(?P<mark>`{3,}|~{3,})[^`]*")
_COLUMNS = re.compile(r"STDIN[ \t]+(?=Function)")
MAX_PAIRS = 1000
"""Most pairs of one statement that are looked at."""


def read_pairs(text: str) -> list[Pair]:
    """Samples given as labelled input and output, in their order."""
    lines = [part for line in text.split("\n") for part in _apart(line)]
    sections = list(_sections(lines))
    pairs = _paired(sections)
    explicit = [pair for pair in pairs if pair[0].explicit or pair[1].explicit]
    plain = [pair for pair in pairs if not _describes(*pair)]
    return _judged([_pair(given, expected) for given, expected in (explicit or plain)[:MAX_PAIRS]])


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
        glued = _GLUED.fullmatch(line) if "Sample Input" in line else None
        if glued is not None:
            current.lines.append(glued[1] or glued[3])
            line = glued[2] or glued[4]
        fence = _FENCE.fullmatch(line)
        if fence is not None:
            at = _fence(lines, at, fence["mark"], current)
            if _filled(current):
                yield current  # Read from its own fence, or a fence ends it: no more of this content.
                current = Section(Label.OTHER, examples, "", "")
            continue
        section = label_of(line)
        if section is None or (section.result and current.label is not Label.GIVEN):
            current.lines.append(line)
            continue
        yield current
        if section.label is Label.EXAMPLE:
            examples = True
        elif section.label is Label.OTHER:
            examples = examples and is_remark(line)
        section.explicit = section.explicit or examples
        section.indent = line[: len(line) - len(line.lstrip())]
        current = section
    yield current


def _fence(lines: list[str], at: int, mark: str, current: Section) -> int:
    """Go on after a fence mark. A block right under a label is its content, exactly; others are opened up."""
    if current.label not in DATA or _filled(current):
        return at
    for end in range(at, len(lines)):
        if lines[end].strip(" \t>").startswith(mark) and not lines[end].strip(" \t>" + mark[0]):
            if any((inner := label_of(line)) is not None and inner.label in DATA for line in lines[at:end]):
                return at
            current.lines, current.fenced = lines[at:end], True
            return end + 1
    return at


def _filled(section: Section) -> bool:
    return bool(section.inline) or any(map(str.strip, section.lines))


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
    beside = not (given.inline or given.lines or given.fenced) and "\n" in answer
    pair = Pair(_own_column(_content(given)), answer, unsure, BESIDE if beside else "")
    shift = _shift(pair.given)
    if shift and shift == _shift(pair.expected):
        pair = replace(pair, given=_unshifted(pair.given, shift), expected=_unshifted(pair.expected, shift))
    return pair


def _shift(text: str) -> str:
    """The indentation that Markdown reads as a block of code, when every line of ``text`` has it."""
    lines = [line for line in text.split("\n") if line.strip()]
    return next((mark for mark in ("\t", "    ") if lines and all(map(_starts(mark), lines))), "")


def _starts(mark: str) -> Callable[[str], bool]:
    return lambda line: line.startswith(mark)


def _unshifted(text: str, shift: str) -> str:
    return "\n".join(line.removeprefix(shift) for line in text.split("\n"))


def _own_column(content: str) -> str:
    """Standard input out of the two columns ``STDIN`` and ``Function``."""
    head, *rows = content.split("\n")
    found = _COLUMNS.match(head)
    if found is None or not rows or rows[0].strip(" \t-"):
        return content
    return "\n".join(row[: found.end()].rstrip() for row in rows[1:])


def _judged(pairs: list[Pair]) -> list[Pair]:
    """Where other outputs are data, one that reads like a sentence is the explanation of an empty output."""
    told = [is_prose(pair.expected.split("\n", 1)[0]) for pair in pairs]
    if all(told):
        return [replace(pair, unsure=pair.unsure or SENTENCE) for pair in pairs] if len(pairs) == 1 else pairs
    return [_explained(pair) if sentence else pair for pair, sentence in zip(pairs, told, strict=True)]


def _explained(pair: Pair) -> Pair:
    if not pair.expected[0].isalpha():
        return replace(pair, unsure=pair.unsure or SENTENCE)
    return replace(pair, expected="", unsure=EMPTY)


def _content(section: Section) -> str:
    own = [line.rstrip().removeprefix(section.indent) for line in section.lines]
    lines = [section.inline, *own] if section.inline else own
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    if lines and lines[0].strip().lower() in COPY_WORDS and not section.fenced:
        del lines[0]
    return "\n".join(lines)


def _answer(section: Section) -> tuple[str, str]:
    """The output without what explains it, and why its end is a guess."""
    content = _content(section)
    if section.fenced or not content:
        return content, ""
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t\xa0]*\n", content) if part.strip()]
    first, rest = paragraphs[0], paragraphs[1:]
    answer, cut = _without_explanation(first)
    if cut or not rest:
        return answer, EXPLAINED if cut else ""
    more = list(takewhile(lambda part: alike(first, part) and not _tells(part), rest))
    if more:
        unsure = BLANK_LINES if len(more) == len(rest) else f"{BLANK_LINES}, and {EXPLAINED}"
        return "\n\n".join([first, *more]), unsure
    return answer, "" if any(map(_tells, rest)) else EXPLAINED


def _tells(paragraph: str) -> bool:
    return any(map(is_prose, paragraph.split("\n")))


def _without_explanation(paragraph: str) -> tuple[str, bool]:
    """The lines before the first that explains, when data stands before it."""
    lines = paragraph.split("\n")
    for number, line in enumerate(lines):
        if number and breaks(line, lines[:number]):
            return "\n".join(lines[:number]), True
    return paragraph, False
