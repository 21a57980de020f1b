"""Which models there are by name, and where their files lie. Nothing here reaches for the network."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from atlas_tui import paths
from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import ModelLoadError, Sampler

BUNDLED = "bundled"
HUB = "hf:"

_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_SPLIT = re.compile(r"(.*-)(\d{5})-of-(\d{5})(\.gguf)", re.IGNORECASE)
_FORM = "write it as hf:owner/repo:file.gguf"


class Thinking(StrEnum):
    """How a model's thinking can be switched."""

    HARD = "hard"
    """By an empty, pre-filled block."""
    NONE = "none"
    """It does not think."""
    ALWAYS = "always"
    """It cannot be switched off."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model file on the hub. Of a split model, ``file`` is the first part."""

    repo: str
    """``owner/name``."""
    file: str
    """Its path in the repository."""

    @property
    def spec(self) -> str:
        return f"{HUB}{self.repo}:{self.file}"

    @property
    def files(self) -> tuple[str, ...]:
        """All its parts in order; one for a model that is not split."""
        found = _SPLIT.fullmatch(self.file)
        if found is None:
            return (self.file,)
        begin, _, count, end = found.groups()
        return tuple(f"{begin}{number:05}-of-{count}{end}" for number in range(1, int(count) + 1))

    @property
    def folder(self) -> Path:
        return paths.models_dir().joinpath(*self.repo.split("/"))

    @property
    def path(self) -> Path:
        """Where its (first) file lies once it is pulled."""
        return self.place(self.files[0])

    def place(self, file: str) -> Path:
        """Where one of ``files`` lies once it is pulled."""
        return self.folder.joinpath(*PurePosixPath(file).parts)

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of ``files`` are not there."""
        return tuple(file for file in self.files if not self.place(file).is_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known about one model before it is there. Its size is not: the hub tells it at pull time."""

    name: str
    title: str
    context: int
    """Tokens it was trained for."""
    licence: str
    thinking: Thinking
    sampler: Sampler
    """Recommended without thinking."""
    thinking_sampler: Sampler | None = None
    """Recommended with thinking."""
    budgets: tuple[int, ...] = ()
    """Tiers of thinking tokens, rising; the first switches thinking off. Empty where it does not think."""
    source: Source | None = None
    """None for the bundled model."""
    draft: str = ""
    """Name of the entry that can guess ahead for it."""
    note: str = ""
    unconfirmed: tuple[str, ...] = ()
    """What of this could not be checked against its publisher's page."""

    @property
    def path(self) -> Path:
        """Where its file lies, or would."""
        return self.source.path if self.source else bundled_model_path()


@cache
def entries() -> tuple[Entry, ...]:
    """The catalog, in its own order."""
    text = Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8")
    return tuple(_entry(row) for row in tomllib.loads(text)["model"])


def _entry(row: dict[str, Any]) -> Entry:
    values = dict(row)
    if repo := values.pop("repo", ""):
        values["source"] = Source(repo, values.pop("file"))
    for key in ("sampler", "thinking_sampler"):
        if key in values:
            values[key] = Sampler(**values[key])
    for key in ("budgets", "unconfirmed"):
        values[key] = tuple(values.get(key, ()))
    return Entry(**values | {"thinking": Thinking(values["thinking"])})


def named(name: str) -> Entry | None:
    """The entry of this name, in any case of letters."""
    return next((one for one in entries() if one.name == name.strip().lower()), None)


def of_source(source: Source) -> Entry | None:
    """The entry whose file this is."""
    return next((one for one in entries() if one.source == source), None)


def source(spec: str) -> Source | None:
    """The file on the hub that a catalog name or ``hf:owner/repo:file`` means; None for other places.

    Raises:
        ModelLoadError: it begins with ``hf:`` and goes on in another form, or names no file.
    """
    entry = named(spec)
    if entry is not None:
        return entry.source
    if not spec.startswith(HUB):
        return None
    repo, file = hub_spec(spec)
    if not file:
        todo = f"see its files by `atlas-tui models pull {HUB}{repo}`"
        raise ModelLoadError("It is not known which file is meant", f"{spec} names a repository", todo)
    return Source(repo, file)


def hub_spec(spec: str) -> tuple[str, str]:
    """Repository and file of ``hf:owner/repo[:file]``; the file is empty where none is named, and the first
    part where another one of a split model is.

    Raises:
        ModelLoadError: it has another form.
    """
    repo, _, file = spec.removeprefix(HUB).strip().partition(":")
    if not _REPO.fullmatch(repo) or ".." in repo or "--" in repo:
        raise ModelLoadError("This is no repository of the hub", repr(repo), _FORM)
    if not file:
        return repo, ""
    unsafe = (
        any(part in ("", ".", "..") for part in file.split("/")) or "\\" in file or not file.isprintable()
    )
    if unsafe or not file.lower().endswith(".gguf"):
        raise ModelLoadError("This is no GGUF file of a repository", repr(file), _FORM)
    found = _SPLIT.fullmatch(file)
    if found is None:
        return repo, file
    begin, number, count, end = found.groups()
    if not 1 <= int(number) <= int(count):
        raise ModelLoadError("There is no such part of a model", repr(file), _FORM)
    return repo, f"{begin}00001-of-{count}{end}"


def locate(spec: str) -> Path:
    """The file that ``model.path`` means: empty for the bundled one, a catalog name,
    ``hf:owner/repo:file``, or a local path. Of a split model it is the first part.

    Raises:
        ModelLoadError: not pulled yet, or not wholly; no such name; a form that is not known. Whether a
            local file is there, its reader tells.
    """
    if not spec or named(spec) == named(BUNDLED):
        return bundled_model_path()
    remote = source(spec)
    if remote is not None:
        return _pulled(spec, remote)
    try:
        path = Path(spec).expanduser()
    except RuntimeError as error:
        raise ModelLoadError("There is no such model", f"{spec}: {error}", "write the whole path") from None
    if path.name == spec and not path.suffix and not path.exists():
        raise ModelLoadError("There is no such model", f"{spec!r} is no file and no known name", _near(spec))
    return path


def _pulled(spec: str, remote: Source) -> Path:
    missing = remote.missing
    if not missing:
        return remote.path
    why = f"{spec} is not here"
    if len(missing) < len(remote.files):
        why = f"{len(missing)} of its {len(remote.files)} parts are not here, such as {missing[0]}"
    raise ModelLoadError("This model is not pulled yet", why, f"get it by `atlas-tui models pull {spec}`")


def _near(name: str) -> str:
    close = difflib.get_close_matches(name.lower(), [one.name for one in entries()], 3, 0.5)
    return f"did you mean {' or '.join(close)}?" if close else "see `atlas-tui models list`"
