"""The terminal as Textual drives it, and what real ones ask of that beyond it.

A terminal may be slow (SSH), stand still (Ctrl-S), or be gone (its window was closed): none of that may hold
up the app. And it is to be left as it was found, with the modes that Textual's own driver forgets.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from atlas_tui.ui.terminal import GIVE_TITLE_BACK, KEEP_TITLE

if TYPE_CHECKING:
    from textual.app import App

PENDING = 2
"""Writes that may wait before the terminal counts as behind: one frame, and what is written around it."""
_PIXELS_OFF = "\x1b[?1016l"


class Lasting:
    """A file that takes what is written when nobody is there any more to read it.

    Otherwise the thread that writes would die of the first error, and the app would wait for it for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file, self._gone = file, False

    def write(self, text: str) -> int:
        """Gives the number of characters, written or not."""
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's driver, which also knows when the terminal is behind, and gives title and mouse back."""

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        # Textual writes and flushes, and no more: the rest of a file is not missed.
        self._file = cast("Any", Lasting(cast("IO[str]", self._file)))
        self._titled = False

    @property
    def behind(self) -> bool:
        """The terminal has not taken the last frames yet: one more would only wait, and the app with it."""
        thread = self._writer_thread
        return thread is not None and thread._queue.qsize() > PENDING

    def _sigtstp_application(self, *_: object) -> None:
        """Suspend between two steps of the app: in the middle of a write, another would never end."""
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def resume_application_mode(self) -> None:
        """A signal to go on may come to an app that was never suspended: it only draws anew.

        Started twice, two threads would read the keys, and the one that is forgotten would never end.
        """
        thread = self._writer_thread
        if thread is None or not thread.is_alive():
            super().resume_application_mode()
            return
        if self._titled:
            self.write(GIVE_TITLE_BACK)
        self.send_message(self.SignalResume())

    def use_mouse(self, on: bool) -> None:
        """Have the mouse reported from now on, or leave it to the terminal."""
        if on and not self._mouse:
            self._mouse = True
            self._enable_mouse_support()
            if self._in_band_window_resize:
                # What reads the events has known pixels since then, and would take cells for them.
                self._enable_mouse_pixels()
        elif not on and self._mouse:
            self._disable_mouse_support()
            self._give_pixels_back()
            self._mouse = False

    def _give_pixels_back(self) -> None:
        if self._mouse_pixels:
            self._mouse_pixels = False
            self.write(_PIXELS_OFF)

    def write(self, data: str) -> None:
        self._titled = KEEP_TITLE in data or (self._titled and GIVE_TITLE_BACK not in data)
        super().write(data)

    def stop_application_mode(self) -> None:
        """Also in a crash, where nothing else comes to it."""
        if self._titled:
            self.write(GIVE_TITLE_BACK)
        self._give_pixels_back()
        super().stop_application_mode()


def standing_for(driver: type[Driver]) -> type[Driver]:
    """Ours where Textual would drive a terminal; a browser or a test keeps its own."""
    return TerminalDriver if driver is LinuxDriver else driver
