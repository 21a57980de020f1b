"""The git program, run so that neither the repository nor the caller's environment decides what it does."""

from __future__ import annotations

import contextlib
import itertools
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READ_SECONDS = 20.0
MAX_OUTPUT = 32 << 20
"""Bytes kept of what a command prints; of more, the last are kept."""
HOOK_OUTPUT = 64 << 10
PATIENCE_SECONDS = (3.0, 2.0, 1.0)
"""How long is waited after asking a command to end, telling it to, and killing it."""

_HARDENED = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.pager=cat"),
    *("-c", "diff.external="),
    *("-c", "safe.bareRepository=explicit"),
    "--no-optional-locks",
    "--no-pager",
    "--literal-pathspecs",
)
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_EDITOR": ":",
    "GIT_PAGER": "cat",
}
_KEPT = ("HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME")
_AUTHOR = ("GIT_AUTHOR_", "GIT_COMMITTER_")
OLDEST = (2, 26)
"""The first git that tells whose setting is whose; no older one is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: bytes
    err: bytes
    seconds: float
    late: bool
    """It reached its time limit and was ended."""
    cut: bool
    """It printed more than is kept."""

    @property
    def said(self) -> str:
        """The last line it printed as an error, else as output."""
        lines = (self.err.strip() or self.out.strip()).decode("utf-8", "replace").splitlines()
        return lines[-1].strip() if lines else f"exit code {self.code}"


def find_git(folder: Path) -> str:
    """The absolute path of the git program, never one inside the tree around ``folder``; empty when none.

    A program of that name in the folder, in the repository around it, or reached by a relative entry of
    PATH is passed over.
    """
    around = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)
    for entry in _path_entries():
        candidate = entry / "git"
        inside = around != Path("/") and (candidate.is_relative_to(around) or _real(candidate, around))
        if not inside and candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate)
    return ""


def _path_entries() -> list[Path]:
    entries = [Path(each) for each in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    return [each for each in entries if each.is_absolute()]


def _real(candidate: Path, around: Path) -> bool:
    return Path(os.path.realpath(candidate)).is_relative_to(around)


class Git:
    """Runs one git program in one folder."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder

    def version(self) -> tuple[int, ...]:
        """Such as ``(2, 39, 5)``; empty when it does not say."""
        words = self.read("version").out.split()
        numbers = words[2].decode("ascii", "replace").split(".") if len(words) > 2 else []
        return tuple(int(each) for each in itertools.takewhile(str.isdigit, numbers))

    def read(
        self, *arguments: str, stdin: bytes = b"", index: Path | None = None, config: Sequence[str] = ()
    ) -> Ran:
        """A command that only reads (or writes only ``index`` and the object store): no hook, no helper of
        the repository runs, nothing is fetched. ``config`` holds more ``key=value`` pairs."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= _QUIET
        environment |= {
            "LC_ALL": "C",
            "PATH": self._path(),
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
        }
        if index is not None:
            environment["GIT_INDEX_FILE"] = str(index)
        more = [word for pair in config for word in ("-c", pair)]
        return run([self.program, *_HARDENED, *more, *arguments], self.folder, environment, stdin=stdin)

    def identity(self, role: str) -> Ran:
        """``git var`` of AUTHOR or COMMITTER, as a commit of the person would find it."""
        return self._as_person(["var", f"GIT_{role}_IDENT"], {}, READ_SECONDS)

    def commit(self, message: bytes, index: Path, seconds: float, held: Sequence[int] = ()) -> Ran:
        """``git commit`` of an index of our own, as the person would run it: their hooks, their signing.

        Both streams come as one output. ``held`` are descriptors that it and its hooks keep open.
        """
        return self._as_person(
            ["commit", "--quiet", "--file=-"],
            {"GIT_INDEX_FILE": str(index)},
            seconds,
            stdin=message,
            held=held,
        )

    def _as_person(
        self,
        arguments: Sequence[str],
        more: Mapping[str, str],
        seconds: float,
        *,
        stdin: bytes = b"",
        held: Sequence[int] = (),
    ) -> Ran:
        environment = {
            name: value
            for name, value in os.environ.items()
            # GPG_TTY: the terminal belongs to the app, nothing may ask there.
            if name != "GPG_TTY" and (not name.startswith("GIT_") or name.startswith(_AUTHOR))
        }
        # Git looks up what it runs (to sign, for instance): not in whatever folder it happens to stand in.
        environment["PATH"] = os.pathsep.join(str(each) for each in _path_entries())
        options = (
            "core.fsmonitor=false",
            "core.untrackedCache=false",
            "gc.auto=0",
            "maintenance.auto=false",
            "i18n.commitEncoding=UTF-8",
        )
        command = [self.program, "--no-pager", *(word for pair in options for word in ("-c", pair))]
        return run(
            [*command, *arguments],
            self.folder,
            {**environment, **_QUIET, **more},
            stdin=stdin,
            seconds=seconds,
            most=HOOK_OUTPUT,
            held=held,
            together=True,
        )

    def _path(self) -> str:
        # Git itself looks programs up here; the tree must not be among the places.
        return os.pathsep.join(str(each) for each in _path_entries() if not each.is_relative_to(self.folder))


def run(  # noqa: PLR0913 - each is a matter of its own
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    stdin: bytes = b"",
    seconds: float = READ_SECONDS,
    most: int = MAX_OUTPUT,
    held: Sequence[int] = (),
    together: bool = False,
) -> Ran:
    """Run a command without a terminal and bounded in time and kept output; it never raises for its failure.

    ``held`` are descriptors that it inherits; ``together`` puts its errors among its output, in order.

    Raises:
        OSError: the program cannot be started.
    """
    start = time.monotonic()
    process = _started(command, folder, environment, stdin, held, together)
    with process:
        pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe]
        kept = {pipe.fileno(): bytearray() for pipe in pipes}
        try:
            cut = _gather(process, kept, start + seconds, most)
        except BaseException:
            # Ctrl-C reaches us alone: git would go on, with an index that is no more for instance.
            _end(process)
            raise
        late = process.poll() is None
        if late:
            _end(process)
        code = process.wait()
        out, err = ([bytes(kept[pipe.fileno()][-most:]) for pipe in pipes] + [b""])[:2]
    return Ran(code=code, out=out, err=err, seconds=time.monotonic() - start, late=late, cut=cut)


def _started(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stdin: bytes,
    held: Sequence[int],
    together: bool,
) -> subprocess.Popen[bytes]:
    """Raises: OSError."""
    # Most need nothing, and get by without a place for temporary files.
    with tempfile.TemporaryFile() if stdin else Path(os.devnull).open("r+b") as given:
        given.write(stdin)
        given.seek(0)
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if together else subprocess.PIPE,
            start_new_session=True,
            pass_fds=held,
        )


def _gather(process: subprocess.Popen[bytes], kept: dict[int, bytearray], deadline: float, most: int) -> bool:
    """Read until the process ends (a child of it may hold the pipes open longer) or the time is over.

    Gives whether more than ``most`` bytes came from one pipe; at least the last ``most`` are kept.
    """
    cut = False
    with selectors.DefaultSelector() as selector:
        for descriptor in kept:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ended = process.poll() is not None
            ready = selector.select(0 if ended else 0.05)
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                kept[key.fd] += data
                cut = cut or len(kept[key.fd]) > most
                if len(kept[key.fd]) > 2 * most:
                    del kept[key.fd][:-most]
            if (ended and not ready) or time.monotonic() > deadline:
                return cut
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - time.monotonic()))
    return cut


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started. Ask first: a hook that put files aside may put them back then."""
    requests = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    for request, patience in zip(requests, PATIENCE_SECONDS, strict=True):
        number: int = request
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                return
            except PermissionError:
                break
            # Git itself ends at once; the hook it ran is what needs the time.
            process.poll()
            number = 0
            time.sleep(0.02)
