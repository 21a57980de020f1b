"""Programs that mean harm: what they reach, what they leave, what they are called."""

# ruff: noqa: E501 — tables and small programs

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "canary-7b1e5f0c"
LIMITS = Limits(cpu_seconds=1.0, wall_seconds=30.0)

ATTEMPTS = """
import json, os, sys
worked = []
def attempt(name, action):
    try:
        result = action()
    except (OSError, ValueError) as error:
        return
    worked.append(name if result in (None, True) else "%s: %r" % (name, result))
"""
REPORT = "\nprint(json.dumps(worked))"


async def worked(sandbox: LocalSandbox, source: str, stdin: str = "") -> list[str]:
    """What succeeded of the attempts in ``source``, which all are to fail."""
    ran = await sandbox.run(Job(source=ATTEMPTS + source + REPORT, stdin=stdin.encode(), limits=LIMITS))
    assert ran.verdict is Verdict.OK, (ran.verdict, ran.facts, ran.stderr.decode())
    found = json.loads(ran.stdout)
    assert isinstance(found, list)
    return found


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder on the host that modes leave open to everyone."""
    with tempfile.TemporaryDirectory(prefix="atlas-tui-test-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "secret").write_text(SECRET)
        (folder / "secret").chmod(0o666)
        yield folder


async def test_no_file_of_the_host(sandbox: LocalSandbox, outside: Path) -> None:
    source = """
secret = input()
folder = os.path.dirname(secret)
attempt("read", lambda: open(secret).read())
attempt("read by descriptor", lambda: os.read(os.open(secret, os.O_RDONLY), 10))
attempt("list", lambda: os.listdir(folder))
attempt("append", lambda: open(secret, "a").close())
attempt("truncate", lambda: os.truncate(secret, 0))
attempt("truncate read-only", lambda: os.close(os.open(secret, os.O_RDONLY | os.O_TRUNC)))
attempt("create", lambda: open(folder + "/new", "w").close())
attempt("remove", lambda: os.unlink(secret))
attempt("rename", lambda: os.rename(secret, secret + "2"))
attempt("chmod", lambda: os.chmod(secret, 0))
attempt("chmod folder", lambda: os.chmod(folder, 0))
attempt("times", lambda: os.utime(secret))
attempt("attribute", lambda: os.setxattr(secret, "user.x", b"x"))
attempt("hard link", lambda: os.link(secret, "mine"))
os.symlink(secret, "link")
attempt("through a link", lambda: open("link").read())
attempt("socket file", lambda: os.mkfifo(folder + "/fifo"))
for path in ("/etc/passwd", "/etc/shadow", "/etc/hosts", "/etc/machine-id", "/root", "/home", "/var/log", "/run"):
    attempt("open " + path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).read(1))
"""
    assert await worked(sandbox, source, str(outside / "secret")) == []
    assert (outside / "secret").read_text() == SECRET and len(list(outside.iterdir())) == 1


async def test_nothing_outside_its_folder_is_writable(sandbox: LocalSandbox) -> None:
    source = """
for folder in ("/", "/usr", "/usr/lib", "/etc", "/dev", "/run", "/var/tmp", "/proc", "/sys", "/home", "/root"):
    attempt("write " + folder, lambda: open(folder + "/x", "w").close())
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/1/mem", "/etc/ld.so.preload",
             "/proc/self/mem", "/proc/1/oom_score_adj", "/sys/fs/cgroup/release_agent"):
    attempt("open " + path, lambda: os.close(os.open(path, os.O_WRONLY)))
def lower_score():
    with open("/proc/self/oom_score_adj", "w") as file: file.write("-1000")
attempt("oom_score_adj", lower_score)
"""
    assert await worked(sandbox, source) == []


async def test_no_secret_from_any_environment(sandbox: LocalSandbox) -> None:
    assert os.environ["OPENAI_API_KEY"] == SECRET
    source = """
import json, os
seen = [dict(os.environ)]
try: pids = [name for name in os.listdir("/proc") if name.isdigit()]
except OSError: pids = []  # denied where there is no own /proc
for pid in {*pids, "self", str(os.getppid()), "1"}:
    for name in ("environ", "cmdline", "maps", "status"):
        try: seen.append(open("/proc/%s/%s" % (pid, name), errors="replace").read())
        except OSError: pass
print(json.dumps(seen))
"""
    ran = await sandbox.run(Job(source=source))
    assert ran.verdict is Verdict.OK, ran.stderr
    assert SECRET.encode() not in ran.stdout and b"OPENAI" not in ran.stdout
    environment = json.loads(ran.stdout)[0]
    assert environment.keys() == {"PATH", "LANG", "HOME"}


async def test_no_process_of_the_host_is_seen_or_signalled(sandbox: LocalSandbox) -> None:
    source = """
import ctypes, signal
host = int(input())
libc = ctypes.CDLL(None, use_errno=True)
own = os.getpid()
attempt("parent", lambda: os.kill(os.getppid(), 0))
attempt("first", lambda: os.kill(1, signal.SIGKILL))
attempt("host", lambda: os.kill(host, 0))
attempt("all", lambda: os.kill(-1, 0))
attempt("own group", lambda: os.killpg(0, 0))
attempt("session", lambda: os.setsid())
attempt("group", lambda: os.setpgid(0, 0))
attempt("priority of all", lambda: os.setpriority(os.PRIO_USER, 0, 10))
attempt("affinity", lambda: os.sched_setaffinity(os.getppid(), {0}))
attempt("command line of the host's", lambda: open("/proc/%d/cmdline" % host).read())
attempt("pidfd", lambda: os.pidfd_open(os.getppid()))
worked += ["outlive"] if libc.prctl(1, 0) == 0 else []
"""
    assert await worked(sandbox, source, str(os.getpid())) == []


async def test_no_new_process_or_program(sandbox: LocalSandbox) -> None:
    source = """
import ctypes, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def leave(pid):
    if pid == 0: os._exit(0)
attempt("fork", lambda: leave(os.fork()))
attempt("forkpty", lambda: leave(os.forkpty()[0]))
attempt("exec", lambda: os.execv(sys.executable, [sys.executable, "-c", "print('[\\"exec\\"]')"]))
attempt("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("subprocess", lambda: subprocess.run(["/bin/true"]).returncode)
worked += ["system"] if os.system("true") == 0 else []
new_user = 0x10000000 | 17
clone = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
worked += ["user namespace"] if libc.syscall(clone, new_user, 0, 0, 0, 0) >= 0 else []
"""
    assert await worked(sandbox, source) == []


async def test_no_network_and_no_socket_of_the_host(sandbox: LocalSandbox, outside: Path) -> None:
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as path, socket.socket(socket.AF_UNIX) as abstract, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagram:  # fmt: skip
        tcp.bind(("127.0.0.1", 0))
        path.bind(str(outside / "socket"))
        abstract.bind("\0atlas-tui-test")
        datagram.bind(str(outside / "datagram"))
        for one in (tcp, path, abstract):
            one.listen()
        for name in ("socket", "datagram"):
            (outside / name).chmod(0o777)
        source = """
import socket
folder, port = input().split()
def connected(family, kind, address):
    with socket.socket(family, kind) as one:
        one.settimeout(1)
        one.connect(address)
stream, dgram = socket.SOCK_STREAM, socket.SOCK_DGRAM
attempt("tcp", lambda: connected(socket.AF_INET, stream, ("127.0.0.1", int(port))))
attempt("tcp 6", lambda: connected(socket.AF_INET6, stream, ("::1", 22)))
attempt("udp", lambda: connected(socket.AF_INET, dgram, ("1.1.1.1", 53)))
attempt("names", lambda: socket.getaddrinfo("localhost.example.com", 80))
attempt("unix path", lambda: connected(socket.AF_UNIX, stream, folder + "/socket"))
attempt("unix abstract", lambda: connected(socket.AF_UNIX, stream, "\\0atlas-tui-test"))
for family in (16, 17, 38, 40, 31):
    attempt("family %d" % family, lambda: socket.socket(family, dgram).close())
attempt("datagram pair", lambda: socket.socketpair(socket.AF_UNIX, dgram)[0].close())
attempt("raw pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW | socket.SOCK_NONBLOCK)[0].close())
one, other = socket.socketpair()
one.send(b"x")
assert other.recv(1) == b"x"
attempt("unnamed to path", lambda: one.sendto(b"x", folder + "/datagram"))
attempt("unnamed connects", lambda: one.connect(folder + "/datagram"))
attempt("unnamed sends a message", lambda: one.sendmsg([b"x"], [], 0, folder + "/datagram"))
attempt("bind", lambda: other.bind("\\0mine"))
"""
        assert await worked(sandbox, source, f"{outside} {tcp.getsockname()[1]}") == []


async def test_memory_that_no_limit_counts_does_not_exist(sandbox: LocalSandbox) -> None:
    source = """
import ctypes, fcntl
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0: raise OSError(ctypes.get_errno())
attempt("memfd", lambda: os.memfd_create("x"))
attempt("shmget", lambda: call("shmget", 0, 4 << 20, 0o1600))
attempt("msgget", lambda: call("msgget", 0, 0o1600))
attempt("mlockall", lambda: call("mlockall", 3))
reading, writing = os.pipe()
attempt("pipe size", lambda: fcntl.fcntl(writing, 1031, 1 << 20))
attempt("own limits", lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_AS, (-1, -1)))
attempt("clock", lambda: __import__("time").clock_settime(0, 0))
"""
    assert await worked(sandbox, source) == []


async def test_only_standard_descriptors_and_the_result_are_open(sandbox: LocalSandbox) -> None:
    source = """
import json, os
kinds = []
for name in os.listdir("/proc/self/fd"):
    try: kinds.append(os.readlink("/proc/self/fd/" + name).partition(":")[0])
    except OSError: pass
print(json.dumps(kinds))
"""
    ran = await sandbox.run(Job(source=source))
    # stdout, stderr and the result are pipes; standard input is a file in memory.
    assert ran.verdict is Verdict.OK
    assert sorted(json.loads(ran.stdout)) == ["/memfd", "pipe", "pipe", "pipe"]


async def test_the_expected_output_is_not_even_asked_for(sandbox: LocalSandbox) -> None:
    assert not [field.name for field in fields(Job) if "expect" in field.name]
    source = """
import sys
print(any("atlas_tui" in name for name in sys.modules), sys.argv)
"""
    ran = await sandbox.run(Job(source=source))
    assert ran.stdout == b"False ['main.py']\n"


@pytest.mark.parametrize(
    ("source", "verdicts"),
    [
        ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", {Verdict.TLE}),
        ("import threading, time\nwhile True:\n    try: threading.Thread(target=time.sleep, args=(99,)).start()\n"
         "    except RuntimeError: pass", {Verdict.TLE, Verdict.RE, Verdict.MLE}),
        ("import threading, time\nthreading.stack_size(32768)\nwhile True:\n"
         "    try: threading.Thread(target=time.sleep, args=(99,)).start()\n    except RuntimeError: pass",
         {Verdict.TLE, Verdict.RE, Verdict.MLE}),
        ("import os\nfor i in range(9):\n    with open(str(i), 'wb') as f: f.write(bytes(20 << 20)); f.flush()\n"
         "import time; time.sleep(5)", {Verdict.RE}),
        ("import os\nos.posix_fallocate(os.open('x', os.O_CREAT | os.O_RDWR), 0, 10 << 30)",
         {Verdict.RE, Verdict.OLE}),
        ("import os\nfds = []\nwhile True: fds.append(os.open('/dev/null', os.O_RDONLY))", {Verdict.RE}),
        ("import sys\nsys.set_int_max_str_digits(0)\nprint(10 ** 10 ** 8)", {Verdict.TLE, Verdict.MLE, Verdict.OLE}),
        ("def f(): f()\nf()", {Verdict.RE}),
        ("import faulthandler; faulthandler._sigsegv()", {Verdict.RE}),
        ("print('right'); import os; os.abort()", {Verdict.RE}),
        ("print('right'); raise SystemExit(1)", {Verdict.RE}),
        ("import sys; sys.excepthook = None; 1/0", {Verdict.RE}),
        ("import sys; sys.stderr = None; sys.excepthook = lambda *_: 1/0; 1/0", {Verdict.RE}),
        ("raise KeyboardInterrupt", {Verdict.RE}),
        ("class E(BaseException): pass\nraise E", {Verdict.RE}),
        ("import sys; sys.stdout.close()", {Verdict.OK}),
        ("import os; os.closerange(0, 1000)", {Verdict.OK, Verdict.RE}),
        ("import multiprocessing as m\nm.Pool(2)", {Verdict.RE}),
        ("import os; os.kill(os.getpid(), 9)", {Verdict.RE}),
    ],
    ids=["forks", "threads", "small-threads", "fill", "fallocate", "descriptors", "huge-int", "recursion", "crash",
         "abort", "exit-1", "no-hook", "bad-hook", "interrupt", "base-exception", "closed-stdout", "closed-all",
         "pool", "own-kill"],
)  # fmt: skip
async def test_bad_programs(sandbox: LocalSandbox, source: str, verdicts: set[Verdict]) -> None:
    ran = await sandbox.run(Job(source=source, limits=LIMITS))
    assert ran.verdict in verdicts, (ran.verdict, ran.facts, ran.stderr[-500:])
    clean = await sandbox.run(Job(source="import os; print(os.listdir('.'))"))
    assert (clean.verdict, clean.stdout) == (Verdict.OK, b"[]\n")


async def test_what_is_left_with_modes_of_zero_does_not_reach_the_next_run(sandbox: LocalSandbox) -> None:
    source = """
import os
os.makedirs("a/b/c")
open("a/b/c/f", "w").close()
os.mkdir("a/b/none", 0)
for path in ("a/b/c", "a/b", "a"):
    try: os.chmod(path, 0)
    except OSError: os.mkdir(path + ".none", 0)
"""
    assert (await sandbox.run(Job(source=source))).verdict is Verdict.OK
    clean = await sandbox.run(Job(source="import os; print(os.listdir('.'))"))
    assert clean.stdout == b"[]\n"


async def test_writable_room_is_small(sandbox: LocalSandbox, tier: str) -> None:
    if tier != "full":
        pytest.skip("no mounts of its own in this tier; the folder is watched instead")
    source = """
import os
for path in ("/tmp", "/dev/shm"):
    stat = os.statvfs(path)
    print(stat.f_blocks * stat.f_frsize <= 64 << 20)
for path in ("/", "/dev", "/usr"): print(bool(os.statvfs(path).f_flag & os.ST_RDONLY))
"""
    ran = await sandbox.run(Job(source=source))
    assert ran.stdout.split() == [b"True"] * 5


@pytest.mark.parametrize("held", ["files.append(file)", "hold(file.fileno(), 4096); file.close()"])
async def test_files_without_a_name_count_too(sandbox: LocalSandbox, tier: str, held: str) -> None:
    if tier != "reduced":
        pytest.skip("a sized tmpfs in this tier")
    source = f"""
import ctypes, os, time
map_memory = ctypes.CDLL(None).mmap
map_memory.restype, map_memory.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
def hold(descriptor, size): assert map_memory(None, size, 1, 1, descriptor, 0) not in (None, 2**64 - 1)
files = []
for number in range(3):
    file = open("large", "wb+")
    os.unlink("large")
    for _ in range(40): file.write(bytes(1 << 20))
    file.flush()
    {held}
time.sleep(60)
"""
    ran = await sandbox.run(Job(source=source, limits=Limits(cpu_seconds=30.0, wall_seconds=60.0)))
    assert ran.verdict is Verdict.RE and "files" in ran.facts.notes[0], (ran.facts, ran.stderr)


async def test_a_file_without_a_name_may_be_used(sandbox: LocalSandbox) -> None:
    source = """
import mmap, tempfile, time
with tempfile.TemporaryFile() as file:
    file.write(b"x" * (1 << 20)); file.flush()
    room = mmap.mmap(file.fileno(), 0)
    time.sleep(0.6)
    print(len(room))
"""
    ran = await sandbox.run(Job(source=source, stdin=b"y" * (70 << 20)))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"1048576\n"), (ran.facts, ran.stderr)


async def test_proc_shows_nothing_of_the_host(sandbox: LocalSandbox, tier: str) -> None:
    if tier != "reduced":
        pytest.skip("network and mounts of its own in this tier")
    source = """
for path in ("/proc/self/net/unix", "/proc/self/net/tcp", "/proc/self/mountinfo", "/proc/mounts", "/proc/net/unix",
             "/proc/thread-self/net/unix", "/proc/self/task/%d/mountinfo" % os.getpid(), "/proc/self/root/etc/passwd"):
    attempt("read " + path, lambda: open(path).read(1))
"""
    assert await worked(sandbox, source) == []


async def test_only_the_system_is_shown_of_usr(sandbox: LocalSandbox) -> None:
    source = """
for path in ("/usr/src", "/usr/home", "/usr/include", "/usr/local/etc", "/usr/local/src"):
    attempt("list " + path, lambda: os.listdir(path))
"""
    assert await worked(sandbox, source) == []


async def test_no_flags_or_leases_of_files_that_are_only_read(sandbox: LocalSandbox) -> None:
    source = """
import fcntl, struct
file = open(sys.executable, "rb")
attempt("get flags", lambda: fcntl.ioctl(file, 0x80086601, bytes(8)))
attempt("set flags", lambda: fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x80000)))
attempt("watch", lambda: fcntl.fcntl(os.open(os.path.dirname(sys.executable), os.O_RDONLY), 1026, 2))
"""
    assert await worked(sandbox, source) == []


async def test_many_files_end_the_run(sandbox: LocalSandbox, tier: str) -> None:
    if tier != "reduced":
        pytest.skip("a sized tmpfs in this tier")
    source = "i = 0\nwhile True:\n    open('%d' % i, 'w').close(); i += 1"
    ran = await sandbox.run(Job(source=source, limits=Limits(cpu_seconds=30.0, wall_seconds=60.0)))
    assert ran.verdict is Verdict.RE and "files" in ran.facts.notes[0]


async def test_output_is_bytes_as_they_came(sandbox: LocalSandbox) -> None:
    source = "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\x1b]52;c;eA==\\x07')"
    ran = await sandbox.run(Job(source=source))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"\xff\x00\x1b]52;c;eA==\x07")
