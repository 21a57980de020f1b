"""The map of a repository: what each file defines, uses and imports, and which files go together.

All files are searched for the words of a problem; of a large repository only those that may matter for it
are parsed: those that it names, what these import, and those with the most of its words.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from atlas_tui.errors import AtlasError
from atlas_tui.project.apart import TANGLING, Apart
from atlas_tui.project.hints import Hints, Mentioned, targets_of
from atlas_tui.project.importing import Importing
from atlas_tui.project.known import Known
from atlas_tui.project.linking import Links, linked
from atlas_tui.project.listing import Listing
from atlas_tui.project.map_cache import MapCache, key_of
from atlas_tui.project.matching import WORD, Query, Vocabulary, matched
from atlas_tui.project.reading import Reader
from atlas_tui.project.unread import Skipped, in_words, unread_by_content
from atlas_tui.syntax.grammars import language_of
from atlas_tui.syntax.outline import Outline, outline
from atlas_tui.workspace.text import plain_text

MAP_SECONDS = 60.0
"""Files that are not read by then are known by their names alone; what was read is kept for the next time."""
MOST_PARSED = 4 << 20
"""Bytes of the sources that are parsed for one problem; about two seconds the first time."""
_EACH_FILE = 500
"""Bytes of it that a file costs besides its own: it is opened, and kept."""
_FOR_IMPORTS = 0.5
"""Share of it for what is reached by imports."""
_DEEPEST = 2
"""Imports from a file that the problem names to another that is parsed for it."""
_FILE_SECONDS = 0.5
"""For one file, which is at most of the size that ``listing`` lets through."""
_MOST_WORDS = 20_000
"""Different ones of one file."""
_TOLD_EACH = 100
"""Files."""

Told = Callable[[int, int], None]
"""Takes how many files are read and how many there are."""


@dataclass(frozen=True)
class RepositoryMap:
    """What is known of the files of a repository, by path and in the order of paths."""

    base: Path
    """Where they are read."""
    files: Mapping[str, Known]
    """Those that were looked into."""
    links: Links = field(default_factory=dict)
    """Which files each of those that were parsed uses, and how much."""
    left_out: tuple[str, ...] = ()
    """What was not looked into, in words for the person."""

    def text(self, path: str) -> str:
        """The text of a file with plain line ends; empty where it cannot be read any more."""
        with Reader(self.base) as reader:
            return _text(reader.read(path), path) or ""


def map_repository(
    listing: Listing,
    base: Path | None = None,
    *,
    hints: Hints | None = None,
    seconds: float = MAP_SECONDS,
    told: Told | None = None,
) -> RepositoryMap:
    """The map of the files of a listing. Blocking; takes about ``seconds`` at most.

    Args:
        listing: what is looked into: its readable entries.
        base: a copy to read them from; the listed folder itself without it.
        hints: the problem that it is made for. Without it all files are parsed, and all words kept.
        told: is told of every hundredth file.
    """
    base = base or listing.root
    deadline = time.monotonic() + seconds
    sizes = {entry.path: entry.size for entry in listing.readable}
    with Reader(base) as reader:
        # What is left of the time is for parsing.
        read, late = _searched(reader, sizes, hints, deadline - seconds / 2, told)
        unread = {path: known.unread for path, known in read.items() if known.unread}
        files = {path: known for path, known in read.items() if not known.unread}
        importing = Importing({path: language for path in files if (language := language_of(path))})
        parsing = _parsed(listing, reader, files, hints, importing, deadline)
    unread.update(dict.fromkeys(parsing.tangled, "too tangled to be read"))
    unread.update(dict.fromkeys((*late, *parsing.late), f"not read within {seconds:g} s"))
    outlines = {path: found for path in files if (found := parsing.outlines.get(path)) is not None}
    known = {
        path: replace(each, outline=outlines.get(path))
        for path, each in files.items() if path not in parsing.tangled
    }  # fmt: skip
    missed = (Skipped(path, why) for path, why in unread.items())
    return RepositoryMap(base, known, linked(outlines, importing), in_words(missed))


# --- words


def _searched(
    reader: Reader, paths: Mapping[str, int], hints: Hints | None, deadline: float, told: Told | None
) -> tuple[dict[str, Known], list[str]]:
    """What the words of all files tell, and the files for which there was no time."""
    vocabulary = Vocabulary(Query.about(hints)) if hints is not None else None
    found: dict[str, Known] = {}
    late: list[str] = []
    for number, path in enumerate(paths):
        if told and not number % _TOLD_EACH:
            told(number, len(paths))
        if time.monotonic() > deadline:
            late.append(path)
            found[path] = Known()
        else:
            found[path] = look_into(reader.read(path), path, vocabulary)
    return found, late


def look_into(content: bytes, path: str, vocabulary: Vocabulary | None = None) -> Known:
    """What the words of a file tell, those of a vocabulary or all. Never raises for what it holds."""
    unread = unread_by_content(content)
    text = None if unread else _text(content, path)
    if text is None:
        return Known(unread=unread or "in an encoding that is not known")
    words = Counter(WORD.findall(text))
    if len(words) > _MOST_WORDS:
        return Known(unread="a list of words or numbers")
    return Known(words=vocabulary.of(words) if vocabulary else words, length=words.total())


def _text(content: bytes, path: str) -> str | None:
    """With plain line ends; None where it is no text."""
    try:
        return plain_text(content, path)
    except (AtlasError, UnicodeError):
        return None


# --- outlines


def _parsed(
    listing: Listing,
    reader: Reader,
    files: Mapping[str, Known],
    hints: Hints | None,
    importing: Importing,
    deadline: float,
) -> _Parsing:
    """The outlines of those files that may matter."""
    cache = MapCache(listing.root)
    sizes = {entry.path: entry.size for entry in listing.readable}
    with Apart() as apart:
        parsing = _Parsing(reader, apart, cache, deadline)
        for path in _order(files, sizes, hints, importing, parsing.outlines):
            parsing.add(path, language_of(path))
    cache.save()
    return parsing


class _Parsing:
    """Makes the outlines of files, those of known contents out of the cache."""

    def __init__(self, reader: Reader, apart: Apart, cache: MapCache, deadline: float) -> None:
        self.outlines: dict[str, Outline] = {}
        self.tangled: set[str] = set()
        self.late: list[str] = []
        self._reader, self._apart, self._cache, self._deadline = reader, apart, cache, deadline

    def add(self, path: str, language: str) -> None:
        content = self._reader.read(path)
        key = key_of(content, language)
        try:
            found = self._cache.get(key)
        except KeyError:
            if time.monotonic() > self._deadline:
                self.late.append(path)
                return
            found = self._parsed((_text(content, path) or "").encode("utf-8", "replace"), language)
            self._cache.put(key, found)
        if found is None:
            self.tangled.add(path)
        else:
            self.outlines[path] = found

    def _parsed(self, source: bytes, language: str) -> Outline | None:
        if language in TANGLING:
            return self._apart.outline(source, language, _FILE_SECONDS)
        return outline(source, language, _FILE_SECONDS)


def _order(
    files: Mapping[str, Known],
    sizes: Mapping[str, int],
    hints: Hints | None,
    importing: Importing,
    outlines: Mapping[str, Outline],
) -> Iterator[str]:
    """The files to parse, in the order in which they are to be: what they import follows as it is found."""
    sources = {path: sizes[path] + _EACH_FILE for path in files if language_of(path)}
    if hints is None or sum(sources.values()) <= MOST_PARSED:
        yield from sources
        return
    left = MOST_PARSED
    seen: set[str] = set()
    for path in _reached(_named(files, hints), importing, outlines):
        if path in sources and path not in seen:
            seen.add(path)
            left -= sources[path]
            yield path
        if left < (1 - _FOR_IMPORTS) * MOST_PARSED:
            break
    scores = matched(files, Query.about(hints))
    for path in sorted(sources, key=lambda each: (-scores.get(each, 0.0), each)):
        left -= 0 if path in seen else sources[path]
        if left < 0:
            return
        if path not in seen:
            yield path


def _named(files: Mapping[str, Known], hints: Hints) -> Iterator[str]:
    yield from targets_of(hints)
    yield from (path for path, _ in hints.places)
    yield from hints.deciding
    yield from Mentioned(files, hints.text).paths


def _reached(named: Iterator[str], importing: Importing, outlines: Mapping[str, Outline]) -> Iterator[str]:
    """These files and what they import, nearest first; their outlines are made between two of them."""
    waiting = deque((path, 0) for path in dict.fromkeys(named))
    seen = {path for path, _ in waiting}
    while waiting:
        path, depth = waiting.popleft()
        yield path
        found = outlines.get(path)
        if found is None or depth == _DEEPEST:
            continue
        for module in found.imports:
            for target in importing.files(path, module):
                if target not in seen:
                    seen.add(target)
                    waiting.append((target, depth + 1))
