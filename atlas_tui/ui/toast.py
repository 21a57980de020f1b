"""Toasts: short messages that pass. Their text goes through the sanitiser and is never parsed as markup."""

from __future__ import annotations

import logging
from typing import Any, Literal

from textual.app import App
from textual.worker import Worker, WorkerState

from atlas_tui import paths
from atlas_tui.errors import AtlasError
from atlas_tui.ui.sanitise import one_line

log = logging.getLogger(__name__)


def say(
    app: App[Any], text: str, severity: Literal["information", "warning", "error"] = "information"
) -> None:
    """Show a message for a few seconds."""
    app.notify(one_line(text, 400), severity=severity, markup=False, timeout=8 if severity == "error" else 5)


def say_error(app: App[Any], error: AtlasError) -> None:
    """What happened, why, and what to do."""
    say(app, error.one_line(), "error")


def tell_if_broken(app: App[Any], event: Worker.StateChanged) -> None:
    """A background task that ended with an unexpected exception: told, logged, survived."""
    if event.state is WorkerState.ERROR:
        error = event.worker.error
        log.error("%s broke", event.worker.name, exc_info=error)
        say(app, f"Something broke in Atlas TUI: {error!r} — see the log in {paths.log_dir()}", "error")
