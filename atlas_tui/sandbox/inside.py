"""The first process inside the sandbox: forks the candidate, watches its limits, reports how it ended.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
It never runs candidate code itself, and the candidate's process holds none of its descriptors but the one for
the result.
"""

from __future__ import annotations

import os
import select
import sys
import time

from atlas_tui.sandbox import confine, harness, seccomp, tidy

# Every import here costs every run: typing, signal, contextlib and json together took longer than the rest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_SIGKILL = 9

_POLL_SECONDS = 0.02
_FOLDER_POLL_SECONDS = 0.25
_FILE_BYTES = 64 << 20
"""Most bytes of one file, and of the working folder where it is not a sized tmpfs."""
_FOLDER_ENTRIES = 5_000
_THREADS = 256
_TASKS = 64
"""Tasks in an own user namespace, where the kernel counts the sandbox alone."""
_OWN_FRAMES = 8
_ENVIRONMENT = {"PATH", "LANG", "HOME"}
_OWN_FACTS = ("cmdline", "comm", "environ", "fd", "limits", "maps", "stat", "statm", "status")
"""Files of ``/proc/self`` that a program may read; the C library needs ``maps``."""
_LEAST_SPACE = 4 << 30
"""Stacks of 512 MB and interpreters reserve far more address space than they use."""

# What the candidate says before it runs, one letter each.
_LOCKED, _RUNNING, _BAD_SOURCE, _SETUP_FAILED = b"L", b"R", b"C", b"E"


def main(job: dict[str, Any]) -> None:
    """Run ``job`` (see ``command.payload``) to its end and report; returns only in the candidate."""
    confine.no_new_privileges()
    confine.dumpable(False)
    os.chdir(job["folder"])
    parent = os.getpid()
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _candidate(job, parent, writing)
        return
    os.close(writing)
    _close_candidates_descriptors(job)
    limit, status, usage = _watch(child, job, started)
    wall = time.monotonic() - started
    stage = os.read(reading, 4096).decode("ascii", "replace")
    if job["as_first"]:
        _kill_everyone()
    _remove_folder(job)
    words = '"stage": "%s", "limit": "%s"' % (_plain(stage), limit)
    used = (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, wall)
    numbers = '"status": %d, "cpu": %r, "peak": %d, "wall": %r' % used
    os.write(job["report_fd"], ("{%s, %s}" % (words, numbers)).encode())
    os._exit(0)


def _plain(text: str) -> str:
    """``text`` as it can stand in a JSON string."""
    return "".join(c if c.isprintable() and c not in '"\\' else " " for c in text)


def _close_candidates_descriptors(job: dict[str, Any]) -> None:
    for descriptor in (0, 1, 2, job["result_fd"]):
        os.close(descriptor)


def _kill_everyone() -> None:
    """As the first process of the namespace: end and collect all others."""
    try:
        os.kill(-1, _SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ChildProcessError, ProcessLookupError):
        pass


def _remove_folder(job: dict[str, Any]) -> None:
    """Here too, because the supervisor may have died; if it lives, it tries again and says what stayed."""
    if job["mounts"]:
        return  # a tmpfs, gone with the namespace
    try:
        tidy.remove(job["folder"])
    except OSError:
        return


# --- the watching side


def _watch(child: int, job: dict[str, Any], started: float) -> tuple[str, int, Any]:
    """Wait for ``child``, killing it at its limits.

    Returns:
        The limit that fired (or empty), the wait status, the resource usage.
    """
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    lifeline = job["lifeline_fd"]
    limit, next_folder_look = "", started + _FOLDER_POLL_SECONDS
    waiting_on = [lifeline] if ended is None else [lifeline, ended]
    while True:
        ready = select.select(waiting_on, [], [], _POLL_SECONDS)[0]
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return limit, status, usage
        if lifeline in ready:
            limit = "cancelled"
        now = time.monotonic()
        limit = limit or _exceeded(child, job, now - started)
        if not limit and not job["mounts"] and now > next_folder_look:
            limit = "files" if _folder_full(job["folder"], _unlinked(child, job["folder"])) else ""
            next_folder_look = now + _FOLDER_POLL_SECONDS
        if limit:
            os.kill(child, _SIGKILL)
            _, status, usage = os.wait4(child, 0)
            return limit, status, usage


def _exceeded(child: int, job: dict[str, Any], wall: float) -> str:
    """The limit that ``child`` is over, or empty."""
    try:
        with open("/proc/%d/stat" % child, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return ""  # just ended; wait4 says how
    ticks = int(fields[11]) + int(fields[12])
    if ticks / os.sysconf("SC_CLK_TCK") > job["cpu_seconds"]:
        return "cpu"
    if wall > job["wall_seconds"]:
        return "wall"
    if int(fields[21]) * os.sysconf("SC_PAGE_SIZE") > job["memory_bytes"]:
        return "memory"
    return "threads" if int(fields[17]) > _THREADS else ""


def _unlinked(child: int, folder: str) -> int:
    """Bytes of files of ``folder`` that have no name any more but are held open, or mapped, by ``child``."""
    sizes = {}
    try:
        device = os.stat(folder).st_dev
        for name in os.listdir("/proc/%d/fd" % child):
            try:
                held = os.stat("/proc/%d/fd/%s" % (child, name))
            except OSError:
                continue  # closed meanwhile
            if held.st_dev == device and not held.st_nlink:
                sizes[held.st_ino] = held.st_blocks * 512
        with open("/proc/%d/maps" % child, "rb") as maps:
            for line in maps:
                fields = line.rstrip().split(None, 5)
                if fields[-1].startswith(os.fsencode(folder) + b"/") and fields[-1].endswith(b" (deleted)"):
                    # Closed, how large it is cannot be asked any more.
                    sizes.setdefault(int(fields[4]), _FILE_BYTES)
    except OSError:
        pass  # just ended
    return sum(sizes.values())


def _folder_full(folder: str, size: int) -> bool:
    """Whether the files below ``folder``, with ``size`` bytes more, are too large together, or too many."""
    entries = 0
    waiting = [folder]
    if size > _FILE_BYTES:
        return True
    while waiting:
        try:
            names = os.scandir(waiting.pop())
        except OSError:
            continue  # removed meanwhile
        with names:
            for entry in names:
                entries += 1
                try:
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                except OSError:
                    continue  # removed meanwhile
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                if entries > _FOLDER_ENTRIES or size > _FILE_BYTES:
                    return True
    return False


# --- the candidate's side


def _candidate(job: dict[str, Any], parent: int, stage: int) -> None:
    """Lock this process in, then compile and run the program in it."""
    try:
        _lock(job, parent, stage)
    except (confine.Refusal, OSError, ValueError, KeyError) as error:
        _give_up(stage, "%s: %s" % (type(error).__name__, error))
    os.write(stage, _LOCKED)
    source = job["source"]
    code, wrong = harness.compiled(source)
    if code is None:
        os.write(2, wrong.encode("utf-8", "backslashreplace"))
        os.write(stage, _BAD_SOURCE)
        os._exit(1)
    os.write(stage, _RUNNING)
    os.close(stage)
    entry_point, arguments, most = job["entry_point"], job["arguments"], job["output_bytes"]
    channel = harness.Channel(job["result_fd"], job["key"])
    job.clear()
    _look_like_a_script()
    if entry_point:
        harness.run_function(code, source, entry_point, arguments, channel, most)
    harness.run_program(code, source, channel)


def _lock(job: dict[str, Any], parent: int, stage: int) -> None:
    confine.die_with_parent(_SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    confine.dumpable(True)  # or /dev/stdin would not open
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")  # when the machine runs out of memory, this one first
    except OSError:
        pass  # a matter of courtesy, not of safety
    _close_all_but({0, 1, 2, job["result_fd"], stage})
    memory = int(job["memory_bytes"])
    confine.limit_resources(
        cpu=int(-(-job["cpu_seconds"] // 1)),
        space=max(_LEAST_SPACE, 2 * memory + (1 << 30)),
        file_size=_FILE_BYTES,
        processes=_TASKS if job["mounts"] else 0,
    )
    abi = confine.landlock_abi()
    if abi:
        # Opened here, they stand for this process alone. Not all of the folder: without an own network and
        # mount namespace, its net/ and mountinfo show those of the host.
        own = ["/proc/self/" + name for name in _OWN_FACTS]
        confine.landlock([*job["readable"], *own], job["writable"], abi)
    elif not job["mounts"]:
        raise confine.Refusal("Landlock is not available")
    machine = os.uname().machine
    confine.load_filter(seccomp.strict_filter(machine, os.getpid(), bool(job["mounts"]), abi))


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:
                continue  # the descriptor of the listing itself


def _give_up(stage: int, why: str) -> NoReturn:
    os.write(stage, _SETUP_FAILED + why.encode("ascii", "replace")[:1000])
    os._exit(1)


def _look_like_a_script() -> None:
    """What ``python main.py`` would show, and nothing of what carried the program here."""
    sys.argv = [harness.FILE_NAME]
    for name in set(os.environ) - _ENVIRONMENT:
        del os.environ[name]  # bubblewrap adds PWD, and some interpreters LC_CTYPE
    sys.setrecursionlimit(sys.getrecursionlimit() + _OWN_FRAMES)
    for name in [name for name in sys.modules if name.partition(".")[0] == "atlas_tui"]:
        del sys.modules[name]
