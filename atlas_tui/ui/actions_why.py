"""The actions of the screen that tells why one candidate won, and the way there."""

from __future__ import annotations

from atlas_tui.ui.action import RUN, WHY, Action, Now


def _written(now: Now) -> bool:
    """There are programs, or at least what was tried to be one."""
    return now.judged or bool(now.usable)


WHY_ACTIONS: tuple[Action, ...] = (
    Action(
        id="show_why",
        key="w",
        title="Why",
        screens=(RUN,),
        help="Tell why that candidate won: everything the candidates were run on, side by side.",
        when=_written,
    ),
    Action(
        id="open_cell",
        key="enter",
        title="Open",
        screens=(WHY,),
        help="Show input, expected output and what the selected cell printed; of a rule, what proves it.",
        when=_written,
    ),
    Action(
        id="fold_rows",
        key="n",
        title="Same rows",
        screens=(WHY,),
        help="Show the rows that do not tell candidates apart, or fold them.",
        when=_written,
    ),
    Action(
        id="show_difference",
        key="d",
        title="Differs",
        screens=(WHY,),
        help="Show how the program of the selected column differs from the chosen one.",
        when=lambda now: len(now.usable) > 1,
    ),
    Action(
        id="show_repair",
        key="b",
        title="Before",
        screens=(WHY,),
        help="Show what repairs changed in the program of the selected column.",
        when=lambda now: now.repaired,
    ),
    Action(
        id="show_map",
        key="m",
        title="Map",
        screens=(WHY,),
        help="Show where the candidates lie in the space of the lens, and where energy is low in it.",
        when=_written,
    ),
    Action(
        id="review_column",
        key="v",
        title="Review",
        screens=(WHY,),
        help="Look at the program of the selected column as a change of the target file.",
        when=lambda now: bool(now.usable) and not now.running,
    ),
)
