"""Tell sentences from data."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z][a-z']+")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SENTENCE_WORDS = re.compile(
    r"\b(?:the|is|are|was|of|and|then|there|because|since|thus|therefore|hence|so|we|you|it|in|to|by|for|with|can"
    r"|which|that|this|these|has|have|be|as|at|from|if|when|where|explanation|note)\b",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(
    r"\b(?:contains?|consists?|given|integers?|lines?|print|output|input|denot(?:es|ing)|separated|strings?"
    r"|numbers?|returns?|values?|follow(?:s|ing|ed)?|format|arrays?|lists?|representing|single|characters?|case"
    r"|standard)\b",
    re.IGNORECASE,
)


def is_prose(line: str) -> bool:
    """Whether a line is a sentence rather than data."""
    words = _WORD.findall(line)
    linking = len(_SENTENCE_WORDS.findall(line))
    if len(words) < 3 or linking == 0:
        return False
    return linking >= 2 or (line.strip()[-1:] in ".:;!?" and len(words) >= 4)


def is_description(text: str) -> bool:
    """Whether text under "Input" or "Output" tells the format (words about data instead of data)."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        return True
    first = lines[0]
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
