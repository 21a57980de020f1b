"""The first process inside a warm worker: forks a candidate for every order, watches it, reports its end.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
It never runs candidate code and never sees a candidate's source itself, so nothing of one run can reach the
next; the candidate's process holds none of its descriptors but the one for the result.
"""

from __future__ import annotations

import fcntl
import gc
import json
import marshal
import os
import select
import socket
import sys
import time

from atlas_tui.sandbox.inside import candidate, confine, limits, notices, tidy

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Any

_SIGKILL = 9
_ENVIRONMENT = {"PATH", "LANG", "HOME"}
_MESSAGE_BYTES = 1 << 16
_DESCRIPTORS = 5
_RUN_FOLDER = "run"
_ROOM = ["/tmp", "/dev/shm"]
_LAST_FIRST_PID = 2
"""The first process of a namespace, or the first that an older bubblewrap starts there."""
_WARM = (
    *("collections", "heapq", "bisect", "itertools", "functools", "string", "re", "random", "copy", "math"),
    *("operator", "typing", "dataclasses", "decimal", "fractions", "datetime", "statistics", "array"),
    *("queue", "threading", "traceback", "linecache", "contextlib", "enum", "abc", "types", "io", "atexit"),
    *("struct", "cmath", "numbers", "textwrap", "tempfile", "signal", "resource", "warnings", "weakref"),
)
"""What programs usually import: forked with the process instead of loaded in every run."""


def main(setup: dict[str, Any]) -> None:
    """Serve orders (see ``worker.Worker``) until the supervisor is gone."""
    confine.no_new_privileges()
    confine.dumpable(False)
    confine.adopt_orphans()
    if setup["mounts"]:
        _insist_on_namespaces(set(setup["kept"]))
    if setup["filters"]["worker"]:
        confine.load_filter(setup["filters"]["worker"])
    for name in set(os.environ) - _ENVIRONMENT:
        del os.environ[name]  # bubblewrap adds PWD, and some interpreters LC_CTYPE
    _be_first_to_go()
    for name in _WARM:
        __import__(name)
    control = socket.socket(fileno=_above_reserved(setup["control_fd"]))
    worker = _Worker(setup, control)
    gc.collect()
    gc.freeze()  # neither a candidate's collections nor copies of pages need to touch all this
    try:
        control.send(b"ready")
        while worker.serve_one():
            pass
    except ConnectionError:
        pass  # the supervisor is gone
    worker.leave()


def _insist_on_namespaces(kept: set[str]) -> None:
    """End unless this is a process namespace and a ``/tmp`` of our own: both are emptied after every run."""
    missing = ""
    if os.getpid() > _LAST_FIRST_PID:
        missing = "process namespace"
    elif not all(os.path.ismount(folder) and set(os.listdir(folder)) <= kept for folder in _ROOM):
        missing = "file systems"
    if missing:
        os.write(2, ("no %s of its own: bubblewrap does not isolate\n" % missing).encode())
        os._exit(1)


def _above_reserved(descriptor: int) -> int:
    """``descriptor`` under a number that candidates do not use; theirs are taken, all others above."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, candidate.RESERVED)
    os.close(descriptor)
    for place in range(3, candidate.RESERVED):
        os.dup2(0, place)
    return moved


def _be_first_to_go() -> None:
    """When the machine runs out of memory, candidates end first; they inherit this."""
    try:
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(descriptor, b"1000")
        os.close(descriptor)
    except OSError:
        return  # a matter of courtesy, not of safety


class _Worker:
    def __init__(self, setup: dict[str, Any], control: socket.socket) -> None:
        self._setup, self._control = setup, control
        self._mounts = bool(setup["mounts"])
        self._fresh = bool(setup["fresh"])
        self._folder = os.path.join(setup["folder"], _RUN_FOLDER) if self._fresh else setup["folder"]
        self._notice, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        os.environ["HOME"] = self._folder
        self._shared = [folder for folder in _ROOM if not self._fresh or folder != setup["folder"]]
        self._shared = self._shared if self._mounts else []
        self._territory: confine.Territory | None = None
        if setup["landlock"]:
            self._territory = confine.Territory(setup["landlock"])
            self._territory.prepare(setup["readable"], setup["writable"])

    def serve_one(self) -> bool:
        """Take one order and report; False when no more will come."""
        message, ancillary, _, _ = self._control.recvmsg(_MESSAGE_BYTES, socket.CMSG_SPACE(4 * _DESCRIPTORS))
        if not message:
            return False
        given = _descriptors(ancillary)
        if not given:
            return True  # a word to a run that is over already
        report = self._run(marshal.loads(message), given)
        clean = self._clean()
        self._control.send(json.dumps(report).encode())
        return clean

    def leave(self) -> None:
        if not self._mounts:
            tidy.remove(self._setup["folder"])
        os._exit(0)

    def _run(self, order: dict[str, Any], given: list[int]) -> dict[str, Any]:
        if self._fresh:
            os.mkdir(self._folder, 0o700)
        os.chdir(self._folder)
        parent = os.getpid()
        reading, writing = os.pipe()
        started = time.monotonic()
        child = confine.fork()
        if child == 0:
            candidate.become(
                self._setup, order, self._territory, given, writing, self._theirs.fileno(), parent
            )
        for descriptor in (*given, writing):
            os.close(descriptor)
        watch = limits.Watch(child, order, self._room(), self._mounts, started)
        report = self._watched(child, watch, started)
        report["stage"] = os.read(reading, 4096).decode("ascii", "replace")
        os.close(reading)
        if self._mounts:
            _end_everyone()
        return report

    def _room(self) -> list[str]:
        return _ROOM if self._mounts else [self._folder]

    def _watched(self, child: int, watch: limits.Watch, started: float) -> dict[str, Any]:
        """Wait for ``child``, killing it at its limits."""
        ended = confine.process_descriptor(child)
        poll = select.poll()
        for descriptor in (ended, self._control.fileno(), self._notice.fileno()):
            poll.register(descriptor, select.POLLIN)
        heard: notices.Notices | None = None
        control, notice = self._control.fileno(), self._notice.fileno()
        limit, delayed, next_look = "", 0.0, started + limits.POLL_SECONDS
        while True:
            ready = dict(poll.poll(int(limits.POLL_SECONDS * 1000)))
            if ended in ready:
                break
            if notice in ready:
                heard = self._listened(poll)
            if heard is not None and heard.listener in ready:
                heard.on_ready(ready[heard.listener], poll)
            now = time.monotonic()
            if control in ready:
                self._control.recv(_MESSAGE_BYTES)  # whatever it says, or its end: it means stop
                limit = "cancelled"
            elif now >= next_look:
                next_look = now + limits.POLL_SECONDS
                limit = watch.exceeded(now)
            if limit:
                delayed = watch.delayed()
                os.kill(child, _SIGKILL)
                break
        _, status, usage = os.wait4(child, 0)
        os.close(ended)
        if heard is not None:
            heard.close()
        return {
            "limit": limit, "status": status, "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024, "wall": time.monotonic() - started, "delayed": delayed,
            "tried": heard.tried if heard is not None else self._late_notices(),
        }  # fmt: skip

    def _listened(self, poll: select.poll) -> notices.Notices:
        _, ancillary, _, _ = self._notice.recvmsg(1, socket.CMSG_SPACE(4))
        listener = _descriptors(ancillary)[0]
        poll.register(listener, select.POLLIN)
        return notices.Notices(listener, self._setup["noticed"])

    def _late_notices(self) -> list[str]:
        """Of a run that ended before its listener was looked at: take it from the line, and close it."""
        if select.select([self._notice], [], [], 0)[0]:
            for descriptor in _descriptors(self._notice.recvmsg(1, socket.CMSG_SPACE(4))[1]):
                os.close(descriptor)
        return []

    def _clean(self) -> bool:
        """Whether the next run will find nothing of this one; if not, this worker ends and another starts."""
        os.chdir("/")
        try:
            if self._fresh:
                tidy.remove(self._folder)
            for folder in self._shared:
                tidy.empty(folder)
                os.utime(folder, (0, 0))  # when a run has last written there is nobody's business
        except OSError as error:
            os.write(2, ("not clean after a run: %s\n" % error).encode("utf-8", "backslashreplace"))
            return False
        return True


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    return [
        int.from_bytes(data[place : place + 4], sys.byteorder)
        for _, _, data in ancillary
        for place in range(0, len(data) - 3, 4)
    ]


def _end_everyone() -> None:
    """In a process namespace of our own: end and collect all others."""
    try:
        os.kill(-1, _SIGKILL)
        while True:
            os.waitpid(-1, 0)
    except (ChildProcessError, ProcessLookupError):
        pass
