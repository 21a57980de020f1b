"""The rows of the action table about recorded sessions."""

from __future__ import annotations

from atlas_tui.ui.action import RUN, SESSIONS, Action, Now


def _openable(now: Now) -> bool:
    return now.listed and (now.replaying or not now.running)


SESSIONS_ACTIONS: tuple[Action, ...] = (
    Action(
        id="open_session",
        key="enter",
        title="Open",
        screens=(SESSIONS,),
        help="Show the session as it was: its run, why it ended so, its change.",
        when=_openable,
    ),
    Action(
        id="replay_session",
        key="p",
        title="Replay",
        screens=(SESSIONS,),
        help="Show the session event by event, at the speed it had.",
        when=_openable,
    ),
    Action(
        id="run_again",
        key="r",
        title="Run again",
        screens=(SESSIONS,),
        help="Put the problem of the session into the editor and solve it once more.",
        when=lambda now: now.listed and now.ready and not now.running,
    ),
    Action(
        id="export_session",
        key="e",
        title="Export",
        screens=(SESSIONS,),
        help="Write the session into a file: as Markdown, as JSON lines, or as a picture.",
        when=lambda now: now.listed,
    ),
    Action(
        id="delete_session",
        key="x,delete",
        title="Delete",
        screens=(SESSIONS,),
        help="Forget the session, after a question.",
        when=lambda now: now.listed,
    ),
    Action(
        id="search_sessions",
        key="slash",
        title="Search",
        screens=(SESSIONS,),
        help="Search sessions by words of their problem, model, outcome or id.",
    ),
    Action(
        id="filter_sessions",
        key="f",
        title="Filter",
        screens=(SESSIONS,),
        help="List all sessions, or those that were done, not verified, stopped, cut off.",
    ),
    Action(
        id="replay_faster",
        key="f",
        title="Faster",
        screens=(RUN,),
        help="Replay four times as fast, then go to the end.",
        when=lambda now: now.replaying,
    ),
)
