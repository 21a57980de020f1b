"""How well files match a text: BM25 over words and the parts of identifiers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from atlas_tui.project.hints import Hints
from atlas_tui.project.known import Known

WORD = re.compile(r"[^\W\d]\w{1,60}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been but by can could do does for from had has have he her his how if in into
        is it its itself may more must no not of on one only or our out over self should so some such than
        that the their them then there these they this those to too under up use used uses using was we were
        what when where which while who why will with would you your def return import none true false test
        assert error line file traceback recent call last most
        aber als am an auch auf aus bei beim da dann das dass dem den der des die ein eine einem einen einer
        es für hat ich im ist mit nach nicht noch nur oder sich sie sind soll sollte um und vom von vor war
        wenn wie wird wurde zu zum zur""",
    )
)
"""Words that say nothing about which file is meant; without an s at the end, as ``terms`` gives them."""
_SATURATION = 1.2
_LENGTH = 0.5
"""How much the length of a file counts against it."""
_IN_PATH = 3
_DEFINED = 3
"""So often a word of the path, or of the name of a definition, counts."""

_MOST_REMEMBERED = 300_000
"""Words of a repository that a query is not about."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    weights: Mapping[str, float]
    """By term, in the order of the text."""

    @classmethod
    def of(cls, texts: Mapping[str, float]) -> Query:
        """The terms of texts, each with the weight of the text that gives it most."""
        found: dict[str, float] = {}
        for text, weight in texts.items():
            for word, count in Counter(WORD.findall(text)).items():
                # Once more is worth less, and a whole identifier says more than its parts.
                for term in terms(word):
                    worth = (
                        weight * (1 + math.log(count)) * (1.5 if term != word.lower() or "_" in word else 1)
                    )
                    found[term] = max(found.get(term, 0.0), worth)
        return cls(found)

    @classmethod
    def about(cls, hints: Hints) -> Query:
        """What is looked for where this is known: the text above all."""
        return cls.of({hints.text: 1.0, hints.failures: 0.4, " ".join(hints.tests): 0.4})


class Vocabulary:
    """Tells which words a query is about, so that of each file only those need to be kept."""

    def __init__(self, query: Query) -> None:
        self._wanted = query.weights.keys()
        self._about: set[str] = set()
        self._others: set[str] = set()

    def of(self, counted: Mapping[str, int]) -> dict[str, int]:
        """Those of these words, in their order."""
        if len(self._others) > _MOST_REMEMBERED:
            self._others.clear()
        for word in counted.keys() - self._others - self._about:
            found = self._about if any(term in self._wanted for term in terms(word)) else self._others
            found.add(word)
        there = counted.keys() & self._about
        return {word: count for word, count in counted.items() if word in there} if there else {}


@lru_cache(maxsize=200_000)
def terms(word: str) -> tuple[str, ...]:
    """A word, and the parts it is put together from, in small letters and without an s at the end."""
    parts = [_plain(part) for part in _PART.findall(word)]
    whole = _plain(word)
    found = dict.fromkeys((whole, *parts)) if len(parts) > 1 else {whole: None}
    return tuple(term for term in found if len(term) > 1 and term not in _STOP)


def matched(files: Mapping[str, Known], query: Query) -> dict[str, float]:
    """The score of each file that has at least one of the terms."""
    counts: dict[str, Counter[str]] = {}
    lengths: dict[str, int] = {}
    holding: Counter[str] = Counter()
    for path, known in files.items():
        found = _found(path, known, query.weights)
        counts[path] = found
        lengths[path] = known.length
        holding.update(found.keys())
    mean = sum(lengths.values()) / max(1, len(lengths)) or 1.0
    scores = {}
    for path, found in counts.items():
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[path] / mean)
        score = 0.0
        for term, count in sorted(found.items()):
            rare = math.log(1 + (len(files) - holding[term] + 0.5) / (holding[term] + 0.5))
            score += query.weights[term] * rare * count * (_SATURATION + 1) / (count + norm)
        if score > 0:
            scores[path] = score
    return scores


def named_like(known: Known, query: Query, most: int) -> tuple[str, ...]:
    """The functions and types of a file whose names have terms of the query, best first."""
    scores: dict[str, float] = {}
    for each in known.outline.definitions if known.outline is not None else ():
        score = sum(query.weights.get(term, 0.0) for term in terms(each.name))
        if score > 0 and each.kind != "variable":
            scores[each.qualified] = max(scores.get(each.qualified, 0.0), score)
    return tuple(sorted(scores, key=lambda name: -scores[name])[:most])


def _found(path: str, known: Known, wanted: Mapping[str, float]) -> Counter[str]:
    found: Counter[str] = Counter()
    _count(found, known.words.items(), wanted)
    _count(found, ((word, _IN_PATH) for word in WORD.findall(path)), wanted)
    if known.outline is not None:
        _count(found, ((each.name, _DEFINED) for each in known.outline.definitions), wanted)
    return found


def _count(found: Counter[str], words: Iterable[tuple[str, int]], wanted: Mapping[str, float]) -> None:
    for word, count in words:
        for term in terms(word):
            if term in wanted:
                found[term] += count


def _plain(word: str) -> str:
    low = word.lower().strip("_")
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith("ss") else low
