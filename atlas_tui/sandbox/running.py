"""One run as the supervisor sees it: started, read from, killed, collected.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

from atlas_tui.sandbox import command, tidy

_STDERR_KEPT = 64 << 10
_REPORT_BYTES = 16 << 10
_GRACE_SECONDS = 10.0
"""How much later than the first process inside the supervisor itself ends a run."""
_ENDING_SECONDS = 1.0
"""For the first process inside to kill the candidate and report."""
_EMPTYING_SECONDS = 2.0
_READ_BYTES = 1 << 16


@dataclass
class Stream:
    """What comes out of one pipe, kept up to a limit."""

    descriptor: int
    kept: int
    """Most bytes kept."""
    allowed: int
    """More than that ends the run."""
    both_ends: bool = False
    """Keep the first and the last half of ``kept`` instead of the first bytes."""
    total: int = 0
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)

    def read(self) -> bool:
        """Take what is there; False at the end."""
        try:
            data = os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return True
        if not data:
            return False
        self.total += len(data)
        first = self.kept // 2 if self.both_ends else self.kept
        room = max(0, first - len(self.head))
        self.head += data[:room]
        if self.both_ends:
            self.tail += data[room:]
            del self.tail[: max(0, len(self.tail) - self.kept // 2)]
        return True

    def content(self) -> bytes:
        if self.total > len(self.head) + len(self.tail) and self.tail:
            return bytes(self.head) + b"\n[...]\n" + bytes(self.tail)
        return bytes(self.head + self.tail)


class Run:
    """A program between start and collection. ``descriptors`` are to be watched, then ``on_ready`` called."""

    def __init__(self, request: dict[str, Any], stdin: bytes, drop: bool) -> None:
        """Start it.

        Raises:
            OSError, subprocess.SubprocessError, KeyError, ValueError: it could not be started.
        """
        self.id = int(request["id"])
        self.streams: dict[str, Stream] = {}
        self.killed_for = ""
        self._request, self._drop = request, drop
        self._key = secrets.token_hex(16)
        self._folder, self._lifeline = "", -1
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        limits = request["limits"]
        self.deadline = time.monotonic() + limits["wall_seconds"] + _GRACE_SECONDS
        self._end_of_patience = 0.0
        with contextlib.ExitStack() as theirs:
            try:
                self._start(stdin, theirs)
            except BaseException:
                self.collect()
                raise

    def _start(self, stdin: bytes, theirs: contextlib.ExitStack) -> None:
        request, output = self._request, self._request["limits"]["output_bytes"]
        out = self._pipe("stdout", theirs, Stream(-1, output, output))
        err = self._pipe(
            "stderr", theirs, Stream(-1, _STDERR_KEPT, max(output, _STDERR_KEPT), both_ends=True)
        )
        # A result is ASCII JSON that the harness limits to ``output``, after a key and a status.
        result = self._pipe("result", theirs, Stream(-1, output + 256, output + 256))
        report = self._pipe("report", theirs, Stream(-1, _REPORT_BYTES, _REPORT_BYTES))
        lifeline, self._lifeline = os.pipe()
        theirs.callback(os.close, lifeline)
        full = request["tier"] == "full"
        folder = "/tmp" if full else self._make_folder()
        own = command.Descriptors(result, report, lifeline)
        boot = self._memory("atlas-run", command.payload(request, folder, own, self._key), theirs)
        given = self._memory("stdin", stdin, theirs)
        line, passed = command.interpreter(request["python"], boot), [result, report, lifeline, boot]
        if full:
            rules = self._memory("filter", command.base_filter(), theirs)
            line, passed = command.bubblewrap(request, rules) + line, [*passed, rules]
        self._process = subprocess.Popen(
            line, stdin=given, stdout=out, stderr=err, pass_fds=passed, cwd="/", start_new_session=True,
            env={"PATH": "/usr/bin:/bin"} if full else command.environment(folder), **self._identity(),
        )  # fmt: skip
        self._pidfd = os.pidfd_open(self._process.pid)

    def _identity(self) -> dict[str, Any]:
        return dropped() if self._drop else {}

    def _pipe(self, name: str, theirs: contextlib.ExitStack, stream: Stream) -> int:
        reading, writing = os.pipe()
        theirs.callback(os.close, writing)
        stream.descriptor = reading
        os.set_blocking(reading, False)
        if self._drop:
            os.fchown(writing, command.NOBODY, command.NOBODY)  # or /dev/stdout would not open
        self.streams[name] = stream
        return writing

    def _memory(self, name: str, content: bytes, theirs: contextlib.ExitStack) -> int:
        descriptor = command.in_memory(name, content)
        theirs.callback(os.close, descriptor)
        return descriptor

    def _make_folder(self) -> str:
        self._folder = tempfile.mkdtemp(prefix="atlas-tui-run-")
        if self._drop:
            os.chown(self._folder, command.NOBODY, command.NOBODY)
        return self._folder

    # --- while it runs

    def descriptors(self) -> list[int]:
        """What becomes readable when there is something to do; empty when all is over."""
        found = [stream.descriptor for stream in self.streams.values() if stream.descriptor >= 0]
        return [*found, self._pidfd] if self._pidfd >= 0 else found

    def on_ready(self, descriptor: int) -> None:
        """Take what came from ``descriptor``."""
        if descriptor == self._pidfd:
            self._reap()
            return
        for name, stream in self.streams.items():
            if stream.descriptor == descriptor:
                if not stream.read():
                    os.close(stream.descriptor)
                    stream.descriptor = -1
                elif stream.total > stream.allowed:
                    self.kill("output" if name != "report" else "report")

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
        os.close(self._pidfd)
        self._pidfd = -1
        self._end_of_patience = time.monotonic() + _EMPTYING_SECONDS

    def kill(self, why: str) -> None:
        """Have it ended, and everything it started; the first reason is kept.

        The first process inside sees its lifeline close, kills the candidate and still reports what it used.
        """
        self.killed_for = self.killed_for or why
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
            self.deadline = min(self.deadline, time.monotonic() + _ENDING_SECONDS)

    def _kill_now(self) -> None:
        self.kill("collected")
        if self._pidfd >= 0 and self._process is not None:
            # Its process group, which the candidate may not leave; bubblewrap's death takes the namespace.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def check_time(self, now: float) -> bool:
        """End what is overdue; True when it is over."""
        if now > self.deadline:
            self.killed_for = self.killed_for or "wall"
            self._kill_now()
        if not self.descriptors():
            return True
        # Nothing that is alive can hold a pipe then; do not wait for one for ever all the same.
        return self._pidfd < 0 and now > self._end_of_patience

    # --- afterwards

    def collect(self) -> None:
        """Kill what may still run and release all it has: descriptors, processes, files."""
        self._kill_now()
        if self._process is not None and self._pidfd >= 0:
            self._reap()
        for stream in self.streams.values():
            if stream.descriptor >= 0:
                os.close(stream.descriptor)
                stream.descriptor = -1
        if self._folder:
            _remove_patiently(self._folder)
            self._folder = ""

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """What the app is told, and the bytes of stdout, stderr and result one after another."""
        out, err, result, report = (self.streams[name] for name in ("stdout", "stderr", "result", "report"))
        # Without the key it is no result: something wrote to a descriptor that it guessed.
        key, told = self._key.encode(), result.content()
        contents = [out.content(), err.content(), told[len(key) :] if told.startswith(key) else b""]
        try:
            inside = json.loads(report.content())
        except ValueError:
            inside = None  # it was killed before it could report
        message = {
            "id": self.id, "inside": inside, "killed_for": self.killed_for,
            "sizes": [len(content) for content in contents], "stdout_bytes": out.total,
            "stderr_bytes": err.total,
        }  # fmt: skip
        return message, b"".join(contents)


def _remove_patiently(folder: str) -> None:
    """A killed process may need a moment to end; it must not write into what is removed."""
    for _ in range(20):
        try:
            tidy.remove(folder)
            return
        except OSError:
            time.sleep(0.05)
    tidy.remove(folder)


def dropped() -> dict[str, Any]:
    """Arguments of ``Popen`` that give up root."""
    return {"user": command.NOBODY, "group": command.NOBODY, "extra_groups": []}


def ask_interpreter(path: str, drop: bool) -> dict[str, Any]:
    """Where an interpreter lives, told by itself.

    Raises:
        OSError, subprocess.SubprocessError, ValueError: it cannot be run, does not answer or is no Python.
    """
    question = (
        "import importlib.util as u, json, sys; print(json.dumps([sys.executable,"
        " sys.base_prefix, sys.base_exec_prefix, '%d.%d.%d' % sys.version_info[:3], u.MAGIC_NUMBER.hex()]))"
    )
    done = subprocess.run(
        [path, "-I", "-S", "-c", question], stdin=subprocess.DEVNULL, capture_output=True, timeout=10,
        cwd="/", env={"PATH": "/usr/bin:/bin"}, **(dropped() if drop else {}),
    )  # fmt: skip
    if done.returncode != 0:
        last_line = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ValueError(last_line[-200:] or f"it ended with {done.returncode}")
    executable, base, exec_base, version, magic = json.loads(done.stdout)
    # Without site (whose .pth files would run out here) no interpreter says that it is a virtual environment.
    folder = os.path.dirname(os.path.dirname(executable))
    virtual = os.path.exists(os.path.join(folder, "pyvenv.cfg"))
    path = executable if virtual else os.path.realpath(executable)
    prefixes = [folder, base, exec_base] if virtual else [base, exec_base]
    return {"path": path, "prefixes": prefixes, "version": version, "magic": magic}


def lay_bait() -> str:
    """Make a file in a folder of its own, both open to everyone as far as modes go; gives the file's path.

    The folder is opened last: from then on others may put links in it, which we must not write through.

    Raises:
        OSError: it cannot be made.
    """
    path = os.path.join(tempfile.mkdtemp(prefix="atlas-tui-probe-"), "secret")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(b"secret")
        os.fchmod(file.fileno(), 0o666)
    os.chmod(os.path.dirname(path), 0o1777)
    return path


def find_bubblewrap() -> dict[str, Any]:
    """Path, version and the options this bubblewrap has; an empty path when there is none."""
    path = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin")
    if path is None:
        return {"path": "", "version": "", "options": []}
    known = ("--disable-userns", "--as-pid-1", "--clearenv", "--size")
    try:
        asked = [
            subprocess.run([path, flag], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, env={})
            for flag in ("--version", "--help")
        ]
    except (OSError, subprocess.SubprocessError):
        return {"path": "", "version": "", "options": []}
    version, text = (done.stdout.decode("utf-8", "replace") for done in asked)
    return {"path": path, "version": version.strip(), "options": [name for name in known if name in text]}
