from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/^()]))")


class CalcError(ValueError):
    """The expression cannot be read."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    found = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise CalcError(f"unexpected {text[place]!r}")
        kind = "number" if match["number"] else "sign"
        found.append(Token(kind, match[kind]))
        place = match.end()
    return found
