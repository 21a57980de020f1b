"""A process in isolation as the supervisor holds it: started, looked at, killed, reaped with all it started.

Runs in the supervisor (which adopts orphans): standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Any

NOBODY = 65534
"""User and group of the runs when the app was started as root: uid 0 could write to the host's /proc."""

_INFO_BYTES = 4096
_FIRST_LINE_BYTES = 32
"""Of a keeper, padded."""


@dataclass(frozen=True)
class Lines:
    """The supervisor's ends of the pipes to a keeper (``inside.launch``)."""

    info: int
    """It tells the process group it keeps."""
    life: int
    """Closed, it ends that group."""


class Isolated:
    """A worker, bubblewrap with the process namespace it made, or a keeper with its process group."""

    def __init__(
        self, line: list[str], streams: tuple[int, int, int], passed: list[int],
        environment: dict[str, str], *, namespaces: bool, drop: bool, keeper: Lines | None = None,
    ) -> None:  # fmt: skip
        """Start ``line`` with standard ``streams`` and the descriptors ``passed``.

        With ``namespaces`` it is a bubblewrap command; with ``drop`` it is run by ``NOBODY``.

        Raises:
            OSError, subprocess.SubprocessError: it cannot be started.
        """
        self.status = 0
        """Exit code, or the negative number of the signal; once it is over."""
        self.cpu_seconds, self.peak_bytes = 0.0, 0
        """Of all of it that was reaped; the peak of its largest process."""
        self._first = self._first_descriptor = self._info = self._life = told = -1
        self._namespaces = namespaces
        if keeper is not None:
            self._info, self._life = keeper.info, keeper.life
            os.set_blocking(self._info, False)
        if namespaces:
            self._info, told = os.pipe()
            os.set_blocking(self._info, False)
            line, passed = [line[0], "--info-fd", str(told), *line[1:]], [*passed, told]
        try:
            self._process = subprocess.Popen(
                line, stdin=streams[0], stdout=streams[1], stderr=streams[2], pass_fds=passed, cwd="/",
                start_new_session=True, env=environment, **(dropped() if drop else {}),
            )  # fmt: skip
            self._descriptor = os.pidfd_open(self._process.pid)
        except BaseException:
            self._close_lines()
            raise
        finally:
            if told >= 0:
                os.close(told)

    @property
    def first(self) -> int:
        """The first process inside, as the host sees it; -1 while it is not known."""
        if self._first < 0 and self._info >= 0:
            with contextlib.suppress(BlockingIOError, ValueError, KeyError):
                told = os.read(self._info, _INFO_BYTES if self._namespaces else _FIRST_LINE_BYTES)
                self._first = int(json.loads(told)["child-pid"])
            if self._first >= 0 and self._namespaces:
                with contextlib.suppress(ProcessLookupError):
                    self._first_descriptor = os.pidfd_open(self._first)
        return self._first

    @property
    def pid(self) -> int:
        return self._process.pid

    def descriptors(self) -> list[int]:
        """What becomes readable when ``reap`` has something to do; empty when it is over."""
        return [one for one in (self._descriptor, self._first_descriptor) if one >= 0]

    def kill(self) -> None:
        """End all of it: a program may not leave its group, and a namespace dies with its first process.

        A keeper is asked first, who knows its group best; when asked again, it is ended itself.
        """
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
            return
        for descriptor in (self._first_descriptor if self.first >= 0 else -1, self._descriptor):
            if descriptor >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        if self._descriptor >= 0:  # until it is reaped, its number stands for nobody else
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> bool:
        """Collect what has ended; True when nothing of it is left."""
        if self._descriptor >= 0:
            self._wait_for_process()
        if self._descriptor >= 0:
            return False
        if self.first >= 0 and self._first_descriptor >= 0:
            self._wait_for_first()
            return self._first_descriptor < 0
        over = all(self._reap_group(group) for group in {self.pid, self.first} if group > 0)
        if over:
            self._close_lines()
        return over

    def reap_orphans(self) -> None:
        """Collect processes of a group that have ended and became ours; a namespace does that itself."""
        if self.first > 0 and not self._namespaces:
            with contextlib.suppress(ChildProcessError):
                while True:
                    pid, _, usage = os.wait4(-self.first, os.WNOHANG)
                    if not pid:
                        return
                    self._count(usage)

    def _wait_for_process(self) -> None:
        pid, status, usage = os.wait4(self.pid, os.WNOHANG)
        if not pid:
            return
        self.status = self._process.returncode = os.waitstatus_to_exitcode(status)
        # Its peak is at least that of this process, in whose memory it was started.
        self.cpu_seconds += usage.ru_utime + usage.ru_stime
        self._hear_keeper()
        os.close(self._descriptor)
        self._descriptor = -1

    def _hear_keeper(self) -> None:
        """What it told last: the peak of the command."""
        if self.first >= 0 and self._info >= 0 and not self._namespaces:
            with contextlib.suppress(BlockingIOError, ValueError, KeyError):
                last = os.read(self._info, _INFO_BYTES).splitlines()[-1:]
                self.peak_bytes = max(self.peak_bytes, *(int(json.loads(line)["peak"]) for line in last), 0)

    def _wait_for_first(self) -> None:
        """bubblewrap does not wait for it; it has waited for all others, whose use is in its own."""
        try:
            pid, _, usage = os.wait4(self._first, os.WNOHANG)
        except ChildProcessError:
            pid, usage = self._first, None  # bubblewrap did wait for it after all
        if pid:
            self._count(usage)
            os.close(self._first_descriptor)
            self._first_descriptor = -1
            self._close_lines()

    def _reap_group(self, group: int) -> bool:
        """Orphans of a group, which became ours; they die at once, and are over when none is left."""
        while True:
            try:
                pid, _, usage = os.wait4(-group, os.WNOHANG)
            except ChildProcessError:
                return True
            if not pid:  # there is one, so the number stands for this group
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(group, signal.SIGKILL)
                return False
            self._count(usage)

    def _count(self, usage: Any) -> None:
        if usage is not None:
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
            self.peak_bytes = max(self.peak_bytes, usage.ru_maxrss * 1024)

    def _close_lines(self) -> None:
        for descriptor in (self._info, self._life):
            if descriptor >= 0:
                os.close(descriptor)
        self._info = self._life = -1


def dropped() -> dict[str, Any]:
    """Arguments of ``Popen`` that give up root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
