"""What the parts of an environment are collected in, and the rules for what may be shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atlas_tui.project.listing import Listing
from atlas_tui.project.names import shown
from atlas_tui.project.snapshot import Link
from atlas_tui.project.there import is_file, is_folder
from atlas_tui.sandbox import languages, placing
from atlas_tui.sandbox.languages import NotInstalled, Toolchain
from atlas_tui.sandbox.supervisor.isolated import NOBODY

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
"""Of the sandbox, after what an environment brings."""

_HIDDEN = (
    " is not shown to the tests: they run as another user, who may not enter it; install it where all may"
)


@dataclass(slots=True)
class Parts:
    """An environment that is being put together."""

    root: Path
    """The person's folder, without links."""
    files: Listing
    given: Mapping[str, str]
    """The person's variables."""
    shown: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """Of PATH, before those of the system."""
    variables: dict[str, str] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The person's home folder."""
        return Path(self.given.get("HOME") or Path.home())

    @property
    def search_path(self) -> str:
        """The person's PATH without what lies in the tree: programs found there are executed to ask them."""
        folders = self.given.get("PATH", os.defpath).split(os.pathsep)
        own = {folder for folder in folders if Path(os.path.realpath(folder)).is_relative_to(self.root)}
        return os.pathsep.join(folder for folder in folders if folder not in own)

    def show(self, *paths: str | Path) -> bool:
        """Show these folders or files, as they are named and where they really are.

        Gives whether they can be seen then; otherwise a note says why not.
        """
        try:
            for path in paths:
                if not _is_open(path):
                    self.notes.append(f"{shown(str(path))}{_HIDDEN}")
                    return False
                named = os.path.normpath(path)
                for real in placing.to_show([named]):
                    self._show(real)
                if named != os.path.realpath(named):
                    self._show(named)
        except ValueError:
            self.notes.append(f"{shown(str(path))} is not shown to the tests: all of a home folder would be")
            return False
        return True

    def toolchain(self, language: str, beside: str = "", first: Sequence[Path] = ()) -> Toolchain | None:
        """The person's own tools for a language, shown and on the PATH; None, and a note, without them.

        Args:
            language: its name in ``sandbox.languages``.
            beside: a program that must lie in the folder of its tool.
            first: folders that come before those of PATH.
        """
        before = len(self.notes)
        search = os.pathsep.join([*map(str, first), self.search_path])
        try:
            for found in languages.located(languages.named(language), search):
                folder = Path(found.tool).parent
                if (not beside or is_file(folder / beside)) and self.show(*found.mounts):
                    if str(folder) not in SYSTEM_PATH:
                        self.folders.append(str(folder))
                    del self.notes[before:]  # why others could not be shown
                    return found
        except NotInstalled as error:
            self.notes.append(f"{error}: the tests cannot use it")
        return None

    def upwards(self) -> Iterator[Path]:
        """The root and the folders above it, as far as the repository that it lies in goes."""
        here = self.root
        yield here
        while not os.path.lexists(here / ".git") and here.parent not in (here, self.home, Path("/")):
            here = here.parent
            yield here

    def _show(self, path: str) -> None:
        if self.root.is_relative_to(path):
            raise ValueError(path)  # the tree itself: what is tested is the copy
        if not placing.is_shown(path, self.shown):
            self.shown.append(path)


def _is_open(path: str | Path) -> bool:
    """Whether the user that tests run as can get there: where we are root, that is another."""
    if os.geteuid() != 0:
        return True
    try:
        for place in (Path(path), Path(os.path.realpath(path))):
            for folder in (*([place] if place.is_dir() else []), *place.parents):
                told = folder.stat()
                if not told.st_mode & (0o100 if told.st_uid == NOBODY else 0o001):
                    return False
    except OSError:
        return False
    return True


def existing(paths: Iterable[Path]) -> list[Path]:
    """Those of ``paths`` that are folders."""
    return [path for path in paths if is_folder(path)]


def told_once(notes: Sequence[str]) -> tuple[str, ...]:
    """The notes, each once; of several places that are hidden from the tests a single line."""
    notes = tuple(dict.fromkeys(notes))
    hidden = [note.removesuffix(_HIDDEN) for note in notes if note.endswith(_HIDDEN)]
    if len(hidden) < 2:
        return notes
    places = dict.fromkeys(place.rpartition(": ")[2] for place in hidden)
    told = f"not shown to the tests: {', '.join(places)}; they run as another user, who may not enter there"
    return (told, *(note for note in notes if not note.endswith(_HIDDEN)))
