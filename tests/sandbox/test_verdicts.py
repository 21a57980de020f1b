"""Every verdict, by a program that earns it, with the facts that explain it."""

from __future__ import annotations

import signal

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox, verdicts
from atlas_tui.sandbox.base import Job

pytestmark = pytest.mark.asyncio(loop_scope="session")

MB = 1 << 20
SHORT = Limits(cpu_seconds=1.0, wall_seconds=60.0, memory_bytes=128 * MB, output_bytes=100_000)
SHORT_WALL = Limits(cpu_seconds=30.0, wall_seconds=1.0)


async def test_ok_with_output_and_facts(sandbox: LocalSandbox, tier: str) -> None:
    ran = await sandbox.run(Job(source="print(int(input()) + 1)", stdin=b"41\n"))
    assert (ran.verdict, ran.stdout, ran.stderr) == (Verdict.OK, b"42\n", b"")
    assert ran.facts.exit_code == 0 and ran.facts.signal is None and ran.facts.limit == ""
    assert ran.facts.tier == tier and ran.facts.stdout_bytes == 3
    assert ran.facts.cpu_seconds > 0 and ran.facts.wall_seconds > 0 and ran.facts.peak_bytes > MB


async def test_re_shows_the_traceback_of_the_candidate_alone(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="def f():\n    return 1 / 0\n\nf()"))
    assert ran.verdict is Verdict.RE and ran.facts.exit_code == 1
    text = ran.stderr.decode()
    assert 'File "main.py", line 4, in <module>' in text and "return 1 / 0" in text
    assert text.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "harness" not in text and text.count("File ") == 2


@pytest.mark.parametrize("code", [1, 3, 137, 152])
async def test_an_exit_code_is_not_taken_for_a_signal(sandbox: LocalSandbox, code: int) -> None:
    ran = await sandbox.run(Job(source=f"import sys; sys.exit({code})"))
    assert (ran.verdict, ran.facts.exit_code, ran.facts.signal) == (Verdict.RE, code, None)


async def test_a_signal_is_told_as_one(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    assert (ran.verdict, ran.facts.exit_code, ran.facts.signal) == (Verdict.RE, None, signal.SIGSEGV)


async def test_tle_by_cpu(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="while True: pass", limits=SHORT))
    assert (ran.verdict, ran.facts.limit) == (Verdict.TLE, "cpu")
    assert ran.facts.cpu_seconds < 2.5


async def test_tle_by_cpu_of_threads_together(sandbox: LocalSandbox) -> None:
    source = """
import threading, hashlib
def burn():
    data = bytes(1 << 20)
    while True: hashlib.sha256(data)  # without the interpreter lock
for _ in range(4): threading.Thread(target=burn).start()
"""
    ran = await sandbox.run(Job(source=source, limits=SHORT))
    assert (ran.verdict, ran.facts.limit) == (Verdict.TLE, "cpu")


async def test_tle_even_when_the_first_signal_is_ignored(sandbox: LocalSandbox) -> None:
    source = "import signal\nsignal.signal(signal.SIGXCPU, lambda *_: None)\nwhile True: pass"
    ran = await sandbox.run(Job(source=source, limits=SHORT))
    assert (ran.verdict, ran.facts.limit) == (Verdict.TLE, "cpu")


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(600)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import threading; threading.Thread(target=threading.Event().wait).start()",
    ],
)
async def test_tle_by_wall(sandbox: LocalSandbox, source: str) -> None:
    ran = await sandbox.run(Job(source=source, limits=SHORT_WALL))
    assert (ran.verdict, ran.facts.limit) == (Verdict.TLE, "wall")
    assert ran.facts.cpu_seconds < 1.0 <= ran.facts.wall_seconds < 4.0


@pytest.mark.parametrize(
    "source",
    [
        "blocks = []\nwhile True: blocks.append(bytearray(1 << 20))",
        "import mmap\nm = mmap.mmap(-1, 1 << 30)\nfor i in range(0, 1 << 30, 4096): m[i] = 1",
        "import zlib\nzlib.decompress(zlib.compress(bytes(200 << 20)))",
        "bytearray(10 ** 12)",
        "import sys; sys.setrecursionlimit(10 ** 9)\ndef f(n): return f(n + 1) + 1\nf(0)",
    ],
    ids=["blocks", "shared-mapping", "zip-bomb", "one-block", "endless-recursion"],
)
async def test_mle(sandbox: LocalSandbox, source: str) -> None:
    limits = Limits(cpu_seconds=20.0, wall_seconds=40.0, memory_bytes=128 * MB)
    ran = await sandbox.run(Job(source=source, limits=limits))
    assert (ran.verdict, ran.facts.limit) == (Verdict.MLE, "memory")
    assert ran.facts.peak_bytes < 1024 * MB


async def test_a_peak_that_no_look_caught_is_mle() -> None:
    inside = {"stage": "LR", "limit": "", "status": 0, "cpu": 0.1, "peak": (64 << 20) + 1, "wall": 0.1,
              "tried": []}  # fmt: skip
    message = {"inside": inside, "killed_for": "", "sizes": [2, 0, 0], "stdout_bytes": 2, "stderr_bytes": 0,
               "tries": 1}  # fmt: skip
    job = Job(source="", limits=Limits(memory_bytes=64 << 20))
    assert verdicts.ran(message, b"1\n", job, "full").verdict is Verdict.MLE
    inside["peak"] = 64 << 20
    assert verdicts.ran(message, b"1\n", job, "full").verdict is Verdict.OK


async def test_the_word_memoryerror_alone_is_not_mle(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="import sys\nsys.stderr.write('MemoryError\\n')\nsys.exit(1)"))
    assert ran.verdict is Verdict.RE


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_ole_stops_reading(sandbox: LocalSandbox, stream: str) -> None:
    source = f"import sys\nwhile True: sys.{stream}.write('x' * 65536)"
    ran = await sandbox.run(Job(source=source, limits=SHORT))
    assert (ran.verdict, ran.facts.limit, ran.facts.cut) == (Verdict.OLE, "output", True)
    assert len(ran.stdout) <= SHORT.output_bytes and len(ran.stderr) <= (64 << 10) + 16


async def test_a_long_trace_on_stderr_is_no_fault(sandbox: LocalSandbox) -> None:
    source = "import sys\nfor i in range(20000): print('line', i, file=sys.stderr)\nprint('done')"
    ran = await sandbox.run(Job(source=source))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"done\n")
    assert ran.stderr.startswith(b"line 0\n") and ran.stderr.endswith(b"line 19999\n")
    assert len(ran.stderr) < 70_000 < ran.facts.stderr_bytes


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("def f(:\n  pass", "line 1"),
        ("x = 1\n  y = 2", "line 2"),
        ("x = 1\nreturn x", "line 2"),
        ("if True:\n\tx = 1\n        y = 2", "TabError"),
        ("x = '\x00'", "null bytes"),
        ("x = '\ud800'", "UnicodeEncodeError"),
        ("-" * 1_000_000 + "1", "Error"),
        ("(" * 100_000, "Error"),
    ],
    ids=["syntax", "indent", "return", "tabs", "nul", "surrogate", "minuses", "parentheses"],
)
async def test_ce_with_the_place_in_stderr(sandbox: LocalSandbox, source: str, shown: str) -> None:
    ran = await sandbox.run(Job(source=source))
    assert ran.verdict is Verdict.CE
    assert shown in ran.stderr.decode() or "ended while it was compiled" in ran.facts.notes


@pytest.mark.parametrize(
    "call",
    ["ptrace(16, 1, 0, 0)", "unshare(0x10000000)", "mount(b'x', b'/tmp', b'tmpfs', 0, 0)",
     "syscall(425, 8, 0)",
     "syscall(250, 0, 0)", "syscall(321, 0, 0, 0)", "syscall(323, 0)", "process_vm_writev(1, 0, 0, 0, 0, 0)",
     "syscall(0x40000000 + 39)"],
)  # fmt: skip
async def test_sv_ends_the_program(sandbox: LocalSandbox, call: str) -> None:
    source = f"import ctypes\nprint('before', flush=True)\nctypes.CDLL(None).{call}\nprint('after')"
    ran = await sandbox.run(Job(source=source))
    assert (ran.verdict, ran.facts.signal, ran.stdout) == (Verdict.SV, signal.SIGSYS, b"before\n")


async def test_sv_from_a_thread_ends_the_whole_program(sandbox: LocalSandbox) -> None:
    source = (
        "import ctypes, threading\n"
        "t = threading.Thread(target=lambda: ctypes.CDLL(None).ptrace(0, 0, 0, 0)); t.start(); t.join()\n"
        "print('after')"
    )
    ran = await sandbox.run(Job(source=source))
    assert (ran.verdict, ran.stdout) == (Verdict.SV, b"")


async def test_ie_for_what_we_cannot_run(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="say 'x'", language="raku"))
    assert ran.verdict is Verdict.IE and "'raku' is not known" in ran.facts.notes[0]
    ran = await sandbox.run(Job(source="int main() {}", language="c", entry_point="f", arguments="[]"))
    assert ran.verdict is Verdict.IE and "cannot be called" in ran.facts.notes[0]
    ran = await sandbox.run(Job(command=("true",)))
    assert ran.verdict is Verdict.IE and "policy project" in ran.facts.notes[0]
    ran = await sandbox.run(Job(source="def f(): pass", entry_point="f", arguments="{}"))
    assert ran.verdict is Verdict.IE and "JSON array" in ran.facts.notes[0]
