"""Exit codes of every command, and errors on the way to them."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler

from atlas_tui import paths
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Outcome

DONE = 0
BAD_INPUT = 2
NOT_VERIFIED = 3
NO_CANDIDATE = 4
REFUSED = 5
OUR_FAULT = 70
CANCELLED = 130

LOG_BYTES = 2_000_000

OF_OUTCOME = {
    Outcome.VERIFIED: DONE,
    Outcome.UNVERIFIED: NOT_VERIFIED,
    Outcome.NO_CANDIDATE: NO_CANDIDATE,
    Outcome.CANCELLED: CANCELLED,
    Outcome.FAILED: BAD_INPUT,
}

log = logging.getLogger(__name__)


class _LogFile(RotatingFileHandler):
    """A log that cannot be written, on a full disk for instance, is told of once and in one line."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._told:
            self._told = True
            sys.stderr.write(f"atlas-tui: no log is kept from here on: {error}\n")


def code_of(error: AtlasError) -> int:
    """The exit code an error ends its command with."""
    match error:
        case Refused():
            return REFUSED
        case _:
            return OUR_FAULT if error.ours else BAD_INPUT


def log_to_file() -> None:
    """Details go to ``atlas-tui.log`` in the state folder, never to the terminal."""
    handler: logging.Handler
    try:
        folder = paths.private(paths.log_dir())
        # Names of files need not be UTF-8; the log must take them all the same.
        handler = _LogFile(
            folder / "atlas-tui.log", maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True,
            errors="backslashreplace",
        )  # fmt: skip
    except OSError as error:
        sys.stderr.write(f"atlas-tui: no log is kept: {error}\n")
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


@contextlib.contextmanager
def as_exit_codes() -> Iterator[None]:
    """Errors become one line on standard error and an exit code; tracebacks go to the log."""
    log_to_file()
    try:
        yield
    except AtlasError as error:
        log.info("command failed: %s", error, exc_info=error)
        sys.stderr.write(f"atlas-tui: {error.one_line()}\n")
        sys.exit(code_of(error))
    except KeyboardInterrupt:
        sys.exit(CANCELLED)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            # The reader went away (`| head`). Typer has silenced the streams, and ends with 1.
            sys.exit(CANCELLED)
        raise
    except Exception as error:
        log.exception("command broke")
        where = paths.log_dir() / "atlas-tui.log"
        sys.stderr.write(f"atlas-tui: something broke in Atlas TUI: {error!r} — details are in {where}\n")
        sys.exit(OUR_FAULT)
