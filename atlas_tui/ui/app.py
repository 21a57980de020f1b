"""The app: screens, themes, and the life of the runtime behind them."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Literal

from textual import on, work
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Input, TextArea
from textual.worker import Worker

from atlas_tui.errors import AtlasError, InputError
from atlas_tui.events import Failed, GoneOn
from atlas_tui.settings import Settings
from atlas_tui.ui import actions, cut_off, themes
from atlas_tui.ui.actions import MACHINE, PROBLEM, RUN
from atlas_tui.ui.backend import Backend
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.habits import Habits
from atlas_tui.ui.modes import later
from atlas_tui.ui.palette import ActionCommands
from atlas_tui.ui.recent import draft_of
from atlas_tui.ui.screens.base import AtlasScreen, Go, GoOn, NewSettings, RunAgain, StartRun
from atlas_tui.ui.screens.help import Help
from atlas_tui.ui.screens.problem import ProblemScreen
from atlas_tui.ui.toast import say, say_error, tell_if_broken

log = logging.getLogger(__name__)

CLOSING = 15.0
"""Most seconds the processes behind the app get to end when it is left."""

COLLECT_AFTER = (10_000, 20, 20)
"""New objects before the young are looked at, then how many such looks before the older ones are."""

MakeBackend = Callable[[Settings, Path], Awaitable[Backend]]


class AtlasApp(Habits):
    """Everything a person does, screen by screen."""

    TITLE = "Atlas TUI"
    CSS_PATH = "app.tcss"
    COMMANDS = {ActionCommands}  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(
        row for row in actions.ACTIONS if row.screens == actions.EVERYWHERE
    )
    DEFAULT_MODE = PROBLEM

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        text: str = "",
        source: str = "",
        *,
        make_backend: MakeBackend | None = None,
        first: bool = False,
    ) -> None:
        """``text`` is a problem to begin with, ``source`` where it came from; both may be empty.

        ``first`` tells that the app was never used here before.
        """
        self._loaded, self._faults = themes.load_all()
        super().__init__()
        self.settings = settings
        self.desk = Desk(folder)
        self.desk.source = source
        self.desk.machine.settings = settings
        self._first = first
        self._make_backend = make_backend or load_backend
        self._leaving = self._asked_to_leave = False
        self.add_mode(PROBLEM, lambda: ProblemScreen(self.desk, text))
        for name, make in later(self.desk).items():
            self.add_mode(name, make)
        self._may_offer = not text
        self._solving = False
        self._use_themes(settings.ui.theme)
        self._faults += self.use_habits(settings.ui)

    def on_mount(self) -> None:
        for name in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, lambda: self.call_later(self._end))
        for fault in self._faults:
            say_error(self, fault)
        self.start_habits()
        # The first frame is not to wait for the engine's, git's and SQLite's modules.
        self.call_after_refresh(self._start)
        if self._first:
            self._welcome()

    async def on_unmount(self) -> None:
        for name in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().remove_signal_handler(name)
        await self._close()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        # A theme that leaves out a variable of ours must not make the styles unreadable.
        return next(theme.variables for theme in self._loaded if theme.name == themes.DEFAULT)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("go", "help", "choose_theme") and self._in_dialog():
            return False
        return super().check_action(action, parameters)

    @on(StartRun)
    async def _start_run(self, event: StartRun) -> None:
        if self.desk.run.running or self._solving:
            return
        if self.desk.repository.on and not event.opened:
            # The files may be others by now, as after a write.
            await self.action_go(PROBLEM)
            if isinstance(self.screen, ProblemScreen):
                self.screen.action_solve()
        else:
            self._solve()

    @on(GoOn)
    def _go_on(self, event: GoOn) -> None:
        if not self.desk.run.running and not self._solving:
            self._ask(event.step, event.candidate)

    @on(Go)
    async def _go(self, event: Go) -> None:
        await self.action_go(event.screen)

    @on(RunAgain)
    async def _run_again(self, event: RunAgain) -> None:
        project = event.problem.project
        if project is not None and Path(project.root) != self.desk.ready().workspace.folder:
            what, why = "It is not run again here", f"it is about the repository in {project.root}"
            say_error(self, InputError(what, why, "open the app in that folder"))
            return
        await self.action_go(PROBLEM)
        if isinstance(self.screen, ProblemScreen):
            self.screen.bring(draft_of(event.problem))
            if event.target:
                self.desk.target = event.target
            self.screen.action_solve()

    @work(exclusive=True, group="offer", exit_on_error=False)
    async def _offer_cut_off(self) -> None:
        try:
            wish = await cut_off.offer(self, self.desk)
        except AtlasError as error:
            say_error(self, error)
            return
        if wish is not None:
            self.post_message(wish)

    @work(exclusive=True, group="solve", exit_on_error=False)
    async def _solve(self) -> None:
        problem = self.desk.problem
        if problem is None:
            await self.action_go(PROBLEM)
            say(self, "There is no problem to solve yet: paste or type one", "warning")
            return
        self._solving = True
        try:
            await self.action_go(RUN)
            async for event in self.desk.solve(problem):
                if isinstance(event, Failed):
                    say_error(self, AtlasError(event.what, event.why, event.todo))
        except AtlasError as error:
            await self.action_go(PROBLEM)
            say_error(self, error)
        finally:
            self._solving = False
            self.desk.changed()

    @work(exclusive=True, group="solve", exit_on_error=False)
    async def _ask(self, step: Literal["more", "repair"], candidate: str) -> None:
        """Let the run go on; what cannot be done is told, and the run stays as it is."""
        self._solving = True
        try:
            async for event in self.desk.go_on(step, candidate):
                if isinstance(event, GoneOn):
                    await self.action_go(RUN)
                if isinstance(event, Failed):
                    say_error(self, AtlasError(event.what, event.why, event.todo))
        except AtlasError as error:
            say_error(self, error)
        finally:
            self._solving = False
            self.desk.changed()

    @work(exclusive=True, group="welcome", exit_on_error=False)
    async def _welcome(self) -> None:
        """The bundled model is loaded meanwhile, so that it can be used at once."""
        from atlas_tui.ui.screens.machine import MachineScreen
        from atlas_tui.ui.screens.welcome import Welcome

        name = await self.push_screen_wait(Welcome(self.desk.machine))
        if name:
            await self.action_go(MACHINE)
            if isinstance(self.screen, MachineScreen):
                self.screen.fetch(name, use=True)

    @on(NewSettings)
    def _follow(self, event: NewSettings) -> None:
        """Settings were changed on the machine screen."""
        self.settings = event.settings
        for fault in self.use_habits(event.settings.ui):
            say_error(self, fault)
        if event.settings.ui.theme in self.available_themes:
            self.theme = event.settings.ui.theme

    @work(exclusive=True, group="start", exit_on_error=False)
    async def _start(self) -> None:
        try:
            backend = await self._make_backend(self.settings, self.desk.folder)
        except AtlasError as error:
            self.desk.fault = error.one_line()
            self.desk.changed()
            say_error(self, error)
            return
        self.desk.backend = backend
        self.desk.changed()
        self._read_first()
        if self._may_offer:
            self._offer_cut_off()
        await asyncio.gather(self._look(backend), self._warm_up(backend))

    def _read_first(self) -> None:
        """Text that was there before anything could read it."""
        for screen in self.screen_stack:
            if isinstance(screen, ProblemScreen):
                screen.read_now()
                screen.check_target()

    async def _look(self, backend: Backend) -> None:
        """What is around: the repository, the isolation."""
        try:
            await self.desk.refresh_head()
            await self.desk.repository.look()
            self.desk.held = await backend.isolation()
        except AtlasError as error:
            say_error(self, error)
        self.desk.changed()

    async def _warm_up(self, backend: Backend) -> None:
        """Load the model; while it fails the app stays usable, and the next run tries again."""
        try:
            await backend.warm_up()
        except AtlasError as error:
            say_error(self, error)
        self.desk.changed()

    async def action_go(self, screen: str) -> None:
        """Show another screen."""
        if not self._in_dialog():
            await self.switch_mode(screen)

    def _in_dialog(self) -> bool:
        stack = self.screen_stack
        return bool(stack) and isinstance(stack[-1], ModalScreen)

    def action_help(self) -> None:
        """All keys."""
        if isinstance(self.screen, AtlasScreen):
            self.push_screen(Help(self.screen.NAME, self.desk.keys))

    async def action_interrupt(self) -> None:
        """Ctrl+C copies a selection, as everywhere; without one it leaves, as everywhere."""
        focused = self.focused
        if isinstance(focused, TextArea | Input) and focused.selected_text:
            focused.action_copy()
        elif selected := self.screen.get_selected_text():
            self.copy_to_clipboard(selected)
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Stop what runs, wait until its processes are gone, then give the terminal back."""
        self._asked_to_leave = True
        await self._end()

    async def _end(self) -> None:
        """Leave. Unless the person asked for it, their run is offered again at the next start."""
        if not self._leaving:
            say(self, "Closing…")
            await self._close()
            self.exit(0)

    def _handle_exception(self, error: Exception) -> None:
        """A crash: nobody asked for the run to end."""
        if self.desk.backend is not None:
            self.desk.backend.cut_off()
        super()._handle_exception(error)

    async def _close(self) -> None:
        if self._leaving:
            return
        self._leaving = True
        self.workers.cancel_group(self, "start")
        self.desk.machine.stop()
        await self.desk.bench.stop()
        backend = self.desk.backend
        if backend is None:
            return
        if self._asked_to_leave:
            backend.cancel()
        else:
            backend.cut_off()
        try:
            async with asyncio.timeout(CLOSING):
                await backend.close()
        except TimeoutError:
            log.error("the model process or the sandbox did not end within %s s", CLOSING)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self, event)

    def _use_themes(self, wanted: str) -> None:
        for theme in self._loaded:
            self.register_theme(theme)
        if wanted not in self.available_themes:
            why = f"there is {', '.join(theme.name for theme in self._loaded)}"
            self._faults.append(InputError(f"No theme is called {wanted}", why, "set ui.theme"))
            wanted = themes.DEFAULT
        self.theme = wanted


async def load_backend(settings: Settings, folder: Path) -> Backend:
    """The real runtime. Its modules are read in a thread: the screen stays alive meanwhile."""
    module = await asyncio.to_thread(import_module, "atlas_tui.solver.runtime")
    backend: Backend = module.Runtime(settings, folder)
    spare_collections()
    return backend


def spare_collections() -> None:
    """Take what start-up made out of the garbage collector's sight, and let it look less often.

    A full collection walks the objects of all modules and styles; as it was, scrolling a diff of 5,000 lines
    met one of 70 to 110 ms every few pages. Now its slowest step is one of 20 to 30 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
