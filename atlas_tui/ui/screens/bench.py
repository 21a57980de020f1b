"""The bench: runs over problem sets, how far they are, and every problem of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.ui import actions
from atlas_tui.ui.benching import Shown
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.screens import bench_words as words
from atlas_tui.ui.screens.ask_value import AskValue
from atlas_tui.ui.screens.base import AtlasScreen, Go
from atlas_tui.ui.screens.begin_bench import BeginBench
from atlas_tui.ui.toast import say, say_error
from atlas_tui.ui.widgets.hang import Fitted, Row

MOST = 5_000
"""Problems that are listed."""
EVERY = 1.0
"""Seconds between two looks at a run that goes on."""


class BenchScreen(AtlasScreen):
    """Runs on the left; on the right the conditions of the marked one, and its problems below."""

    NAME = actions.BENCH
    CSS_PATH = "bench.tcss"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.BENCH))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._runs: list[Path] = []
        self._run_lines: list[Content] = []
        self._tasks: list[str] = []
        self._listed: tuple[object, ...] = ()
        """What the list of problems was made from."""

    def body(self) -> Iterable[Widget]:
        yield Horizontal(
            Vertical(
                OptionList(id="runs", compact=True, markup=False),
                Static("No run here yet: n begins one.", id="none", markup=False),
                id="left",
            ),
            Vertical(
                VerticalScroll(Fitted(id="told"), id="conditions"),
                Vertical(
                    Static(id="shown", markup=False),
                    Row(id="head"),
                    OptionList(id="tasks", compact=True, markup=False),
                    Row(id="about"),
                    id="problems",
                ),
                id="right",
            ),
            id="columns",
        )

    def on_mount(self) -> None:
        self.query_one("#left").border_title = "runs"
        self.query_one("#problems").border_title = "problems"
        self.query_one("#shown").auto_links = False
        self.query_one("#runs").focus()
        self.set_interval(EVERY, self._follow)

    def on_screen_resume(self) -> None:
        self.look()

    def _follow(self) -> None:
        bench = self.desk.bench
        busy = bench.begun is not None or (bench.opened is not None and bench.opened.at_work)
        if self.is_active and busy:
            self.look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def look(self) -> None:
        """See what there is."""
        try:
            await self.desk.bench.look()
        except AtlasError as error:
            # A run that was begun a moment ago has no folder yet.
            if self.desk.bench.begun is None:
                say_error(self.app, error)

    def draw(self, now: float) -> None:
        bench = self.desk.bench
        self._fill_runs()
        opened = bench.opened
        self.query_one("#none").display = not self._runs
        self.query_one("#conditions").border_title = words.headline(opened) if opened else "conditions"
        told = self.query_one("#told", Fitted)
        if opened is None:
            said = "The model is loaded…" if bench.begun else "What a run came to stands here."
            told.fit(lambda width: Content.styled(said, "$muted"))
        else:
            told.fit(lambda width: words.conditions(opened, bench.condition, bench.begun, width))
        self._fill_tasks()

    def _fill_runs(self) -> None:
        bench, listed = self.desk.bench, self.query_one("#runs", OptionList)
        width = max(20, listed.size.width - 2)
        lines = [words.run_line(found, width) for found in bench.found]
        paths = [found.path for found in bench.found]
        same = paths == self._runs and all(map(Content.is_same, lines, self._run_lines))
        if same and len(lines) == len(self._run_lines):
            return
        self._runs, self._run_lines = paths, lines
        with self.prevent(OptionList.OptionHighlighted):
            listed.set_options(Option(line) for line in lines)
            listed.highlighted = paths.index(bench.at) if bench.at in paths else None

    def _fill_tasks(self) -> None:
        bench, listed = self.desk.bench, self.query_one("#tasks", OptionList)
        opened, width = bench.opened, max(30, listed.size.width - 2)
        made_from = (opened, bench.shown, bench.condition, width)
        # A run of thousands of problems is not laid out anew for each mark that moves.
        if made_from != self._listed:
            self._listed = made_from
            tasks = self._tasks = bench.tasks()[:MOST]
            lines, head, shown = [], Content(""), Content("")
            if opened:
                lines = [words.task_line(opened, task, bench.condition, width) for task in tasks]
                head = words.task_head(opened, bench.condition, width)
                shown = words.filters(bench.shown, len(tasks))
            self.query_one("#head", Row).put(head)
            self.query_one("#shown", Static).update(shown)
            with self.prevent(OptionList.OptionHighlighted):
                listed.set_options(Option(line) for line in lines)
                bench.task = bench.task if bench.task in tasks else (tasks[0] if tasks else "")
                listed.highlighted = tasks.index(bench.task) if tasks else None
        self._fill_about()

    def _fill_about(self) -> None:
        bench, about = self.desk.bench, self.query_one("#about", Row)
        if bench.opened is None or not bench.task:
            about.put(Content(""))
            return
        condition = bench.opened.folder.header.conditions[bench.condition].name
        about.put(words.told(bench.record, condition, bench.task))

    @on(OptionList.OptionHighlighted, "#runs")
    def _run_marked(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._runs):
            self._mark(self._runs[event.option_index])

    @work(exclusive=True, group="mark", exit_on_error=False)
    async def _mark(self, path: Path) -> None:
        try:
            await self.desk.bench.mark(path)
        except AtlasError as error:
            say_error(self.app, error)

    @on(OptionList.OptionHighlighted, "#tasks")
    def _task_marked(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._tasks):
            self.desk.bench.task = self._tasks[event.option_index]
            self.desk.changed()

    @on(OptionList.OptionSelected, "#runs")
    def _run_chosen(self) -> None:
        self.query_one("#tasks").focus()

    @on(OptionList.OptionSelected, "#tasks")
    def _task_chosen(self) -> None:
        if self.check_action("open_result", ()):
            self.action_open_result()

    # What can be done

    @work(exclusive=True, group="show", exit_on_error=False)
    async def action_open_result(self) -> None:
        """Show the run of the marked problem."""
        try:
            await self.desk.bench.show()
        except AtlasError as error:
            say_error(self.app, error)
        else:
            self.post_message(Go(actions.WHY))

    @work(exclusive=True, group="bench", exit_on_error=False)
    async def action_begin_bench(self) -> None:
        """Ask what to run, then run it and tell how it ended."""
        order = await self.app.push_screen_wait(BeginBench(self.desk.bench.order))
        if order is None:
            return
        bench = self.desk.bench
        try:
            await bench.begin(order)
        except AtlasError as error:
            say_error(self.app, error)
            return
        fault = await bench.follow()
        self.look()
        if fault:
            say(self.app, f"The run ended: {fault}", "error")
        else:
            say(self.app, "The run of the bench has ended")

    @work(exclusive=True, group="stop", exit_on_error=False)
    async def action_stop_bench(self) -> None:
        """End the process that was begun here."""
        say(self.app, "Stopping: what is done stays")
        await self.desk.bench.stop()

    @work(exclusive=True, group="export", exit_on_error=False)
    async def action_report_bench(self) -> None:
        """Ask for a file, then write the report."""
        from atlas_tui.bench.forms import ENDS

        bench = self.desk.bench
        name = bench.at.name if bench.at else "run"
        ends = ", ".join(f"{end} {form}" for end, form in ENDS.items())
        about = ("Where to? The end of the name says as what:", ends)
        text = await self.app.push_screen_wait(AskValue("write a report", about, f"{name}.md", _a_name))
        if text is None:
            return
        path = self.desk.folder / Path(text.strip()).expanduser()
        try:
            await bench.write_report(path)
        except AtlasError as error:
            say_error(self.app, error)
        else:
            say(self.app, f"Written: {path}")

    @work(exclusive=True, group="add", exit_on_error=False)
    async def action_add_bench(self) -> None:
        """Ask for the folder of a run."""
        about = ("The folder that `atlas-tui bench run` wrote:",)
        text = await self.app.push_screen_wait(AskValue("open a run", about, "", _a_name))
        if text is None:
            return
        try:
            await self.desk.bench.add(text)
        except AtlasError as error:
            say_error(self.app, error)

    def action_filter_results(self) -> None:
        """The next filter."""
        every = list(Shown)
        self.action_only(every[(every.index(self.desk.bench.shown) + 1) % len(every)].value)

    def action_only(self, shown: str) -> None:
        """That filter."""
        self.desk.bench.shown = Shown(shown)
        self.desk.changed()

    def action_condition_before(self) -> None:
        """The column on the left."""
        self._step(-1)

    def action_condition_after(self) -> None:
        """The column on the right."""
        self._step(1)

    def _step(self, by: int) -> None:
        bench = self.desk.bench
        if bench.opened is not None:
            last = len(bench.opened.folder.header.conditions) - 1
            bench.condition = min(max(0, bench.condition + by), last)
            self.desk.changed()


def _a_name(text: str) -> None:
    """Raises: InputError."""
    if not text.strip():
        raise InputError("No name is given", "", "type one")
