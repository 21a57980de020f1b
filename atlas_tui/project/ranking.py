"""Which files of a repository matter for a problem, best first. The same inputs give the same order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from atlas_tui.project.centrality import spread
from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.mapping import RepositoryMap
from atlas_tui.project.matching import Query, matched, named_like

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
_LOOKED_INTO = 60
"""Files whose definitions are held against the text one by one."""
_MOST_RELEVANT = 12
_PATH = re.compile(r"[\w.@~+-]+(?:/[\w.@~+-]+)*\.\w{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known of a problem."""

    text: str
    """As the person wrote it."""
    failures: str = ""
    """What the required tests said."""
    places: tuple[tuple[str, int], ...] = ()
    """Files and lines of tracebacks, innermost first."""
    targets: tuple[str, ...] = ()
    """Files, or ``file::symbol``, that the person named."""
    tests: tuple[str, ...] = ()
    """Ids of the tests that decide, or their files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A file with what speaks for it."""

    path: str
    score: float
    why: str
    """In a few words, for the person."""
    is_target: bool = False
    lines: tuple[int, ...] = ()
    """Lines that tracebacks name, from 1."""
    symbols: tuple[str, ...] = ()
    """What of it the person named."""
    relevant: tuple[str, ...] = ()
    """Definitions whose names the problem has, best first; told of the best files alone."""


def rank(repository: RepositoryMap, hints: Hints) -> tuple[Ranked, ...]:
    """All files that are looked into, targets first in the order they were named, then by score."""
    query = Query.of({hints.text: 1.0, hints.failures: 0.4, " ".join(hints.tests): 0.4})
    by_words = _share(matched(repository.files, query))
    reasons = _Reasons(repository, hints)
    seeds = {path: by_words.get(path, 0.0) + sum(reasons.of(path).values()) for path in repository.files}
    by_links = _share(spread(repository.links, seeds))
    targets = _targets(hints.targets)
    lines: dict[str, list[int]] = {}
    for path, line in hints.places:
        lines.setdefault(path, []).append(line)
    found = []
    for path in repository.files:
        parts = {
            "its words": _BY_WORDS * by_words.get(path, 0.0),
            "what uses it": _BY_LINKS * by_links.get(path, 0.0),
            **reasons.of(path),
        }
        is_target = path in targets
        found.append(
            Ranked(
                path=path,
                score=round(sum(parts.values()) * _weight(repository, path, reasons), 9),
                why="named as a target" if is_target else max(parts, key=lambda each: parts[each]),
                is_target=is_target,
                lines=tuple(dict.fromkeys(lines.get(path, ()))),
                symbols=targets.get(path, ()),
            )
        )
    order = {path: number for number, path in enumerate(targets)}
    last = len(order)
    found.sort(key=lambda each: (order.get(each.path, last), -each.score, each.path))
    best = (
        replace(each, relevant=named_like(repository.files[each.path], query, _MOST_RELEVANT))
        for each in found[:_LOOKED_INTO]
    )
    return (*best, *found[_LOOKED_INTO:])


class _Reasons:
    """What speaks for single files, besides words and links."""

    def __init__(self, repository: RepositoryMap, hints: Hints) -> None:
        self.deciding = frozenset(test.partition("::")[0] for test in hints.tests)
        self._found: dict[str, dict[str, float]] = {}
        for path in _mentioned(repository.files, hints.text):
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
    return _NO_SOURCE if repository.files[path].outline is None or _passes_on(repository, path) else 1.0


def _targets(named: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By file, in the order they were named: the symbols of it."""
    found: dict[str, tuple[str, ...]] = {}
    for target in named:
        path, _, symbol = target.partition("::")
        found[path] = (*found.get(path, ()), *([symbol] if symbol else ()))
    return found


def _mentioned(paths: Iterable[str], text: str) -> tuple[str, ...]:
    """Files that a text names by their path, the end of it, or an unmistakable name."""
    ends: dict[str, list[str]] = {}
    for path in paths:
        ends.setdefault(path.rpartition("/")[2], []).append(path)
    found: dict[str, None] = {}
    for match in _PATH.finditer(text):
        name = match[0].lstrip("@")
        same = [
            path for path in ends.get(PurePosixPath(name).name, ())
            if path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}")
        ]  # fmt: skip
        if len(same) <= 3:
            found.update(dict.fromkeys(same))
    return tuple(found)


def _share(scores: Mapping[str, float]) -> dict[str, float]:
    """Of the highest."""
    highest = max(scores.values(), default=0.0)
    return {path: score / highest for path, score in scores.items()} if highest > 0 else {}
