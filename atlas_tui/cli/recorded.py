"""A recorded session, as the commands need it that come after the run."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas_tui import events
from atlas_tui.cli.lines import describe
from atlas_tui.cli.plain import plain
from atlas_tui.errors import AtlasError, InputError

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.solver.board import Attempt, Board
    from atlas_tui.store import Store
    from atlas_tui.workspace import Workspace

LAST = "last"
"""The name of the newest session, whatever its id is."""

log = logging.getLogger(__name__)


def find_session(store: Store, name: str) -> str:
    """The id of a session by the unique beginning of it, or ``last``.

    Raises:
        InputError: there is none, or more than one.
    """
    if name != LAST:
        return store.find(name)
    latest = store.latest()
    if latest is None:
        raise InputError("There is no session yet", "", "atlas-tui solve makes one")
    return latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a session holds: its problem, its programs, and what was done with them."""

    id: str
    problem: Problem
    target: str
    """As it was named for the run; may be empty."""
    base: events.BaseRead | None
    board: Board
    written: tuple[events.Applied, ...]
    """What was written and not undone, oldest first."""

    def attempt(self, name: str = "") -> Attempt:
        """A program: the standing one of a candidate (``A``), one of its rounds (``A:1``), or the choice.

        Raises:
            InputError: there is no such program, or none that can be used.
        """
        chosen = self.board.chosen
        if not name:
            if chosen is None:
                what = f"Session {self.id} has no choice"
                raise InputError(
                    what, "no candidate was chosen", f"name one with --candidate: {self._todo()}"
                )
            name = f"{chosen.candidate}:{chosen.round}"
        label, _, number = (part.strip() for part in name.upper().partition(":"))
        rounds = {str(each.ready.round): each for each in self.board.history.get(label, ())}
        if not rounds:
            raise InputError(f"There is no candidate {label!r}", f"session {self.id}", self._todo())
        found = rounds.get(number or self._standing(label))
        if found is None:
            known = ", ".join(f"{label}:{each}" for each in rounds)
            raise InputError(f"There is no program {label}:{number}", "", f"choose from {known}")
        if not found.usable:
            raise InputError(
                f"{name_of(found)} cannot be used", found.ready.error or "no code in the reply", self._todo()
            )
        return found

    def _standing(self, label: str) -> str:
        """The round of a candidate that is meant when none is named: the chosen one, or the last kept."""
        chosen = self.board.chosen
        if chosen is not None and chosen.candidate == label:
            return str(chosen.round)
        return next((str(each.ready.round) for each in self.board.current() if each.label == label), "")

    def before(self, attempt: Attempt) -> Attempt:
        """The program that an attempt was repaired from. Raises: InputError: it is no repair."""
        label, number = attempt.label, attempt.ready.round
        parents = [
            each.parent for each in self.board.repairs if (each.candidate, each.round) == (label, number)
        ]
        if not number or not parents:
            raise InputError(
                f"{name_of(attempt)} was not repaired", "there is nothing before it", self._todo()
            )
        return self.attempt(f"{label}:{parents[-1]}")

    def _todo(self) -> str:
        usable = [
            label for label, rounds in sorted(self.board.history.items()) if any(x.usable for x in rounds)
        ]
        return f"choose from {', '.join(usable)}" if usable else "run it again: nothing in it can be used"


def name_of(attempt: Attempt) -> str:
    """``A``, or ``A:1`` for a repair: as it is given to a command."""
    return attempt.label + (f":{attempt.ready.round}" if attempt.ready.round else "")


def read(store: Store, name: str) -> Recorded:
    """Raises: InputError: there is no such session, or it ended before the problem was read."""
    from atlas_tui.solver.board import Board

    session, board = find_session(store, name), Board()
    seen = store.events(session)
    for event in seen:
        board.fold(event)
    problems = [event.problem for event in seen if isinstance(event, events.ProblemRead)]
    if not problems:
        raise InputError(f"Session {session} holds no problem", "it ended before that", "choose another one")
    return Recorded(
        id=session,
        problem=problems[-1],
        target=next((event.target for event in seen if isinstance(event, events.RunStarted)), ""),
        base=next((event for event in seen if isinstance(event, events.BaseRead)), None),
        board=board,
        written=standing(seen),
    )


def applied(seen: Sequence[events.Event]) -> tuple[events.Applied, ...]:
    """Everything that was written, oldest first."""
    return tuple(event for event in seen if isinstance(event, events.Applied))


def standing(seen: Sequence[events.Event]) -> tuple[events.Applied, ...]:
    """What was written and not undone, oldest first."""
    undone: set[str] = set()
    for event in seen:
        if isinstance(event, events.Undone):
            undone.add(event.entry)
        elif isinstance(event, events.Redone):
            undone.discard(event.entry)
    return tuple(event for event in applied(seen) if event.entry not in undone)


def tell_recovered(workspace: Workspace) -> None:
    """What a killed app left half done, and what became of it, on standard error."""
    for sentence in workspace.recovered:
        sys.stderr.write(plain(sentence) + "\n")


class Record:
    """Stores what a command did in the session it belongs to, and prints it."""

    def __init__(self, store: Store, as_json: bool) -> None:
        self._store, self._json = store, as_json

    def __call__(self, session: str, event: events.Event) -> None:
        """Store first: what happened has happened, also where nobody reads on."""
        if self._known(session):
            try:
                self._store.append(session, event)
            except AtlasError as error:
                log.error("%s is not recorded: %s", event, error)
                sys.stderr.write(plain(f"not recorded in session {session}: {error.one_line()}") + "\n")
        sys.stdout.write((events.to_json(event) if self._json else plain(describe(event))) + "\n")
        sys.stdout.flush()

    def _known(self, session: str) -> bool:
        """An event must not begin a session: what wrote the file may have been no run, or be forgotten."""
        try:
            return bool(session) and self._store.find(session) == session
        except AtlasError:
            return False
