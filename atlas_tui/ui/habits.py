"""What people expect of a terminal app: their keys, a title, a call at the end, themes they can edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.constants import TEXTUAL_ANIMATIONS
from textual.theme import Theme

from atlas_tui.errors import InputError
from atlas_tui.ui import keys, terminal, themes
from atlas_tui.ui.state import RunState
from atlas_tui.ui.toast import say_error
from atlas_tui.ui.words import GRADES, STAGES

if TYPE_CHECKING:
    from atlas_tui.settings import UiSettings
    from atlas_tui.ui.desk import Desk

NAME = "Atlas TUI"
LOOKS = 1.0
"""Seconds between looks at the run, for the title, and at the person's theme files."""


class Habits(App[int]):
    """The part of the app that is about the terminal and the person, not about problems."""

    desk: Desk
    _loaded: list[Theme]
    _faults: list[InputError]
    _ui: UiSettings
    _theme_stamp: object = None
    _title = ""
    _was_running = False

    def use_habits(self, ui: UiSettings) -> list[InputError]:
        """Follow these settings from now on, all but ``ui.mouse``, which is read when the app starts.

        Gives what of them cannot be used; the rest is used all the same.
        """
        self._ui = ui
        self.desk.calm = ui.calm
        self.desk.keys, faults = keys.read(ui.keys)
        # Textual reads it at every key; screens that are there already need nothing else.
        self.set_keymap(dict(self.desk.keys.own))
        self.animation_level = "none" if ui.calm else TEXTUAL_ANIMATIONS
        self.desk.changed()
        return faults

    def start_habits(self) -> None:
        """To be called once, when the app is mounted."""
        self._theme_stamp = themes.stamp()
        if self._ui.title:
            terminal.send(self, terminal.KEEP_TITLE)
        self._watch_run()
        self.set_interval(LOOKS, self._watch_run)

    def end_habits(self) -> None:
        """Give the title back. To be called while the terminal is still the app's."""
        if self._title:
            self._title = ""
            terminal.send(self, terminal.GIVE_TITLE_BACK)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "press":
            return self._ui.keymap == "vim"
        return super().check_action(action, parameters)

    def action_press(self, key: str) -> None:
        """One key stands for another one."""
        self.simulate_key(key)

    def action_next_theme(self) -> None:
        """The next of our themes and the person's."""
        names = [theme.name for theme in self._loaded]
        at = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(at + 1) % len(names)]

    def _watch_run(self) -> None:
        run = self.desk.run
        words = title_words(run)
        if self._ui.title and words != self._title:
            self._title = words
            terminal.send(self, terminal.title(words))
        if self._was_running and not run.running and not self.app_focus:
            terminal.send(self, terminal.notice(words, self._ui.notice))
        self._was_running = run.running
        stamp = themes.stamp()
        if stamp != self._theme_stamp:
            self._theme_stamp = stamp
            self._reload_themes()

    def _reload_themes(self) -> None:
        """The person has changed a theme file: what can be used is, at once; the rest is told."""
        before = {theme.name: theme for theme in self._loaded}
        self._loaded, faults = themes.load_all()
        for fault in faults:
            say_error(self, fault)
        now = {theme.name: theme for theme in self._loaded}
        gone = before.keys() - now.keys()
        if self.theme in gone and faults:
            # Most likely it is being edited: it stays as it was until it can be read again.
            gone -= {self.theme}
            self._loaded.append(before[self.theme])
        elif self.theme in gone:
            self.theme = themes.DEFAULT
        for name in gone:
            self.unregister_theme(name)
        for theme in now.values():
            self.register_theme(theme)
        if self.theme in now and now[self.theme] != before.get(self.theme):
            self._watch_theme(self.theme)


def title_words(run: RunState) -> str:
    """What the run is doing, or what came of it, in a few words for the terminal's title."""
    if not run.started:
        return NAME
    if run.running:
        doing = next((STAGES[each.stage] for each in reversed(run.stages) if each.running), "start")
        written = sum(entry.standing is not None for entry in run.candidates)
        programs = f", {written} of {len(run.candidates)} programs" if run.candidates else ""
        return f"… {doing}{programs} – {NAME}"
    if run.chosen is not None:
        sign = GRADES[run.chosen.grade]
        return f"{sign.glyph} {run.chosen.candidate} chosen, {sign.word} – {NAME}"
    return f"{'stopped' if run.cancelled else 'no program'} – {NAME}"
