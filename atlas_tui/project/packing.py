"""What a model is shown of a repository: the best files whole, then signatures, then names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from atlas_tui.project.excerpt import fenced, shortened, signatures
from atlas_tui.project.mapping import RepositoryMap
from atlas_tui.project.names import shown
from atlas_tui.project.ranking import Ranked
from atlas_tui.project.unread import Skipped, in_words

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
_MOST_MISSES = 20
"""Files in a row without room, after which no other is tried."""
_MOST_SIGNATURES = 60
_CHARACTERS = 8
"""More characters than any token has on average: a text that is longer than so many for each has no room."""
_FEWER = 3
"""Characters that a token of a program has at least, mostly."""
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
    """Some definitions whole, of the others the signatures."""
    outlined: tuple[str, ...] = ()
    """Signatures alone."""
    named: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """What is missing or cut, in words for the person."""


@dataclass(slots=True)
class _Piece:
    path: str
    text: str
    tokens: int


@dataclass(slots=True)
class _Pack:
    """What was put in so far."""

    budget: int
    count: Count
    whole: list[_Piece] = field(default_factory=list)
    shortened: list[_Piece] = field(default_factory=list)
    outlined: list[_Piece] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    used: int = 0

    def put(self, where: list[_Piece], path: str, text: str, most: float) -> bool:
        """Whether there was room, with no more than ``most`` used in all."""
        room = min(most, self.budget) - self.used
        if not text or len(text) > room * _CHARACTERS:
            return False
        tokens = self.count(text) + 1
        if tokens > room:
            return False
        where.append(_Piece(path, text, tokens))
        self.used += tokens
        return True

    def text(self) -> str:
        pieces = [piece.text for piece in (*self.whole, *self.shortened, *self.outlined)]
        return "\n\n".join([*pieces, _names(self.names)] if self.names else pieces)

    def drop_last(self) -> bool:
        """Take out what matters least; False where nothing is left."""
        if self.names:
            del self.names[len(self.names) // 2 :]
            return True
        last = next((each for each in (self.outlined, self.shortened, self.whole) if each), None)
        if last is not None:
            last.pop()
        return last is not None


def pack(repository: RepositoryMap, ranked: Sequence[Ranked], budget_tokens: int, count: Count) -> Packed:
    """As much as has room, best first. The same inputs give the same bytes.

    Args:
        repository: the map that was ranked.
        ranked: its files, best first (``ranking.rank``).
        budget_tokens: the text has at most so many.
        count: how many tokens a text has; asked about each piece and once about the whole.
    """
    packing = _Pack(max(0, budget_tokens), count)
    texts = _Texts(repository)
    best = max((each.score for each in ranked if not each.is_target), default=0.0)
    others: list[Ranked] = []
    misses = 0
    for each in ranked:
        worth = each.is_target or each.score >= _WORTH_READING * best
        share = _FOR_WHOLE if worth else _FOR_THE_REST
        full = misses == _MOST_MISSES or len(packing.whole) + len(packing.shortened) == _MOST_WHOLE
        if not full and _put_text(packing, texts, each, share):
            misses = 0
            continue
        misses = min(misses + 1, _MOST_MISSES)
        # What the best files define is worth more than the text of lesser ones.
        if not (
            worth and packing.put(packing.outlined, each.path, texts.signatures(each), share * budget_tokens)
        ):
            others.append(each)
    for each in others[: _MOST_SIGNATURES - len(packing.outlined)]:
        packing.put(packing.outlined, each.path, texts.signatures(each), _FOR_SIGNATURES * budget_tokens)
    outlined = {piece.path for piece in packing.outlined}
    _put_names(packing, [each.path for each in others if each.path not in outlined])
    text = packing.text()
    tokens = count(text) if text else 0
    while tokens > packing.budget and packing.drop_last():
        text = packing.text()
        tokens = count(text) if text else 0
    return _packed(packing, text, tokens, repository, ranked)


def _put_text(packing: _Pack, texts: _Texts, each: Ranked, share: float) -> bool:
    """Put in the text of a file, shortened where it has no room as a whole."""
    most = (1.0 if each.is_target else share) * packing.budget
    if not each.is_target:
        most = min(most, packing.used + _ONE_FILE * packing.budget)
    if most - packing.used < 1:
        return False
    if packing.put(packing.whole, each.path, texts.whole(each), most):
        return True
    room = int(min(most, packing.budget) - packing.used)
    return packing.put(packing.shortened, each.path, texts.shortened(each, room), most)


class _Texts:
    """The files as they are written into the text."""

    def __init__(self, repository: RepositoryMap) -> None:
        self._repository = repository

    def whole(self, each: Ranked) -> str:
        return fenced(each.path, self._repository.text(each.path))

    def shortened(self, each: Ranked, room: int) -> str:
        outline = self._repository.files[each.path].outline if each.path in self._repository.files else None
        if outline is None:
            return ""
        symbols = (*each.symbols, *each.relevant)
        text = shortened(self._repository.text(each.path), outline, each.lines, symbols, room * _FEWER)
        return fenced(each.path, text, "shortened") if text else ""

    def signatures(self, each: Ranked) -> str:
        known = self._repository.files.get(each.path)
        text = signatures(known.outline) if known is not None and known.outline is not None else ""
        return fenced(each.path, text, "signatures only") if text else ""


def _put_names(packing: _Pack, paths: Sequence[str]) -> None:
    """As many names as have room, found by halving: each try counts tokens."""
    low, high = 0, len(paths)
    room = packing.budget - packing.used
    while low < high:
        middle = (low + high + 1) // 2
        text = _names(paths[:middle])
        if len(text) <= room * _CHARACTERS and packing.count(text) + 1 <= room:
            low = middle
        else:
            high = middle - 1
    packing.names = list(paths[:low])


def _names(paths: Iterable[str]) -> str:
    return _NAMES + ", ".join(shown(path) for path in paths)


def _packed(
    packing: _Pack, text: str, tokens: int, repository: RepositoryMap, ranked: Sequence[Ranked]
) -> Packed:
    whole, short, outlined = (
        tuple(piece.path for piece in pieces)
        for pieces in (packing.whole, packing.shortened, packing.outlined)
    )
    there = {*whole, *short, *outlined, *packing.names}
    missing = (
        *(Skipped(path, "shown shortened") for path in short),
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
