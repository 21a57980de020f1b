"""Every screen of the app in a state worth a picture, the same on every machine and on every day."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from atlas_tui import status
from atlas_tui.engine.shelf import Guess, Row
from atlas_tui.events import (
    Event,
    Part,
    Progress,
    Stage,
    StageStarted,
    Text,
)
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.begin_bench import BeginBench
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.export import ExportTo
from atlas_tui.ui.screens.lens_map import MapOfLens
from atlas_tui.ui.screens.three_way import ThreeWay
from atlas_tui.ui.widgets import candidate
from tests.ui import change_story, story, why_story
from tests.ui.benches import kept
from tests.ui.fake import FakeRuntime, fake_app, screen_text, started, until
from tests.ui.hostile import HOSTILE, poisoned
from tests.ui.reviews import (
    TWO_BUGS,
    brought_back,
    hunked,
    make_repository,
    reviewed,
    sessions_of_all_kinds,
    shop,
    shop_app,
    to_sessions,
)

NOW = 1_800_000_024.0
"""The time of every picture, in seconds since the epoch; the stories begin a few seconds before."""
ROW = Row(
    name="bundled", title="Atlas Tiny, comes with the program", state="here", in_use=True,
    size_bytes=10_100_000, path="/home/ada/atlas/bundled.gguf", spec="", licence="MIT", context=4096,
    fit="4/4 layers, 4k × 3, 0.2 of 7.4 GB on the CPU",
    reasons=("no GPU: all layers stay on the CPU", "three candidates share one cache"),
)  # fmt: skip
MODELS = [
    status.Model(ROW),
    status.Model(
        replace(
            ROW, name="qwen3-4b", title="Qwen3 4B", in_use=False, state="paused", size_bytes=None,
            spec="hf:Qwen/Qwen3-4B-GGUF:Qwen3-4B-Q4_K_M.gguf", licence="Apache-2.0", context=32768,
        ),
        Guess(size=2_500_000_000, fits=True, where="the CPU", room=6_400_000_000),
        "the smallest one worth its time",
    ),
    status.Model(
        replace(
            ROW, name="qwen3-14b", title="Qwen3 14B", in_use=False, state="not pulled", size_bytes=None,
            spec="hf:Qwen/Qwen3-14B-GGUF:Qwen3-14B-Q4_K_M.gguf", licence="Apache-2.0", context=32768,
        ),
        Guess(size=8_600_000_000, fits=False, where="the CPU", room=6_400_000_000),
        "the reference, for a GPU of 16 GB",
    ),
]  # fmt: skip
CHECKS = [
    status.Check(name="version", value="atlas-tui 0.1, Python 3.11.2"),
    status.Check(name="model", value="bundled.gguf (bundled), 10.1 MB"),
    status.Check(name="machine", value="8 cores, 7.4 GB of memory free"),
    status.Check(name="llama.cpp", value="llama-cpp-python 0.3.36, built for cpu, on the CPU"),
    status.Check(
        name="gpu", value="NVIDIA RTX 4070: this build of llama.cpp cannot use it", good=False,
        fix="install the CUDA toolkit, then: make run GPU=cuda",
    ),
    status.Check(name="isolation", value="full, bubblewrap"),
    status.Check(
        name="lens",
        value="closed: It is not shown to beat chance: +2.1 points (-1.4 to +5.6) over a random pick among "
        "61 ties.",
    ),
    status.Check(
        name="lens, numbers",
        value="AUC inside problems 0.643 (0.601 to 0.684); gain over a random pick +2.1 points (-1.4 points "
        "to +5.6 points) in 61 ties; trained 2027-01-14 19:20",
    ),
    status.Check(name="working tree", value="/home/ada/quiet, on main at 4f1c2e9"),
]  # fmt: skip
PROPOSED = status.Proposed("qwen3-4b", "Qwen3 4B", Guess(2_500_000_000, True, "the CPU", 6_400_000_000))

Shown = tuple[AtlasApp, FakeRuntime]
Reach = Callable[[Pilot[int], AtlasApp], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """An app in a folder, and the way from its start to what is worth a picture."""

    make: Callable[[Path], Shown]
    reach: Reach


def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time, git and machine are from now on as on no machine in particular, and no cursor blinks."""
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, "2027-01-15T08:00:00+0000")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()

    async def checks(settings: object, folder: object) -> list[status.Check]:
        return CHECKS

    monkeypatch.setattr(status, "models", lambda settings: MODELS)
    monkeypatch.setattr(status, "checks", checks)
    monkeypatch.setattr(status, "llama", lambda settings: CHECKS[2:5])
    monkeypatch.setattr(status, "proposed", lambda: PROPOSED)
    monkeypatch.setattr(Desk, "clock", lambda desk: NOW)
    for kind in (TextArea, Input):
        monkeypatch.setattr(kind.__dict__["cursor_blink"], "_default", False)
    # Frames of cards wait for the clock, which stands still.
    monkeypatch.setattr(candidate, "CALM", -1.0)


def thinking() -> list[Event]:
    """Plans are there; the model thinks, and A writes already."""
    clock = story.Clock(NOW - 14)
    thought = "The window never shrinks below its left end.\nWhat about an empty list? Then best stays 0.\n"
    events = [
        *story.opening(clock), *story.observing(clock), *story.planning(clock),
        StageStarted(at=clock(), stage=Stage.GENERATE, most_tokens=4096, most_thinking=1024),
    ]  # fmt: skip
    for label in "ABC":
        for line in thought.splitlines(keepends=True):
            events.append(Text(at=clock(), candidate=label, part=Part.THINKING, delta=line, tokens=120))
    for line in story.CODES["A"].splitlines(keepends=True)[:6]:
        events.append(Text(at=clock(), candidate="A", part=Part.CODE, delta=line, tokens=9))
    return events


def reading() -> list[Event]:
    """The prompt of the plans is read, with a prefix that is held already."""
    clock = story.Clock(NOW - 4)
    return [
        *story.opening(clock), *story.observing(clock), StageStarted(at=clock(), stage=Stage.PLAN),
        Progress(at=clock(), stage=Stage.PLAN, done=1_664, total=4_096, reused=1_412),
    ]  # fmt: skip


def hostile() -> list[Event]:
    """The story, told by someone who wants to break out."""
    return list(poisoned(story.repaired(), "; ".join(HOSTILE.values())))


def playing(events: Callable[[], list[Event]], *, waits: Callable[[AtlasApp], object] | None = None) -> Scene:
    """A run that is at its end; or one that goes on and ``waits`` after its last event, once this holds."""

    def make(folder: Path) -> Shown:
        app, runtime = fake_app(folder, events())
        if waits is not None:
            runtime.stop_after = len(runtime.events)
            runtime.events.append(runtime.events[-1])
        return app, runtime

    async def reach(pilot: Pilot[int], app: AtlasApp) -> None:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: waits(app) if waits is not None else app.desk.run.ended)

    return Scene(make, reach)


def then(scene: Scene, *keys: str, until_shown: Callable[[AtlasApp], object]) -> Scene:
    """Go on from a scene by these keys, until that holds."""

    async def reach(pilot: Pilot[int], app: AtlasApp) -> None:
        await scene.reach(pilot, app)
        await pilot.press(*keys)
        await until(pilot, lambda: until_shown(app))

    return Scene(scene.make, reach)


def words(*wanted: str) -> Callable[[AtlasApp], bool]:
    """All of these are on the screen."""
    return lambda app: all(word in screen_text(app) for word in wanted)


def _recorded(folder: Path) -> Shown:
    app, runtime = fake_app(folder)
    sessions_of_all_kinds(runtime)
    return app, runtime


async def _review(pilot: Pilot[int], app: AtlasApp) -> None:
    await reviewed(pilot, app)
    await until(pilot, lambda: words("best = 0")(app))


async def _moved(pilot: Pilot[int], app: AtlasApp) -> None:
    """The person has edited the file meanwhile, once where the change is too."""
    await _review(pilot, app)
    (app.desk.folder / "solution.py").write_text(
        "import math\n\n" + TWO_BUGS.replace("best = 1", "best = -1")
    )
    await until(pilot, lambda: words("! moved")(app))


def _shop(folder: Path) -> Shown:
    return shop_app(shop(folder))


async def _flagged(pilot: Pilot[int], app: AtlasApp) -> None:
    """A candidate of several files that is not chosen by itself."""
    await brought_back(pilot, app)
    await pilot.press("2")
    await until(pilot, lambda: words("not chosen by itself")(app))


def _hunked(folder: Path) -> Shown:
    app, runtime, _ = hunked(make_repository(folder))
    runtime.message = "Start from an empty stretch"
    runtime.may_propose.set()
    return app, runtime


def _measured(folder: Path) -> Shown:
    kept(folder / "atlas-bench" / "shelf-run")
    kept(folder / "atlas-bench" / "stopped-run", done=1)
    return fake_app(folder)


async def _bench(pilot: Pilot[int], app: AtlasApp) -> None:
    await started(pilot)
    await pilot.press("f9")
    await until(pilot, lambda: words("shelf-run", "third/3")(app))
    await pilot.press("enter", "down", "right")
    await until(pilot, lambda: words("second/2 · B")(app))


def _change(folder: Path) -> Shown:
    change_story.write_repository(folder)
    app, runtime = fake_app(folder, change_story.whole(folder), text=change_story.TEXT, target=None)
    runtime.project = change_story.project(folder, flaky=("test_stats.MeanTest.test_of_chance",))
    runtime.change_notes = (
        "1 test did not end alike twice and decides nothing: test_stats.MeanTest.test_of_chance",
    )
    return app, runtime


async def _checked(pilot: Pilot[int], app: AtlasApp) -> None:
    await started(pilot)
    await pilot.press("f10", "f11")
    await until(pilot, lambda: words("2 tests fail, 1 passes")(app))


def _dialog(kind: type) -> Callable[[AtlasApp], bool]:
    return lambda app: isinstance(app.screen, kind)


def _written(app: AtlasApp) -> bool:
    """Everything that streams has come."""
    return app.desk.run.pace.tokens == sum(event.tokens for event in thinking() if isinstance(event, Text))


async def _hello(pilot: Pilot[int], app: AtlasApp) -> None:
    await until(pilot, lambda: words("suggested")(app) and app.desk.head)


EMPTY = Scene(lambda folder: fake_app(folder, text="", target=None), lambda pilot, app: started(pilot))
PROBLEM = Scene(lambda folder: fake_app(make_repository(folder)), lambda pilot, app: started(pilot))
CONTESTED = playing(lambda: why_story.contested(lens=True))
WHY = then(CONTESTED, "w", until_shown=words("results"))
REVIEW = Scene(_hunked, _review)
CHANGE = Scene(_change, _checked)
RUN_CHANGE = then(CHANGE, "ctrl+r", until_shown=lambda app: app.desk.run.ended)
SESSIONS = Scene(_recorded, lambda pilot, app: to_sessions(pilot, app, 3))
MACHINE = then(PROBLEM, "f7", until_shown=words("qwen3-14b"))


SCENES = {
    "problem-empty": EMPTY,
    "problem": PROBLEM,
    "change": CHANGE,
    "run-change": RUN_CHANGE,
    "why-change": then(RUN_CHANGE, "w", until_shown=words("results")),
    "run-reading": playing(reading, waits=lambda app: app.desk.run.prefill),
    "run-thinking": playing(thinking, waits=_written),
    "run-ended": playing(story.whole),
    "run-repaired": playing(story.repaired),
    "run-hostile": playing(hostile),
    "run-scored": CONTESTED,
    "why": WHY,
    "why-map": then(WHY, "m", until_shown=_dialog(MapOfLens)),
    "why-cell": then(WHY, "enter", until_shown=_dialog(Details)),
    "review": REVIEW,
    "review-files": Scene(_shop, _flagged),
    "commit": then(
        then(REVIEW, "a", until_shown=lambda app: app.desk.run.applied), "c", until_shown=_dialog(Commit)
    ),
    "three-way": then(Scene(_hunked, _moved), "w", until_shown=_dialog(ThreeWay)),
    "sessions": SESSIONS,
    "export": then(
        then(SESSIONS, "e", until_shown=_dialog(ExportTo)),
        *("tab", "tab", "tab", "enter"),
        until_shown=words("picture of"),
    ),
    "ask": then(SESSIONS, "x", until_shown=_dialog(Ask)),
    "machine-models": MACHINE,
    "machine-settings": then(MACHINE, "2", until_shown=words("gpu_layers")),
    "machine-doctor": then(MACHINE, "3", until_shown=words("NVIDIA RTX 4070")),
    "bench": Scene(_measured, _bench),
    "bench-begin": then(Scene(_measured, _bench), "n", until_shown=_dialog(BeginBench)),
    "welcome": Scene(lambda folder: fake_app(folder, text="", target=None, first=True), _hello),
    "themes": then(PROBLEM, "f12", until_shown=words("atlas-light", "paper")),
    "help": then(PROBLEM, "f1", until_shown=words("Esc closes")),
    "palette": then(playing(story.whole), "ctrl+p", until_shown=words("Search")),
}
