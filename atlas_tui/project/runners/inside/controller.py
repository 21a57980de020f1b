"""Runs one test command and tells what became of it; the only one who holds the descriptor of the report.

Runs inside the sandbox on its Python, 3.8 or newer, as a file of its own: standard library only. An order
comes on standard input as JSON (``runners.orders.Order``), frames go out on standard output, each a length
and JSON. What it starts gets other descriptors, and cannot open those of this process: it is not dumpable.
"""

from __future__ import annotations

import ctypes
import glob
import json
import os
import secrets
import select
import shlex
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PR_SET_DUMPABLE = 4
_LOOK_SECONDS = 0.05
_CHUNK = 1 << 16
_LINE_BYTES = 1 << 20
"""A line of a report is no longer."""
_LINKS = 40_000
_CHANNEL = "ATLAS_TUI_REPORT"
"""As ``channel.NAME``, which is not here."""


class Out:
    """The frames; what is beyond ``most`` bytes is left out, but for the end."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.cut = False

    def tell(self, kind: str, last: bool = False, **values: Any) -> None:
        frame = json.dumps(dict(values, kind=kind)).encode("ascii")
        if not last:
            if len(frame) > self._left:
                self.cut = True
                return
            self._left -= len(frame)
        data = memoryview(struct.pack(">I", len(frame)) + frame)
        while data:
            data = data[os.write(1, data) :]


class Printed:
    """Begin and end of what was printed."""

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._head, self._tail = bytearray(), bytearray()
        self._lost = 0

    def take(self, data: bytes) -> None:
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        if len(self._tail) > 2 * self._half:
            self._lost += len(self._tail) - self._half
            del self._tail[: -self._half]

    def text(self) -> str:
        lost = self._lost + max(0, len(self._tail) - self._half)
        tail = bytes(self._tail[-self._half :]).decode("utf-8", "replace")
        gap = "\n[... %d bytes ...]\n" % lost if lost else ""
        return bytes(self._head).decode("utf-8", "replace") + gap + tail


class Lines:
    """Whole lines out of what comes in pieces; those that are too long are left out."""

    def __init__(self, take: Any) -> None:
        self._take, self._open, self._skipping = take, bytearray(), False

    def feed(self, data: bytes) -> None:
        parts = data.split(b"\n")
        for part in parts[:-1]:
            self._open += part
            if not self._skipping and len(self._open) <= _LINE_BYTES:
                self._take(bytes(self._open))
            self._open.clear()
            self._skipping = False
        self._open += parts[-1]
        if len(self._open) > _LINE_BYTES:
            self._open.clear()
            self._skipping = True


class Controller:
    """One order, from its start to its last frame."""

    def __init__(self, order: Any) -> None:
        self.order = order
        self.out = Out(order["report_bytes"])
        self.printed = Printed(order["printed_bytes"])
        self.deadline = time.monotonic() + order["seconds"]
        self.package = "atlas_" + secrets.token_hex(8)
        self.folder = tempfile.mkdtemp(prefix="atlas-")
        self.secret = secrets.token_hex(16).encode("ascii")
        self._own: Any = None
        """What the step that runs has printed."""
        self.strange = 0
        self.programs: list[Any] = []
        self._bulk_left = order["bulk_bytes"]
        self._pipe = bytearray()

    def run(self) -> None:
        """All that is ordered; never raises for what the tests do."""
        self._lay_files()
        for path in self._reports():
            os.unlink(path)
        started = time.monotonic()
        end = self._run_steps(self.order["before"]) or self._run_main()
        for path in self._reports():
            self._tell_file(path)
        report = os.path.join(self.folder, "report")
        if os.path.isfile(report) and not os.path.islink(report):
            with open(report, "rb") as file:  # the tool has put a file of its own there
                self._took_pipe(file.read(self.order["report_bytes"] + 1))
        if self._pipe:
            self.out.tell("file", path="", text=bytes(self._pipe).decode("utf-8", "replace"))
        end["seconds"] = time.monotonic() - started
        self.out.tell(
            "end", last=True, printed=self.printed.text(), strange=self.strange, cut=self.out.cut, **end
        )

    def _lay_files(self) -> None:
        package = os.path.join(self.folder, self.package)
        os.mkdir(package, 0o700)
        for name, text in self.order["files"].items():
            with open(os.path.join(package, name), "w", encoding="utf-8") as file:
                file.write(text)

    def _reports(self) -> list[str]:
        """Plain files that the order names, in any folder that is not hidden; none through a link."""
        found: dict[str, None] = {}
        # A pattern of all folders would follow links, round and round, or through all that is installed.
        for folder, inner, _ in os.walk(".") if self.order["reports"] else ():
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for pattern in self.order["reports"]:
                for path in sorted(glob.glob(os.path.join(glob.escape(folder), pattern), recursive=True)):
                    path, real = os.path.normpath(path), os.path.realpath(path)
                    own = real == os.path.join(os.path.realpath("."), path)
                    if own and stat.S_ISREG(os.lstat(path).st_mode):
                        found[path] = None
        return list(found)

    def _tell_file(self, path: str) -> None:
        if os.path.getsize(path) > _LINE_BYTES:
            self.out.cut = True
            return
        with open(path, "rb") as file:
            self.out.tell("file", path=path, text=file.read().decode("utf-8", "replace"))

    # --- the command

    def _run_main(self) -> Any:
        end = self._run_first()
        if end["code"] == 0 and self.order["programs"] is not None:
            end = self._run_programs() or end
        late = None if end["why"] == "time" else self._run_steps(self.order["after"])
        return {**end, "why": "time"} if late and late["why"] == "time" else end

    def _run_steps(self, steps: Any) -> Any:
        """Each tells how it ended; the first that does not end well is the last, and is given."""
        for words in steps:
            self._own, line = Printed(self.order["printed_bytes"]), shlex.join(words)
            end = self._execute(self._expanded(words), None, None, channel="none")
            self.out.tell("step", line=line, code=end["code"], printed=self._own.text())
            self._own = None
            if end["code"] != 0:
                return {**end, "why": end["why"] or "before", "program": end.get("program", line)}
        return None

    def _run_first(self) -> Any:
        for words in self._choices():
            if shutil.which(words[0]):
                line = self._expanded(self._filled(word) for word in words)
                end = self._execute(line, None, self._took_line)
                if end["why"] != "missing":  # as a script is whose interpreter has moved
                    return end
        return {"code": None, "why": "missing", "program": self.order["choices"][0][0]}

    def _choices(self) -> Any:
        for words in self.order["choices"]:
            yield [sys.executable if word == "{python}" else word for word in words]

    def _filled(self, word: str) -> str:
        return word.replace("{package}", self.package).replace("{folder}", self.folder)

    def _expanded(self, words: Any) -> list[str]:
        """Patterns of files as a shell takes them, where that is asked for; those that match nothing stay."""
        found: list[str] = []
        for word in words:
            pattern = self.order["globs"] and not word.startswith("-") and set(word) & set("*?[")
            matched = sorted(glob.glob(word, recursive=True)) if pattern and not os.path.exists(word) else []
            found += [path for path in matched if "node_modules" not in path.split(os.sep)] or [word]
        return found

    def _environment(self, more: Any) -> dict[str, str]:
        values = dict(os.environ)
        values.update({name: self._filled(value) for name, value in self.order["environment"].items()})
        values.update(more)
        if os.path.isdir(values.get(self.order["linked"], "")):
            values[self.order["linked"]] = self._linked(values[self.order["linked"]])
        if self.order["importable"]:
            paths = [self.folder, values.get("PYTHONPATH", "")]
            values["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return values

    def _linked(self, source: str) -> str:
        """A folder with links to the files in the folders of ``source``, the newest where there are many."""
        target = os.path.join(self.folder, "linked")
        if os.path.isdir(target):
            return target
        os.mkdir(target)
        found = []
        for folder in [entry for entry in _listed(source) if entry.is_dir()]:
            os.mkdir(os.path.join(target, folder.name))
            found += [entry for entry in _listed(folder.path) if entry.is_file()]
        if len(found) > _LINKS:
            found.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
        for entry in found[:_LINKS]:
            os.symlink(entry.path, os.path.join(target, os.path.relpath(entry.path, source)))
        return target

    def _execute(self, words: list[str], program: Any, take: Any, channel: str = "") -> Any:
        """Run one command to its end or the deadline; ``take`` gets the lines of its report."""
        channel = channel or self.order["channel"]
        printed, prints = os.pipe()
        report, reports = self._open_report(channel)
        told, tells = os.pipe()
        os.write(tells, self.secret)
        os.close(tells)
        # The second opens the JSON of test programs of Rust, which is else for its nightly toolchain alone.
        more = {"CARGO_MANIFEST_DIR": program["folder"], "RUSTC_BOOTSTRAP": "1"} if program else {}
        values = self._environment(more)
        passed = [reports, told] if channel == "secret" else []
        if channel == "secret":
            values[_CHANNEL] = "%d,%d" % (reports, told)
        words = [word.replace("{report}", os.path.join(self.folder, "report")) for word in words]
        try:
            child = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=reports if channel == "lines" else prints,
                stderr=prints, pass_fds=passed, env=values, cwd=program and program["folder"],
            )  # fmt: skip
        except OSError as error:
            os.close(printed)
            os.close(report)
            return {"code": None, "why": "missing", "program": words[0], "detail": str(error.strerror)}
        finally:
            for descriptor in (prints, reports, told):
                os.close(descriptor)
        takers = {printed: self._took_printed, report: self._taker(channel, take)}
        return self._watch(child, takers)

    def _open_report(self, channel: str) -> tuple[int, int]:
        """Both ends of what results come through."""
        if channel == "secret":
            # What went into a socket cannot be read back by its sender, as it could from a pipe.
            ours, theirs = socket.socketpair()
            return ours.detach(), theirs.detach()
        if channel != "pipe":
            return os.pipe()
        # By its name also a tool finds it that starts itself anew, without our descriptors.
        path = os.path.join(self.folder, "report")
        if not os.path.lexists(path):  # else a program before could not be started
            os.mkfifo(path, 0o600)
        # Open for both, so that it does not end before the tool has opened it.
        return os.open(path, os.O_RDWR), os.open(path, os.O_WRONLY)

    def _took_printed(self, data: bytes) -> None:
        self.printed.take(data)
        if self._own is not None:
            self._own.take(data)

    def _watch(self, child: Any, takers: dict[int, Any]) -> Any:
        why, open_ones, ended = "", set(takers), False
        for descriptor in takers:
            os.set_blocking(descriptor, False)
        while open_ones and not (ended and not select.select(list(open_ones), [], [], 0)[0]):
            ended = ended or child.poll() is not None
            for descriptor in select.select(list(open_ones), [], [], 0 if ended else _LOOK_SECONDS)[0]:
                data = os.read(descriptor, _CHUNK)
                takers[descriptor](data)
                if not data:
                    open_ones.discard(descriptor)
            if time.monotonic() > self.deadline:
                break  # others may print on; the sandbox ends them all when this process ends
        try:
            child.wait(max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            why = "time"
            child.kill()
            child.wait()
        for descriptor in takers:
            os.close(descriptor)
        return {"code": child.returncode, "why": why}

    def _taker(self, channel: str, take: Any) -> Any:
        if channel == "pipe":
            return self._took_pipe
        return Lines(self._took_secret if channel == "secret" else take).feed

    def _took_pipe(self, data: bytes) -> None:
        if len(self._pipe) + len(data) > self.order["report_bytes"]:
            self.out.cut = True
        else:
            self._pipe += data

    def _took_secret(self, line: bytes) -> None:
        if line.startswith(self.secret):
            self._tell_line(line[len(self.secret) :], None)
        elif line:
            self.strange += 1

    def _took_line(self, line: bytes) -> None:
        if self.order["programs"] is not None:
            self._take_program(line)
        self._tell_line(line, None)

    def _tell_line(self, line: bytes, tag: Any) -> None:
        if self.order["bulk"] and self.order["bulk"].encode("ascii") in line:
            self._bulk_left -= len(line)
            if self._bulk_left < 0:
                return
        self.out.tell("line", text=line.decode("utf-8", "replace"), tag=tag)

    # --- what cargo has built

    def _take_program(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            if told.get("reason") != "compiler-artifact" or not told.get("executable"):
                return
            if not told["profile"]["test"]:
                return
            program = {
                "path": told["executable"], "source": told["target"]["src_path"],
                "folder": os.path.dirname(told["manifest_path"]),
            }  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        if program not in self.programs:
            self.programs.append(program)

    def _run_programs(self) -> Any:
        """The test programs one after the other; how the first of those ended that did not end well."""
        worst = None
        for program in self.programs:
            tag = os.path.relpath(program["source"], os.getcwd())
            words = [program["path"], *self.order["programs"]]
            end = self._execute(words, program, lambda line, tag=tag: self._tell_line(line, tag))
            self.out.tell("ended", tag=tag, code=end["code"], why=end["why"])
            if end["code"] != 0 and worst is None:
                worst = end
            if end["why"] == "time":
                return end
        return worst


def _listed(folder: str) -> Any:
    """What lies in a folder; nothing where it may not be read."""
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def main() -> None:
    """Take the order and do it."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0)
    with os.fdopen(0, "rb") as source:
        order = json.loads(source.read())
    Controller(order).run()


if __name__ == "__main__":
    main()
