"""The words of the problem screen, from what is on the desk."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.problem import Mode, Problem
from atlas_tui.ui.aim import Aim
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens import problem_sent, repository_words
from atlas_tui.ui.widgets.hang import hang, table
from atlas_tui.ui.words import count, many, seconds, size

SAMPLES_SHOWN = 4
DIRTY_SHOWN = 4
_CHANGE = "for a change in this repository, which its tests decide on: F10"
_BY_HAND = ("changed by hand", "$muted")


def nothing(desk: Desk, width: int) -> Content:
    """That nothing was read yet, and what else could be asked for here."""
    words = Content.styled("nothing yet", "$muted")
    if desk.repository.offered:
        words = Content.assemble(words, "\n", repository_words.other_kind(_CHANGE, width))
    return words


def problem(desk: Desk, read: Problem, width: int) -> Content:
    """What was read from the text, and what is sent of it."""
    if read.project is not None:
        return repository_words.tests(read.project, read.notes, width)
    if read.mode is Mode.FUNCTION:
        how = Content.assemble(label(read.signature or read.entry_point, "$code-name", 120))
        kind = "function"
    else:
        how, kind = Content("standard input → standard output"), "program"
    limits, said = read.limits, desk.prompt.how
    if said.mode is not None or said.entry_point is not None:
        how = Content.assemble(how, "\n", _BY_HAND)
    used = Content(f"{seconds(limits.cpu_seconds)}, {size(limits.memory_bytes)}")
    if said.cpu_seconds is not None or said.memory_mb is not None:
        used = Content.assemble(used, ", ", _BY_HAND)
    rows = [
        (kind, how),
        ("length", Content(many(len(read.statement), "character"))),
        ("limits", used),
        ("samples", _samples(read, desk.prompt.edits.used(read))),
        *problem_sent.rows(desk),
    ]
    words = table(rows, width)
    for note in read.notes:
        words = Content.assemble(words, "\n", _marked(label(note), "$timeout", width))
    if desk.repository.offered:
        words = Content.assemble(words, "\n", repository_words.other_kind(_CHANGE, width))
    return words


def _samples(read: Problem, edited: bool) -> Content:
    if not read.samples:
        none = "none left" if edited else "none found"
        return Content.styled(f"{none}: nothing can be checked; ^S adds one", "$timeout")
    lines = [Content(f"{len(read.samples)}{', changed by hand' if edited else ''}")]
    for sample in read.samples[:SAMPLES_SHOWN]:
        given = sample.given.strip()
        if read.mode is Mode.FUNCTION:
            given = given[1:-1]
        lines.append(
            Content.assemble(label(given, longest=28), (" → ", "$muted"), label(sample.expected, longest=20))
        )
    if len(read.samples) > SAMPLES_SHOWN:
        lines.append(Content.styled(f"{len(read.samples) - SAMPLES_SHOWN} more", "$muted"))
    return Content("\n").join(lines)


def target(desk: Desk, width: int) -> Content:
    """Why this file, what becomes of it, and what to know before it is written."""
    aim = desk.aim
    if not aim.path:
        return Content.styled(_without_target(desk), "$muted")
    if aim.fault:
        return label(aim.fault, "$fail", 400)
    lines = [label(aim.why, "$muted", 200)] if aim.why else []
    base = aim.base
    if base is not None:
        lines.append(Content.styled(_becomes(aim), "$muted"))
        if base.path in desk.dirty and base.exists:
            changed = Content("it has uncommitted changes; they are kept as what is changed")
            lines.append(_marked(changed, "$timeout", width))
        lines += [_marked(label(each, longest=300), "$timeout", width) for each in base.warnings]
        if base.confirm:
            asked = Content.assemble(label(base.confirm, longest=300), "; you will be asked")
            lines.append(_marked(asked, "$fail", width))
    return Content("\n").join(lines)


def _without_target(desk: Desk) -> str:
    if desk.aim.named:
        return "nothing will be written"
    return "looking for a file…" if desk.problem else "proposed once the problem is read"


def _becomes(aim: Aim) -> str:
    """The file as it is, and what of it stays."""
    base, kind = aim.base, aim.kind
    if base is None or kind is None:
        return ""
    if not base.exists:
        return "a new file, in a new folder" if base.new_folders else "a new file"
    stays = "nothing of it stays" if kind == "whole file" else "the rest of it stays"
    return f"exists, {size(len(base.content))}\n{kind}: {stays}"


def machine(desk: Desk, width: int) -> Content:
    """Model, isolation, and the repository as it stands."""
    backend, rows = desk.backend, []
    if backend is None:
        return label(desk.fault, "$fail") if desk.fault else Content.styled("starting…", "$muted")
    state, model = backend.model_state, backend.model
    if state.startswith("failed"):
        rows.append(("model", label(state.removeprefix("failed: "), "$fail")))
    elif model is None:
        known = {"loading": "loading…", "off": "loading…"}.get(state, state)
        rows.append(("model", Content(known)))
    else:
        words = f"{model.device}, {count(model.context)} tokens of context"
        rows.append(("model", Content.assemble(label(model.name, longest=40), ", ", label(words))))
    if desk.held is None:
        rows.append(("isolation", Content("trying…")))
    else:
        none = str(desk.held.tier) == "none"
        words = f"{desk.held.tier}, {desk.held.why}"
        rows.append(("isolation", label(words, "$fail" if none else "")))
        if desk.held.python_version:
            rows.append(("python", label(desk.held.python_version)))
    rows.append(("base", label(desk.head or "…")))
    if desk.dirty:
        rows.append(("dirty", _dirty(desk.dirty)))
    return table(rows, width)


def _dirty(paths: tuple[str, ...]) -> Content:
    from atlas_tui.workspace.workspace import MOST_DIRTY

    lines = [label(path, longest=60) for path in paths[:DIRTY_SHOWN]]
    if (rest := len(paths) - DIRTY_SHOWN) > 0:
        more = f"{'at least ' if len(paths) >= MOST_DIRTY else ''}{rest} more"
        lines.append(Content.styled(more, "$muted"))
    return Content("\n").join(lines)


def _marked(words: Content, color: str, width: int) -> Content:
    return hang(Content.styled("! ", color), words, width)
