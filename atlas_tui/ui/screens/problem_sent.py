"""The words about what is sent for a problem: its size against the context, and the files it mentions."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from atlas_tui.ui.context_files import ContextFile
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.words import count, many, size

_BAR = 12
"""Cells of the bar that shows how much of the context is taken."""
SCARCE = 0.5
"""Below this share of what a reply may have, that is told in another colour."""


def rows(desk: Desk) -> list[tuple[str, Content]]:
    """Rows for the table about the problem."""
    found = [("prompt", prompt(desk))]
    mentioned = desk.prompt.mentioned
    if mentioned.files:
        found.append(("files", Content("\n").join(map(_file, mentioned.files))))
    return [*found, *unknown(mentioned.missing)]


def unknown(missing: Sequence[str]) -> list[tuple[str, Content]]:
    """A row about what is mentioned and is no file; none where there is no such thing."""
    if not missing:
        return []
    lines = [label(f"@{name}", longest=40) for name in missing[:3]]
    told = Content.styled("no such file; sent as it stands", "$timeout")
    return [("unknown", Content("\n").join([*lines, told]))]


def prompt(desk: Desk) -> Content:
    """How much of the context is taken before anything is written."""
    taken = desk.prompt.size
    loaded = desk.backend is not None and desk.backend.model_state == "ready"
    if taken is None:
        known = "counting…" if desk.prompt.unmeasured else "size unknown"
        return Content.styled(known if loaded else "counted once the model is loaded", "$muted")
    if not taken.context:
        return Content(f"{count(taken.prompt)} tokens")
    read = f"{count(taken.cached)} of them already read" if taken.cached and loaded else ""
    share = min(1.0, taken.prompt / taken.context)
    full = round(share * _BAR)
    fits, none = taken.room >= taken.wanted, not taken.fits
    color = "$pass" if fits else "$fail" if none else "$timeout"
    words = f"{count(taken.prompt)} of {count(taken.context)} tokens"
    bar = Content.assemble(("█" * full, color), ("░" * (_BAR - full), "$muted"), f" {share:.0%}")
    lines = [Content(words), bar]
    if read:
        lines.append(Content.styled(read, "$muted"))
    if none:
        lines.append(Content.styled("no room is left for an answer", "$fail"))
    elif not fits:
        each = "each of its replies" if taken.replies > 1 else "its reply"
        told = f"leaves {count(taken.room)} for {each}"
        lines.append(Content.styled(told, "$timeout" if taken.room < SCARCE * taken.wanted else "$muted"))
    return Content("\n").join(lines)


def _file(file: ContextFile) -> Content:
    name = label(file.path, longest=40)
    if file.fault:
        return Content.assemble(("✗ ", "$fail"), name, ": ", label(file.fault, "$fail", 120))
    about = f" {many(file.lines, 'line')}, {size(len(file.text.encode()))}"
    return Content.assemble(name, (about, "$muted"))
