"""One file of a change: what it is made into is written beside it, takes its place, and can go back.

Until ``finish`` the file that was replaced or removed is kept under the temporary name, so that going back
needs no space and gives back the very file, also when somebody wrote into it at the last moment.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
from dataclasses import dataclass

from atlas_tui.errors import Refused
from atlas_tui.workspace import rename, tree
from atlas_tui.workspace.tree import ABSENT, FileState, Found, Stamp

log = logging.getLogger(__name__)

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def fresh_name() -> str:
    """A name for what is written beside a file; nobody can guess it."""
    return f".atlas-{secrets.token_hex(8)}.tmp"


@dataclass(frozen=True, slots=True)
class Place:
    """A file by the open folder that holds it, and the temporary name beside it."""

    parent: int
    name: str
    path: str
    temporary: str

    def read(self) -> Found | None:
        """Raises: Refused: it is no regular file, or unreadable."""
        return tree.read(self.parent, self.name, self.path)

    def state(self) -> FileState:
        """Raises: Refused: as ``read``."""
        found = self.read()
        return ABSENT if found is None else found.state

    def beside(self) -> Found | None:
        """What has the temporary name. Raises: Refused: as ``read``."""
        return tree.read(self.parent, self.temporary, self.path)

    def stamp(self, name: str = "") -> Stamp | None:
        """Of whatever has the name, of any kind; None when nothing has."""
        try:
            return Stamp.of(os.stat(name or self.name, dir_fd=self.parent, follow_symlinks=False))
        except FileNotFoundError:
            return None

    def is_one_file(self) -> bool:
        """Whether the name and the temporary name are the same file."""
        with contextlib.suppress(FileNotFoundError):
            one, other = (
                os.stat(name, dir_fd=self.parent, follow_symlinks=False)
                for name in (self.name, self.temporary)
            )
            return os.path.samestat(one, other)
        return False

    def take_away(self) -> None:
        """Remove what has the temporary name, if anything has."""
        try:
            os.unlink(self.temporary, dir_fd=self.parent)
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("%s beside %s cannot be removed: %s", self.temporary, self.path, error)

    def sync(self) -> None:
        """Let the renames in the folder outlast a power cut."""
        try:
            os.fsync(self.parent)
        except OSError as error:
            # The change took place; only a power cut right now could take it back.
            log.warning("%s: its folder cannot be synced: %s", self.path, error)


class Swap:
    """The change of one file from what was found to ``content`` (None: to nothing)."""

    def __init__(self, place: Place, found: Found | None, content: bytes | None, mode: int) -> None:
        self.place, self._found, self._content, self._mode = place, found, content, mode
        self._staged: Stamp | None = None
        self._done = self._kept = False

    def stage(self) -> None:
        """Write the new file beside the old one, with its owner and attributes. Raises: OSError."""
        if self._content is None:
            return
        place = self.place
        with os.fdopen(os.open(place.temporary, _NEW_FILE, 0o600, dir_fd=place.parent), "wb") as output:
            output.write(self._content)
            output.flush()
            if self._found is not None:
                _copy_extras(place, output.fileno())
            os.fchmod(output.fileno(), self._mode)
            os.fsync(output.fileno())
            self._staged = Stamp.of(os.fstat(output.fileno()))

    def swap(self) -> None:
        """Let the new file take the place.

        Raises:
            Refused: the place is not as it was found.
            OSError: the system does not let us.
        """
        if self._found is None:
            self._appear()
        elif self._content is None:
            self._vanish(self._found)
        else:
            self._replace(self._found)

    def untouched(self) -> bool:
        """Whether the file that was replaced is still as it was found: nobody wrote into it meanwhile."""
        if not self._kept or self._found is None:
            return True
        return self.place.stamp(self.place.temporary) == self._found.stamp

    def back(self) -> bool:
        """Undo ``swap`` and ``stage`` as far as they went; gives whether the place is as it was before.

        It is not where somebody has put another file there since, which is left alone.

        Raises:
            OSError: the system does not let us.
            Refused: the place is no regular file any more.
        """
        place = self.place
        if not self._happened():
            place.take_away()
            return True
        ours = place.stamp() == self._staged
        if not ours:
            log.warning("%s was changed while it was put back; it is left as it is", place.path)
        elif self._kept and self._content is not None:
            os.rename(place.temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent)
        elif self._kept:
            rename.into_free(place.parent, place.temporary, place.name)
        elif self._found is None:
            os.unlink(place.name, dir_fd=place.parent)
        else:
            again = Swap(place, place.read(), self._found.content, self._found.mode)
            again.stage()
            again.swap()
            again.finish()
        if not ours and self.untouched():
            # Its bytes are in the journal; the name is another's now.
            place.take_away()
        self._done = False
        place.sync()
        return ours

    def _happened(self) -> bool:
        # Looked at, because an interrupt may come right after the rename.
        if not self._done and self._found is not None:
            beside = self.place.stamp(self.place.temporary)
            self._kept = beside is not None and beside == self._found.stamp
        return self._done or self._kept or (self._staged is not None and self.place.stamp() == self._staged)

    def finish(self) -> None:
        """Let go of the file that was replaced; there is no way back from here."""
        if self._kept:
            self.place.take_away()

    def _appear(self) -> None:
        place = self.place
        try:
            rename.into_free(place.parent, place.temporary, place.name)
        except FileExistsError as error:
            raise Refused(
                f"{place.path} is not written", "a file of this name was just made", "try again"
            ) from error
        self._done = True

    def _vanish(self, found: Found) -> None:
        place = self.place
        try:
            rename.into_free(place.parent, place.name, place.temporary)
        except FileNotFoundError as error:
            raise _just_changed(place) from error
        self._done = self._kept = True
        if place.stamp(place.temporary) != found.stamp:
            rename.into_free(place.parent, place.temporary, place.name)
            self._done = self._kept = False
            raise _just_changed(place)

    def _replace(self, found: Found) -> None:
        place = self.place
        if place.stamp() != found.stamp:
            raise _just_changed(place)
        try:
            rename.exchange(place.parent, place.temporary, place.name)
        except FileNotFoundError as error:
            raise _just_changed(place) from error
        except rename.Unsupported:
            os.rename(place.temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent)
            self._done = True
            return
        self._done = self._kept = True
        if place.stamp(place.temporary) != found.stamp:
            rename.exchange(place.parent, place.temporary, place.name)
            self._done = self._kept = False
            raise _just_changed(place)


def _just_changed(place: Place) -> Refused:
    return Refused(f"{place.path} is not written", "it was changed this very moment", "try again")


def _copy_extras(place: Place, target: int) -> None:
    """Owner and extended attributes of the file that is replaced, as far as they may be set."""
    source = os.open(place.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.parent)
    try:
        owner = os.fstat(source)
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            try:
                os.fchown(target, owner.st_uid, owner.st_gid)
            except OSError as error:
                log.warning("%s: its owner cannot be kept: %s", place.path, error)
        if sys.platform == "linux":
            _copy_attributes(source, target, place.path)
    finally:
        os.close(source)


if sys.platform == "linux":

    def _copy_attributes(source: int, target: int, path: str) -> None:
        try:
            for name in os.listxattr(source):
                os.setxattr(target, name, os.getxattr(source, name))
        except OSError as error:
            log.warning("%s: not all its extended attributes can be kept: %s", path, error)
