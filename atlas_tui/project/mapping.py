"""The map of a repository: what each file defines, uses and imports, and which files go together."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from atlas_tui.errors import AtlasError
from atlas_tui.project import map_cache
from atlas_tui.project.apart import TANGLING, Apart
from atlas_tui.project.files import Folder
from atlas_tui.project.linking import Links, linked
from atlas_tui.project.listing import LARGEST_READ, Listing
from atlas_tui.project.map_cache import Known
from atlas_tui.project.unread import Skipped, in_words, unread_by_content
from atlas_tui.syntax.grammars import language_of
from atlas_tui.syntax.outline import outline
from atlas_tui.workspace.text import decode, style_of

MAP_SECONDS = 60.0
"""Files that are not read by then are known by their names alone; what was read is kept for the next time."""
_FILE_SECONDS = 0.5
"""For one file, which is at most of the size that ``listing`` lets through."""
_WORD = re.compile(r"[^\W\d]\w{1,60}")
_MOST_WORDS = 20_000
"""Different ones of one file."""

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
    """Which files each of them uses, and how much."""
    left_out: tuple[str, ...] = ()
    """What was not looked into, in words for the person."""

    def text(self, path: str) -> str:
        """The text of a file with plain line ends; empty where it cannot be read any more."""
        content = _read(Folder(self.base), path)
        try:
            return _decoded(content, path)
        except (AtlasError, UnicodeError):
            return ""


def map_repository(
    listing: Listing, base: Path | None = None, *, seconds: float = MAP_SECONDS, told: Told | None = None
) -> RepositoryMap:
    """The map of the files of a listing. Blocking; takes about ``seconds`` at most.

    Args:
        listing: what is looked into: its readable entries.
        base: a copy to read them from; the listed folder itself without it.
        told: is told of every hundredth file.
    """
    base = base or listing.root
    cached = map_cache.load(listing.root)
    with Apart() as apart:
        reader = _Reader(Folder(base), cached, apart, time.monotonic() + seconds)
        for number, entry in enumerate(listing.readable):
            if told and not number % 100:
                told(number, len(listing.readable))
            reader.add(entry.path)
    if reader.keys.keys() != cached.keys():
        map_cache.save(listing.root, reader.keys)
    why = f"not read within {seconds:g} s"
    late = (Skipped(path, why) for path in reader.late)
    unread = (Skipped(path, known.unread) for path, known in reader.files.items() if known.unread)
    files = {path: known for path, known in reader.files.items() if not known.unread}
    outlines = {path: known.outline for path, known in files.items() if known.outline is not None}
    return RepositoryMap(base, files, linked(outlines), in_words((*late, *unread)))


class _Reader:
    """Reads files one after the other, each content once."""

    def __init__(self, folder: Folder, cached: Mapping[str, Known], apart: Apart, deadline: float) -> None:
        self.files: dict[str, Known] = {}
        self.keys: dict[str, Known] = {}
        """All of them by content; what is kept."""
        self.late: list[str] = []
        self._folder, self._cached, self._deadline = folder, cached, deadline
        self._apart = apart

    def add(self, path: str) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            self.late.append(path)
            self.files[path] = Known()
            return
        content = _read(self._folder, path)
        language = language_of(path)
        key = map_cache.key_of(content, language)
        known = self.keys.get(key) or self._cached.get(key)
        if known is None:
            known = look_into(content, path, language, self._apart)
        self.keys[key] = self.files[path] = known


def look_into(content: bytes, path: str, language: str, apart: Apart) -> Known:
    """What the content of a file tells. Never raises for what it holds."""
    unread = unread_by_content(content)
    if unread:
        return Known(unread=unread)
    try:
        text = _decoded(content, path)
    except (AtlasError, UnicodeError):
        return Known(unread="in an encoding that is not known")
    words = Counter(_WORD.findall(text))
    if len(words) > _MOST_WORDS:
        return Known(unread="a list of words or numbers")
    source = text.encode("utf-8", "replace")
    found = None
    if language in TANGLING:
        found = apart.outline(source, language, _FILE_SECONDS)
        if found is None:
            return Known(unread="too tangled to be read")
    elif language:
        found = outline(source, language, _FILE_SECONDS)
    return Known(lines=text.count("\n") + 1, words=words, outline=found)


def _decoded(content: bytes, path: str) -> str:
    """The text with plain line ends. Raises: InputError, UnicodeError: it is none."""
    return decode(content, style_of(content, path)).replace("\r\n", "\n").replace("\r", "\n")


def _read(folder: Folder, path: str) -> bytes:
    """The content; empty where it is gone, or none of ours."""
    try:
        content = folder.read(path) or b""
    except AtlasError:
        return b""
    return content if len(content) <= LARGEST_READ else b""
