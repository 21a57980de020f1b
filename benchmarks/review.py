"""CPU of the review: mounting a change of 5,000 lines, scrolling through it, colouring it.

    python benchmarks/review.py [--lines 5000] [--runs 5] [--json]

Goals: less than 0.1 CPU-seconds from being given the change to its first picture, and no scroll step slower
than 1/30 s. Peer in the same run: the same lines in Textual's own ``Static``, given ready-made text.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from atlas_tui.ui import themes
from atlas_tui.ui.app import spare_collections
from atlas_tui.ui.widgets.diff import DiffView
from atlas_tui.workspace.hunks import Change, compare

SIZE = (160, 48)
MOUNT_GOAL = 0.1
STEP_GOAL = 1 / 30
MOST_STEPS = 110
"""Pages of the screen that are scrolled through: 5,000 rows."""
_KINDS = ("one hunk, new file", "every line changed", "small hunks", "side by side")


@dataclass(frozen=True, slots=True)
class Measured:
    """CPU-seconds of the process; medians over the runs."""

    kind: str
    mount: float
    """From being given the change to the first picture, before any colours are there."""
    step: float
    """One page further, in the middle of scrolling through."""
    slowest_step: float
    """The slowest step of all runs."""
    through: float
    """All these pages."""
    colors: float
    """Finding the colours of all lines in a thread, and drawing those in sight; nothing waits for it."""


def lines_of(count: int, salt: str) -> list[str]:
    return [f"v{number} = f({number}, '{salt}')  # as said" for number in range(count)]


def change_of_kind(kind: str, count: int) -> Change:
    """A change with ``count`` removed and added lines together, or all of them added."""
    if kind == "one hunk, new file":
        old, new = [], lines_of(count, "new")
    elif kind == "every line changed":
        old, new = lines_of(count // 2, "old"), lines_of(count // 2, "new")
    else:
        # One line in eight: far enough apart to be hunks of their own.
        old, changed = lines_of(count * 4, "same"), lines_of(count * 4, "other")
        new = [changed[n] if n % 8 == 4 else line for n, line in enumerate(old)]
    return compare("\n".join(old).encode(), "\n".join(new).encode(), "src/module.py")


class Page(App[None]):
    """An app with nothing but the view."""

    CSS = "Screen > * { height: 1fr; } Static { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        for theme in themes.load_all()[0]:
            self.register_theme(theme)
        self.theme = themes.DEFAULT


async def cpu(action: Callable[[], object], pilot: Pilot[None]) -> float:
    """CPU-seconds of doing it and drawing what came of it."""
    await pilot.pause()
    start = time.thread_time()
    action()
    await pilot.pause()
    return time.thread_time() - start


async def review(change: Change, beside: bool, kind: str) -> Measured:
    app = Page()
    async with app.run_test(size=SIZE) as pilot:
        # Not Python by its name: what the thread does after the first picture is measured on its own.
        plain, view = DiffView(id="plain"), DiffView()

        def show(on: DiffView, path: str) -> None:
            app.screen.mount(on)
            on.show_change(replace(change, path=path), {1}, side_by_side=beside)

        mount = await cpu(lambda: show(plain, "module.txt"), pilot)
        await plain.remove()
        before = time.process_time()
        await cpu(lambda: show(view, "module.py"), pilot)
        await app.workers.wait_for_complete()
        await pilot.pause()
        colors = time.process_time() - before - mount
        steps = []
        while view.scroll_offset.y < view.max_scroll_y and len(steps) < MOST_STEPS:
            steps.append(await cpu(lambda: view.scroll_page_down(animate=False), pilot))
    return Measured(kind, mount, statistics.median(steps), max(steps), sum(steps), colors)


async def peer(change: Change) -> float:
    """CPU-seconds until Textual's own widget shows the same lines, without signs and colours."""
    app = Page()
    text = change.content().decode()
    async with app.run_test(size=SIZE) as pilot:
        return await cpu(lambda: app.screen.mount(Static(text, markup=False)), pilot)


def middle(runs: list[Measured]) -> Measured:
    """The medians; of the slowest step the slowest."""
    names = ("mount", "step", "through", "colors")
    medians = {name: statistics.median(getattr(run, name) for run in runs) for name in names}
    return Measured(kind=runs[0].kind, slowest_step=max(run.slowest_step for run in runs), **medians)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found: list[Measured] = []
    for kind in _KINDS:
        change = change_of_kind(kind, options.lines)
        # The first run imports and fills caches; it is not counted.
        asyncio.run(review(change, kind == "side by side", kind))
        if not found:
            # As the app does once it has started.
            spare_collections()
        runs = [asyncio.run(review(change, kind == "side by side", kind)) for _ in range(options.runs)]
        found.append(middle(runs))
    static = asyncio.run(peer(change_of_kind(_KINDS[0], options.lines)))
    if options.json:
        print(json.dumps({"measured": [asdict(one) for one in found], "static_mount": static}))
        return
    for one in found:
        print(
            f"{one.kind:22} mount {one.mount:.3f} s   step {one.step * 1000:5.1f} ms   "
            f"slowest {one.slowest_step * 1000:5.1f} ms   through {one.through:.2f} s   "
            f"colours {one.colors:.2f} s"
        )
    print(f"{'Static, plain text':22} mount {static:.3f} s")
    met = all(one.mount < MOUNT_GOAL and one.step < STEP_GOAL for one in found)
    goals = f"mount under {MOUNT_GOAL} s, step under {STEP_GOAL * 1000:.0f} ms"
    print(f"goals: {goals}: {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
