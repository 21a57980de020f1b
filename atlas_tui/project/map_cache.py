"""What was found out about files, kept by their content, so that a repository is parsed once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from atlas_tui import paths
from atlas_tui.store.whole import replace_file
from atlas_tui.syntax.outline import Outline, as_record, from_record

_FORM = 2
"""Counts up whenever the same file would be read otherwise."""
_KEPT_DAYS = 30
_LARGEST = 256 << 20
"""Bytes of a cache once unpacked; a larger one is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the content of a file tells, whatever the file is called."""

    unread: str = ""
    """Why it was not looked into, in words."""
    lines: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    """Words, of comments and strings as well, and how often each occurs."""
    outline: Outline | None = None
    """Of the text with plain line ends, in UTF-8. None where it is in no language that is read."""


def key_of(content: bytes, language: str) -> str:
    """What a file is known by."""
    return f"{hashlib.sha256(content).hexdigest()}{language}"


def load(root: Path) -> dict[str, Known]:
    """What was known of the files of a repository; empty where nothing was kept that can be used."""
    try:
        with _file(root).open("rb") as file:
            packed = file.read(_LARGEST)
        # What was kept is ours, but a disk may have faults, and another version may have written it.
        unpacker = zlib.decompressobj()
        data = json.loads(unpacker.decompress(packed, _LARGEST))
        if data["form"] != _FORM:
            return {}
        return {key: _known(record) for key, record in data["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error):
        return {}


def save(root: Path, known: Mapping[str, Known]) -> None:
    """Keep what is known of the files of a repository; where that fails, it is found out again next time."""
    data = {"form": _FORM, "files": {key: _record(each) for key, each in known.items()}}
    packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 1)
    with contextlib.suppress(OSError):
        paths.private(paths.maps_dir())
        replace_file(_file(root), packed)
        for other in paths.maps_dir().iterdir():
            if other.stat().st_mtime < time.time() - _KEPT_DAYS * 86_400:
                other.unlink(missing_ok=True)


def _file(root: Path) -> Path:
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return paths.maps_dir() / name


def _record(known: Known) -> list[Any]:
    outline = as_record(known.outline) if known.outline is not None else []
    return [known.unread, known.lines, known.words, outline]


def _known(record: Sequence[Any]) -> Known:
    """Raises: TypeError, ValueError: it is of another form."""
    unread, lines, words, outline = record
    return Known(unread=unread, lines=lines, words=words, outline=from_record(outline) if outline else None)
