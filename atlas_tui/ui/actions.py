"""Everything a key can do: the one table that footer, help and command palette are made from.

A screen has a method ``action_<id>`` for each of its rows; ``when`` says whether it is possible now, and what
is not possible is neither shown nor done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.binding import Binding, BindingType

from atlas_tui.ui.action import (
    BENCH,
    EVERYWHERE,
    MACHINE,
    PROBLEM,
    REVIEW,
    RUN,
    SCREEN_TITLES,
    SESSIONS,
    WHY,
    Action,
    Now,
)
from atlas_tui.ui.actions_bench import BENCH_ACTIONS
from atlas_tui.ui.actions_cards import CARD_ACTIONS
from atlas_tui.ui.actions_going_on import GOING_ON_ACTIONS
from atlas_tui.ui.actions_habits import HABIT_ACTIONS
from atlas_tui.ui.actions_machine import MACHINE_ACTIONS
from atlas_tui.ui.actions_problem import PROBLEM_ACTIONS
from atlas_tui.ui.actions_review import REVIEW_ACTIONS
from atlas_tui.ui.actions_sessions import SESSIONS_ACTIONS
from atlas_tui.ui.actions_why import WHY_ACTIONS

__all__ = [
    "ACTIONS",
    "BENCH",
    "EVERYWHERE",
    "MACHINE",
    "PROBLEM",
    "REVIEW",
    "RUN",
    "SCREEN_TITLES",
    "SESSIONS",
    "WHY",
    "Action",
    "Now",
]


def _idle(now: Now) -> bool:
    return not now.running


ACTIONS: tuple[Action, ...] = (
    Action(
        id="solve",
        key="ctrl+r",
        title="Run",
        screens=(PROBLEM, RUN),
        help="Solve the problem: three plans, three programs or changes, each run on samples or tests.",
        when=lambda now: now.readable and now.ready and not now.running and not now.checking,
    ),
    Action(
        id="cancel",
        key="escape",
        title="Stop",
        screens=(RUN, WHY, REVIEW),
        help="Stop the run at once.",
        when=lambda now: now.running,
    ),
    Action(
        id="open_file",
        key="ctrl+o",
        title="Open file",
        screens=(PROBLEM,),
        help="Open a problem from a file under this folder.",
    ),
    Action(
        id="choose_target",
        key="ctrl+t",
        title="Target",
        screens=(PROBLEM,),
        help="Choose the target file from those that may be meant.",
        when=lambda now: now.ready and not now.change,
    ),
    Action(
        id="switch_how",
        key="f8",
        title="Place",
        screens=(PROBLEM,),
        help="Write the solution in place, as the whole file, or into a new file.",
        when=lambda now: now.switchable,
    ),
    *CARD_ACTIONS,
    *PROBLEM_ACTIONS,
    Action(
        id="review_choice",
        key="d",
        title="Diff",
        screens=(RUN,),
        help="Look at the choice as a change of the files it is for.",
        when=lambda now: bool(now.usable) and _idle(now),
    ),
    Action(
        id="focus_candidate",
        argument="A",
        key="1",
        title="Candidate A",
        screens=(RUN,),
        help="Bring candidate A to the front.",
        when=lambda now: "A" in now.candidates,
        footer=False,
    ),
    Action(
        id="focus_candidate",
        argument="B",
        key="2",
        title="Candidate B",
        screens=(RUN,),
        help="Bring candidate B to the front.",
        when=lambda now: "B" in now.candidates,
        footer=False,
    ),
    Action(
        id="focus_candidate",
        argument="C",
        key="3",
        title="Candidate C",
        screens=(RUN,),
        help="Bring candidate C to the front.",
        when=lambda now: "C" in now.candidates,
        footer=False,
    ),
    Action(
        id="zoom",
        key="z",
        title="Zoom",
        screens=(RUN,),
        help="Give the candidate in front the whole width, or go back.",
        when=lambda now: len(now.candidates) > 1,
    ),
    Action(
        id="toggle_plan",
        key="p",
        title="Plan",
        screens=(RUN,),
        help="Switch the panels between plan and program.",
        when=lambda now: bool(now.candidates),
    ),
    Action(
        id="details",
        key="enter",
        title="Details",
        screens=(RUN,),
        help="Show input, expected output and what the selected run printed; of a step, what proves it.",
        when=lambda now: now.judged,
    ),
    *WHY_ACTIONS,
    *GOING_ON_ACTIONS,
    *REVIEW_ACTIONS,
    *SESSIONS_ACTIONS,
    *MACHINE_ACTIONS,
    *BENCH_ACTIONS,
    *HABIT_ACTIONS,
    Action(
        id="go",
        argument="problem",
        key="f2",
        title="Problem screen",
        help="The problem, and what was read from it.",
        footer=False,
    ),
    Action(
        id="go",
        argument="run",
        key="f3",
        title="Run screen",
        help="Plans, programs and evidence as they come.",
        footer=False,
    ),
    Action(
        id="go",
        argument="why",
        key="f4",
        title="Why screen",
        help="Why that candidate won: all results side by side, and what repairs changed.",
        footer=False,
    ),
    Action(
        id="go",
        argument="review",
        key="f5",
        title="Review screen",
        help="The change to the target file: accept, undo, commit.",
        footer=False,
    ),
    Action(
        id="go",
        argument="sessions",
        key="f6",
        title="Sessions screen",
        help="Earlier runs: look at them again, run them again, export, delete.",
        footer=False,
    ),
    Action(
        id="go",
        argument="machine",
        key="f7",
        title="Machine screen",
        help="Models, settings, and what is checked on this machine.",
        footer=False,
    ),
    Action(
        id="go",
        argument="bench",
        key="f9",
        title="Bench screen",
        help="Measure on problem sets: how often is what is submitted right, and what does it cost.",
        footer=False,
    ),
    Action(id="help", key="f1", title="Help", help="All keys."),
    Action(id="command_palette", key="ctrl+p", title="Commands", help="Find an action by its name."),
    Action(
        id="choose_theme",
        key="f12",
        title="Theme",
        help="Choose a theme and see it at once: six come with the app, and there are your own.",
        footer=False,
    ),
    Action(
        id="suspend_process",
        key="ctrl+z",
        title="Suspend",
        help="Back to the shell, whose command fg brings the app back. Where text is edited the key undoes.",
        footer=False,
    ),
    Action(id="quit", key="ctrl+q", title="Quit", help="Stop everything and leave."),
    Action(
        id="interrupt",
        key="ctrl+c",
        title="Quit",
        help="Copy what is selected; when nothing is, leave.",
        footer=False,
    ),
)


PRIOR = ("quit", "interrupt", "edit_outside", "go")
"""Actions whose keys no widget may take."""


def on(screen: str) -> tuple[Action, ...]:
    """The actions of one screen, in the order of the footer: its own before those of every screen."""
    return tuple(
        sorted((row for row in ACTIONS if screen in row.screens), key=lambda row: row.screens == EVERYWHERE)
    )


def own(screen: str) -> tuple[Action, ...]:
    """The actions of one screen without those of every screen."""
    return tuple(row for row in on(screen) if row.screens != EVERYWHERE)


def possible(now: Now) -> tuple[Action, ...]:
    """What can be done at this moment."""
    rows = (row for row in on(now.screen) if row.when(now))
    return tuple(
        replace(row, title=row.change_title) if now.change and row.change_title else row for row in rows
    )


def allowed(name: str, argument: str, now: Now) -> bool:
    """Whether the action of that name can be done at this moment; names that are not in the table can."""
    rows = [row for row in ACTIONS if row.id == name and row.argument in ("", argument)]
    return not rows or any(now.screen in row.screens and row.when(now) for row in rows)


def bindings(rows: Iterable[Action]) -> list[BindingType]:
    """The rows as Textual wants them."""
    return [
        Binding(row.key, row.call, row.title, show=row.footer, priority=row.id in PRIOR, id=binding_id(row))
        for row in rows
    ]


def binding_id(row: Action) -> str:
    """The name of the binding: the screen (``app`` where there are several), the action, its argument."""
    return f"{row.screens[0] if len(row.screens) == 1 else 'app'}.{row.id}.{row.argument}".rstrip(".")
