"""A run as it is printed: JSON events on standard output, or words on standard error and then the program."""

from __future__ import annotations

import sys

from atlas_tui import events
from atlas_tui.cli import exits
from atlas_tui.cli.plain import plain
from atlas_tui.cli.telling import Telling


class Transcript:
    """Prints events and remembers how the run ended."""

    def __init__(self, as_json: bool) -> None:
        self.chosen: events.Chosen | None = None
        self.ready: events.CandidateReady | None = None
        """The attempt that was chosen."""
        self.session = ""
        self.finished = False
        """The run came to its own end: it was not cancelled, and did not fail."""
        self.exit_code = exits.OUR_FAULT
        self._json, self._telling = as_json, Telling()
        self._attempts: dict[tuple[str, int], events.CandidateReady] = {}
        self._fault = False

    def show(self, event: events.Event) -> None:
        """Print one event."""
        match event:
            case events.RunStarted():
                self.session = event.session
            case events.CandidateReady():
                self._attempts[event.candidate, event.round] = event
            case events.Chosen():
                self.chosen = event
                self.ready = self._attempts.get((event.candidate, event.round))
            case events.Failed():
                self._fault = event.ours
            case events.RunEnded():
                self.exit_code = exits.OF_OUTCOME[event.outcome]
                self.finished = event.outcome not in (events.Outcome.CANCELLED, events.Outcome.FAILED)
                if event.outcome is events.Outcome.FAILED and self._fault:
                    self.exit_code = exits.OUR_FAULT
        if self._json:
            sys.stdout.write(events.to_json(event) + "\n")
            sys.stdout.flush()
        elif line := self._telling.line(event):
            sys.stderr.write(plain(line) + "\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Print the chosen program, where events were not printed."""
        if self.chosen is not None and not self._json:
            sys.stdout.write(self.chosen.code.rstrip("\n") + "\n")
