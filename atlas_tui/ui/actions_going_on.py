"""What a person can ask of a run while it goes on, and after it has ended."""

from __future__ import annotations

from atlas_tui.ui.action import RUN, WHY, Action

GOING_ON_ACTIONS: tuple[Action, ...] = (
    Action(
        id="stop_one",
        key="x",
        title="Stop one",
        screens=(RUN,),
        help="Stop the candidate in front; the run goes on with the others.",
        when=lambda now: bool(now.stoppable),
    ),
    Action(
        id="prefer",
        key="space",
        title="Prefer",
        screens=(RUN, WHY),
        help="Prefer this candidate, whatever the evidence says; once more takes it back.",
        when=lambda now: now.goes_on and bool(now.usable),
    ),
    Action(
        id="draw_more",
        key="m",
        title="More",
        screens=(RUN,),
        help="Ask for more candidates: the run goes on with what it knows.",
        when=lambda now: now.goes_on,
    ),
    Action(
        id="repair",
        key="r",
        title="Repair",
        screens=(RUN, WHY),
        help="Repair this candidate; it is told which samples it fails.",
        when=lambda now: bool(now.repairable),
    ),
)
