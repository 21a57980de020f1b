"""A run of one command in a box of its own: compilers, programs of other languages, tests of a project.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any

from atlas_tui.sandbox import wire
from atlas_tui.sandbox.inside import confine, limits, tidy
from atlas_tui.sandbox.supervisor import changing, command, copying, family, folders, seccomp
from atlas_tui.sandbox.supervisor.chore import Chore
from atlas_tui.sandbox.supervisor.isolated import NOBODY, Isolated, Lines
from atlas_tui.sandbox.supervisor.run import Run

LOOK_SECONDS = 0.05
_SIGNALLED = 128
_MOST_OF_DISK = 2 << 30
"""By how much the free room of the disk that holds a copied tree may shrink; others may write there too."""
_FEW = 3
"""Processes of a single program: bubblewrap's own, perhaps a shell, itself."""
_SLACK = 4
"""Where the kernel counts all that the user runs, this only stops a bomb between two looks."""
_SHOWN = {"box": "/box", "scratch": "/tmp", "tree": "/tree"}


class BoxRun(Run):
    """Started at once, over when nothing of it is left.

    ``request["box"]`` holds ``command``, ``environment``, ``start`` (each may name the places that
    ``token`` gives), ``files`` (names, whose contents follow standard input), ``mounts``, ``tree``,
    ``changes`` (paths in its copy, and whether there is to be a file; contents follow), ``processes``,
    ``network``, ``spared``, ``tasks``, ``space_bytes``, ``file_bytes``, ``tmp_bytes``, ``files_most``.
    """

    def __init__(self, request: dict[str, Any], content: bytes) -> None:
        super().__init__(request, content)
        self._process: Isolated | None = None
        self._chore: Chore | None = None
        self._drop = self._removing = False
        self._skipped: list[str] = []
        self.fault = ""
        """Why it could not be run; empty when it was."""
        self._folder = ""
        self._limit = ""
        self._peak, self._cpu = 0, 0.0
        self._free_before = 0
        self._started = self._next_look = self._wall = self._delayed = 0.0
        self._full = request["tier"] == "full"

    def begin(self, drop: bool) -> None:
        """Raises OSError, subprocess.SubprocessError, KeyError, ValueError when it cannot be started."""
        self._drop = drop
        self._limit, self._peak, self._cpu, self._wall = "", 0, 0.0, 0.0
        self.deadline = float("inf")
        source = self.request["box"]["tree"]
        if source or not self._full:
            self._make_folder()
        if not source:
            self._launch()
            return
        target = os.path.join(self._folder, "tree")
        owner, changes = NOBODY if drop else -1, self._changes()
        self._chore = Chore(
            lambda: _copy(source, target, changes, owner), copying.CopyRefused, changing.ChangeRefused
        )

    def _launch(self) -> None:
        parts = self._parts()[: 1 + len(self.request["box"]["files"])]
        with contextlib.ExitStack() as theirs:
            ends = self.open_streams(theirs, self._drop, "stdout", "stderr")
            stdin = self.memory("stdin", parts[0], theirs)
            tree = os.path.join(self._folder, "tree") if self.request["box"]["tree"] else ""
            keeper, lines = (None, (-1, -1)) if self._full else self._open_lines(theirs)
            try:
                line, passed, values = self._line(parts[1:], tree, lines, theirs)
            except BaseException:
                if keeper is not None:
                    os.close(keeper.info)
                    os.close(keeper.life)
                raise
            self._free_before = _free(self._folder) if tree else 0
            self._started = time.monotonic()
            # Inside a namespace the kernel counts processes; elsewhere it is for us to look soon.
            self._next_look = self._started + (LOOK_SECONDS if self._full else 0.0)
            self._process = Isolated(
                line, (stdin, ends[0], ends[1]), passed, values, namespaces=self._full, drop=self._drop,
                keeper=keeper,
            )  # fmt: skip

    def _parts(self) -> list[bytes]:
        parts, place = [], 0
        for size in self.request["sizes"]:
            parts.append(self.content[place : place + size])
            place += size
        return parts

    def _changes(self) -> list[changing.Change]:
        box = self.request["box"]
        contents = self._parts()[1 + len(box["files"]) :]
        return [
            (path, content if there else None)
            for (path, there), content in zip(box["changes"], contents, strict=True)
        ]

    def _make_folder(self) -> None:
        """On the host: for a private copy of a tree, and in the tier reduced for all the rest."""
        self._folder = folders.make("run")
        os.chmod(self._folder, 0o711)
        if not self._full:
            scratch = os.path.join(self._folder, "tmp")
            os.mkdir(scratch, 0o700)
            if self._drop:
                os.chown(scratch, NOBODY, NOBODY)

    def _open_lines(self, theirs: contextlib.ExitStack) -> tuple[Lines, tuple[int, int]]:
        """Both ends of the pipes to a keeper; of the second pair ``theirs`` closes ours."""
        info, told = os.pipe()
        held, life = os.pipe()
        for descriptor in (told, held):
            theirs.callback(os.close, descriptor)
        return Lines(info, life), (told, held)

    def _line(
        self, contents: list[bytes], tree: str, lines: tuple[int, int], theirs: contextlib.ExitStack
    ) -> tuple[list[str], list[int], dict[str, str]]:
        places = _SHOWN if self._full else {
            "box": os.path.join(self._folder, "box"), "scratch": os.path.join(self._folder, "tmp"),
            "tree": tree,
        }  # fmt: skip
        request, box = placed(self.request, places), self.request["box"]
        machine, abi = os.uname().machine, confine.landlock_abi()
        rules = seccomp.command_filter(
            machine, box["processes"], self._full and box["network"], self._full, abi, tuple(box["spared"])
        )
        if self._full:
            files = [
                (name, self.memory("file", content, theirs))
                for name, content in zip(box["files"], contents, strict=True)
            ]
            if tree:
                user, group = (NOBODY, NOBODY) if self._drop else (os.getuid(), os.getgid())
                known = command.names_known(user, group)
                files += [(path, self.memory("file", text, theirs)) for path, text in known.items()]
            descriptor = self.memory("filter", rules, theirs)
            line = command.box_line(request, files, tree, descriptor)
            return line, [descriptor, *(one for _, one in files)], {"PATH": "/usr/bin:/bin"}
        self._write_files(places["box"], contents)
        user = NOBODY if self._drop else os.getuid()
        tasks = family.tasks_of_user(user) + _SLACK * box["tasks"] if box["processes"] else 0
        setup = command.launch_setup(request, self._folder, rules, tasks, lines)
        boot = self.memory("launch", command.launch_boot(request, setup), theirs)
        line = command.interpreter(request["python"], boot, "-S")
        return line, [boot, *lines], command.environment(places["scratch"])

    def _write_files(self, folder: str, contents: list[bytes]) -> None:
        os.mkdir(folder, 0o755)
        for name, content in zip(self.request["box"]["files"], contents, strict=True):
            path = os.path.join(folder, name)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755), "wb") as file:
                file.write(content)
            os.chmod(path, 0o755)
        os.chmod(folder, 0o755)

    # --- while it runs

    def descriptors(self) -> list[int]:
        ended = self._process.descriptors() if self._process is not None else []
        chore = [self._chore.descriptor] if self._chore is not None and self._chore.descriptor >= 0 else []
        return [*self.stream_descriptors(), *ended, *chore]

    def on_ready(self, descriptor: int) -> None:
        if descriptor in self.stream_descriptors():
            self.take(descriptor)

    def over(self, now: float) -> bool:
        """Look at its limits; True when nothing of it is left.

        Raises:
            OSError, subprocess.SubprocessError, KeyError, ValueError: its command cannot be started.
        """
        if self._chore is not None:
            return self._chore.done() and self._after(self._chore)
        process = self._process
        if process is None:
            return True
        if process.reap():
            self._wall = self._wall or now - self._started
            self.drain()
            self._measure(process)
            self._process = None
            return self._removed()
        if now >= self._next_look and not self.killed_for:
            self._next_look = now + LOOK_SECONDS
            self._look(process, now)
        if self.killed_for and now > self.deadline:
            process.kill()  # again: something was being forked
            self.deadline = now + LOOK_SECONDS
        return False

    def _after(self, chore: Chore) -> bool:
        """Go on when the copy is made; True when it was the removal that has ended."""
        told, self._chore = chore.result(), None
        if self._removing:
            if "error" in told:
                raise OSError(told["error"])
            self._folder = ""
            return True
        self._skipped = told.get("skipped", [])
        if "error" in told or self.killed_for:
            self.fault = f"no copy of the tree: {self.killed_for or told['error']}"
            return self._removed()
        self._launch()
        return False

    def _removed(self) -> bool:
        """Whether no folder is left; that of a tree is removed beside the loop."""
        if not self.request["box"]["tree"]:
            return True
        folder = self._folder
        self._removing = True
        self._chore = Chore(lambda: _remove(folder))
        return False

    def _look(self, process: Isolated, now: float) -> None:
        first = process.first
        if first < 0:
            return
        process.reap_orphans()
        pids = family.members(first)
        used, request = family.use(pids), self.request["limits"]
        if used.resident_bytes > request["memory_bytes"]:
            used = family.exactly(used, pids)
        self._peak = max(self._peak, used.resident_bytes)
        # Of many processes each waits for the others: that is their own doing.
        self._delayed = used.delayed_seconds if len(pids) <= _FEW else 0.0
        self._cpu = max(self._cpu, used.cpu_seconds + process.cpu_seconds)  # that of orphans that are gone
        exceeded = {
            "cpu": self._cpu > request["cpu_seconds"],
            "wall": now - self._started > request["wall_seconds"],
            "memory": used.resident_bytes > request["memory_bytes"],
            # Where the kernel counts them with all others of the person, it was told a larger number.
            "threads": used.tasks > self.request["box"]["tasks"] + 8,
            "files": self._too_many_files(first),
        }
        self._limit = next((name for name, over in exceeded.items() if over), "")
        if self._limit:
            self.kill(self._limit)

    def _too_many_files(self, first: int) -> bool:
        most = self.request["box"]["files_most"]
        if self.request["box"]["tree"] and _free(self._folder) < self._free_before - _MOST_OF_DISK:
            return True
        if not self._full:
            return limits.folder_full(self._folder, 0, most, self.request["box"]["tmp_bytes"])
        try:
            folder = os.open(f"/proc/{first}/root/tmp", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return False  # gone meanwhile, or not to be looked into
        try:
            if os.fstat(folder).st_dev == os.stat("/tmp").st_dev:
                return False  # the host's still: bubblewrap is not that far
            found = os.fstatvfs(folder)
        finally:
            os.close(folder)
        return bool(found.f_files - found.f_ffree > most)

    def kill(self, why: str) -> None:
        self.killed_for = self.killed_for or why
        if self._chore is not None and not self._removing:
            self._chore.kill()
        if self._process is not None:
            self._process.kill()
            self.deadline = time.monotonic() + LOOK_SECONDS

    # --- afterwards

    def _measure(self, process: Isolated) -> None:
        # Of processes that die with their namespace nobody is told what they used: what was seen counts too.
        code, notes = process.status, []
        if self._full and code > _SIGNALLED and code - _SIGNALLED in signal.valid_signals():
            notes = [f"bubblewrap told the signal as exit code {code}"]
            code = _SIGNALLED - code
        if self._skipped:
            notes.append(
                f"the copy of the tree lacks {len(self._skipped)} entries, first {self._skipped[0]!a}"
            )
        self.inside = {
            "stage": "LR" if self._was_started() else "E", "limit": self._limit,
            "status": -code if code < 0 else code << 8, "cpu": max(self._cpu, process.cpu_seconds),
            "peak": max(self._peak, process.peak_bytes), "wall": self._wall, "delayed": self._delayed,
            "tried": [], "notes": notes,
        }  # fmt: skip

    def _was_started(self) -> bool:
        """Whether the command was reached; before that, standard error tells of our own failure."""
        error = self.streams["stderr"]
        if not error.head.startswith(command.STARTED):
            return self.killed_for != ""
        del error.head[: len(command.STARTED)]
        error.total -= len(command.STARTED)
        return True

    def collect(self) -> None:
        """Kill what still runs and release all it has: descriptors, processes, files.

        Raises:
            OSError: a file could not be removed.
        """
        while self._chore is not None and not self._chore.done():
            self._chore.kill()
            time.sleep(0.002)
        if self._process is not None:
            while not self._process.reap():
                self._process.kill()
                time.sleep(0.002)
            self._process = None
        for stream in self.streams.values():
            stream.close()
        folder, self._folder = self._folder, ""
        if folder:
            tidy.remove(folder)


def _free(folder: str) -> int:
    """Bytes that the disk of ``folder`` has left for us."""
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize


def _copy(source: str, target: str, changes: list[changing.Change], owner: int) -> dict[str, Any]:
    copied = copying.copy_tree(source, target, owner=owner)
    changing.change(target, changes, owner)
    return {"skipped": list(copied.skipped)}


def _remove(folder: str) -> dict[str, Any]:
    tidy.remove(folder)
    return {}


def placed(request: dict[str, Any], places: dict[str, str]) -> dict[str, Any]:
    """``request`` with its tokens replaced by the folders of this run."""

    def put(text: str) -> str:
        for name, folder in places.items():
            text = text.replace(wire.token(name), folder)
        return text

    box = dict(request["box"])
    box["command"] = [put(word) for word in box["command"]]
    box["environment"] = {name: put(value) for name, value in box["environment"].items()}
    box["start"] = put(box["start"])
    return {**request, "box": box}
