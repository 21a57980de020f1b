"""Bounds that a statement gives for what it reads: values, elements, lengths and letters, by name.

Read from the chains that statements are written in (``1 ≤ n ≤ 10^5``, ``0 <= nums[i] < n``,
``1 \\leq |S| \\leq 100``) and from a few sentences ("a string of length between 1 and 100"). What cannot be
read gives no bound; nothing here guesses.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Of(StrEnum):
    """What a bound limits."""

    VALUE = "value"
    ELEMENT = "element"
    LENGTH = "length"
    INNER_LENGTH = "inner length"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Least and greatest allowed, both inclusive; None where the statement does not say."""

    low: int | None = None
    high: int | None = None
    below: str = ""
    """Name of another value that is a bound as well, such as N in ``A_i < N``."""
    short: int = 0
    """How far below that value the greatest allowed is: 0 or 1."""

    def within(self, value: float, values: Mapping[str, int] | None = None) -> bool:
        """Whether ``value`` is allowed, given what other names stand for."""
        high = self.top(values or {})
        return (self.low is None or value >= self.low) and (high is None or value <= high)

    def top(self, values: Mapping[str, int]) -> int | None:
        """The greatest allowed, given what other names stand for."""
        if self.below in values:
            named = values[self.below] - self.short
            return named if self.high is None else min(named, self.high)
        return self.high


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a statement says of its inputs; names without their subscripts."""

    bounds: Mapping[tuple[str, Of], Bound] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    """Characters that a text may consist of, by its name; under the empty name for all texts."""

    def of(self, name: str, what: Of) -> Bound:
        """The bound; one without limits where the statement gives none."""
        return self.bounds.get((name, what), Bound())


def read_constraints(statement: str) -> Constraints:
    """All bounds that can be read from ``statement``. Never raises."""
    bounds: dict[tuple[str, Of], Bound] = {}
    letters: dict[str, str] = {}
    for line in _plain(statement).splitlines()[:_MOST_LINES]:
        if len(line) > _LONGEST_LINE:
            continue
        line = _BULLET.sub("", line)
        found = [*_chains(line), *_sentences(line)]
        for key, bound in found:
            bounds[key] = _both(bounds.get(key, Bound()), bound)
        for name, alphabet in _alphabets(line):
            letters.setdefault(name, alphabet)
    return Constraints(bounds, letters)


_MOST_LINES = 2000
_LONGEST_LINE = 2000
_BULLET = re.compile(r"^\s*[-*•]\s+")

_WRITTEN = (
    (re.compile(r"\\(?:leqslant|leq|le)(?![a-z])|≤|⩽|&lt;=|<\s*=|=<"), "<="),
    (re.compile(r"\\(?:geqslant|geq|ge)(?![a-z])|≥|⩾|&gt;=|>\s*="), ">="),
    (re.compile(r"\\lt(?![a-z])|&lt;"), "<"),
    (re.compile(r"\\gt(?![a-z])|&gt;"), ">"),
    (re.compile(r"\\(?:times|cdot)(?![a-z])|×|·|⋅"), "*"),
    (re.compile(r"\\(?:text|texttt|mathrm|mathit|mathbf|operatorname)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\(?:lvert|rvert|vert|mid)(?![a-z])"), "|"),
    (re.compile(r"\\[,;:! ]|\\(?:left|right|quad)(?![a-z])|[$`]"), " "),
    (re.compile(r"(?<=\d)[,_](?=\d{3}(?!\d))"), ""),
    (re.compile(r"\*\*(?=\s*\d)"), "^"),
    (re.compile(r"[−–](?=\s*\d)"), "-"),
    (re.compile(r"\^\s*\{\s*(\d+)\s*\}"), r"^\1"),
    (re.compile(r"10(?=[⁰¹²³⁴-⁹])"), "10^"),
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _plain(statement: str) -> str:
    for pattern, plain in _WRITTEN:
        statement = pattern.sub(plain, statement)
    return statement.translate(_RAISED)


# --- chains: a <= b <= c

_SIGN = re.compile(r"(<=|>=|<|>)")
_NUMBER = re.compile(
    r"(?P<sign>-?)\s*(?:(?P<times>\d{1,20})\s*\*\s*)?"
    r"(?P<base>\d{1,20}|\d{1,3}e(?P<e>\d{1,2}))(?:\s*\^\s*(?P<power>\d{1,2}))?"
    r"(?:\s*(?P<more>[+-])\s*(?P<rest>\d{1,12})(?!\s*[\^*\d]))?"
)
_NAME = re.compile(
    r"(?P<bar>\|?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<sub>(?:_\{[^{}]*\}|_[A-Za-z0-9]+|\[[^\[\]]*\])*)"
    r"(?P<length>\.(?:length|size)(?:\(\))?)?(?P<inner>\[[^\[\]]*\])?\|?"
)
_LENGTH_OF = re.compile(r"(?:len|length|size)\(\s*([A-Za-z]\w*)\s*\)")
_BREAKS = re.compile(r"[();]|\bfor\b|\band\b|\bwhere\b|\\ne\b|!=|≠")


def _chains(line: str) -> Iterator[tuple[tuple[str, Of], Bound]]:
    line = _LENGTH_OF.sub(r"\1.length", line)
    for piece in _BREAKS.split(line):
        parts = _SIGN.split(piece)
        if len(parts) < 3:
            continue
        signs = parts[1::2]
        terms = [part.strip() for part in parts[0::2]]
        terms[0], terms[-1] = _last_term(terms[0]), _first_term(terms[-1])
        if all(sign in (">=", ">") for sign in signs):
            terms.reverse()
            signs = [sign.replace(">", "<") for sign in reversed(signs)]
        elif any(sign in (">=", ">") for sign in signs):
            continue
        yield from _chain(terms, signs)


def _chain(terms: list[str], signs: list[str]) -> Iterator[tuple[tuple[str, Of], Bound]]:
    """Each name of the chain with the nearest bound on either side."""
    for place, term in enumerate(terms):
        for key in _keys(term):
            low = high = None
            below, short = "", 0
            for at in range(place - 1, -1, -1):
                number = _number(terms[at])
                if number is not None:
                    low = number + ("<" in signs[at:place])
                    break
            for at in range(place + 1, len(terms)):
                number, strict = _number(terms[at]), int("<" in signs[place:at])
                if number is not None:
                    high = number - strict
                    break
                names = _keys(terms[at])
                if not below and len(names) == 1 and names[0][1] is Of.VALUE:
                    below, short = names[0][0], strict
            if low is not None or high is not None or below:
                yield key, Bound(low=low, high=high, below=below, short=short)


def _keys(term: str) -> list[tuple[str, Of]]:
    """What the names in a term stand for; none when it is more than names."""
    keys = []
    for word in re.split(r"[,=]+(?![^\[{]*[\]}])", term):
        found = _NAME.fullmatch(word.strip())
        if found is None:
            return []
        if found["length"] or found["bar"]:
            what = Of.INNER_LENGTH if found["sub"] else Of.LENGTH
        else:
            what = Of.ELEMENT if found["sub"] or found["inner"] else Of.VALUE
        keys.append((found["name"], what))
    return keys


def _number(term: str) -> int | None:
    found = _NUMBER.fullmatch(term.strip())
    if found is None:
        return None
    value: int
    if found["e"] is not None:
        value = int(found["base"].partition("e")[0]) * pow(10, int(found["e"]))
    else:
        value = pow(int(found["base"]), int(found["power"] or 1))
    value *= int(found["times"] or 1)
    value = -value if found["sign"] else value
    rest = int(found["rest"] or 0)
    return value - rest if found["more"] == "-" else value + rest


def _last_term(text: str) -> str:
    """The number or names that ``text`` ends with: before them may stand words."""
    found = re.search(r"(?:-?\s*[\d*^+ ]+|(?:[^\s,]+\s*,\s*)*[^\s,]+)$", text)
    ended = found[0].strip() if found else ""
    if _number(ended) is None and not _keys(ended):
        ended = text.rsplit(None, 1)[-1] if text.split() else ""
    return ended.lstrip(":-•* ") if _number(ended) is None else ended


def _first_term(text: str) -> str:
    """The number or name that ``text`` begins with: behind it may stand words."""
    found = _NUMBER.match(text)
    if found is not None:
        return found[0].strip()
    named = _NAME.match(text)
    return named[0] if named is not None else ""


def _both(one: Bound, other: Bound) -> Bound:
    """The narrower of two bounds on each side."""
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.high, other.high) if high is not None]
    named = one if one.below else other
    return replace(named, low=max(lows, default=None), high=min(highs, default=None))


# --- sentences

_BETWEEN = re.compile(
    r"(?P<name>[A-Za-z]\w*?)(?P<sub>_\{[^{}]*\}|_\w)?\s+(?:is|are|has)\s+(?:an?\s+)?(?P<what>integers?|strings?|length)\b"
    r"[^.;]{0,80}?\b(?:between|from)\s+(?P<low>-?[\d^* ]+?)\s+(?:and|to|through)\s+(?P<high>-?[\d^* ]+\d)"
)
_CONSISTS = re.compile(
    r"\b(?:consist(?:s|ing)?|made(?:\s+up)?|composed|contain(?:s|ing))\s+(?:only\s+)?(?:of\s+)?(?P<of>[^.;]{1,120})"
)
_ALPHABETS = (
    (re.compile(r"lower-?\s?case", re.IGNORECASE), string.ascii_lowercase),
    (re.compile(r"upper-?\s?case", re.IGNORECASE), string.ascii_uppercase),
    (re.compile(r"\bdigits?\b", re.IGNORECASE), string.digits),
)
_QUOTED = re.compile(r"""['"‘“]([^\s'"’”]{1,3})['"’”]""")
_NAMED = re.compile(r"\b(?:\w+\[i\]|[A-Za-z]\w*)(?=\s+(?:consist|is\b|are\b|contain|and\b|,))")


def _sentences(line: str) -> Iterator[tuple[tuple[str, Of], Bound]]:
    for found in _BETWEEN.finditer(line):
        low, high = _number(found["low"]), _number(found["high"])
        if low is None or high is None:
            continue
        one, each = (
            (Of.VALUE, Of.ELEMENT) if found["what"].startswith("integer") else (Of.LENGTH, Of.INNER_LENGTH)
        )
        what = each if found["sub"] else one
        yield (found["name"], what), Bound(low=low, high=high)


def _alphabets(line: str) -> Iterator[tuple[str, str]]:
    for found in _CONSISTS.finditer(line):
        words = found["of"]
        letters = "".join(alphabet for pattern, alphabet in _ALPHABETS if pattern.search(words))
        letters += "".join(one for one in _QUOTED.findall(words) if len(one) == 1 and one not in letters)
        if len(letters) < 2:
            continue
        names = [name.partition("[")[0] for name in _NAMED.findall(line[: found.start() + 8])]
        for name in names or [""]:
            yield name, "".join(dict.fromkeys(letters))
