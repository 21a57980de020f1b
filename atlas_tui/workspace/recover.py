"""After a crash: every change of several files that was under way is completed or taken back as a whole."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import folders, rename, tree
from atlas_tui.workspace.journal import Entry, Journal, State, next_turn
from atlas_tui.workspace.swap import Place, Swap
from atlas_tui.workspace.tree import ABSENT, Found
from atlas_tui.workspace.write import noted, rests_as

log = logging.getLogger(__name__)

_WORDS = {State.PLANNED: "write", State.UNDOING: "undo", State.REDOING: "redo"}


class _Where(Enum):
    START = auto()
    GOAL = auto()
    LATE = auto()
    """At the goal, but somebody wrote into the file that was replaced, which is still there."""
    OTHER = auto()


@dataclass(slots=True)
class _Seen:
    """One file of an interrupted change, as it is now."""

    entry: Entry
    where: _Where
    place: Place | None = None
    """None: its folder cannot be reached, or does not exist."""
    kept: Found | None = None
    """What has the temporary name."""
    ours: bool = True
    """Nothing would be lost with it."""
    why: str = ""


def recover(root: Path, journal: Journal) -> list[str]:
    """Finish or take back what a killed app left half done; gives one sentence for each file."""
    entries = journal.entries()
    said = []
    for group in dict.fromkeys(entry.together for entry in entries if entry.under_way):
        said += _recover_group(root, journal, [entry for entry in entries if entry.together == group])
    for sentence in said:
        log.warning("%s", sentence)
    return said


def _recover_group(root: Path, journal: Journal, group: Sequence[Entry]) -> list[str]:
    with contextlib.ExitStack() as held:
        seen = [_look(held, root, journal, entry) for entry in group if entry.under_way]
        forward = _goes_forward(group, seen)
        settled = [_settle(journal, each, forward) for each in seen]
    rest = [entry for entry, _ in settled if not entry.under_way]
    gone = [entry for entry in rest if entry.state is State.ABANDONED or not rests_as(entry).exists]
    folders.remove(root, journal.folders_above(gone))
    return [f"{noted(journal, entry).path}: {sentence}" for entry, sentence in settled]


def _goes_forward(group: Sequence[Entry], seen: Sequence[_Seen]) -> bool:
    """Whether the change is to be completed: all files were there, or that was known already."""
    doing = seen[0].entry
    rest = {entry.state for entry in group if not entry.under_way}
    if doing.goes_to in rest:
        return True
    return doing.came_from not in rest and all(each.where is _Where.GOAL for each in seen)


def _look(held: contextlib.ExitStack, root: Path, journal: Journal, entry: Entry) -> _Seen:
    try:
        near = held.enter_context(tree.nearest(root, entry.parts))
        if near.missing:
            return _Seen(entry, _where(entry, None))
        place = Place(near.folder, entry.parts[-1], entry.path, entry.temporary)
        if place.is_one_file():
            # A new file gets its name as a second one where there is no better way.
            place.take_away()
        where = _where(entry, place.read())
    except Refused as error:
        return _Seen(entry, _Where.OTHER, why=error.why)
    with contextlib.suppress(Refused):
        kept = place.beside()
        ours = kept is None or _is_ours(journal, entry, kept)
        if not ours and where is _Where.GOAL and entry.start.exists:
            where = _Where.LATE
        return _Seen(entry, where, place, kept, ours)
    return _Seen(entry, where, place, ours=False)


def _where(entry: Entry, found: Found | None) -> _Where:
    state = ABSENT if found is None else found.state
    if state == entry.goal:
        return _Where.GOAL
    return _Where.START if state == entry.start else _Where.OTHER


def _is_ours(journal: Journal, entry: Entry, kept: Found) -> bool:
    """Whether what has the temporary name is nothing but what the journal holds, or an unfinished copy."""
    if kept.state.sha256 in (entry.start.sha256, entry.goal.sha256):
        return True
    with contextlib.suppress(Refused):
        whole = journal.before(entry) if entry.state is State.UNDOING else journal.after(entry)
        return entry.goal.exists and whole.startswith(kept.content)
    return False


def _settle(journal: Journal, seen: _Seen, forward: bool) -> tuple[Entry, str]:
    """The entry as it rests now, and what became of the change."""
    entry, word = seen.entry, _WORDS[seen.entry.state]
    if seen.where is _Where.OTHER:
        if seen.place and seen.ours:
            seen.place.take_away()
        why = f" ({seen.why})" if seen.why else ""
        why += "" if seen.ours else f" (what somebody else wrote is in {entry.temporary} beside it)"
        sentence = f"changed since an interrupted {word}; it is left as it is{why}"
        return replace(entry, state=State.ABANDONED), sentence
    if seen.where is _Where.START:
        if seen.place:
            seen.place.take_away()
        return replace(entry, state=entry.came_from), f"an interrupted {word} did not happen"
    if forward:
        if seen.place:
            seen.place.take_away()
        turn = next_turn(journal.entries())
        return replace(entry, state=entry.goes_to, turn=turn), f"an interrupted {word} was complete"
    try:
        _put_back(journal, seen)
    except (OSError, Refused) as error:
        return entry, f"an interrupted {word} cannot be taken back now ({error}); the next start tries again"
    return replace(entry, state=entry.came_from), f"an interrupted {word} was taken back"


def _put_back(journal: Journal, seen: _Seen) -> None:
    """Restore what the change found. Raises: OSError, Refused: it cannot be done now."""
    entry, place = seen.entry, seen.place
    kept = seen.kept
    if place and kept and (seen.where is _Where.LATE or kept.state == entry.start):
        # The very file, with whatever was written into it.
        if entry.goal.exists:
            os.rename(place.temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent)
        else:
            rename.into_free(place.parent, place.temporary, place.name)
        place.sync()
        return
    if place is None:
        raise Refused(f"{entry.path} cannot be restored", "its folder does not exist any more")
    place.take_away()
    if entry.start.exists:
        content = journal.after(entry) if entry.state is State.UNDOING else journal.before(entry)
        swap = Swap(place, place.read(), content, entry.start.mode)
    else:
        swap = Swap(place, place.read(), None, 0)
    swap.stage()
    swap.swap()
    swap.finish()
    place.sync()
