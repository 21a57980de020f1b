"""The samples of a problem as a table: change, add, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from atlas_tui.errors import InputError
from atlas_tui.problem import Mode, Sample
from atlas_tui.ui.samples import MOST, made, written
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.editor import SafeTextArea

_NUMBER = 4
"""Columns for the number of a sample."""
_HOW = {
    Mode.FUNCTION: ("arguments", "expected result", "Plain values, arguments separated by commas: [1, 2], 3"),
    Mode.PROGRAM: ("standard input", "expected output", "Line ends at the very end do not count."),
}


class Samples(ModalScreen[tuple[Sample, ...]]):
    """Gives the samples as they were left."""

    CSS_PATH = "samples.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("a", "add", "Add"),
        Binding("delete,d", "delete", "Delete"),
        Binding("u", "as_read", "As read"),
    ]

    def __init__(self, samples: Sequence[Sample], read: Sequence[Sample], mode: Mode) -> None:
        """``read`` are those in the text, to go back to."""
        super().__init__()
        self._samples, self._read, self._mode = list(samples), tuple(read), mode

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "samples"
            dialog.border_subtitle = "Enter edits · a adds · d deletes · u as in the text · Esc closes"
            yield Static(id="titles", markup=False)
            yield OptionList(id="samples", compact=True, markup=False)
            yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        self._list()
        self.query_one(OptionList).focus()

    def on_resize(self) -> None:
        # The table has its width only now.
        self.call_after_refresh(self._list)

    def _list(self, at: int | None = None) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted if at is None else at
        width = max(8, (options.size.width - _NUMBER - 4) // 2)
        given, expected, _ = _HOW[self._mode]
        titles = f"{'':<{_NUMBER}}{given[:width]:<{width}}  {expected[:width]}"
        self.query_one("#titles", Static).update(Content.styled(titles, "$muted"))
        options.set_options(
            Option(_row(number, sample, self._mode, width)) for number, sample in enumerate(self._samples, 1)
        )
        if self._samples:
            options.highlighted = min(at or 0, len(self._samples) - 1)
        changed = tuple(self._samples) != self._read
        words = "changed: every program is run on these" if changed else "as they stand in the text"
        if not self._samples:
            words = "none: nothing can be checked — a adds one"
        self._say(Content.styled(words, "$timeout" if not self._samples else "$muted"))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._edit(event.option_index)

    @work(exclusive=True, group="edit", exit_on_error=False)
    async def _edit(self, index: int) -> None:
        """Edit one; the index behind the last adds one."""
        old = self._samples[index] if index < len(self._samples) else None
        fresh = await self.app.push_screen_wait(EditSample(old, index + 1, self._mode))
        if fresh is not None:
            self._samples[index : index + 1] = [fresh]
            self._list(index)

    def action_add(self) -> None:
        """A new one, at the end."""
        if len(self._samples) < MOST:
            self._edit(len(self._samples))
        else:
            self._say(Content.styled(f"there can be {MOST} samples, and there are", "$timeout"))

    def action_delete(self) -> None:
        """Leave the marked one out."""
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._samples):
            del self._samples[index]
            self._list(index)

    def action_as_read(self) -> None:
        """Those in the text again."""
        self._samples = list(self._read)
        self._list()

    def action_leave(self) -> None:
        """Use what is shown."""
        self.dismiss(tuple(self._samples))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def _say(self, words: Content) -> None:
        self.query_one("#note", Static).update(words)


class EditSample(ModalScreen[Sample | None]):
    """Gives the sample, or None where it was given up. What is typed stays until it can be used."""

    CSS_PATH = "samples.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the editors, which take Escape for a way out of themselves.
        Binding("escape", "dismiss(None)", "Cancel", priority=True),
        Binding("ctrl+s", "keep", "Keep", priority=True),
    ]

    def __init__(self, sample: Sample | None, number: int, mode: Mode) -> None:
        """None begins a new one."""
        super().__init__()
        self._sample, self._number, self._mode = sample, number, mode

    def compose(self) -> ComposeResult:
        given, expected = written(self._sample, self._mode) if self._sample else ("", "")
        names = _HOW[self._mode]
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"{'sample' if self._sample else 'new sample'} {self._number}"
            dialog.border_subtitle = "^S keeps · Tab goes on · Esc gives it up"
            for name, id, text in ((names[0], "given", given), (names[1], "expected", expected)):
                yield Static(name, classes="name", markup=False)
                yield SafeTextArea(text, id=id, soft_wrap=False, compact=True, tab_behavior="focus")
            yield Static(Content.styled(names[2], "$muted"), id="note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#given", SafeTextArea).focus()

    def action_keep(self) -> None:
        """Use it, or say why it cannot be used."""
        texts = [self.query_one(f"#{id}", SafeTextArea).text for id in ("given", "expected")]
        try:
            sample = made(texts[0], texts[1], self._mode)
        except InputError as error:
            self.query_one("#note", Static).update(Content.styled(one_line(error.one_line(), 200), "$fail"))
            return
        self.dismiss(sample)


def _row(number: int, sample: Sample, mode: Mode, width: int) -> Content:
    given, expected = written(sample, mode)
    first = label(given, longest=width)
    gap = " " * max(0, width - first.cell_length)
    return Content.assemble(
        (f"{number:<{_NUMBER}}", "$muted"), first, gap, "  ", label(expected, longest=width)
    ).truncate(_NUMBER + 2 * width + 2)
