"""Test commands of several steps, and those that repositories in other languages than Python tell of."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from atlas_tui.project.base import FileChange
from atlas_tui.project.baseline import baseline
from atlas_tui.project.commands import CommandRefused, parse_command
from atlas_tui.project.finding import find
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import Told
from atlas_tui.project.testing import _together, run_tests
from atlas_tui.sandbox import LocalSandbox
from tests.project.suites import LIMITS, laid, opened, outcomes, project

SCRIPTS = {
    "plain": ("jest --ci", "jest --ci", "jest"),
    "built": ("tsc -p . && node --test dist/", "tsc -p . && node --test dist/", "node"),
    "named": ("npm run compile && npm run unit -- --bail", "tsc && mocha lib --bail", "mocha"),
    "style": ("eslint . && prettier --check . && vitest run && echo done", "vitest run", "vitest"),
    "both": ("npm run unit && node --test e2e/", "mocha lib && node --test e2e/", "mocha"),
    "around": ("cross-env A=1 nyc --reporter=text mocha", "A=1 mocha", "mocha"),
    "by node": (
        "node --experimental-vm-modules node_modules/jest/bin/jest.js a.test.js",
        "node --experimental-vm-modules node_modules/jest/bin/jest.js a.test.js", "jest",
    ),
    "react": ("react-scripts test", "react-scripts test", "jest"),
    "shell": ("mocha | tee log", "npm test", "command"),
    "partly": ("npm run shelled && mocha", "npm run shelled && mocha", "mocha"),
    "elsewhere": ("cd a && jest", "npm test", "command"),
    "unknown": ("tsc && node run.js", "npm test", "command"),
    "itself": ("npm test", "npm test", "command"),
}  # fmt: skip
MORE = {"compile": "tsc", "unit": "mocha lib", "shelled": "rm -rf a; tsc"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_of_several_steps(name: str, tmp_path: Path) -> None:
    line, expected, runner = SCRIPTS[name]
    laid(tmp_path, {"package.json": json.dumps({"scripts": {"test": line, **MORE}})})
    command = parse_command("npm test", tmp_path)
    assert (str(command), command.runner) == (expected, runner)
    again = parse_command(str(command), tmp_path)
    assert (again.words, again.environment) == (command.words, command.environment)


def test_what_runs_before_a_script_of_npm_is_run_as_well(tmp_path: Path) -> None:
    scripts = {"pretest": "npm run build", "build": "tsc", "test": "mocha"}
    laid(tmp_path, {"package.json": json.dumps({"scripts": scripts})})
    assert str(parse_command("npm test", tmp_path)) == "tsc && mocha"
    assert str(parse_command("npm test -- a.js", tmp_path)) == "tsc && mocha a.js"
    assert str(parse_command("pnpm test", tmp_path)) == "mocha"
    assert str(parse_command("yarn jest a.js", tmp_path)) == "jest a.js"
    assert str(parse_command("npm test -w a", tmp_path)) == "npm test -w a"
    assert str(parse_command("node --run test", tmp_path)) == "mocha"
    command = parse_command("npm test -- a.js", tmp_path)
    assert (command.named, command.programs) == (("a.js",), ("tsc", "mocha"))


def test_another_folder_is_refused_with_what_to_do() -> None:
    with pytest.raises(CommandRefused, match=r"another folder \(cd\); open that folder instead"):
        parse_command("cd packages/a && npm test")


FOUND = [
    ({"package.json": '{"devDependencies": {"vitest": "2"}}'}, "vitest run"),
    ({"package.json": '{"scripts": {"test:unit": "mocha"}}'}, "mocha"),
    ({"CMakeLists.txt": "project(x)\nenable_testing()\n"},
     "cmake -S . -B build && cmake --build build --parallel 2 && ctest --test-dir build"),
    ({"CMakeLists.txt": "project(x)\n"}, ""),
    ({"pom.xml": "<project/>"}, "mvn test"),
    ({"build.gradle": "", "gradlew": ""}, "./gradlew test"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "line"), FOUND)
def test_what_files_tell(files: dict[str, str], line: str, tmp_path: Path) -> None:
    found = find(laid(tmp_path, files))
    assert [str(command) for command in found] == [line][: bool(line)]
    assert all(command.runner != "command" and command.why for command in found)


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("jest a", "jest --json --outputFile={report} --ci --maxWorkers=2 a"),
        ("jest -i -w 1", "jest --json --outputFile={report} --ci -i -w 1"),
        ("node x/jest.js a", "node x/jest.js --json --outputFile={report} --ci --maxWorkers=2 a"),
        ("mocha -w -u tdd a", "mocha --reporter=json --reporter-option=output={report} -u tdd a"),
        ("vitest --ui a", "vitest run --reporter=json --outputFile={report} a"),
        ("react-scripts test", "react-scripts test --json --outputFile={report} --ci --maxWorkers=2"),
    ],
)
def test_options_of_the_person_are_kept(line: str, start: str) -> None:
    words = tuple(line.split())
    assert " ".join(known.of(words).order(words, ()).choices[0]) == start


# --- in the sandbox


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[LocalSandbox]:
    async with opened() as made:
        yield made


BUILT = {
    "build.py": "import pathlib\nfrom goods import one\npathlib.Path('made.txt').write_text(str(one()))\n",
    "goods.py": "def one():\n    return 1\n",
    "test_a.py": "def test_a():\n    assert open('made.txt').read() == '1'\n",
    "e2e/test_b.py": "import unittest\nclass B(unittest.TestCase):\n    def test_b(self): pass\n",
}
LINE = "python3 build.py && python3 -m pytest -q test_a.py && python3 -m unittest discover -s e2e"
BEFORE, AFTER = "python3 build.py", "python3 -m unittest discover -s e2e"


async def test_steps_are_run_in_order_and_are_tests_as_well(sandbox: LocalSandbox, tmp_path: Path) -> None:
    suite = project(laid(tmp_path, BUILT), LINE)
    found = await run_tests(sandbox, suite, limits=LIMITS)
    assert outcomes(found) == {"test_a.py::test_a": "passed", BEFORE: "passed", AFTER: "passed"}
    assert (found.whole, found.fault) == (True, "")
    part = await run_tests(sandbox, suite, ["test_a.py::test_a"], limits=LIMITS)
    assert outcomes(part) == {"test_a.py::test_a": "passed", BEFORE: "passed"}


async def test_a_step_that_fails_is_what_has_to_pass(sandbox: LocalSandbox, tmp_path: Path) -> None:
    broken = "def one():\n    return 1 +\n"
    suite = project(laid(tmp_path, {**BUILT, "goods.py": broken}), LINE)
    before = await baseline(sandbox, suite, limits=LIMITS)
    assert (before.required, before.kept, before.fault) == ((BEFORE,), (), "")
    assert before.places[0] == ("goods.py", 2)
    told = before.reports[0]
    assert "what comes before them failed: python3 build.py (exit code 1: " in told.fault
    assert not told.whole and not told.passed("test_a.py::test_a")
    mended = [FileChange("goods.py", BUILT["goods.py"].encode())]
    after = await run_tests(sandbox, suite, before.required, mended, limits=LIMITS)
    assert after.passed(BEFORE)


TOOL = """#!/usr/bin/env python3
import json, os, subprocess, sys
output = next(word for word in sys.argv if word.startswith("--reporter-option=output=")).split("=", 2)[2]
if "again" not in os.environ:
    sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, "again": "1"}).returncode)
test = {"title": "a", "fullTitle": "a", "file": "/tree/a.js", "duration": 1, "err": {}}
with open(output, "w") as file:
    json.dump({"passes": [test], "failures": [], "pending": []}, file)
"""


async def test_a_tool_that_starts_itself_anew_still_reports(sandbox: LocalSandbox, tmp_path: Path) -> None:
    # As mocha does for the options that are those of node.
    laid(tmp_path, {"node_modules/.bin/mocha": TOOL})
    (tmp_path / "node_modules/.bin/mocha").chmod(0o755)
    found = await run_tests(sandbox, project(tmp_path, "mocha"), limits=LIMITS)
    assert outcomes(found) == {"a.js::a": "passed", "mocha": "passed"}


NAMES = """import getpass, os, socket, unittest
class Names(unittest.TestCase):
    def test_localhost(self):
        with socket.create_server(("localhost", 0)) as server:
            socket.create_connection(("localhost", server.getsockname()[1])).close()
    def test_user(self):
        self.assertTrue(getpass.getuser() and os.path.isdir(os.path.expanduser("~")))
"""


async def test_tests_find_their_machine_and_user(tmp_path: Path) -> None:
    async with opened("full") as sandbox:
        suite = project(laid(tmp_path, {"test_names.py": NAMES}), "python3 -m unittest")
        found = await run_tests(sandbox, suite, limits=LIMITS)
    assert set(outcomes(found).values()) == {"passed"}, found


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
async def test_patterns_of_node_are_files_as_in_a_shell(sandbox: LocalSandbox, tmp_path: Path) -> None:
    test = "require('node:test').test('a', () => {});\n"
    laid(tmp_path, {"t/a.test.js": test, "t/deep/b.test.js": test, "t/c.js": "throw 1;\n"})
    found = await run_tests(sandbox, project(tmp_path, "node --test t/**/*.test.js"), limits=LIMITS)
    assert outcomes(found) == {"t/a.test.js::a": "passed", "t/deep/b.test.js::a": "passed"}


REPORTS = """#!/bin/sh
mkdir -p target/surefire-reports
echo '<testsuite><testcase name="a" classname="A"/></testsuite>' > target/surefire-reports/TEST-A.xml
"""


async def test_reports_of_an_earlier_run_are_not_read(sandbox: LocalSandbox, tmp_path: Path) -> None:
    """They are in the copy where git does not ignore them."""
    old = '<testsuite><testcase name="old" classname="A"/></testsuite>'
    files = {"mvnw": REPORTS, "target/surefire-reports/TEST-A.xml": old}
    laid(tmp_path, {**files, "target/surefire-reports/TEST-Old.xml": old})
    (tmp_path / "mvnw").chmod(0o755)
    for name in ("one", "two"):  # which lead round and round
        (tmp_path / name).symlink_to(".")
    inner = "<testsuite><testcase name='b' classname='B'/></testsuite>"
    more = f'mkdir -p m/target/surefire-reports; echo "{inner}" > m/target/surefire-reports/TEST-B.xml\n'
    (tmp_path / "mvnw").write_text(REPORTS + more)
    found = await run_tests(sandbox, project(tmp_path, "./mvnw test"), limits=LIMITS)
    ends = {"A::a": "passed", "B::b": "passed", "./mvnw test": "passed"}
    assert outcomes(found) == ends, found.fault


async def test_a_tool_whose_interpreter_has_moved_is_sought_elsewhere(
    sandbox: LocalSandbox, tmp_path: Path
) -> None:
    laid(tmp_path, {"tools/mocha": "#!/gone/node\n", "node_modules/.bin/mocha": TOOL})
    for name in ("tools/mocha", "node_modules/.bin/mocha"):
        (tmp_path / name).chmod(0o755)
    suite = project(tmp_path, "mocha")
    search = (*suite.environment, ("PATH", "/tree/tools:/usr/local/bin:/usr/bin:/bin"))
    found = await run_tests(sandbox, replace(suite, environment=search), limits=LIMITS)
    assert outcomes(found) == {"a.js::a": "passed", "mocha": "passed"}, found.fault


OF_CTEST = """<testsuite>
<testcase name="A::B" classname="A::B" status="run"/>
<testcase name="off" classname="off" status="disabled"><system-out>Disabled</system-out></testcase>
<testcase name="gone" classname="gone" status="notrun"><skipped message="no executable"/></testcase>
</testsuite>
"""


def test_what_ctest_did_not_run_has_not_passed() -> None:
    words = ("ctest",)
    runner = known.of(words)
    read = runner.read(Told(files=(("", OF_CTEST),), ended=True, code=0), words)
    ends = {case.id: str(case.outcome) for case in read.cases}
    assert ends == {"A::B": "passed", "off": "skipped", "gone": "skipped"}


@pytest.mark.parametrize("line", ["ctest", "go test ./..."])
def test_more_names_than_a_word_can_hold_are_not_selected(line: str) -> None:
    words = tuple(line.split())
    (few, *_), (many, *_) = (
        known.of(words).order(words, [f"a.Test{number}" for number in range(number)]).choices
        for number in (2, 20_000)
    )
    assert {"-run", "-R"} & set(few) and not {"-run", "-R"} & set(many)


def test_what_a_person_sets_before_the_command_stands() -> None:
    ours = known.named("go").order(("go", "test"), ()).environment
    assert _together(ours, {"GOFLAGS": "-tags=x", "OTHER": "1"}) == {**ours, "GOFLAGS": "-tags=x"}


def test_a_file_of_jest_that_fails_besides_its_tests_is_told() -> None:
    """As one whose ``afterAll`` fails."""
    results = [{"title": "a", "ancestorTitles": [], "status": "passed"}]
    file = {"name": "/tree/a.test.js", "status": "failed", "message": "boom", "assertionResults": results}
    told = Told(files=(("", json.dumps({"testResults": [file]})),), ended=True, code=1)
    cases = known.of(("jest",)).read(told, ("jest",)).cases
    assert {case.id: str(case.outcome) for case in cases} == {
        "a.test.js": "error",
        "a.test.js::a": "passed",
    }


CMAKE = """cmake_minimum_required(VERSION 3.10)
project(shop C)
enable_testing()
foreach(name good bad)
  add_executable(${name} ${name}.c)
  add_test(NAME "${name}+1" COMMAND ${name})
endforeach()
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ctest") is None, reason="needs CMake")
async def test_ctest(sandbox: LocalSandbox, tmp_path: Path) -> None:
    bad = '#include <stdio.h>\nint main(void) {\n  printf("bad.c:3: no\\n");\n  return 1;\n}\n'
    laid(tmp_path, {"CMakeLists.txt": CMAKE, "good.c": "int main(void) { return 0; }\n", "bad.c": bad})
    suite = project(tmp_path, str(find(tmp_path)[0]))
    found = await run_tests(sandbox, suite, limits=LIMITS)
    if "too old" in found.fault:
        pytest.skip(found.fault)
    steps = {"cmake -S . -B build": "passed", "cmake --build build --parallel 2": "passed"}
    assert outcomes(found) == {"good+1": "passed", "bad+1": "failed", **steps}
    assert found.cases["bad+1"].places == (("bad.c", 3),)
    part = await run_tests(sandbox, suite, ["good+1"], limits=LIMITS)
    assert outcomes(part) == {"good+1": "passed", **steps}
