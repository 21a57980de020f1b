"""What can be done with the cards of the run screen beyond choosing one."""

from __future__ import annotations

from atlas_tui.ui.action import RUN, Action

CARD_ACTIONS: tuple[Action, ...] = (
    Action(
        id="toggle_thinking",
        key="t",
        title="Thinking",
        screens=(RUN,),
        help="Show what the candidates thought before they wrote, or close it.",
        when=lambda now: now.thought,
    ),
)
