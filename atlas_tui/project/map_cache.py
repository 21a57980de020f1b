"""Outlines of files, kept by the content they were made of, so that each content is parsed once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
import zlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from atlas_tui import paths
from atlas_tui.store.whole import replace_file
from atlas_tui.syntax.outline import Outline, as_record, from_record

_FORM = 4
"""Counts up whenever the same file would be read otherwise."""
_KEPT_DAYS = 30
_LARGEST = 256 << 20
"""Bytes of a cache once unpacked; a larger one is not read."""
_MOST = 16_000
"""Outlines of one repository that are kept, those that were needed last."""

Record = list[Any]


def key_of(content: bytes, language: str) -> str:
    """What a file is known by."""
    return f"{hashlib.sha256(content).hexdigest()}{language}"


class MapCache:
    """The outlines of the files of one repository; None stands for one that could not be had."""

    def __init__(self, root: Path) -> None:
        self._file = _file(root)
        self._old = _load(self._file)
        self._used: dict[str, Record | None] = {}
        self._changed = False

    def get(self, key: str) -> Outline | None:
        """The outline that is kept. Raises: KeyError: none is that can be used."""
        record = self._used[key] if key in self._used else self._old[key]
        try:
            found = None if record is None else from_record(record)
        except (TypeError, ValueError) as error:
            raise KeyError(key) from error
        self._used[key] = record
        return found

    def put(self, key: str, outline: Outline | None) -> None:
        """Keep an outline; it is written by ``save``."""
        self._used[key] = None if outline is None else as_record(outline)
        self._changed = True

    def save(self) -> None:
        """Write what was added; where that fails, it is found out again next time."""
        if not self._changed:
            return
        older = {key: record for key, record in self._old.items() if key not in self._used}
        kept = dict(islice({**self._used, **older}.items(), _MOST))
        _save(self._file, kept)


def _load(file: Path) -> Mapping[str, Record | None]:
    """What was kept; empty where nothing was that can be used."""
    try:
        # What was kept is ours, but a disk may have faults, and another version may have written it.
        with file.open("rb") as opened:
            packed = opened.read(_LARGEST)
        data = json.loads(zlib.decompressobj().decompress(packed, _LARGEST))
        found = data["files"] if data["form"] == _FORM else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def _save(file: Path, records: Mapping[str, Record | None]) -> None:
    data = {"form": _FORM, "files": records}
    packed = zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 1)
    with contextlib.suppress(OSError):
        paths.private(paths.maps_dir())
        replace_file(file, packed)
        for other in paths.maps_dir().iterdir():
            if other.stat().st_mtime < time.time() - _KEPT_DAYS * 86_400:
                other.unlink(missing_ok=True)


def _file(root: Path) -> Path:
    name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return paths.maps_dir() / name
