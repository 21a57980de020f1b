"""Everything a key can do: the one table that footer, help and command palette are made from.

A screen has a method ``action_<id>`` for each of its rows; ``when`` says whether it is possible now, and what
is not possible is neither shown nor done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

PROBLEM, RUN, REVIEW = "problem", "run", "review"
EVERYWHERE = (PROBLEM, RUN, REVIEW)
SCREEN_TITLES = {PROBLEM: "Problem", RUN: "Run", REVIEW: "Review"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What the possibility of an action depends on."""

    screen: str = PROBLEM
    readable: bool = False
    """There is, or may be, a problem: reading it tells."""
    ready: bool = False
    """Engine, sandbox and working tree are set up."""
    running: bool = False
    candidates: tuple[str, ...] = ()
    """Labels on the run screen."""
    judged: bool = False
    """There is at least one run of a program to look at."""
    usable: tuple[str, ...] = ()
    """Labels that have a program to review."""
    shown: str = ""
    """Label whose diff is on the review screen."""
    writable: bool = False
    """The diff on the review screen could be written."""
    written: bool = False
    """A write of this session stands and can be undone."""
    committed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person can do."""

    id: str
    key: str
    """Textual's name of the key; several are separated by commas, the first one is shown."""
    title: str
    """A word or two, for the footer."""
    help: str
    """One sentence, for help and palette."""
    screens: tuple[str, ...] = EVERYWHERE
    when: Callable[[Now], bool] = lambda now: True
    footer: bool = True
    argument: str = ""
    """Passed to the method, so that 1, 2 and 3 share one."""

    @property
    def call(self) -> str:
        """The action as Textual writes it."""
        return f"{self.id}({self.argument!r})" if self.argument else self.id

    @property
    def shown_key(self) -> str:
        first = self.key.split(",", 1)[0]
        return _KEY_NAMES.get(first) or first.replace("ctrl+", "^").upper().replace("^", "^", 1)


_KEY_NAMES = {"escape": "Esc", "enter": "Enter"} | {
    key: key for key in "abcdefghijklmnopqrstuvwxyz0123456789"
}


def _idle(now: Now) -> bool:
    return not now.running


ACTIONS: tuple[Action, ...] = (
    Action(
        id="solve",
        key="ctrl+r,f5",
        title="Run",
        screens=(PROBLEM, RUN),
        help="Solve the problem: three plans, three programs, each run on the samples.",
        when=lambda now: now.readable and now.ready and not now.running,
    ),
    Action(
        id="cancel",
        key="escape",
        title="Stop",
        screens=(RUN,),
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
        id="review_choice",
        key="d",
        title="Diff",
        screens=(RUN,),
        help="Look at the chosen program as a change of the target file.",
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
        help="Show input, expected output and what the program printed, of the selected run.",
        when=lambda now: now.judged,
    ),
    Action(
        id="accept",
        key="a",
        title="Accept",
        screens=(REVIEW,),
        help="Write the change to the target file.",
        when=lambda now: now.writable,
    ),
    Action(
        id="undo",
        key="u",
        title="Undo",
        screens=(REVIEW,),
        help="Put the bytes back that the file had before.",
        when=lambda now: now.written,
    ),
    Action(
        id="commit",
        key="c",
        title="Commit",
        screens=(REVIEW,),
        help="Commit the written file, and nothing else.",
        when=lambda now: now.written and not now.committed,
    ),
    Action(
        id="show_candidate",
        argument="A",
        key="1",
        title="Candidate A",
        screens=(REVIEW,),
        help="Show the diff of candidate A.",
        when=lambda now: "A" in now.usable,
        footer=False,
    ),
    Action(
        id="show_candidate",
        argument="B",
        key="2",
        title="Candidate B",
        screens=(REVIEW,),
        help="Show the diff of candidate B.",
        when=lambda now: "B" in now.usable,
        footer=False,
    ),
    Action(
        id="show_candidate",
        argument="C",
        key="3",
        title="Candidate C",
        screens=(REVIEW,),
        help="Show the diff of candidate C.",
        when=lambda now: "C" in now.usable,
        footer=False,
    ),
    Action(
        id="reread",
        key="r",
        title="Read again",
        screens=(REVIEW,),
        help="Read the target file again and make the diff anew.",
        when=lambda now: bool(now.shown),
    ),
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
        argument="review",
        key="f4",
        title="Review screen",
        help="The change to the target file: accept, undo, commit.",
        footer=False,
    ),
    Action(id="help", key="f1", title="Help", help="All keys."),
    Action(id="command_palette", key="ctrl+p", title="Commands", help="Find an action by its name."),
    Action(
        id="next_theme",
        key="f9",
        title="Theme",
        help="Switch between the dark and the light theme.",
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


PRIOR = ("quit", "interrupt")
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
    return tuple(row for row in on(now.screen) if row.when(now))


def allowed(name: str, argument: str, now: Now) -> bool:
    """Whether the action of that name can be done at this moment; names that are not in the table can."""
    rows = [row for row in ACTIONS if row.id == name and row.argument in ("", argument)]
    return not rows or any(now.screen in row.screens and row.when(now) for row in rows)


def bindings(rows: Iterable[Action]) -> list[BindingType]:
    """The rows as Textual wants them."""
    return [
        Binding(row.key, row.call, row.title, show=row.footer, priority=row.id in PRIOR, id=_binding_id(row))
        for row in rows
    ]


def _binding_id(row: Action) -> str:
    return f"{row.screens[0] if len(row.screens) == 1 else 'app'}.{row.id}.{row.argument}".rstrip(".")
