"""What can be done with the text of a problem: samples, files, earlier texts, an editor of one's own."""

from __future__ import annotations

from atlas_tui.ui.action import PROBLEM, Action, Now


def _still(now: Now) -> bool:
    return now.ready and not now.running and not now.checking


PROBLEM_ACTIONS: tuple[Action, ...] = (
    Action(
        id="check_tests",
        key="f11",
        title="Check",
        screens=(PROBLEM,),
        help="Run the tests of the repository twice as it is now: which fail, which pass.",
        when=lambda now: now.change and _still(now),
    ),
    Action(
        id="stop_check",
        key="escape",
        title="Stop",
        screens=(PROBLEM,),
        help="Stop the tests that run before anything is changed.",
        when=lambda now: now.checking,
    ),
    Action(
        id="edit_samples",
        key="ctrl+s",
        title="Samples",
        change_title="Must pass",
        screens=(PROBLEM,),
        help="Change, add or delete the samples; of a change in a repository, choose which tests must pass.",
        when=lambda now: now.failing if now.change else now.problem,
    ),
    Action(
        id="run_how",
        key="ctrl+n",
        title="Limits",
        change_title="Tests",
        screens=(PROBLEM,),
        help="Change how programs run: kind, name, CPU seconds, memory; of a change, test command and files.",
        when=lambda now: not now.checking if now.change else now.problem,
    ),
    Action(
        id="add_file",
        key="ctrl+g",
        title="Add file",
        screens=(PROBLEM,),
        help="Mention a file as @path: its content goes to the model with the problem.",
    ),
    Action(
        id="recent",
        key="ctrl+l",
        title="Recent",
        screens=(PROBLEM,),
        help="Bring back an earlier problem, or a text that was not run.",
        when=lambda now: now.ready,
    ),
    Action(
        id="edit_outside",
        key="ctrl+e",
        title="Editor",
        screens=(PROBLEM,),
        help="Edit the text in the program named by $VISUAL or $EDITOR.",
        when=lambda now: not now.running,
    ),
    Action(
        id="show_left_out",
        key="alt+l",
        title="Left out",
        screens=(PROBLEM,),
        help="List what of the repository is not read, or not shown to the model, and why.",
        when=lambda now: now.left_out,
    ),
    Action(
        id="switch_change",
        key="f10",
        title="Change",
        change_title="Program",
        screens=(PROBLEM,),
        help="Ask for a change in this repository, which its tests decide on; or for a program again.",
        when=lambda now: now.changeable and not now.checking,
    ),
)
