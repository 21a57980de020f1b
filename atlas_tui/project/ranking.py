"""Which files of a repository matter for a problem, best first. The same inputs give the same order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atlas_tui.project.centrality import spread
from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.focus import Focus, Part
from atlas_tui.project.hints import Hints, Mentioned, targets_of
from atlas_tui.project.mapping import RepositoryMap
from atlas_tui.project.matching import Query, matched
from atlas_tui.syntax.grammars import language_of

_BY_WORDS = 1.0
_BY_LINKS = 0.7
_NAMED = 1.5
"""For a file that the text names."""
_IMPORTED = 0.8
"""For what a deciding test imports."""
_DECIDING = 1.0
"""For the file of a deciding test."""
_INNERMOST = 1.6
"""For the innermost step of a traceback; each one further out counts less."""
_OUTWARDS = 0.85
_OTHER_TEST = 0.3
_NO_SOURCE = 0.5
"""What the score of such files is multiplied by."""
_NO_CODE = ("variable", "module", "declaration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A file with what speaks for it."""

    path: str
    score: float
    why: str
    """In a few words, for the person."""
    is_target: bool = False
    parts: tuple[Part, ...] = ()
    """Its functions, those that matter most first; told of the best files alone."""


def rank(repository: RepositoryMap, hints: Hints) -> tuple[Ranked, ...]:
    """All files that are looked into, targets first in the order they were named, then by score."""
    query = Query.about(hints)
    by_words = _share(matched(repository.files, query))
    reasons = _Reasons(repository, hints)
    seeds = {path: by_words.get(path, 0.0) + sum(reasons.of(path).values()) for path in repository.files}
    by_links = _share(spread(repository.links, seeds))
    targets = targets_of(hints)
    scores: dict[str, float] = {}
    why: dict[str, str] = {}
    for path in repository.files:
        parts = {
            "its words": _BY_WORDS * by_words.get(path, 0.0),
            "what uses it": _BY_LINKS * by_links.get(path, 0.0),
            **reasons.of(path),
        }
        scores[path] = round(sum(parts.values()) * _weight(repository, path, reasons), 9)
        why[path] = "named as a target" if path in targets else max(parts, key=lambda each: parts[each])
    focus = Focus(repository, hints, scores, query)
    order = {path: number for number, path in enumerate(targets)}
    return tuple(
        Ranked(
            path=path, score=scores[path], why=why[path], is_target=path in targets, parts=focus.of(path)
        )
        for path in sorted(scores, key=lambda each: (order.get(each, len(order)), -scores[each], each))
    )  # fmt: skip


class _Reasons:
    """What speaks for single files, besides words and links."""

    def __init__(self, repository: RepositoryMap, hints: Hints) -> None:
        self.deciding = frozenset(hints.deciding)
        self._found: dict[str, dict[str, float]] = {}
        for path in Mentioned(repository.files, hints.text).paths:
            self._add(path, "the text names it", _NAMED)
        for path in sorted(self.deciding & repository.files.keys()):
            self._add(path, "it decides", _DECIDING)
            for target in _imported(repository, path):
                self._add(target, "a deciding test imports it", _IMPORTED)
        worth = _INNERMOST
        for path, _ in hints.places:
            if path in repository.files:
                self._add(path, "a traceback names it", worth)
                worth *= _OUTWARDS

    def of(self, path: str) -> Mapping[str, float]:
        return self._found.get(path, {})

    def _add(self, path: str, why: str, worth: float) -> None:
        reasons = self._found.setdefault(path, {})
        reasons[why] = max(reasons.get(why, 0.0), worth)


def _imported(repository: RepositoryMap, path: str) -> Iterator[str]:
    """What a file imports, and of what only passes on what others define, those others that it uses."""
    links = repository.links.get(path, {})
    for target, strength in links.items():
        if strength < 1:
            continue
        yield target
        if _passes_on(repository, target):
            yield from (each for each in repository.links.get(target, {}) if each in links)


def _passes_on(repository: RepositoryMap, path: str) -> bool:
    """Whether a file of code defines no function or type itself."""
    outline = repository.files[path].outline
    return outline is not None and all(each.kind in _NO_CODE for each in outline.definitions)


def _weight(repository: RepositoryMap, path: str, reasons: _Reasons) -> float:
    if path in reasons.deciding:
        return 1.0
    if is_test_file(path):
        return _OTHER_TEST
    return 1.0 if language_of(path) and not _passes_on(repository, path) else _NO_SOURCE


def _share(scores: Mapping[str, float]) -> dict[str, float]:
    """Of the highest."""
    highest = max(scores.values(), default=0.0)
    return {path: score / highest for path, score in scores.items()} if highest > 0 else {}
