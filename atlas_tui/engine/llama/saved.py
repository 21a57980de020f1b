"""Read problem statements on disk, so that a resumed session need not read them again.

One file a prompt: a line of JSON, then the state as llama.cpp gives it. A state is good for one
model file, one kind of context and one llama.cpp only; all are part of its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from atlas_tui.engine.llama.prefix import Tokens
from atlas_tui.paths import private

log = logging.getLogger(__name__)

ENDING = ".state"
_MOST_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Saved:
    """A file and the tokens it stands for."""

    path: Path
    tokens: int
    digest: str


def digest(tokens: Tokens) -> str:
    return hashlib.sha256(tokens.astype("<i4").tobytes()).hexdigest()


class SavedPrefixes:
    """The saved states of one model. ``limit`` bytes of disk for all models; the oldest give way."""

    def __init__(self, folder: Path, key: str, limit: int) -> None:
        self._root, self._limit = folder, limit
        self._folder = folder / hashlib.sha256(key.encode()).hexdigest()[:24]

    def find(self, tokens: Tokens) -> Saved | None:
        """The longest saved prompt that ``tokens`` begin with."""
        if not self._limit:
            return None
        for one in sorted(self._all(), key=lambda saved: -saved.tokens):
            if one.tokens < tokens.size and digest(tokens[: one.tokens]) == one.digest:
                return one
        return None

    def _all(self) -> list[Saved]:
        found = []
        with contextlib.suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                size, _, name = path.stem.partition("-")
                if path.suffix == ENDING and size.isdecimal():
                    found.append(Saved(path, int(size), name))
        return found

    def load(self, saved: Saved) -> npt.NDArray[np.uint8] | None:
        """The state in a file; None, and the file is gone, when it is not what was written."""
        try:
            with saved.path.open("rb") as file:
                head = json.loads(file.readline(_MOST_HEAD))
                data = np.fromfile(file, np.uint8)
            if data.size == head["bytes"] and zlib.crc32(data.data) == head["crc32"]:
                os.utime(saved.path)
                return data
            log.warning("%s is damaged and was removed", saved.path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("%s cannot be used and was removed: %s", saved.path, error)
        with contextlib.suppress(OSError):
            saved.path.unlink()
        return None

    def holds(self, tokens: Tokens) -> bool:
        return self._path(tokens).exists()

    def save(self, tokens: Tokens, state: npt.NDArray[np.uint8]) -> bool:
        """Write a state; False when it is too large to be kept, or the disk refuses."""
        if state.size * 2 > self._limit:
            return False
        path = self._path(tokens)
        head = {"bytes": int(state.size), "crc32": zlib.crc32(state.data), "tokens": int(tokens.size)}
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            private(self._folder)
            self._make_room(state.size)
            with fresh.open("wb") as file:
                file.write(json.dumps(head).encode() + b"\n")
                state.tofile(file)
            fresh.chmod(0o600)
            fresh.replace(path)
        except OSError as error:
            log.warning("a read prompt was not saved: %s", error)
            with contextlib.suppress(OSError):
                fresh.unlink()
            return False
        return True

    def _path(self, tokens: Tokens) -> Path:
        return self._folder / f"{tokens.size}-{digest(tokens)}{ENDING}"

    def _make_room(self, size: int) -> None:
        """Remove the oldest states of any model until ``size`` bytes more are within the limit."""
        files = [(path.stat(), path) for path in self._root.glob(f"*/*{ENDING}")]
        total = sum(stat.st_size for stat, _ in files)
        for stat, path in sorted(files, key=lambda pair: pair[0].st_mtime):
            if total + size <= self._limit:
                break
            path.unlink(missing_ok=True)
            total -= stat.st_size
