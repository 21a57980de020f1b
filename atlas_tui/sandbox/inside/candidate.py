"""The forked process that becomes the candidate: locks itself in, then compiles and runs the program.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
"""

from __future__ import annotations

import marshal
import os
import socket
import sys

from atlas_tui.sandbox.inside import confine, ending, harness, limits

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Any, NoReturn

_SIGKILL = 9
_OWN_FRAMES = 8
_RESULT, _STAGE, _NOTICE = 3, 4, 5
RESERVED = 6
"""Where descriptors are put; from here on all are closed."""

# What the candidate says before it runs, one letter each.
LOCKED, RUNNING, BAD_SOURCE, SETUP_FAILED = b"L", b"R", b"C", b"E"


def become(
    setup: dict[str, Any], order: dict[str, Any], territory: confine.Territory | None, given: list[int],
    stage: int, notice: int, parent: int,
) -> NoReturn:  # fmt: skip
    """Lock this process in and run the job that ``given[0]`` holds; ends with it.

    Args:
        setup: what holds for all runs of this worker (``command.worker_boot``).
        order: limits of this run.
        territory: what it may reach of the file system; None where there is no Landlock.
        given: descriptors of the job, standard input, output, error, and the result; from ``RESERVED`` on.
        stage: where to say how far it came.
        notice: where the descriptor of the notices goes.
        parent: the process that forked this one.
    """
    try:
        job = _job(given[0])
        # The streams of sys are the parent's, which never used them: over pipes and files of the same kinds.
        for place, descriptor in enumerate((*given[1:], stage, notice)):
            os.dup2(descriptor, place)
        _lock(setup, order, territory, parent)
    except (confine.Refusal, OSError, ValueError, KeyError) as error:
        _give_up("%s: %s" % (type(error).__name__, error))
    os.write(_STAGE, LOCKED)
    _run(job, order["output_bytes"])


def _run(job: dict[str, Any], output_bytes: int) -> NoReturn:
    """Compile and run the program of ``job``, now that this process is locked in."""
    source = job["source"]
    if "random" in source and "random" in sys.modules:
        sys.modules["random"].seed()  # or all runs of this worker would draw the same
    code, wrong = harness.compiled(source)
    if code is None:
        os.write(2, wrong.encode("utf-8", "backslashreplace"))
        os.write(_STAGE, BAD_SOURCE)
        os._exit(1)
    os.write(_STAGE, RUNNING)
    os.close(_STAGE)
    channel = harness.Channel(_RESULT, job["key"])
    _look_like_a_script()
    leave, end = ending.leave, None
    try:
        if job["entry_point"]:
            harness.run_function(code, source, job["entry_point"], job["arguments"], channel, output_bytes)
        harness.run_program(code, source, channel)
    except SystemExit as error:
        end = error.code
    leave(end)


def _job(descriptor: int) -> dict[str, Any]:
    return marshal.loads(os.pread(descriptor, os.fstat(descriptor).st_size, 0))  # type: ignore[no-any-return]


def _lock(
    setup: dict[str, Any], order: dict[str, Any], territory: confine.Territory | None, parent: int
) -> None:
    confine.die_with_parent(_SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    confine.dumpable(True)  # or /dev/stdin would not open
    confine.limit_resources(
        cpu=int(-(-order["cpu_seconds"] // 1)),
        space=limits.address_space(int(order["memory_bytes"])),
        file_size=limits.FILE_BYTES,
        processes=limits.TASKS if setup["mounts"] else 0,
    )
    if territory is not None:
        # What a process may know of itself is opened here, where it stands for this process alone.
        territory.enforce([*confine.OWN_FACTS], [os.getcwd()] if setup["fresh"] else [])
    elif setup["fresh"]:
        raise confine.Refusal("Landlock is not available")
    confine.close_from(RESERVED)
    _filter(setup)
    os.close(_NOTICE)


def _filter(setup: dict[str, Any]) -> None:
    any_pid, own = (pid.to_bytes(4, sys.byteorder) for pid in (setup["any_pid"], os.getpid()))
    filters = setup["filters"]
    listener = confine.load_listened_filter(filters["noticed"].replace(any_pid, own), setup["machine"])
    if listener < 0:
        confine.load_filter(filters["plain"].replace(any_pid, own))
        return
    # Whoever holds it could let the calls pass: it goes to the parent, and no copy stays here.
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, _NOTICE)
    line.sendmsg([b"n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, listener.to_bytes(4, sys.byteorder))])
    line.detach()
    os.close(listener)


def _give_up(why: str) -> NoReturn:
    os.write(_STAGE, SETUP_FAILED + why.encode("ascii", "replace")[:1000])
    os._exit(1)


def _look_like_a_script() -> None:
    """What ``python main.py`` would show, and nothing of what carried the program here."""
    sys.argv = [harness.FILE_NAME]
    sys.setrecursionlimit(sys.getrecursionlimit() + _OWN_FRAMES)
    for name in [name for name in sys.modules if name.startswith("atlas_tui")]:
        del sys.modules[name]
