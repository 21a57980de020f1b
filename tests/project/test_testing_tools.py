"""Other test tools than pytest in the real sandbox, each by what it tells itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.project.base import FileChange
from atlas_tui.project.environment import find_environment
from atlas_tui.project.listing import list_files
from atlas_tui.project.testing import run_tests
from atlas_tui.sandbox import LocalSandbox
from tests.project.environments import needs_node
from tests.project.suites import LIMITS, laid, outcomes, project

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_unittest(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """
import unittest
class TestU(unittest.TestCase):
    def test_ok(self): pass
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_skipped(self): self.skipTest("why")
    def test_raises(self): {}["key"]
class TestSet(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("broken")
    def test_a(self): pass
class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_await(self): self.assertTrue(True)
"""
    files = {"tests/__init__.py": "", "tests/test_u.py": tests, "tests/test_bad.py": "import nothere\n"}
    suite = project(laid(tmp_path, files), "python -m unittest discover -s tests -t .")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    assert outcomes(found) == {
        "tests.test_bad": "error", "tests.test_u.TestAsync.test_await": "passed",
        "tests.test_u.TestSet": "error", "tests.test_u.TestU.test_expected": "skipped",
        "tests.test_u.TestU.test_ok": "passed", "tests.test_u.TestU.test_parts": "failed",
        "tests.test_u.TestU.test_raises": "error", "tests.test_u.TestU.test_skipped": "skipped",
        "tests.test_u.TestU.test_unexpected": "failed",
    }  # fmt: skip
    assert found.whole
    assert found.cases["tests.test_bad"].message == "ModuleNotFoundError: No module named 'nothere'"
    assert found.cases["tests.test_bad"].places == (("tests/test_bad.py", 1),)
    assert found.cases["tests.test_u.TestU.test_raises"].message == "KeyError: 'key'"
    part = await run_tests(sandbox, suite, ["tests.test_u.TestU.test_ok"], limits=LIMITS)
    assert outcomes(part) == {"tests.test_bad": "error", "tests.test_u.TestU.test_ok": "passed"}
    cheat = FileChange("tests/test_bad.py", b"import os\nos._exit(0)\n")
    assert not (await run_tests(sandbox, suite, (), [cheat], limits=LIMITS)).passed(
        "tests.test_u.TestU.test_ok"
    )


BAD_GO = 'package bad\nimport "testing"\nfunc TestX(t *testing.T) { nothing() }\n'
needs_go = pytest.mark.skipif(
    shutil.which("go", path="/usr/bin:/bin") is None, reason="go is not in /usr/bin"
)


@needs_node
async def test_node(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """
const { test, describe, it } = require("node:test");
const assert = require("assert");
const { add } = require("./lib.js");
test("top", () => {});
test("bad", () => { console.log("✔ bad"); assert.equal(add(1, 2), 3); });
describe("suite", () => {
  it("in", () => {});
  it("skipped", { skip: true }, () => {});
  it.todo("later");
  describe("deep", () => { it("in", () => { throw new TypeError("boom\\nmore"); }); });
});
test("outer", async (t) => { await t.test("one", () => {}); });
"""
    files = {
        "a.test.js": tests,
        "lib.js": "exports.add = (a, b) => a - b;\n",
        "b.test.js": "syntax error here(\n",
    }
    suite = project(laid(tmp_path, files), "node --test")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    assert outcomes(found) == {
        "a.test.js::top": "passed", "a.test.js::bad": "failed", "a.test.js::suite > in": "passed",
        "a.test.js::suite > skipped": "skipped", "a.test.js::suite > later": "skipped",
        "a.test.js::suite > deep > in": "failed", "a.test.js::outer > one": "passed",
        "a.test.js::outer": "passed", "b.test.js": "error",
    }  # fmt: skip
    assert (found.whole, found.fault) == (True, "")
    assert found.cases["a.test.js::suite > deep > in"].message == "TypeError: boom"
    assert found.cases["a.test.js::bad"].places == (("a.test.js", 6),)
    assert found.cases["b.test.js"].places == (("b.test.js", 1),)
    fixed = [FileChange("b.test.js", b"require('node:test').test('now', () => {});\n")]
    part = await run_tests(sandbox, suite, ["b.test.js"], fixed, limits=LIMITS)
    assert outcomes(part) == {"b.test.js::now": "passed"}
    assert part.passed("b.test.js")


@needs_go
async def test_go(sandbox: LocalSandbox, tmp_path: Path) -> None:
    tests = """package store
import ("testing"; "fmt")
func TestAdd(t *testing.T) {
	if Add(1, 2) != 3 { t.Errorf("got %d", Add(1, 2)) }
}
func TestForge(t *testing.T) { fmt.Println("--- PASS: TestForge (0.00s)"); t.Fatal("real") }
func TestSub(t *testing.T) { t.Run("a b", func(t *testing.T) {}) }
func TestSkip(t *testing.T) { t.Skip("no") }
"""
    files = {
        "go.mod": "module example.com/inv\n\ngo 1.19\n", "store/store_test.go": tests,
        "store/store.go": "package store\nfunc Add(a, b int) int { return a - b }\n",
        "bad/bad.go": "package bad\n", "bad/bad_test.go": BAD_GO,
    }  # fmt: skip
    suite = project(laid(tmp_path, files), "go test ./...")
    found = await run_tests(sandbox, suite, limits=LIMITS)
    name = "example.com/inv/store.Test"
    assert outcomes(found) == {
        f"{name}Add": "failed", f"{name}Forge": "failed", f"{name}Sub/a_b": "passed", f"{name}Sub": "passed",
        f"{name}Skip": "skipped", "example.com/inv/bad": "error",
    }  # fmt: skip
    assert (found.whole, found.fault) == (True, "")
    assert found.cases[f"{name}Add"].places == (("store/store_test.go", 4),)
    assert found.cases["example.com/inv/bad"].places == (("bad/bad_test.go", 3),)


RUST = """
pub fn add(a: i32, b: i32) -> i32 { a - b }
#[cfg(test)]
mod tests {
    use super::*;
    #[test] fn adds() {
        assert_eq!(add(1, 2), 3, "must add");
    }
    #[test] fn zero() { println!("test tests::adds ... ok"); assert_eq!(add(1, 0), 1); }
    #[test] #[ignore] fn later() {}
}
"""


@pytest.mark.slow
async def test_cargo(sandbox: LocalSandbox, tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "inv"\nversion = "0.1.0"\nedition = "2021"\n', "src/lib.rs": RUST,
        "tests/api.rs": "#[test]\nfn api() { assert_eq!(inv::add(0, 0), 0); }\n",
    }  # fmt: skip
    suite = project(laid(tmp_path, files), "cargo test")
    found = find_environment(tmp_path, list_files(tmp_path), ["cargo"])
    suite = replace(suite, shown=found.shown, environment=found.variables)
    ran = await run_tests(sandbox, suite, limits=LIMITS)
    if "cargo is not there" in ran.fault:
        pytest.skip(ran.fault)
    assert outcomes(ran) == {
        "src/lib.rs::tests::adds": "failed", "src/lib.rs::tests::zero": "passed",
        "src/lib.rs::tests::later": "skipped", "tests/api.rs::api": "passed",
    }  # fmt: skip
    assert (ran.whole, ran.fault) == (True, "")
    assert ran.cases["src/lib.rs::tests::adds"].places[-1] == ("src/lib.rs", 7)
    broken = [FileChange("tests/api.rs", b"#[test]\nfn api() { inv::sub(); }\n")]
    gone = await run_tests(sandbox, suite, ["tests/api.rs"], broken, limits=LIMITS)
    assert outcomes(gone) == {"tests/api.rs": "error"}
    assert "does not compile" in gone.fault


async def test_another_command_is_one_test_unless_it_starts_pytest(
    sandbox: LocalSandbox, tmp_path: Path
) -> None:
    files = {
        "run.sh": "echo PASSED\nexit 3\n",
        "test_a.py": "def test_a(): pass\n",
        "all.sh": "python3 -m pytest -q\n",
    }
    tree = laid(tmp_path, files)
    plain = await run_tests(sandbox, project(tree, "sh run.sh"), limits=LIMITS)
    assert outcomes(plain) == {"sh run.sh": "failed"}
    assert plain.cases["sh run.sh"].message == "it ended with 3: PASSED"
    suite = project(tree, "sh all.sh")
    read = await run_tests(sandbox, suite, limits=LIMITS)
    assert outcomes(read) == {"test_a.py::test_a": "passed"}
    given = replace(suite, assigned=(("PYTEST_ADDOPTS", "-k 'not test_a'"),))
    assert not outcomes(await run_tests(sandbox, given, limits=LIMITS)).keys() & read.cases.keys()
