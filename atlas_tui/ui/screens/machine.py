"""This machine: its models, the settings, and what the doctor says."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import actions
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.machine import Tab
from atlas_tui.ui.screens import machine_words as words
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.ask_value import AskValue
from atlas_tui.ui.screens.base import AtlasScreen, NewSettings
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.hang import Fitted, Row

if TYPE_CHECKING:
    from atlas_tui.store.settings_shown import Setting

HUB_FORM = "hf:owner/repo:file.gguf"


class MachineScreen(AtlasScreen):
    """A list on the left, on the right what is known about the selected row."""

    NAME = actions.MACHINE
    CSS_PATH = "machine.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.MACHINE))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._settings: list[Setting] = []
        self._shown = desk.machine.settings
        """The settings that these rows are of."""
        self._listed: list[Content] = []
        self._listed_tab: Tab | None = None
        self._places: list[int | None] = []
        """Of each line of the list the row it stands for; None for a heading."""

    def body(self) -> Iterable[Widget]:
        tabs = Row(id="tabs")
        tabs.auto_links = False
        yield tabs
        about = VerticalScroll(Fitted(id="told"), id="about")
        yield Horizontal(OptionList(id="rows", compact=True, markup=False), about, id="columns")
        yield Row(id="job")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._look_again()

    def draw(self, now: float) -> None:
        machine = self.desk.machine
        self.query_one("#tabs", Row).put(words.tabs(machine))
        work = self.query_one("#job", Row)
        work.put(words.job(machine.job, self.size.width - 4))
        work.set_class(machine.job is not None, "-on")
        options = self.query_one(OptionList)
        options.border_title = machine.tab.value
        options.border_subtitle = "looking…" if machine.looking else _HINTS[machine.tab]
        self._fill(options)
        title, self._make = self._about()
        self.query_one("#about").border_title = title
        self.query_one("#told", Fitted).fit(self._make)

    def _rows(self) -> tuple[list[Content], list[int | None]]:
        machine = self.desk.machine
        if machine.tab is Tab.MODELS:
            lines = [words.model_row(each) for each in machine.models]
            return lines, list(range(len(lines)))
        if machine.tab is Tab.DOCTOR:
            lines = [words.check_row(each) for each in machine.checks]
            return lines, list(range(len(lines)))
        from atlas_tui.store.settings_shown import shown

        if not self._settings or self._shown is not machine.settings:
            self._settings, self._shown = machine.setting_rows(), machine.settings
        lines, places, group = [], list[int | None](), ""
        for number, each in enumerate(self._settings):
            if each.group != group:
                group = each.group
                lines.append(Content.styled(group, "$heading bold"))
                places.append(None)
            lines.append(words.setting_row(each, shown(each.value)))
            places.append(number)
        return lines, places

    def _fill(self, options: OptionList) -> None:
        """Bring the list up to date; the selected row stays selected."""
        lines, self._places = self._rows()
        tab = self.desk.machine.tab
        same = len(lines) == len(self._listed) and all(map(Content.is_same, lines, self._listed))
        if same and tab is self._listed_tab:
            return
        self._listed, self._listed_tab = lines, tab
        with self.prevent(OptionList.OptionHighlighted):
            options.set_options(
                Option(line, disabled=place is None) for line, place in zip(lines, self._places, strict=True)
            )
            at = self.desk.machine.at[tab]
            options.highlighted = self._places.index(at) if at in self._places else None

    def _about(self) -> tuple[Content, words.Make]:
        """Title and words about the selected row."""
        machine = self.desk.machine
        at = machine.at[machine.tab]
        if machine.tab is Tab.MODELS and (model := machine.model) is not None:
            return words.title(model.row.name), lambda width: words.model(model, width)
        if machine.tab is Tab.DOCTOR and at < len(machine.checks):
            check = machine.checks[at]
            return words.title(check.name), lambda width: words.check(check, width)
        if machine.tab is Tab.SETTINGS and at < len(self._settings):
            from atlas_tui.store.settings_shown import shown

            one = self._settings[at]
            value, default = shown(one.value), shown(one.default)
            return words.title(one.name), lambda width: words.setting(one, value, default, width)
        return Content(""), lambda width: Content.styled("looking…" if machine.looking else "", "$muted")

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        place = self._places[event.option_index] if event.option_index < len(self._places) else None
        machine = self.desk.machine
        # A late event of a list that is gone must not move the selection of this one.
        if place is not None and machine.tab is self._listed_tab:
            machine.at[machine.tab] = place
            self.desk.changed()

    @on(OptionList.OptionSelected)
    async def _chosen(self) -> None:
        """Enter does what is nearest: use or fetch a model, change a setting."""
        for action in ("use_model", "pull_model", "edit_setting"):
            if self.check_action(action, ()):
                await self.run_action(action)
                return

    def action_show_tab(self, tab: str) -> None:
        """Show models, settings or checks."""
        machine = self.desk.machine
        machine.tab = Tab(tab)
        self._settings = []
        self.query_one(OptionList).focus()
        self.redraw()
        if machine.tab is Tab.DOCTOR and not machine.checks:
            self._look_again()

    def action_check_again(self) -> None:
        """Look at this machine once more."""
        self._look_again()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look_again(self) -> None:
        machine = self.desk.machine
        await self._told(machine.check() if machine.tab is Tab.DOCTOR else machine.look())

    def action_stop_job(self) -> None:
        """Pause the pull, stop the check."""
        self.desk.machine.stop()

    @work(exclusive=True, group="use", exit_on_error=False)
    async def action_use_model(self) -> None:
        if self.desk.machine.model is not None:
            await self._use(self.desk.machine.model.row.name)

    async def _use(self, name: str) -> None:
        say(self.app, f"Loading {name}…")
        if await self._told(self.desk.machine.use(name)):
            say(self.app, f"{name} is used from now on")
            for one in self.desk.machine.setting_rows():
                if one.name == "model.path" and one.from_environment:
                    say(self.app, f"{one.variable} is set, and wins at the next start", "warning")
        self._settings_changed()

    def action_pull_model(self) -> None:
        """Fetch the selected model."""
        if self.desk.machine.model is not None:
            self.fetch(self.desk.machine.model.row.name)

    @work(group="job", exit_on_error=False)
    async def fetch(self, name: str, *, use: bool = False) -> None:
        """Fetch a model, or the rest of it; ``use`` it once it is here."""
        try:
            said = await self.desk.machine.pull(name)
        except AtlasError as error:
            say_error(self.app, error)
            return
        say(self.app, said if use else f"{said} — Enter on it uses it")
        if use:
            await self._use(name)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_pull_other(self) -> None:
        about = (f"A GGUF file on the hub, as {HUB_FORM}", "Of a split model, any of its parts.")
        name = await self.app.push_screen_wait(AskValue("fetch a model", about, "hf:", _check_form))
        if name is not None:
            self.fetch(name.strip())

    @work(group="job", exit_on_error=False)
    async def action_verify_model(self) -> None:
        model = self.desk.machine.model
        if model is None:
            return
        try:
            faults = await self.desk.machine.verify(model.row.name)
        except AtlasError as error:
            say_error(self.app, error)
            return
        if faults:
            say(self.app, f"{model.row.name}: {'; '.join(faults)} — fetch it again", "error")
        else:
            say(self.app, f"{model.row.name} is whole: its checksum is right")

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_remove_model(self) -> None:
        machine = self.desk.machine
        if machine.model is None:
            return
        name = machine.model.row.name
        freed = words.size(machine.freed_by_removing())
        question = f"Delete {name} from the disk? That frees {freed}; it can be fetched again."
        if not await self.app.push_screen_wait(Ask("remove a model", question, "Delete it", "Keep it")):
            return
        try:
            say(self.app, await machine.remove(name))
        except AtlasError as error:
            say_error(self.app, error)

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_edit_setting(self) -> None:
        from atlas_tui.store.settings_shown import shown

        machine, one = self.desk.machine, self._selected_setting()
        if one is None:
            return
        if one.name == "ui.theme":
            await self.app.run_action("choose_theme")
            return
        about = [one.doc] + [line for line in (one.bounds, _unset(one)) if line]
        ask = AskValue(
            one.name, about, shown(one.value), lambda text: machine.checked(one, text), choices=one.choices
        )
        text = await self.app.push_screen_wait(ask)
        if text is not None:
            await self._told(machine.change(one, machine.checked(one, text)))
            self._settings_changed()

    @work(exclusive=True, group="ask", exit_on_error=False)
    async def action_reset_setting(self) -> None:
        machine, one = self.desk.machine, self._selected_setting()
        if one is not None:
            fresh = machine.with_default(one)
            await self._told(machine.change(one, fresh, default=True))
            self._settings_changed()

    def _selected_setting(self) -> Setting | None:
        at = self.desk.machine.at[Tab.SETTINGS]
        # After a change they are read anew for the next frame; a key may come before that.
        rows = self._settings or self.desk.machine.setting_rows()
        return rows[at] if at < len(rows) else None

    def _settings_changed(self) -> None:
        self._settings = []
        self.post_message(NewSettings(self.desk.machine.settings))
        self.desk.changed()

    async def _told(self, work: Awaitable[object]) -> bool:
        """Whether it went well; what did not is told."""
        try:
            await work
        except AtlasError as error:
            say_error(self.app, error)
            return False
        return True


_HINTS = {
    Tab.MODELS: "▸ in use · Enter uses or fetches",
    Tab.SETTINGS: "• not the default · Enter changes",
    Tab.DOCTOR: "! could be better",
}


def _unset(one: Setting) -> str:
    return "unset leaves it to the model" if one.optional else ""


def _check_form(text: str) -> None:
    """Raises: InputError: this cannot be a file of the hub."""
    repo, _, file = text.strip().removeprefix("hf:").partition(":")
    if not text.strip().startswith("hf:") or "/" not in repo or not file.lower().endswith(".gguf"):
        raise InputError("This is no file of the hub", f"write it as {HUB_FORM}")
