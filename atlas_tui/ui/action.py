"""What one action is, and what its possibility depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PROBLEM, RUN, WHY, REVIEW = "problem", "run", "why", "review"
SESSIONS, MACHINE, BENCH = "sessions", "machine", "bench"
EVERYWHERE = (PROBLEM, RUN, WHY, REVIEW, SESSIONS, MACHINE, BENCH)
SCREEN_TITLES = {
    PROBLEM: "Problem",
    RUN: "Run",
    WHY: "Why",
    REVIEW: "Review",
    SESSIONS: "Sessions",
    MACHINE: "Machine",
    BENCH: "Bench",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What the possibility of an action depends on."""

    screen: str = PROBLEM
    readable: bool = False
    """There is, or may be, a problem: reading it tells."""
    problem: bool = False
    """The text was read as a problem."""
    ready: bool = False
    """Engine, sandbox and working tree are set up."""
    switchable: bool = False
    """The solution can be written in another way: in place, as the whole file, as a new one."""
    running: bool = False
    goes_on: bool = False
    """The run has ended, and more can be asked of it."""
    stoppable: tuple[str, ...] = ()
    """Labels for which the model writes, or will write."""
    repairable: tuple[str, ...] = ()
    """Labels that can be repaired."""
    candidates: tuple[str, ...] = ()
    """Labels on the run screen."""
    thought: bool = False
    """A candidate thought before it wrote."""
    judged: bool = False
    """There is at least one run of a program to look at."""
    repaired: bool = False
    """A candidate was repaired."""
    usable: tuple[str, ...] = ()
    """Labels that have a program to review."""
    shown: str = ""
    """Label whose diff is on the review screen."""
    files: int = 0
    """Files under review."""
    hunks: bool = False
    """The diff on the review screen has hunks to go to."""
    sides: int = 0
    """What the candidate can be compared with."""
    selectable: bool = False
    """These hunks can be taken, left and changed."""
    writable: bool = False
    """The diff on the review screen could be written."""
    testable: bool = False
    """The file as it would be written could be run on the samples."""
    moved: bool = False
    """A file under review is not what it was when it was read."""
    written: bool = False
    """A write of this session stands and can be undone."""
    undone: bool = False
    """A write of this session was undone and can be done again."""
    committed: bool = False
    """Everything written is committed."""
    revertable: bool = False
    """A commit of this session stands, and nothing was written after it."""
    tab: str = ""
    """The tab of the machine screen."""
    picked: str = ""
    """What is selected there: a model's state, or ``setting``."""
    used: bool = False
    """The model that is selected there is the one in use."""
    at_work: bool = False
    """A model is being fetched or verified."""
    listed: bool = False
    """A recorded session is marked in the list."""
    bench: bool = False
    """A run of the bench is shown."""
    benching: bool = False
    """The bench is at work for this app."""
    result: bool = False
    """The marked problem is done under the marked condition."""
    changeable: bool = False
    """There is a repository whose change can be asked for."""
    change: bool = False
    """A change is asked for, not a program."""
    checking: bool = False
    """Its tests run, or it is made a problem."""
    failing: bool = False
    """There are tests to choose from what must pass."""
    left_out: bool = False
    """Something of the repository is not read or not shown."""
    replaying: bool = False
    """A recorded run is shown as it went."""


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
    change_title: str = ""
    """The title where a change in a repository is asked for; empty: the same."""
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


_KEY_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "slash": "/",
    "ctrl+backslash": "^\\",
    "alt+l": "Alt+L",
} | {key: key for key in "abcdefghijklmnopqrstuvwxyz0123456789"}
