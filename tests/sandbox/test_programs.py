"""Every program of ``hostile`` and ``benign``: how it ends, and that nothing of it is left afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox import LocalSandbox, judge
from atlas_tui.sandbox.base import Job, Policy, Ran
from tests.sandbox import corpus
from tests.sandbox.conftest import SECRET

HERE = Path(__file__).parent
HOSTILE, BENIGN = (corpus.load(HERE / kind) for kind in ("hostile", "benign"))
ALL = {program.name: program for program in HOSTILE + BENIGN}
CLEAN = """
import json, os, random
def names(folder):
    try: return os.listdir(folder)
    except OSError: return []
print(json.dumps([names("."), names("/dev/shm"), sorted(os.environ)]))
"""
GONE_WITHIN = 5.0
NOBODY = 65534
"""Whom programs run as when the tests run as root."""
MOST_DESCRIPTORS = 100
"""Of the supervisor while nothing runs; there are more runs than that, so one lost each run would show."""
CORES = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def cases(programs: list[corpus.Program]) -> list:
    pairs = [(program, policy) for program in programs for policy in program.policies]
    return [pytest.param(program, policy, id=f"{program.name}-{policy}") for program, policy in pairs]


@dataclass(frozen=True)
class Host:
    """What programs are told of the host, and how to see that they did not reach it."""

    names: Mapping[str, str]
    folder: Path
    content: dict[str, tuple[object, str]]
    sockets: list[socket.socket]

    def reached(self) -> list[str]:
        """What has changed in the folder since the last look, and who has connected or written."""
        now = content_of(self.folder)
        found = [path for path in {*now, *self.content} if now.get(path) != self.content.get(path)]
        if found:  # told once: the programs that follow did not do it
            lay_files(self.folder)
            self.content.clear()
            self.content.update(content_of(self.folder))
        for one in self.sockets:
            try:
                _ = one.accept() if one.type == socket.SOCK_STREAM else one.recv(100)
            except BlockingIOError:
                continue
            found.append(str(one))
        return found


def content_of(folder: Path) -> dict[str, tuple[object, str]]:
    """Modes and attributes of all files below ``folder``, times and contents of the plain ones."""
    found: dict[str, tuple[object, str]] = {}
    for path in [folder, *folder.rglob("*")]:
        told = path.lstat()
        marks = (told.st_mode, *os.listxattr(path, follow_symlinks=False))
        found[str(path)] = ((marks, told.st_mtime_ns), path.read_text()) if path.is_file() else (marks, "")
    return found


def lay_files(folder: Path) -> None:
    """Files of a person, open to everyone as far as modes go."""
    files = [
        ".ssh/id_rsa",
        ".ssh/authorized_keys",
        ".aws/credentials",
        ".netrc",
        ".git-credentials",
        ".bashrc",
    ]
    for path in [folder / "secret", *(folder / "home" / name for name in files)]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET)
    for path in [folder, *folder.rglob("*")]:
        for name in os.listxattr(path, follow_symlinks=False):
            os.removexattr(path, name, follow_symlinks=False)
        path.chmod(0o777 if path.is_dir() else 0o666)
        if os.geteuid() == 0:  # they belong to whom the programs run as, as they do for everyone else
            os.chown(path, NOBODY, NOBODY)


def listening(stack: ExitStack, family: int, kind: int, address: tuple[str, int] | str) -> socket.socket:
    one = stack.enter_context(socket.socket(family, kind))
    one.bind(address)
    one.setblocking(False)
    if kind == socket.SOCK_STREAM:
        one.listen()
    return one


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="host-of-programs-")))
        abstract = f"host-of-programs-{os.getpid()}"
        tcp = listening(stack, socket.AF_INET, stream, ("127.0.0.1", 0))
        udp = listening(stack, socket.AF_INET, datagram, ("0.0.0.0", 0))
        sockets = [tcp, udp]
        sockets.append(listening(stack, socket.AF_UNIX, stream, str(folder / "socket")))
        sockets.append(listening(stack, socket.AF_UNIX, datagram, str(folder / "datagram")))
        sockets.append(listening(stack, socket.AF_UNIX, stream, "\0" + abstract))
        port6 = tcp.getsockname()[1]
        with suppress(OSError):  # a machine without IPv6: nothing to reach there
            sockets.append(listening(stack, socket.AF_INET6, stream, ("::1", port6)))
        lay_files(folder)
        names = {
            "secret": str(folder / "secret"), "home": str(folder / "home"), "socket": str(folder / "socket"),
            "datagram": str(folder / "datagram"), "abstract": abstract, "tcp": str(tcp.getsockname()[1]),
            "tcp6": str(port6), "udp": str(udp.getsockname()[1]), "pid": str(os.getpid()),
            "project": str(HERE.parents[1]), "python": sys.executable,
        }  # fmt: skip
        yield Host(names, folder, content_of(folder), sockets)


# --- what may be left


def supervisor() -> psutil.Process:
    children = psutil.Process().children()
    found = [child for child in children if "atlas_tui.sandbox.supervisor" in child.cmdline()]
    return max(found, key=lambda child: float(child.create_time()))


def descendants(parent: psutil.Process) -> set[str]:
    """What runs below the supervisor beside its own workers, which are its children or bubblewrap's."""
    found, workers = set(), set()
    for process in parent.children(recursive=True):
        try:
            above, status = process.parent(), process.status()
            if status == psutil.STATUS_ZOMBIE or above is None:
                continue
            if above.pid == parent.pid:
                workers.add(f"worker {process.pid}")
            elif above.name() != "bwrap":
                found.add(f"process {process.pid} {process.name()} below {above.name()}")
        except psutil.NoSuchProcess:
            continue
    return found if len(workers) <= CORES else found | workers


def orphans(before: set[int]) -> set[str]:
    """Processes since ``before`` that carry the marks of a sandbox and fell to us or to those above us."""
    ours, found = {os.getpid(), *(process.pid for process in psutil.Process().parents())}, set()
    for pid in set(psutil.pids()) - before:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue  # ended meanwhile
        status = dict(line.split(":\t", 1) for line in lines)
        if (status["NoNewPrivs"], status.get("Seccomp")) == ("1", "2") and int(status["PPid"]) in ours:
            found.add(f"orphan {pid} {status['Name']}")
    return found


def things() -> set[str]:
    """Files, shared memory and mounts on the host that could be of a run."""
    found = {str(path) for path in Path(tempfile.gettempdir()).glob("atlas-tui-*")}
    found |= {str(path) for path in Path("/dev/shm").glob("*")}
    for kind in ("shm", "sem", "msg"):
        found |= {f"{kind} {line}" for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]}
    return found | {
        line for line in Path("/proc/self/mounts").read_text().splitlines() if "atlas-tui-" in line
    }


@dataclass(frozen=True)
class Before:
    """The host as it was before a run."""

    supervisor: psutil.Process
    pids: set[int]
    things: set[str]

    @classmethod
    def now(cls) -> Before:
        return cls(supervisor(), set(psutil.pids()), things())

    def processes(self) -> set[str]:
        return descendants(self.supervisor) | orphans(self.pids)

    def left(self) -> set[str]:
        return things() - self.things


async def still_there(look: Callable[[], set[str]], seconds: float) -> set[str]:
    """What of that which ``look`` shows now does not go away; others may come and go meanwhile."""
    end, seen = time.monotonic() + seconds, look()
    while seen and time.monotonic() < end:
        await asyncio.sleep(0.02)
        seen &= look()
    return seen


async def check_nothing_is_left(
    sandbox: LocalSandbox, before: Before, host: Host, seconds: float = GONE_WITHIN
) -> None:
    assert not await still_there(before.processes, seconds)
    assert not await still_there(before.left, GONE_WITHIN)
    assert before.supervisor.is_running() and supervisor().pid == before.supervisor.pid
    assert before.supervisor.num_fds() < MOST_DESCRIPTORS
    assert not host.reached()
    for ran in await asyncio.gather(*(sandbox.run(Job(source=CLEAN)) for _ in range(min(2, CORES)))):
        assert ran.verdict is Verdict.OK, (ran.facts, ran.stderr)
        assert json.loads(ran.stdout) == [[], [], ["HOME", "LANG", "PATH"]]


# --- the programs


def check_end(program: corpus.Program, policy: str, tier: str, ran: Ran) -> None:
    """Raises AssertionError unless ``ran`` is how ``program`` may end there."""
    expected = program.expected(policy, tier)
    mode = Mode.FUNCTION if program.text("entry") else Mode.PROGRAM
    verdict = ran.verdict if expected is None else judge(ran, expected, mode)
    told = (ran.facts, ran.stdout[-600:], ran.stderr[-600:].decode("utf-8", "replace"), ran.result)
    assert verdict in program.verdicts(policy, tier), (verdict, *told)
    printed = program.printed()
    assert printed is None or ran.stdout == printed, told
    if program.text("worked", policy, tier):
        assert json.loads(ran.stdout) == [], told
    everything = b"\n".join((ran.stdout, ran.stderr, (ran.result or "").encode()))
    for word in [SECRET, *(program.text("prints-none-of") or "").split()]:
        assert word.encode() not in everything, told


async def check(
    sandbox: LocalSandbox, tier: str, host: Host, program: corpus.Program, policy: Policy
) -> None:
    if tier not in (program.text("tiers") or tier) or platform.machine() != (
        program.text("machine") or platform.machine()
    ):
        pytest.skip("not of this tier or machine")
    before = Before.now()
    host.reached()  # what an earlier program did is not told of this one
    job = program.job(policy, {**host.names, "supervisor": str(before.supervisor.pid)})
    beside = program.text("beside")
    others = [] if beside is None else [asyncio.create_task(sandbox.run(ALL[beside].job(policy, host.names)))]
    rans = [await sandbox.run(job) for _ in range(int(program.number("runs", 1)))]
    await asyncio.gather(*others)
    for ran in rans:
        check_end(program, policy, tier, ran)
        assert (ran.stdout, ran.result) == (rans[0].stdout, rans[0].result)
    await check_nothing_is_left(sandbox, before, host, program.number("gone-within", GONE_WITHIN))


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("program", "policy"), cases(HOSTILE))
async def test_hostile(
    sandbox: LocalSandbox, tier: str, host: Host, program: corpus.Program, policy: Policy
) -> None:
    await check(sandbox, tier, host, program, policy)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("program", "policy"), cases(BENIGN))
async def test_benign(
    sandbox: LocalSandbox, tier: str, host: Host, program: corpus.Program, policy: Policy
) -> None:
    await check(sandbox, tier, host, program, policy)


# --- the checks themselves


def test_there_are_enough_programs() -> None:
    assert len(HOSTILE) >= 90 and len(BENIGN) >= 45
    assert all(
        program.verdicts(policy, "full") == {Verdict.OK} for program in BENIGN for policy in program.policies
    )


@pytest.mark.parametrize(
    "text",
    [
        "# hostile: x\n# policy: strict\n# verdict: OK\n\npass\n",
        "# hostile: x\n# policy: strict\n# verdicts everywhere: OK\n\npass\n",
        "# hostile: x\n# policy: strict\n# verdicts: NO\n\npass\n",
        "# hostile: x\n# policy: strict\n# verdicts project: OK\n\npass\n",
        "# hostile: x\n# policy: lax\n# verdicts: OK\n\npass\n",
        "# hostile: x\n# policy: strict\n# verdicts: OK\n",
        "# benign: x\n# policy: strict\n# verdicts: OK\n\npass\n",
        "import os\n\npass\n",
    ],
)
def test_a_wrong_header_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "hostile").mkdir()
    path = tmp_path / "hostile" / "program.py"
    path.write_text(text)
    with pytest.raises(ValueError):
        corpus.read(path)


def test_the_most_particular_line_of_a_header_counts(tmp_path: Path) -> None:
    (tmp_path / "hostile").mkdir()
    path = tmp_path / "hostile" / "program.py"
    path.write_text(
        "# hostile: x\n# policy: strict, project\n# verdicts: OK\n# verdicts project: WA\n"
        "# verdicts project reduced: RE TLE\n# expect: a\n# expect:\n# expect: b\n\n# no header\nprint()\n"
    )
    program = corpus.read(path)
    assert program.verdicts("strict", "reduced") == {Verdict.OK}
    assert program.verdicts("project", "full") == {Verdict.WA}
    assert program.verdicts("project", "reduced") == {Verdict.RE, Verdict.TLE}
    assert program.expected("strict", "full") == "a\n\nb"
    assert program.source == "# no header\nprint()\n"


MARKED = """
import ctypes, struct, time
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0)
allow = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
libc.prctl(22, 2, struct.pack("HxxxxxxP", 1, ctypes.addressof(allow)))
print(1, flush=True)
time.sleep(60)
"""


@pytest.mark.asyncio(loop_scope="session")
async def test_what_is_left_would_be_noticed(sandbox: LocalSandbox, host: Host) -> None:
    before = Before.now()
    with (
        subprocess.Popen([sys.executable, "-c", MARKED], stdout=subprocess.PIPE) as process,
        tempfile.TemporaryDirectory(prefix="atlas-tui-left-") as folder,
    ):
        assert process.stdout is not None and process.stdout.readline() == b"1\n"
        found = await still_there(before.processes, 0.1) | await still_there(before.left, 0.1)
        assert found == {folder, f"orphan {process.pid} {psutil.Process(process.pid).name()}"}
        process.kill()
    extra = host.folder / "extra"
    extra.write_text("x")
    assert host.reached() == [str(extra)]
    extra.unlink()
    assert host.reached() == [str(extra)] and not host.reached()
    await check_nothing_is_left(sandbox, before, host)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_program_that_still_runs_would_be_noticed(sandbox: LocalSandbox, host: Host) -> None:
    before = Before.now()
    task = asyncio.create_task(sandbox.run(Job(source="import time; time.sleep(60)")))
    await asyncio.sleep(0.5)
    assert await still_there(before.processes, 0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await check_nothing_is_left(sandbox, before, host)
