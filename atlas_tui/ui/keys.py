"""Which key does what: the defaults of the action table, and what the person puts in their place."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from textual.keys import KEY_NAME_REPLACEMENTS

from atlas_tui.errors import InputError
from atlas_tui.ui import actions
from atlas_tui.ui.actions import SCREEN_TITLES, Action

VIM = {
    "h": "left", "j": "down", "k": "up", "l": "right", "g": "home", "G": "end",
    "ctrl+d": "pagedown", "ctrl+u": "pageup", "ctrl+f": "pagedown", "ctrl+b": "pageup", "colon": "ctrl+p",
}  # fmt: skip
"""Keys that stand for others with ``ui.keymap = "vim"``, where neither a text nor an action takes them."""

_KEY = re.compile(r"(?:(?:ctrl|shift|alt|super|meta|hyper)\+)*[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys that differ from the action table's, by the id of the binding."""

    own: Mapping[str, str] = field(default_factory=dict)

    def row(self, row: Action) -> Action:
        """The row with the key it really has."""
        keys = self.own.get(actions.binding_id(row))
        return replace(row, key=keys) if keys else row

    def rows(self, rows: Iterable[Action]) -> tuple[Action, ...]:
        """The rows with the keys they really have."""
        return tuple(map(self.row, rows))


def read(wanted: Mapping[str, str]) -> tuple[Keymap, list[InputError]]:
    """The keys as ``ui.keys`` names them, and what of it cannot be used; the rest is used all the same.

    An action is named as in the action table (``solve``), one that takes an argument with it
    (``focus_candidate.A``), one of a single screen also with the screen (``review.undo``).
    """
    own: dict[str, str] = {}
    faults: list[InputError] = []
    for name, keys in wanted.items():
        rows, normal = _named(name), _normal(keys)
        if not rows:
            faults.append(_unknown(name))
        elif not normal:
            todo = 'write it as "ctrl+g", "f10", "R" or "/"'
            faults.append(InputError(f"ui.keys.{name} is not used", f"{keys!r} is not a key", todo))
        else:
            own |= {actions.binding_id(row): normal for row in rows}
    return _without_clashes(own, faults)


def _named(name: str) -> list[Action]:
    return [row for row in actions.ACTIONS if name in _names(row)]


def _names(row: Action) -> set[str]:
    return {actions.binding_id(row), f"{row.id}.{row.argument}".rstrip(".")}


def _unknown(name: str) -> InputError:
    known = sorted(set().union(*map(_names, actions.ACTIONS)))
    near = difflib.get_close_matches(name, known, 1)
    todo = f"did you mean {near[0]}?" if near else "see the table of actions in docs/habits.md"
    return InputError(f"ui.keys.{name} is not used", "no action is called so", todo)


def _normal(keys: str) -> str:
    """The keys as Textual names them; empty where one of them is none."""
    names = [_key_name(key.strip()) for key in keys.split(",")] if keys != "," else ["comma"]
    return ",".join(names) if all(map(_KEY.fullmatch, names)) else ""


def _key_name(key: str) -> str:
    head, plus, last = key.rpartition("+") if len(key) > 1 else ("", "", key)
    if len(last) == 1 and not last.isalnum():
        name = unicodedata.name(last, "").lower().replace("-", "_").replace(" ", "_")
        last = KEY_NAME_REPLACEMENTS.get(name, name)
    elif len(last) > 1:
        last = last.lower()
    return f"{head.lower()}{plus}{last}"


def _without_clashes(own: dict[str, str], faults: list[InputError]) -> tuple[Keymap, list[InputError]]:
    """A key that would mean two things on one screen stays with the action that had it first."""
    while clash := _clash(Keymap(own)):
        loser, key, other, screen = clash
        names = {actions.binding_id(loser)} | {one for one, keys in own.items() if keys == loser.key}
        own = {name: keys for name, keys in own.items() if name not in names}
        why = f"{key} is already “{other.title}” on the screen {SCREEN_TITLES[screen]}"
        todo = f"give ui.keys.{other.id} another key as well"
        faults.append(InputError(f"ui.keys.{loser.id} is not used", why, todo))
    return Keymap(own), faults


def _clash(keymap: Keymap) -> tuple[Action, str, Action, str] | None:
    """A remapped row, its key, the row that has it as well, and on which screen; None where all is well."""
    for screen in SCREEN_TITLES:
        seen: dict[str, Action] = {}
        for row in _unchanged_first(keymap, actions.on(screen)):
            for key in row.key.split(","):
                if key in seen:
                    return row, key, seen[key], screen
                seen[key] = row
    return None


def _unchanged_first(keymap: Keymap, rows: Sequence[Action]) -> list[Action]:
    changed = [row for row in rows if actions.binding_id(row) in keymap.own]
    return [*(row for row in rows if row not in changed), *keymap.rows(changed)]
