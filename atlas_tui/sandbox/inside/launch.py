"""Locks a process in that becomes a command, and keeps it: isolation where there are no namespaces.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
"""

from __future__ import annotations

import os
import select
import signal
import sys

from atlas_tui.sandbox.inside import confine

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Any, NoReturn

_LINE_BYTES = 32
"""Of the first thing it tells, as ``isolated`` reads it."""
_REFUSED, _NOT_FOUND = 125, 127
_STARTED = b"\x01"
"""As ``command.STARTED``, which is not here."""


def main(setup: dict[str, Any]) -> NoReturn:
    """Become the keeper of a command as ``setup`` (``command.launch_setup``) says; never returns.

    The command gets a process group of its own, which it may not leave; the keeper ends with the group, and
    as the command did.
    """
    confine.no_new_privileges()
    lifeline = setup["lifeline_fd"]
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        confine.die_with_parent(signal.SIGKILL)
        _become(setup)
    os.write(setup["info_fd"], (b'{"child-pid": %d}' % child).ljust(_LINE_BYTES))
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    poll = select.poll()
    ended = confine.process_descriptor(child)
    poll.register(lifeline, select.POLLIN)
    poll.register(ended, select.POLLIN)
    poll.poll()  # its end, or that of the supervisor, who holds the other end of the line
    # Before it is reaped its number stands for nobody else. It made the group itself, perhaps not yet.
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue
    _, status, usage = os.wait4(child, 0)
    os.write(setup["info_fd"], b'{"peak": %d}\n' % (usage.ru_maxrss * 1024))
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)  # those that the interpreter handles
        confine.no_core()
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _become(setup: dict[str, Any]) -> NoReturn:
    try:
        os.chdir(setup["start"])
        confine.limit_resources(setup["cpu"], setup["space"], setup["file_size"], setup["tasks"])
        if not setup["landlock"]:
            raise confine.Refusal("Landlock is not available")
        confine.Territory(setup["landlock"], execute=True).enforce(setup["readable"], setup["writable"])
        any_pid, own = (pid.to_bytes(4, sys.byteorder) for pid in (setup["any_pid"], os.getpid()))
        confine.close_from(3)
        confine.load_filter(setup["filter"].replace(any_pid, own))
    except (confine.Refusal, OSError, ValueError) as error:
        _give_up("the sandbox could not be set up: %s" % error, _REFUSED)
    os.write(2, _STARTED)
    try:
        os.execvpe(setup["command"][0], setup["command"], setup["environment"])
    except OSError as error:
        _give_up("%s: %s" % (setup["command"][0], error.strerror), _NOT_FOUND)


def _give_up(why: str, code: int) -> NoReturn:
    os.write(2, (why + "\n").encode("utf-8", "backslashreplace"))
    os._exit(code)
