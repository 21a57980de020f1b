"""``atlas-tui sandbox`` from outside: one JSON object a run, exit codes, bad input, the human form."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.cli.main import app
from atlas_tui.errors import InputError
from atlas_tui.problem import Limits
from atlas_tui.sandbox.base import Job, Policy
from atlas_tui.settings import Settings

KEYS = ["verdict", "exit", "signal", "cpu_s", "wall_s", "peak_mb", "stdout", "stderr", "cut", "limit",
        "notes", "tier"]  # fmt: skip
DOUBLE = "print(2 * int(input()))\n"


class Sandbox:
    """The command in a folder of its own, with a state folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self, *arguments: str, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate(stdin, timeout=100)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "atlas_tui", "sandbox", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
            env=os.environ | {"ATLAS_TUI_HOME": str(self.folder / "home")} | environment,
        )  # fmt: skip

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def one(self, *arguments: str, stdin: bytes = b"", **environment: str) -> tuple[dict[str, Any], int]:
        """The object that ``run --json`` prints, and the exit code."""
        ran = self("run", "--json", *arguments, stdin=stdin, **environment)
        assert ran.stdout.count(b"\n") == 1, (ran.stdout, ran.stderr)
        told = json.loads(ran.stdout)
        assert list(told) == KEYS
        return told, ran.returncode


@pytest.fixture
def bare(tmp_path: Path) -> Sandbox:
    """Where nothing needs to be run."""
    made = Sandbox(tmp_path)
    made.write("double.py", DOUBLE)
    made.write("21", "21\n")
    made.write("42", "42\n")
    return made


@cache
def isolation(folder: Path) -> str:
    found = json.loads(Sandbox(folder)("probe", "--json").stdout)
    return str(found["tier"])


@pytest.fixture
def sandbox(bare: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    if isolation(tmp_path_factory.getbasetemp()) == "none":
        pytest.skip("no isolation on this machine")
    return bare


# --- what it prints


def test_a_right_program(sandbox: Sandbox) -> None:
    told, code = sandbox.one("double.py", "--stdin", "21", "--expect", "42")
    assert code == 0
    assert (told["verdict"], told["exit"], told["signal"], told["limit"]) == ("OK", 0, None, "")
    assert (told["stdout"], told["stderr"], told["cut"], told["notes"]) == ("42\n", "", False, [])
    assert told["cpu_s"] > 0 and told["wall_s"] > 0 and 1 < told["peak_mb"] < 512
    assert told["tier"] in ("full", "reduced")


def test_without_an_expected_output_nothing_is_judged(sandbox: Sandbox) -> None:
    told, code = sandbox.one("double.py", "--stdin", "21")
    assert (told["verdict"], told["notes"], code) == ("OK", ["not judged"], 0)


@pytest.mark.parametrize(
    ("source", "verdict", "facts"),
    [
        ("print(43)", "WA", {"exit": 0}),
        ("raise SystemExit(7)", "RE", {"exit": 7}),
        ("import os; os.kill(os.getpid(), 9)", "RE", {"exit": None, "signal": 9}),
        ("while True: pass", "TLE", {"limit": "cpu"}),
        ("x = bytearray(1 << 40)", "MLE", {"limit": "memory"}),
        ("while True: print('x' * 4096)", "OLE", {"limit": "output", "cut": True}),
        ("import ctypes; ctypes.CDLL(None).ptrace(0, 0, 0, 0)", "SV", {"exit": None}),
        ("print(", "CE", {"stdout": ""}),
        (b"print('\xff')", "CE", {"stdout": ""}),
        (b"\xef\xbb\xbfprint(42)", "OK", {"stdout": "42\n"}),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) <= 3 else "",
)
def test_every_verdict(sandbox: Sandbox, source: str | bytes, verdict: str, facts: dict[str, Any]) -> None:
    told, code = sandbox.one(sandbox.write("p.py", source), "--expect", "42", "--time", "0.5")
    assert told["verdict"] == verdict, told
    assert {key: told[key] for key in facts} == facts
    assert code == (0 if verdict == "OK" else 3)


def test_one_line_a_run(sandbox: Sandbox) -> None:
    ran = sandbox("run", "double.py", "--stdin", "21", "--repeat", "3", "--json")
    assert [json.loads(line)["stdout"] for line in ran.stdout.splitlines()] == ["42\n"] * 3
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_standard_input_is_the_program_or_its_input(sandbox: Sandbox) -> None:
    assert sandbox.one("-", "--stdin", "21", stdin=DOUBLE.encode())[0]["stdout"] == "42\n"
    assert sandbox.one("double.py", "--stdin", "-", stdin=b"4")[0]["stdout"] == "8\n"


def test_a_program_gets_nothing_of_our_own_input(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "import sys; print(repr(sys.stdin.read()))")
    assert sandbox.one("p.py", stdin=b"ours")[0]["stdout"] == "''\n"


def test_output_that_is_not_utf_8_is_told(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "import sys; sys.stdout.buffer.write(b'a\\xff')")
    told, _ = sandbox.one("p.py")
    assert told["stdout"] == "a\ufffd" and "output is not UTF-8" in told["notes"]


def test_a_character_that_the_limit_cuts_in_two_is_no_fault(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "print('x' + 'é' * 2**20)")
    told, _ = sandbox.one("p.py")
    assert told["cut"] and set(told["stdout"][1:]) == {"é"} and "output is not UTF-8" not in told["notes"]


def test_limits_are_those_given(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "x = bytearray(100 << 20); print('done')")
    assert sandbox.one("p.py", "--memory", "64")[0]["verdict"] == "MLE"
    assert sandbox.one("p.py", "--memory", "256")[0]["verdict"] == "OK"
    sandbox.write("p.py", "import time; time.sleep(60)")
    told, _ = sandbox.one("p.py", "--time", "0.1")
    assert (told["verdict"], told["limit"]) == ("TLE", "wall") and 2 < told["wall_s"] < 20


def test_the_human_form_cannot_touch_the_terminal(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "import sys; print('a\\x1b]52;c;x\\x07\\x9b'); print('b\\x00', file=sys.stderr)")
    ran = sandbox("run", "p.py")
    lines = ran.stdout.decode().splitlines()
    assert lines[0].startswith("OK  exit code 0, ") and "isolation " in lines[0]
    assert lines[1:] == [
        "  note: not judged", "  stdout:", "    a\\u001b]52;c;x\\u0007\\u009b", "  stderr:", "    b\\u0000"
    ]  # fmt: skip
    assert not set(ran.stdout) & {0x1B, 0x07, 0x00}
    assert sandbox("run", "p.py", "--json").stdout.isascii()


def test_the_human_form_counts_the_runs(sandbox: Sandbox) -> None:
    ran = sandbox("run", "double.py", "--stdin", "21", "--repeat", "2")
    assert [line[:9] for line in ran.stdout.decode().splitlines() if "CPU" in line] == [
        "run 1  OK",
        "run 2  OK",
    ]


# --- judging


def test_a_function(sandbox: Sandbox) -> None:
    sandbox.write("f.py", "def f(a, b):\n    print('noise')\n    return (a, b)")
    sandbox.write("right", "[1, [2.0]]")
    told, code = sandbox.one("f.py", "--entry", "f", "--arguments", "[1, [2]]", "--expect", "right")
    assert (told["verdict"], told["stdout"], told["notes"], code) == (
        "OK",
        "noise\n",
        ["returned: [1,[2]]"],
        0,
    )
    assert (
        sandbox.one("f.py", "--entry", "f", "--arguments", "[1, 2]", "--expect", "right")[0]["verdict"]
        == "WA"
    )
    sandbox.write("g.py", "def g(): return 'x' * 5000")
    (note, judged) = sandbox.one("g.py", "--entry", "g")[0]["notes"]
    assert judged == "not judged" and len(note) < 1100 and "4,002 characters left out" in note


def test_a_class(sandbox: Sandbox) -> None:
    sandbox.write(
        "c.py", "class Box:\n    def __init__(self, n): self.n = n\n    def get(self): return self.n"
    )
    told, code = sandbox.one("c.py", "--entry", "Box", "--arguments", '[["Box", "get"], [[4], []]]')
    assert (told["notes"][0], code) == ("returned: [null,4]", 0)


def test_a_tolerance(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "print(0.3333)")
    sandbox.write("third", "0.33333333")
    assert sandbox.one("p.py", "--expect", "third")[0]["verdict"] == "WA"
    assert sandbox.one("p.py", "--expect", "third", "--tolerance", "1e-3")[0]["verdict"] == "OK"
    assert sandbox.one("p.py", "--expect", "third", "--tolerance", "1e-5")[0]["verdict"] == "WA"


def test_a_checker(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "print(7)")
    sandbox.write("c.py", "def check(given, printed, expected):\n    return int(given) % int(printed) == 0")
    told, code = sandbox.one("p.py", "--stdin", "21", "--checker", "c.py")
    assert (told["verdict"], told["notes"], code) == ("OK", [], 0)
    told, code = sandbox.one("p.py", "--stdin", "42", "--checker", "c.py", "--expect", "21")
    assert (told["verdict"], code) == ("OK", 0)
    sandbox.write("20", "20")
    told, code = sandbox.one("p.py", "--stdin", "20", "--checker", "c.py")
    assert (told["verdict"], code) == ("WA", 3)
    told, code = sandbox.one("p.py", "--checker", "c.py")
    assert (told["verdict"], code) == ("IE", 3)
    assert told["notes"][0].startswith("the checker failed: RE") and "ValueError" in told["notes"][0]


# --- what cannot be run


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ("", "FILE"), ("missing.py", "missing.py"), (".", "directory"), ("~nobody-here/x", "~nobody-here/x"),
        ("double.py --stdin no", "--stdin no"), ("double.py --expect no", "--expect no"),
        ("double.py --checker no", "--checker no"), ("double.py --arguments []", "--entry"),
        ("double.py --time 0", "--time"), ("double.py --time nan", "--time"), ("double.py --time 601", "600"),
        ("double.py --memory 1", "--memory"), ("double.py --repeat 0", "--repeat"),
        ("double.py --lang cobol", "cobol"), ("- --stdin -", "twice"),
        ("double.py --entry f --arguments {}", "--arguments"), ("double.py --entry f --arguments [1", "JSON"),
        ("double.py --entry f --expect double.py", "not JSON"), ("double.py --tolerance 1e-6", "--expect"),
        ("double.py --tolerance 2 --expect 42", "--tolerance"), ("double.py --tree .", "--policy project"),
        ("-- ls", "--policy project"), ("double.py --policy project -- ls", "both"),
        ("--policy project --tree nowhere -- ls", "nowhere"), ("--policy project --tree 42 -- ls", "folder"),
        ("double.py --policy project --entry f", "strict"), ("double.py --lang go --entry f", "go"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_one_line(
    bare: Sandbox, monkeypatch: pytest.MonkeyPatch, arguments: str, word: str
) -> None:
    monkeypatch.chdir(bare.folder)
    monkeypatch.setenv("ATLAS_TUI_HOME", str(bare.folder / "home"))
    with pytest.raises(InputError) as told:
        app(["sandbox", "run", *arguments.split()], standalone_mode=False)
    line = told.value.one_line()
    assert word in line and "\n" not in line and told.value.why and told.value.todo, line


def test_bad_input_has_its_exit_code(bare: Sandbox) -> None:
    ran = bare("run", "--json", "double.py", "--time", "0")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"atlas-tui: ") and ran.stderr.count(b"\n") == 1


def test_the_options_make_the_job(bare: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[Job] = []

    async def remember(_: Settings, job: Job, *__: object) -> int:
        jobs.append(job)
        return 0

    monkeypatch.chdir(bare.folder)
    monkeypatch.setenv("ATLAS_TUI_HOME", str(bare.folder / "home"))
    monkeypatch.setattr("atlas_tui.cli.sandbox._run", remember)
    options = ["--policy", "project", "--tree", "~", "--time", "0.5", "--memory", "64"]
    bare.write("p.cc", "int main() {}")
    for rest in (["--", "sh", "-c", "a b", "--json", "--", "-"], ["p.cc"], ["double.py", "--lang", "js"]):
        with pytest.raises(SystemExit):
            app(["sandbox", "run", *options, *rest], standalone_mode=False)
    assert jobs[0].command == ("sh", "-c", "a b", "--json", "--", "-") and jobs[0].source == ""
    assert (jobs[1].command, jobs[1].source, jobs[1].language) == ((), "int main() {}", "cpp")
    assert (jobs[2].source, jobs[2].language) == (DOUBLE, "javascript")
    assert {(job.policy, job.tree) for job in jobs} == {(Policy.PROJECT, str(Path.home().resolve()))}
    limits = Limits(cpu_seconds=0.5, wall_seconds=2.5, memory_bytes=64 << 20)
    assert {job.limits for job in jobs} == {limits}


@pytest.mark.parametrize(
    "arguments", ["double.py --time abc", "double.py --policy none", "double.py --no-such", "a b"]
)
def test_bad_options_are_bad_input(bare: Sandbox, arguments: str) -> None:
    ran = bare("run", *arguments.split())
    assert (ran.returncode, ran.stdout) == (2, b"") and b"Traceback" not in ran.stderr


def test_without_isolation_nothing_is_run(bare: Sandbox) -> None:
    told, code = bare.one("double.py", ATLAS_TUI_SANDBOX__PYTHON="/no/such/python")
    assert (told["verdict"], told["tier"], code) == ("IE", "none", 5)
    assert told["notes"][0].startswith("not run: no isolation") and told["stdout"] == ""
    assert bare("run", "double.py", ATLAS_TUI_SANDBOX__PYTHON="/no/such/python").returncode == 5


def test_probe(bare: Sandbox) -> None:
    ran = bare("probe", "--json")
    told = json.loads(ran.stdout)
    assert ran.returncode == 0 and ran.stdout.count(b"\n") == 1
    assert list(told)[:4] == ["tier", "why", "python", "python_version"]
    assert told["tier"] in ("full", "reduced", "none") and told["why"]
    assert bare("probe").stdout.startswith(f"isolation          {told['tier']}, ".encode())
    none = bare("probe", "--json", ATLAS_TUI_SANDBOX__PYTHON="/no/such/python")
    assert (json.loads(none.stdout)["tier"], none.returncode) == ("none", 0)


def test_alone_it_shows_its_commands(bare: Sandbox) -> None:
    ran = bare()
    shown = ran.stdout + ran.stderr
    assert b"run" in shown and b"probe" in shown and b"Traceback" not in shown


def test_ctrl_c_ends_it(sandbox: Sandbox) -> None:
    process = sandbox.start("run", "double.py", "--repeat", "100000", "--stdin", "21", "--json")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert b"Traceback" not in process.stderr.read()


def test_a_reader_that_goes_away_ends_it(sandbox: Sandbox) -> None:
    process = sandbox.start("run", "double.py", "--repeat", "100000", "--stdin", "21", "--json")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 130
    assert process.stderr.read() == b""


# --- policy project and other languages


def test_a_command_in_a_copy_of_a_tree(sandbox: Sandbox) -> None:
    tree = sandbox.folder / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / "data.txt").write_text("content\n")
    script = 'cat data.txt; ls -A; echo changed > data.txt; echo $0 "$1"'
    told, code = sandbox.one(
        "--policy", "project", "--tree", "tree", "--", "sh", "-c", script, "a b", "--json"
    )
    assert (told["verdict"], code) == ("OK", 0), told
    assert told["stdout"].splitlines() == ["content", "data.txt", "a b --json"]
    assert (tree / "data.txt").read_text() == "content\n"


def test_a_failing_command(sandbox: Sandbox) -> None:
    told, code = sandbox.one("--policy", "project", "--", "sh", "-c", "exit 3")
    assert (told["verdict"], told["exit"], code) == ("RE", 3, 3)


def test_a_python_program_may_start_others_in_policy_project(sandbox: Sandbox) -> None:
    sandbox.write("p.py", "import subprocess; print(subprocess.check_output(['echo', 'hi']).decode())")
    assert sandbox.one("p.py", "--policy", "project")[0]["stdout"].strip() == "hi"
    assert sandbox.one("p.py")[0]["verdict"] == "RE"


PROGRAMS: dict[str, tuple[str, str]] = {
    "gcc": ("p.c", '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", 2 * n); }'),
    "node": ("p.js", "console.log(2 * Number(require('fs').readFileSync(0, 'utf8')))"),
    "bash": ("p.sh", "read n; echo $((2 * n))"),
}


@pytest.mark.parametrize("tool", PROGRAMS)
def test_other_languages(sandbox: Sandbox, tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    name, source = PROGRAMS[tool]
    told, code = sandbox.one(sandbox.write(name, source), "--stdin", "21", "--expect", "42")
    assert (told["verdict"], told["stdout"], code) == ("OK", "42\n", 0), told


def test_a_language_that_is_not_installed_is_told_and_no_failed_candidate(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("empty")
    told, code = sandbox.one(sandbox.write("p.rs", "fn main() {}"), PATH=str(empty))
    assert (told["verdict"], code) == ("IE", 5)
    assert "not installed" in told["notes"][0]
