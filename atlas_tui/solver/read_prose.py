"""Tell sentences from data."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z][a-z']+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SENTENCE_WORDS = re.compile(
    r"\b(?:the|is|are|was|of|and|then|there|because|since|thus|therefore|hence|so|we|you|it|in|to|by|for|with|can"
    r"|which|that|this|these|has|have|be|as|at|from|if|when|where|explanation|note|may|must|should|will|does"
    r"|initially|consider|after|before|first|also|such|only|each|other)\b",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(
    r"\b(?:contains?|consists?|given|integers?|lines?|print|output|input|denot(?:es|ing)|separated|strings?"
    r"|numbers?|returns?|values?|follow(?:s|ing|ed)?|format|arrays?|lists?|representing|single|characters?|case"
    r"|standard)\b",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CYRILLIC = re.compile(r"[а-яё]{2,}", re.IGNORECASE)
_FORMULA = re.compile(r"[^<>=!]=[^=]|\\[a-z]+\b|[≤≥≠→×]")
_ITEM = re.compile(r"[ \t]*[-*•](?:[ \t]+\D|[ \t]*$)")
_STOPPED = ".:;!?"


def is_prose(line: str) -> bool:
    """Whether a line is a sentence rather than data."""
    if not line.isascii() and _is_foreign_prose(line):
        return True
    words = _WORD.findall(line)
    if len(words) < 3:
        return False
    linking = len(_SENTENCE_WORDS.findall(line))
    stopped = line.strip()[-1:] in _STOPPED
    if linking == 0:
        return stopped and len(words) >= 5 and line.lstrip()[0].isupper()
    return linking >= 2 or (stopped and len(words) >= 4)


def _is_foreign_prose(line: str) -> bool:
    return len(_CJK.findall(line)) >= 6 or len(_CYRILLIC.findall(line)) >= 3


def breaks(line: str, before: list[str]) -> bool:
    """Whether ``line`` begins an explanation of the data in ``before``, with no blank line between them."""
    if is_prose(before[-1]):
        return False
    if is_prose(line):
        return True
    words, stopped = len(_WORD.findall(line)), line.strip()[-1:] in _STOPPED
    if stopped and words >= 2 and not any(each.strip()[-1:] in _STOPPED for each in before):
        return True
    return any(mark.search(line) and not any(map(mark.search, before)) for mark in (_FORMULA, _ITEM))


def is_description(text: str) -> bool:
    """Whether text under "Input" or "Output" tells the format (words about data instead of data)."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return True
    first = lines[0]
    if not first.isascii() and _is_foreign_prose(first):
        return True
    about = len(_DESCRIPTION.findall(first))
    words = _WORD.findall(first)
    if len(words) >= 3 and (about >= 2 or (about and is_prose(first))):
        return True
    return len(words) >= 4 and is_prose(first)


def alike(first: str, other: str) -> bool:
    """Whether two paragraphs hold the same sorts of tokens, as two parts of one output do."""
    return _sorts(other) <= _sorts(first)


def _sorts(text: str) -> set[str]:
    return {_sort(token) for token in text.split()}


def _sort(token: str) -> str:
    if _NUMBER.fullmatch(token):
        return "number"
    return "word" if token.isalnum() else "symbols"
