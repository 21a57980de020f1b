"""The commit that ``apply`` makes when it is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas_tui.cli import ending
from atlas_tui.cli.asking import sure
from atlas_tui.cli.plain import plain
from atlas_tui.errors import Refused

if TYPE_CHECKING:
    from atlas_tui.events import Committed
    from atlas_tui.problem import Problem
    from atlas_tui.solver.runtime import Runtime
    from atlas_tui.workspace import Workspace, Write

_WHAT = "Nothing is written"
"""What a refusal says: the commit is looked at before the write."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to commit."""

    message: str
    """Empty: one is proposed."""
    branch: str
    """A new one to make; empty: the current one."""
    trailer: str
    yes: bool
    trust: bool


async def prepare(
    runtime: Runtime, problem: Problem, writes: Sequence[Write], wanted: Wanted
) -> Callable[[Iterable[str]], Committed]:
    """Ask what has to be asked, and find the message; gives what commits these paths when they are written.

    Raises:
        InputError: the message cannot be one.
        Refused: it could not be committed, or a yes is missing.
    """
    workspace = runtime.workspace
    staged = _check(workspace, [write.base.path for write in writes], wanted)
    message = wanted.message
    if not message:
        diff = "".join(workspace.diff(write.base, write.new or b"").unified for write in writes)
        message = await runtime.propose_message(problem, diff)
        sys.stderr.write(plain(f"message  {message}") + "\n")

    def commit(paths: Iterable[str]) -> Committed:
        with ending.in_order():
            return workspace.commit(
                list(paths), message, branch=wanted.branch, staged=staged, trailer=wanted.trailer
            )

    return commit


def _check(workspace: Workspace, paths: Sequence[str], wanted: Wanted) -> bool:
    """Whether paths that the person had staged may be committed. Raises: Refused."""
    if not workspace.has_git:
        raise Refused(_WHAT, "there is no git repository here to commit to", "leave --commit out")
    workspace.check_commit(wanted.message, branch=wanted.branch, trailer=wanted.trailer)
    _ask_for_trust(workspace, wanted.trust)
    state = workspace.commit_state(paths)
    if state.under_way:
        todo = "finish or abort it, or leave --commit out"
        raise Refused(_WHAT, f"{state.under_way} is under way here", todo)
    if not state.author:
        raise Refused(_WHAT, "git does not know who commits", "set user.name and user.email of git")
    # Those of the paths would say that nothing of ours is in them: it is written only now.
    for sentence in workspace.commit_state(()).warnings:
        sys.stderr.write(plain(f"warning  {sentence}") + "\n")
    if state.staged:
        sure(_WHAT, f"of {', '.join(state.staged)} you have staged something yourself", yes=wanted.yes)
    return bool(state.staged)


def _ask_for_trust(workspace: Workspace, trusted: bool) -> None:
    """Raises: Refused: the repository's own settings run programs, and nobody said that they may."""
    found = workspace.trust()
    if not found:
        return
    for setting in found:
        sys.stderr.write(plain(f"this repository's own settings run a program: {setting}") + "\n")
    sure(_WHAT, "git would run these programs of the repository", yes=trusted, flag="--trust")
    workspace.trust_now()
