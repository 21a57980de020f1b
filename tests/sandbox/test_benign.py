"""What honest programs do must work in every tier."""

# ruff: noqa: E501 — tables and small programs

from __future__ import annotations

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Mode
from atlas_tui.sandbox import LocalSandbox, judge
from atlas_tui.sandbox.base import Job

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITS = Limits(cpu_seconds=20.0, wall_seconds=60.0)
LINES = b"3\n1 2\n3 4\n5 6\n"

PROGRAMS: dict[str, tuple[str, bytes, str]] = {
    "stdin buffer": ("import sys; print(len(sys.stdin.buffer.read()))", LINES, "14"),
    "os.read": ("import os; print(len(os.read(0, 100)))", LINES, "14"),
    "open 0": ("print(len(open(0).read().split()))", LINES, "7"),
    "dev stdin": ("print(len(open('/dev/stdin').read().split()))", LINES, "7"),
    "input loop": ("n = int(input())\nfor _ in range(n): print(sum(map(int, input().split())))", LINES, "3\n7\n11"),
    "until EOF": ("import sys\nprint(sum(1 for line in sys.stdin))", LINES, "4"),
    "EOFError": ("n = 0\ntry:\n    while True: input(); n += 1\nexcept EOFError: print(n)", LINES, "4"),
    "main guard": ("def main(): print('ran')\nif __name__ == '__main__': main()", b"", "ran"),
    "exit": ("print('a')\nexit()", b"", "a"),
    "quit 0": ("print('a')\nquit(0)", b"", "a"),
    "sys.exit in function": ("import sys\ndef f():\n    print('a')\n    sys.exit()\nf()", b"", "a"),
    "recursion in thread": (
        "import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(512 << 20)\n"
        "def f(n): return 0 if n == 0 else 1 + f(n - 1)\n"
        "t = threading.Thread(target=lambda: print(f(10**5))); t.start(); t.join()", b"", "100000"),
    "recursion on main": (
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\n"
        "print(f(10**5))", b"", "100000"),
    "default recursion": ("def f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(990))", b"", "990"),
    "stack rlimit": (
        "import resource\nhard = resource.getrlimit(resource.RLIMIT_STACK)[1]\n"
        "resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))\nprint('x')", b"", "x"),
    "tempfile": (
        "import tempfile\nwith tempfile.TemporaryFile('w+') as f:\n    f.write('abc'); f.seek(0); print(f.read())\n"
        "with tempfile.NamedTemporaryFile() as f: print(len(f.name) > 0)", b"", "abc\nTrue"),
    "files in own folder": (
        "import os\nos.mkdir('d')\nopen('d/f', 'w').write('x')\nos.rename('d/f', 'd/g')\nos.symlink('g', 'd/l')\n"
        "print(open('d/l').read())\nos.unlink('d/g')\nprint(os.listdir('.'))", b"", "x\n['d']"),
    "home": ("import os\nprint(os.path.expanduser('~') == os.getcwd())", b"", "True"),
    "decimal": ("from decimal import *\ngetcontext().prec = 50\nprint(Decimal(1) / 7)", b"",
                "0.14285714285714285714285714285714285714285714285714"),
    "random": ("import random\nrandom.seed(1)\nprint(random.randint(1, 1000))", b"", "138"),
    "secrets": ("import secrets, uuid\nprint(len(secrets.token_hex(8)), len(str(uuid.uuid4())))", b"", "16 36"),
    "cache": ("from functools import cache\n@cache\ndef f(n): return n if n < 2 else f(n-1) + f(n-2)\nprint(f(300))",
              b"", "222232244629420445529739893461909967206666939096499764990979600"),
    "print 0.9 MB": ("import sys\nsys.stdout.write('x' * 899_999 + '\\n')", b"", "x" * 899_999),
    "threads": (
        "import threading\nout = []\nts = [threading.Thread(target=out.append, args=(i,)) for i in range(20)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]\nprint(sum(out))", b"", "190"),
    "thread pool": (
        "from concurrent.futures import ThreadPoolExecutor as P\nwith P(4) as p: print(sum(p.map(abs, range(-9, 0))))",
        b"", "45"),
    "asyncio": ("import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    print('x')\nasyncio.run(f())",
                b"", "x"),
    "alarm": ("import signal\nsignal.signal(signal.SIGALRM, lambda *_: print('ring'))\nsignal.alarm(1)\nsignal.pause()",
              b"", "ring"),
    "time": ("import time\nt = time.perf_counter(); time.sleep(0.01)\nprint(time.perf_counter() > t)", b"", "True"),
    "atexit": ("import atexit\natexit.register(print, 'last')\nprint('first')", b"", "first\nlast"),
    "unicode": ("print(input()[::-1])", "añ€𝄞".encode(), "𝄞€ña"),
    "faulthandler": ("import faulthandler\nfaulthandler.enable()\nprint('x')", b"", "x"),
    "stdlib": (
        "import heapq, bisect, collections, itertools, math, re, string, json, fractions, statistics, array,"
        " operator, typing, dataclasses, enum, copy, datetime, hashlib, zlib, struct, io, textwrap, cmath\n"
        "print(math.isqrt(99), fractions.Fraction(1, 3))", b"", "9 1/3"),
    "eval": ("print(eval(input()))", b"2**64", "18446744073709551616"),
    "signal to itself": ("import os, signal\nsignal.signal(10, lambda *_: print('got'))\nos.kill(os.getpid(), 10)",
                         b"", "got"),
    "pickle of main": ("import pickle\nclass A: x = 1\nprint(pickle.loads(pickle.dumps(A())).x)", b"", "1"),
    "warnings": ("print('\\d')", b"", "\\d"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
async def test_ok(sandbox: LocalSandbox, name: str) -> None:
    source, stdin, expected = PROGRAMS[name]
    ran = await sandbox.run(Job(source=source, stdin=stdin, limits=LIMITS))
    assert ran.verdict is Verdict.OK, (ran.verdict, ran.facts, ran.stderr.decode())
    assert judge(ran, expected, Mode.PROGRAM) is Verdict.OK, ran.stdout[:200]


async def test_reading_10_mb(sandbox: LocalSandbox) -> None:
    stdin = b"123456789\n" * 1_000_000
    source = "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))"
    ran = await sandbox.run(Job(source=source, stdin=stdin, limits=LIMITS))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"123456789000000\n")


async def test_not_reading_10_mb(sandbox: LocalSandbox) -> None:
    ran = await sandbox.run(Job(source="print('done')", stdin=bytes(10 << 20)))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"done\n")
    assert ran.facts.wall_seconds < 5
