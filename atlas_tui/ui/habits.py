"""What people expect of a terminal app: their keys, a title, a call at the end, themes they can edit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.constants import TEXTUAL_ANIMATIONS
from textual.driver import Driver
from textual.theme import Theme

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import keys, terminal, themes
from atlas_tui.ui.state import RunState
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.words import GRADES, STAGES

if TYPE_CHECKING:
    from atlas_tui.settings import Settings, UiSettings
    from atlas_tui.ui.desk import Desk

NAME = "Atlas TUI"
LOOKS = 1.0
"""Seconds between looks at the run, for the title, and at the person's theme files."""


class Habits(App[int]):
    """The part of the app that is about the terminal and the person, not about problems."""

    desk: Desk
    settings: Settings
    """Those in force."""
    _loaded: list[Theme]
    _faults: list[InputError]
    _ui: UiSettings
    _theme_stamp: object = None
    _title = ""
    _was_running = False

    def get_driver_class(self) -> type[Driver]:
        # Only where a driver is needed: it is not before the app runs.
        from atlas_tui.ui.driver import standing_for

        return standing_for(super().get_driver_class())

    def use_habits(self, ui: UiSettings) -> list[InputError]:
        """Follow these settings from now on. Gives what of them cannot be used; the rest is used."""
        self._ui = ui
        self.desk.calm = ui.calm
        self.desk.keys, faults = keys.read(ui.keys)
        # Textual reads it at every key; screens that are there already need nothing else.
        self.set_keymap(dict(self.desk.keys.own))
        self.animation_level = "none" if ui.calm else TEXTUAL_ANIMATIONS
        if self._driver is not None:
            self._use_mouse(ui.mouse)
        self.desk.changed()
        return faults

    def _use_mouse(self, on: bool) -> None:
        from atlas_tui.ui.driver import TerminalDriver

        # In a browser there is no terminal that could have it.
        if isinstance(self._driver, TerminalDriver):
            self._driver.use_mouse(on)

    def start_habits(self) -> None:
        """To be called once, when the app is mounted."""
        self._theme_stamp = themes.stamp()
        self._take_title()
        self.app_resume_signal.subscribe(self, lambda _: self._come_back())
        self.set_interval(LOOKS, self._watch_run)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "press":
            return self._ui.keymap == "vim"
        return super().check_action(action, parameters)

    def action_press(self, key: str) -> None:
        """One key stands for another one."""
        self.simulate_key(key)

    @work(exclusive=True, group="theme", exit_on_error=False)
    async def action_choose_theme(self) -> None:
        """One of our themes and the person's, written into the settings file."""
        from atlas_tui.ui.screens.choose_theme import ChooseTheme

        names = {file.stem for file in themes.shipped()}
        own = frozenset(theme.name for theme in self._loaded if theme.name not in names)
        chosen = await self.push_screen_wait(ChooseTheme(tuple(self._loaded), own))
        if chosen is None:
            return
        self.theme = chosen
        try:
            await self.desk.machine.choose_theme(chosen)
        except AtlasError as error:
            say_error(self, error)
        self.settings = self.desk.machine.settings

    @work(exclusive=True, group="picture", exit_on_error=False)
    async def action_picture(self) -> None:
        """What the screen shows, as a file."""
        from atlas_tui.store import saving
        from atlas_tui.ui.archive import FORMATS, PICTURE
        from atlas_tui.ui.screens.export import ExportTo, free_name

        # Before the question covers it.
        picture, folder = self.export_screenshot(title=NAME), self.desk.folder
        name = free_name(folder, f"atlas-{self.current_mode}", PICTURE)
        formats = {PICTURE: FORMATS[PICTURE]}
        wanted = await self.push_screen_wait(ExportTo(folder, name, "save a picture", formats))
        if wanted is None:
            return
        try:
            await asyncio.to_thread(saving.write, wanted.path, picture)
        except AtlasError as error:
            say_error(self, error)
        else:
            say(self, f"Written: {wanted.path}")

    def _come_back(self) -> None:
        """While the app was suspended, title and screen were the shell's."""
        self._take_title()
        self.refresh(layout=True)

    def _take_title(self) -> None:
        self._title = ""
        if self._ui.title:
            terminal.send(self, terminal.KEEP_TITLE)
        self._watch_run()

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
