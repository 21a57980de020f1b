"""The words about a change in a repository: how its tests end now, what must pass, what may be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from textual.content import Content

from atlas_tui.problem import Project
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.repository import Repository
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.screens import problem_sent
from atlas_tui.ui.widgets.hang import hang, table
from atlas_tui.ui.words import count, many, middle

SHOWN = 4
"""Tests and files that are named; the rest is counted."""
_NAME, _LONGEST = 10, 200
"""Cells of the names' column, and most characters of a value."""


def change(desk: Desk, width: int) -> Content:
    """What is asked for, and what is known of it."""
    repository = desk.repository
    # What changes comes first: a low screen has room for a few rows.
    rows = [("now", _now(repository)), ("tests", _command(repository))]
    project = repository.project
    if project is not None and not repository.working:
        rows.append(("must pass", _required(project, repository, width)))
    rows.append(("may touch", _allowed(repository)))
    if repository.targets:
        rows.append(("files", _names(repository.targets, width)))
    rows += problem_sent.unknown(repository.missing)
    if repository.left_out:
        words = f"{many(len(repository.left_out), 'thing')}; Alt+L lists what and why"
        rows.append(("left out", Content.styled(words, "$muted")))
    rows.append(("in", _where(desk)))
    if desk.problem is not None:
        rows.append(("prompt", problem_sent.prompt(desk)))
    notes = repository.notes if not repository.working else ()
    other = other_kind("for a program or a function: F10", width)
    return Content("\n").join([table(rows, width), *_notes(notes, width), other])


def other_kind(words: str, width: int) -> Content:
    """How to come to the other kind of problem."""
    return hang(Content.styled("· ", "$muted"), Content.styled(words, "$muted"), width)


def tests(project: Project, notes: Sequence[str], width: int) -> Content:
    """The same of a problem that was read, wherever it comes from."""
    rows = [
        ("in", _place(project.root, project.head)),
        ("tests", label(project.command_line, "$code-name", _LONGEST)),
        ("now", ends(project)),
    ]
    return Content("\n").join([table(rows, width), *_notes(notes, width)])


def ends(project: Project) -> Content:
    """``3 tests fail, 205 pass, 1 flaky``."""
    failing, passing, flaky = len(project.required), len(project.kept), len(project.flaky)
    fail = f"{many(failing, 'test')} {'fails' if failing == 1 else 'fail'}" if failing else "no test fails"
    parts = [Content.styled(fail, "$fail" if failing else "$timeout")]
    if passing:
        parts.append(Content.styled(f"{count(passing)} {'passes' if passing == 1 else 'pass'}", "$pass"))
    if flaky:
        parts.append(Content.styled(f"{count(flaky)} flaky", "$timeout"))
    return Content(", ").join(parts)


def _where(desk: Desk) -> Content:
    return _place(str(desk.folder), desk.head)


def _place(root: str, head: str) -> Content:
    name = label(PurePath(root).name or root, longest=60)
    return Content.assemble(name, "\n", label(head, "$muted", _LONGEST)) if head else name


def _command(repository: Repository) -> Content:
    command = repository.command
    if not command:
        return Content.styled("no test command was found; ^N takes one", "$timeout")
    why = repository.commands[0].why if repository.commands and not repository.asked.tests else ""
    told = f"found: {why}" if why else "as you typed it" if repository.asked.tests else ""
    words = label(command, "$code-name", _LONGEST)
    return Content.assemble(words, "\n", label(told, "$muted", _LONGEST)) if told else words


def _now(repository: Repository) -> Content:
    if repository.working:
        lines = [label(line, longest=_LONGEST) for line in repository.told[-3:]]
        return Content("\n").join([*lines, Content.styled("Esc stops it", "$muted")])
    if repository.fault is not None:
        return label(repository.fault.one_line(), "$fail", 600)
    if repository.project is None:
        return Content.styled("not run yet; F11 runs them, ^R too", "$muted")
    words = ends(repository.project)
    if stale := repository.stale:
        words = Content.assemble(words, "\n", (f"{stale}; F11 runs them again", "$timeout"))
    return words


def _required(project: Project, repository: Repository, width: int) -> Content:
    chosen = repository.asked.must_pass
    if not project.required and not chosen:
        return Content.styled("nothing: no test shows when the change is right", "$timeout")
    if not chosen:
        head = f"all {count(len(project.required))} that fail" if len(project.required) > 1 else "it"
        return _names(project.required, width, f"{head}; ^S chooses")
    return _names(chosen, width, f"{many(len(chosen), 'test')}, as you chose")


def _allowed(repository: Repository) -> Content:
    asked = repository.asked
    if asked.allowed:
        words = _names(asked.allowed, 60)
        tests_too = ("\nthe tests too", "$timeout") if asked.edit_tests else ""
        return Content.assemble(words, tests_too)
    if asked.edit_tests:
        return Content.styled("all files, the tests too", "$timeout")
    return Content("all but the tests and what configures them")


def _names(names: Sequence[str], width: int, head: str = "") -> Content:
    room = max(8, width - _NAME)
    lines = [Content.styled(head, "$muted")] if head else []
    lines += [label(middle(one_line(name, _LONGEST), room)) for name in names[:SHOWN]]
    if len(names) > SHOWN:
        lines.append(Content.styled(f"{count(len(names) - SHOWN)} more", "$muted"))
    return Content("\n").join(lines)


def _notes(notes: Sequence[str], width: int) -> Iterator[Content]:
    for note in notes:
        yield hang(Content.styled("! ", "$timeout"), label(note, longest=400), width)
