"""What a model is shown of a repository: what matters most first, then whole files, signatures, and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from atlas_tui.project.editing_rules import is_test_file
from atlas_tui.project.excerpt import (
    excerpted,
    fenced,
    importing_lines,
    lines_of,
    shortened,
    signatures,
)
from atlas_tui.project.focus import Part, functions_of
from atlas_tui.project.mapping import RepositoryMap
from atlas_tui.project.names import shown
from atlas_tui.project.ranking import Ranked
from atlas_tui.project.unread import Skipped, in_words
from atlas_tui.syntax.outline import Definition

_FOR_PARTS = 0.75
"""Share of the budget for single functions, before any file is shown as a whole."""
_FOR_TESTS = 0.3
"""Share of the budget that functions of tests may take of that."""
_FOR_WHOLE = 0.8
"""Share of the budget for files that nobody named; the rest is for signatures and names."""
_ONE_FILE = 0.5
"""Share of the budget that one file may take that nobody named."""
_FOR_SIGNATURES = 0.95
_WORTH_READING = 0.2
"""Share of the best score from which on a file is worth that room."""
_FOR_THE_REST = 0.4
"""Share of the budget up to which others are shown too: a small repository is shown as a whole."""
_MOST_WHOLE = 40
_HARDLY_LONGER = 1.25
"""Times as long as some of its functions a file may be to be shown whole at once."""
_MOST_PARTS = 300
"""Functions that are tried one by one."""
_MATTERS = 0.15
"""What has to speak for a function that it is shown before whole files are."""
_MOST_MISSES = 20
"""Files, or functions, in a row without room, after which no other is tried."""
_MOST_SIGNATURES = 60
_CHARACTERS = 8
"""More characters than any token has on average: a text that is longer than so many for each has no room."""
_NAMES = "Other files: "

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The text, and how much of which file is in it."""

    text: str
    tokens: int
    """As they were counted."""
    whole: tuple[str, ...] = ()
    shortened: tuple[str, ...] = ()
    """Some definitions whole, of the others the signatures or nothing."""
    outlined: tuple[str, ...] = ()
    """Signatures alone."""
    named: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What is missing or cut, in words for the person."""


@dataclass(slots=True)
class _Piece:
    """What is shown of a file."""

    text: str
    tokens: int
    form: str


_WHOLE, _SHORTENED, _OUTLINED = "whole", "shortened", "outlined"
_FORMS = (_WHOLE, _SHORTENED, _OUTLINED)


class _Pack:
    """What was put in so far."""

    def __init__(self, budget: int, count: Count, ranked: Sequence[Ranked]) -> None:
        self.budget, self._count = max(0, budget), count
        self.pieces: dict[str, _Piece] = {}
        self.names: list[str] = []
        self.used = 0
        self._order = {each.path: number for number, each in enumerate(ranked)}

    def put(self, path: str, text: str, form: str, most: float) -> bool:
        """Show this of a file, in place of what was; whether there was room, with ``most`` used in all."""
        old = self.pieces.get(path)
        room = min(most, self.budget) - self.used + (old.tokens if old else 0)
        if not text or len(text) > room * _CHARACTERS:
            return False
        tokens = self._count(text) + 1
        if tokens > room:
            return False
        self.used += tokens - (old.tokens if old else 0)
        self.pieces[path] = _Piece(text, tokens, form)
        return True

    def of(self, form: str) -> tuple[str, ...]:
        """The files that are shown so, best first."""
        return tuple(
            path
            for path in sorted(self.pieces, key=self._order.__getitem__)
            if self.pieces[path].form == form
        )

    def text(self) -> str:
        pieces = [self.pieces[path].text for form in _FORMS for path in self.of(form)]
        return "\n\n".join([*pieces, _names(self.names)] if self.names else pieces)

    def put_names(self, paths: Sequence[str]) -> None:
        """As many names as have room, found by halving: each try counts tokens."""
        low, high = 0, len(paths)
        room = self.budget - self.used
        while low < high:
            middle = (low + high + 1) // 2
            text = _names(paths[:middle])
            if len(text) <= room * _CHARACTERS and self._count(text) + 1 <= room:
                low = middle
            else:
                high = middle - 1
        self.names = list(paths[:low])

    def within(self) -> tuple[str, int]:
        """The text and its tokens, without what matters least where the whole has more than its pieces."""
        while True:
            text = self.text()
            tokens = self._count(text) if text else 0
            if tokens <= self.budget or not self._drop_last():
                return text, tokens

    def _drop_last(self) -> bool:
        if self.names:
            del self.names[len(self.names) // 2 :]
            return True
        last = next((paths[-1] for form in reversed(_FORMS) if (paths := self.of(form))), None)
        if last is not None:
            del self.pieces[last]
        return last is not None


def pack(repository: RepositoryMap, ranked: Sequence[Ranked], budget_tokens: int, count: Count) -> Packed:
    """As much as has room, best first. The same inputs give the same bytes.

    Args:
        repository: the map that was ranked.
        ranked: its files, best first (``ranking.rank``).
        budget_tokens: the text has at most so many.
        count: how many tokens a text has; asked about each piece and about the whole.
    """
    packing = _Pack(budget_tokens, count, ranked)
    texts = _Texts(repository)
    parts = _Parts(packing, texts, ranked)
    parts.put(_MATTERS, _FOR_PARTS * packing.budget)
    others = _put_files(packing, texts, parts, ranked)
    outlined = len(packing.of(_OUTLINED))
    for each in others[: _MOST_SIGNATURES - outlined]:
        if each.path not in packing.pieces:
            packing.put(each.path, texts.signatures(each), _OUTLINED, _FOR_SIGNATURES * packing.budget)
    parts.put(0.0, _FOR_SIGNATURES * packing.budget)
    packing.put_names([each.path for each in others if each.path not in packing.pieces])
    text, tokens = packing.within()
    return _packed(packing, text, tokens, repository, ranked)


class _Parts:
    """Single functions, put in one after the other, those that matter most first, of whatever file."""

    def __init__(self, packing: _Pack, texts: _Texts, ranked: Sequence[Ranked]) -> None:
        self._packing, self._texts = packing, texts
        found = sorted(
            (-part.score, number, part) for number, each in enumerate(ranked) for part in each.parts
        )
        self._waiting = [(ranked[number].path, part) for _, number, part in found[:_MOST_PARTS]]
        self.shown: dict[str, list[Part]] = {}
        self._for_tests = 0
        """Tokens of parts of tests."""
        self.signed: set[str] = set()
        """Files of which the signatures of all other functions are shown too."""

    def put(self, least: float, most: float) -> None:
        """Those for which at least so much speaks, while no more than ``most`` tokens are used in all."""
        misses = 0
        for path, part in self._waiting:
            if part.score < least or misses == _MOST_MISSES:
                return
            piece = self._packing.pieces.get(path)
            if part in self.shown.get(path, ()) or (piece is not None and piece.form == _WHOLE):
                continue
            before = self._packing.used
            room = _FOR_TESTS * self._packing.budget - self._for_tests
            limit = min(most, before + room) if part.is_test else most
            parts = [*self.shown.get(path, ()), part]
            as_text = self._texts.with_signatures if path in self.signed else self._texts.parts
            text, whole = as_text(path, parts), self._texts.whole(path)
            if len(whole) < _HARDLY_LONGER * len(text) and self._packing.put(path, whole, _WHOLE, limit):
                continue
            if not self._packing.put(path, text, _SHORTENED, limit):
                misses += not part.is_test
                continue
            misses, self.shown[path] = 0, parts
            self._for_tests += self._packing.used - before if part.is_test else 0


def _put_files(packing: _Pack, texts: _Texts, parts: _Parts, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Show files as far as there is room; those that are not shown, with the best first."""
    best = max((each.score for each in ranked if not each.is_target), default=0.0)
    others: list[Ranked] = []
    misses = 0
    for each in _code_first(ranked, best):
        worth = each.is_target or each.score >= _WORTH_READING * best
        share = _FOR_WHOLE if worth else _FOR_THE_REST
        full = misses == _MOST_MISSES or len(packing.of(_WHOLE)) == _MOST_WHOLE
        if not full and _put_text(packing, texts, parts, each, share):
            misses = 0
            continue
        misses = min(misses + 1, _MOST_MISSES)
        # What the best files define is worth more than the text of lesser ones.
        outline = worth and each.path not in packing.pieces
        if not (
            outline and packing.put(each.path, texts.signatures(each), _OUTLINED, share * packing.budget)
        ):
            others.append(each)
    return others


def _code_first(ranked: Sequence[Ranked], best: float) -> Iterator[Ranked]:
    """Of those that are worth reading the tests last: of them the functions that decide are shown already."""
    worth = [each for each in ranked if each.is_target or each.score >= _WORTH_READING * best]
    yield from (each for each in worth if each.is_target or not is_test_file(each.path))
    yield from (each for each in worth if not each.is_target and is_test_file(each.path))
    yield from (each for each in ranked if not (each.is_target or each.score >= _WORTH_READING * best))


def _put_text(packing: _Pack, texts: _Texts, parts: _Parts, each: Ranked, share: float) -> bool:
    """Put in the text of a file, shortened where it has no room as a whole."""
    piece = packing.pieces.get(each.path)
    before = packing.used - (piece.tokens if piece else 0)
    most = (1.0 if each.is_target else share) * packing.budget
    if not each.is_target:
        most = min(most, before + _ONE_FILE * packing.budget)
    if most - before < 1:
        return False
    if packing.put(each.path, texts.whole(each.path), _WHOLE, most):
        return True
    shown_parts = parts.shown.get(each.path)
    if not shown_parts:
        return False
    text = texts.with_signatures(each.path, shown_parts)
    if packing.put(each.path, text, _SHORTENED, most):
        parts.signed.add(each.path)
    return each.path in parts.signed


class _Texts:
    """The files as they are written into the text."""

    def __init__(self, repository: RepositoryMap) -> None:
        self._repository = repository
        self._read: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}
        self._imports: dict[str, frozenset[int]] = {}
        self._of_parts: dict[tuple[str, Part], set[int]] = {}

    def whole(self, path: str) -> str:
        return fenced(path, self._text(path))

    def with_signatures(self, path: str, parts: Sequence[Part]) -> str:
        outline = self._repository.files[path].outline
        functions = functions_of(outline)
        if outline is None or not all(any(_holds(each, part) for each in functions) for part in parts):
            return ""  # what matters lies between the functions, where long texts are cut
        return fenced(path, shortened(self._text(path), outline, parts), "shortened")

    def parts(self, path: str, parts: Sequence[Part]) -> str:
        if path not in self._lines:
            self._lines[path] = self._text(path).split("\n")
            self._imports[path] = frozenset(importing_lines(self._lines[path]))
        numbers = self._imports[path].union(*(self._numbers(path, part) for part in parts))
        return fenced(path, excerpted(self._lines[path], numbers), "in parts")

    def _numbers(self, path: str, part: Part) -> set[int]:
        if (path, part) not in self._of_parts:
            outline = self._repository.files[path].outline
            self._of_parts[path, part] = lines_of(part, self._lines[path], outline)
        return self._of_parts[path, part]

    def signatures(self, each: Ranked) -> str:
        known = self._repository.files.get(each.path)
        text = signatures(known.outline) if known is not None and known.outline is not None else ""
        return fenced(each.path, text, "signatures only") if text else ""

    def _text(self, path: str) -> str:
        if path not in self._read:
            self._read[path] = self._repository.text(path)
        return self._read[path]


def _holds(function: Definition, part: Part) -> bool:
    return function.first_line <= part.first and part.last <= function.last_line


def _names(paths: Iterable[str]) -> str:
    return _NAMES + ", ".join(shown(path) for path in paths)


def _packed(
    packing: _Pack, text: str, tokens: int, repository: RepositoryMap, ranked: Sequence[Ranked]
) -> Packed:
    whole, short, outlined = (packing.of(form) for form in _FORMS)
    there = {*packing.pieces, *packing.names}
    missing = (
        *(Skipped(path, "shown in part") for path in short),
        *(Skipped(path, "only signatures shown") for path in outlined),
        *(Skipped(path, "only the name shown") for path in packing.names),
        *(Skipped(each.path, "no room") for each in ranked if each.path not in there),
    )
    return Packed(
        text=text,
        tokens=tokens,
        whole=whole,
        shortened=short,
        outlined=outlined,
        named=tuple(packing.names),
        left_out=(*repository.left_out, *in_words(missing)),
    )
