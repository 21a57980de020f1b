"""Literals of a statement (JSON or Python) to JSON. They are read as data; nothing is evaluated."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

MAX_CHARS = 100_000
"""Longest literal that is read."""

MAX_DEPTH = 64
"""Deepest nesting of brackets that is read."""

_OPEN, _CLOSE = "([{", ")]}"
_WORDS = {"true": "True", "false": "False", "null": "None"}
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"", re.DOTALL)
_COMMENT = re.compile(rf"{_STRING.pattern}|\#", re.DOTALL)
_TOKEN = re.compile(rf"{_STRING.pattern}|\b(?:true|false|null)\b", re.DOTALL)


class Unreadable(ValueError):
    """The text is no literal that JSON can hold; says why in a few words."""


def read_value(text: str) -> Any:
    """The value of a JSON or Python literal, made of what JSON has.

    Raises:
        Unreadable: no literal, too large, too deep, or a value JSON has no form for.
    """
    literal = text.strip()
    if len(literal) > MAX_CHARS:
        raise Unreadable(f"{len(literal):,} characters long")
    if _depth(literal) > MAX_DEPTH:
        raise Unreadable("nested too deeply")
    pythonic = _TOKEN.sub(lambda found: _WORDS.get(found[0], found[0]), literal)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Odd escapes in strings; they must not reach the terminal.
            value = ast.literal_eval(pythonic)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise Unreadable("not a plain value") from None
    return _plain(value)


def to_json(value: Any) -> str:
    """One line of JSON; characters beyond ASCII stay readable.

    Raises:
        Unreadable: a number of too many digits.
    """
    try:
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        return line if line.isprintable() else json.dumps(value, allow_nan=False)
    except ValueError:
        raise Unreadable("a number of too many digits") from None


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                raise Unreadable("infinity and NaN have no JSON form")
            return value
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise Unreadable("a dictionary whose keys are not text has no JSON form")
            return {key: _plain(item) for key, item in value.items()}
    raise Unreadable(f"a {type(value).__name__} has no JSON form")


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in _STRING.sub("", text):
        depth += (char in _OPEN) - (char in _CLOSE)
        deepest = max(deepest, depth)
    return deepest


class Brackets:
    """Finds closing brackets in one text; does no more than so much work in all, whatever the text."""

    def __init__(self, text: str, budget: int = 1_000_000) -> None:
        self.text, self.budget = text, budget

    def end(self, start: int) -> int:
        """As ``matching``; -1 as well when the budget is used up."""
        limit = min(self.budget, MAX_CHARS)
        found = matching(self.text, start, limit)
        self.budget -= found - start if found > 0 else min(limit, len(self.text) - start)
        return found


def matching(text: str, start: int, limit: int = MAX_CHARS) -> int:
    """Index after the bracket that closes the one at ``start``; -1 when nothing does within ``limit``."""
    depth, at = 0, start
    stop = min(len(text), start + limit)
    while at < stop:
        char = text[at]
        if char in "'\"":
            string = _STRING.match(text, at)
            at = string.end() if string else at + 1
            continue
        depth += (char in _OPEN) - (char in _CLOSE)
        at += 1
        if depth == 0:
            return at
    return -1


def outside_strings(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """``text`` with every match of ``pattern`` that does not begin inside a string literal replaced."""
    either = re.compile(rf"(?P<kept_string>{_STRING.pattern})|(?:{pattern.pattern})", re.DOTALL)
    return either.sub(lambda found: found["kept_string"] or replacement, text)


def without_comment(code: str) -> tuple[str, str]:
    """A line of Python and the comment at its end."""
    for found in _COMMENT.finditer(code):
        if found[0].startswith("#"):
            return code[: found.start()].rstrip(), code[found.start() + 1 :].strip()
    return code, ""


def split_top(text: str, mark: str = ",") -> list[str]:
    """``text`` cut at every ``mark`` that stands outside brackets and strings."""
    parts, depth, start, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        if char in "'\"":
            string = _STRING.match(text, at)
            at = string.end() if string else at + 1
            continue
        depth += (char in _OPEN) - (char in _CLOSE)
        if char == mark and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    parts.append(text[start:])
    return parts


def leading_value(text: str) -> tuple[Any, str]:
    """The value that ``text`` begins with and what stands after it.

    Raises:
        Unreadable: the text does not begin with a literal.
    """
    text = text.lstrip()
    if text[:1] and text[0] in _OPEN:
        end = matching(text, 0)
    else:
        found = _STRING.match(text) or re.match(r"[-+]?[\w.]+(?:[eE][-+]?\d+)?", text)
        end = found.end() if found else -1
    if end <= 0:
        raise Unreadable("not a plain value")
    literal = text[:end]
    if literal.endswith(".") and re.fullmatch(r"[-+]?\d+\.|\w+\.", literal):
        literal, end = literal[:-1], end - 1
    return read_value(literal), text[end:]
