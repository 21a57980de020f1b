"""What is to be measured: a set, conditions, how many problems, and the folder for it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from atlas_tui import paths
from atlas_tui.ui.benching import Order
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.widgets.editor import PathInput

_FIELDS = (
    ("problems", "problems", "a set such as humaneval, name:PATH, or a file of your own"),
    ("conditions", "conditions", "A one sample … E everything; commas between them"),
    ("limit", "how many", "empty takes all"),
    ("out", "folder", "empty: atlas-bench and the set's name"),
)


class BeginBench(ModalScreen[Order | None]):
    """Gives the order, or None."""

    CSS_PATH = "begin_bench.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "measure on a problem set"
            dialog.border_subtitle = "Enter begins · Esc cancels"
            for name, title, hint in _FIELDS:
                with Horizontal(classes="field"):
                    yield Static(f"{title:<12}", markup=False, classes="title")
                    yield PathInput(getattr(self._order, name), placeholder=hint, id=name, compact=True)
            yield Static(
                "The model of this window is given back meanwhile: the run has a process of its own, goes on"
                " after a stop where it was, and ends with this window.",
                markup=False,
                classes="about",
            )
            yield Static(id="fault", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Begin", id="begin", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query_one("#problems").focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#fault", Static).update("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#begin")
    def _begin(self) -> None:
        order = Order(**{name: self.query_one(f"#{name}", Input).value.strip() for name, _, _ in _FIELDS})
        if fault := _fault(order):
            self.query_one("#fault", Static).update(label(fault, "$fail"))
            return
        if not order.out:
            order = replace(order, out=f"{paths.USUAL_RUNS}/{_folder_name(order.problems)}")
        self.dismiss(order)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)


def _folder_name(problems: str) -> str:
    """A name for the folder of a run, from what the person calls the problems."""
    stem = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in problems)
    for end in (".gz", ".jsonl", ".json", ".csv"):
        stem = stem.removesuffix(end)
    return stem.strip("-._") or "run"


def _fault(order: Order) -> str:
    """Why that cannot be begun, as far as a look tells; empty where it may be."""
    if not order.problems:
        return "name the problems: a set, or a file"
    if order.limit and not (order.limit.isdecimal() and int(order.limit) > 0):
        return "how many is a number above 0, or empty"
    return ""
