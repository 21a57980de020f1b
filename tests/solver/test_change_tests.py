"""Tests that the model wrote for a change: taken apart, put where their runner finds them, and really run."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import CandidateReady, ChangedFile, TestsRun, WrittenTest
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.project.base import Outcome, Report
from atlas_tui.project.report import case
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change import test_forms as forms
from atlas_tui.solver.change.evidence import run_written
from atlas_tui.solver.change.test_files import files_of, from_replies, layout, obstacle, unbuilt
from atlas_tui.solver.change.test_places import place_of, running
from tests.project.suites import LIMITS, laid, project
from tests.solver.stage_parts import kit

REPLY = """```python
import pytest
from shop.cart import total

HALF = 0.5

def test_empty():
    assert total([]) == 0

def test_with_fixture(tmp_path):
    assert tmp_path

@pytest.mark.parametrize("n", [1, 2])
def test_many(n):
    assert n

async def test_later():
    assert total([]) == 0

@pytest.mark.skipif(False, reason="no")
def test_half():
    assert total([HALF]) == HALF

class TestThings:
    more = 1

    def test_more(self):
        assert total([self.more]) == self.more

    def test_less(self):
        assert total([]) < self.more

if __name__ == "__main__":
    test_empty()
```"""
ONE = "```python\nfrom shop.cart import total\n\ndef test_nothing():\n    assert total([]) == 0\n```"


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    laid(tmp_path, {"shop/cart.py": "", "tests/unit/test_a.py": ""})
    return replace(
        project(tmp_path, "pytest -q tests/unit/test_a.py"), required=("tests/unit/test_a.py::test_x",)
    )


def test_every_test_stands_alone_with_what_it_needs(shop: Project) -> None:
    found = from_replies(shop, [REPLY], 12)
    names = [test.expected for test in found.tests]
    assert names == ["test_empty", "test_half", "TestThings.test_more", "TestThings.test_less"]
    for test in found.tests:
        assert "from shop.cart import total" in test.given and "__main__" not in test.given
        compile(test.given, "test", "exec")
    assert "@pytest.mark.skipif" in found.tests[1].given
    assert "more = 1" in found.tests[3].given and "test_more" not in found.tests[3].given
    assert {each.why: each.number for each in found.dropped} == {
        "it asks for arguments": 2,
        "not in the form asked for": 1,
    }


def test_the_same_test_again_counts_once_and_is_trusted_more(shop: Project) -> None:
    other = ONE.replace("test_nothing", "test_none").replace("\n    assert", "\n    # none\n    assert")
    found = from_replies(shop, [ONE, other, "no code at all", "```python\ndef test_(:\n```"], 12)
    (test,) = found.tests
    assert test.origin == "tests 1+2" and test.trust > from_replies(shop, [ONE], 12).tests[0].trust
    assert {each.why: each.number for each in found.dropped} == {"not in the form asked for": 2}


def test_no_more_than_are_used(shop: Project) -> None:
    many = "```python\n" + "".join(f"def test_{n}():\n    assert {n} >= 0\n\n" for n in range(9)) + "```"
    found = from_replies(shop, [many], 4)
    assert len(found.tests) == 4
    assert {each.why: each.number for each in found.dropped} == {"more than are used": 5}


def test_they_lie_beside_the_tests_that_decide(shop: Project) -> None:
    place, tests = place_of(shop), from_replies(shop, [REPLY], 12).tests
    assert place is not None
    first, *_, last = files_of(place, dict(enumerate(tests, 1)))
    assert first.path == "tests/unit/test_atlas_written_1.py" and first.content == tests[0].given.encode()
    assert place.id_of(4, tests[3].expected) == f"{last.path}::TestThings::test_less"
    assert running(shop, place, [1, 4]).command == ("pytest", "-q", first.path, last.path)
    assert first.path in layout(shop) and not obstacle(shop)


@pytest.mark.parametrize(
    ("line", "files", "test", "path", "told", "command"),
    [
        (
            "pytest -q -k cart -- a_test.py", ("a_test.py",), "a_test.py::test_x", "atlas_written_2_test.py",
            "atlas_written_2_test.py::test_y", "pytest -q atlas_written_2_test.py -- a_test.py",
        ),
        (
            "python -m unittest -q tests.test_a", ("tests/test_a.py",), "tests.test_a.A.test_x",
            "tests/test_atlas_written_2.py", "tests.test_atlas_written_2.test_y",
            "python -m unittest -q tests.test_atlas_written_2",
        ),
        (
            "python -m unittest discover -s lib/tests", ("lib/tests/test_a.py",), "test_a.A.test_x",
            "lib/tests/test_atlas_written_2.py", "test_atlas_written_2.test_y",
            "python -m unittest discover -s lib/tests",
        ),
        (
            "python manage.py test shop -k cart", ("shop/tests.py",), "shop.tests.A.test_x",
            "shop/test_atlas_written_2.py", "shop.test_atlas_written_2.test_y",
            "python manage.py test shop.test_atlas_written_2",
        ),
        (
            "node --test --test-name-pattern cart", ("test/a.test.mjs",), "test/a.test.mjs::x",
            "test/atlas_written_2.test.mjs", "test/atlas_written_2.test.mjs", "node --test",
        ),
        (
            "npx jest -t cart", ("src/__tests__/cart.ts",), "src/__tests__/cart.ts::x",
            "src/__tests__/atlas_written_2.ts", "src/__tests__/atlas_written_2.ts", "npx jest",
        ),
        (
            "vitest run", ("a_spec.jsx",), "a_spec.jsx::x", "atlas_written_2_spec.jsx",
            "atlas_written_2_spec.jsx", "vitest run",
        ),
        (
            "cargo test", ("crates/a/src/lib.rs",), "crates/a/src/lib.rs::tests::x",
            "crates/a/tests/atlas_written_2.rs", "crates/a/tests/atlas_written_2.rs::test_y", "cargo test",
        ),
        (
            "go test ./...", ("go.mod", "cart/a_test.go"), "example.com/shop/cart.TestX",
            "cart/atlas_written_2_test.go", "example.com/shop/cart.test_y", "go test ./...",
        ),
    ],
)  # fmt: skip
def test_each_runner_finds_them(
    tmp_path: Path, line: str, files: tuple[str, ...], test: str, path: str, told: str, command: str
) -> None:
    laid(tmp_path, dict.fromkeys(files, "module example.com/shop\n"))
    known = project(tmp_path, line.replace("npx ", ""))
    place = place_of(replace(known, required=(test,)))
    assert place is not None and place.path(2) == path and place.id_of(2, "test_y") == told
    assert " ".join(running(known, place, [2]).command) == command.replace("npx ", "")


def test_steps_before_the_tests_stay_and_further_tools_are_not_run(tmp_path: Path) -> None:
    laid(tmp_path, {"a_test.py": ""})
    words = ("make", "-s", "&&", "pytest", "a_test.py", "&&", "cargo", "test")
    known = replace(project(tmp_path, "pytest"), command=words, required=("a_test.py::test_x",))
    place = place_of(known)
    assert place is not None
    assert " ".join(running(known, place, [1]).command) == "make -s && pytest atlas_written_1_test.py"


def test_one_file_that_ends_the_run_is_known_by_its_name(tmp_path: Path) -> None:
    laid(tmp_path, {"test/a.js": ""})
    known = replace(project(tmp_path, "mocha"), required=("test/a.js::x",))
    place, test = place_of(known), WrittenTest(given="", expected="", origin="")
    assert place is not None
    tests = dict.fromkeys(range(1, 12), test)
    said = f"Error: Cannot find module './x'\nRequire stack:\n- /tree/{place.path(11)}"
    assert unbuilt(place, Report(fault="no results", printed=said), tests) == {11}
    one = case(place.path(2), Outcome.ERROR)
    assert unbuilt(place, Report(cases={one.id: one}, printed=said), tests) == set(), "others were run"


def test_where_the_place_is_not_known_none_are_written(tmp_path: Path) -> None:
    gone = replace(project(tmp_path, "pytest"), required=("tests/test_a.py::test_x",))
    assert "not known" in obstacle(gone)
    assert obstacle(replace(gone, runner="command")) == "tests are not written for command"


def test_tests_of_javascript_are_taken_apart() -> None:
    code = (
        "// Totals.\nimport test from 'node:test';\nconst ten = [10];\n\n"
        "// None.\ntest('of none', () => {});\ntest.skip('later', () => {});\n"
        "describe('others', () => { it('x', () => {}); });\nit.each([1])('n', (n) => n);\n"
        "beforeEach(() => {});\n"
    )
    pieces = forms.of_javascript(code, "javascript", Counter())
    assert [piece.name for piece in pieces] == ["of none", "others", "n"]
    for piece in pieces:
        assert piece.source.startswith("// Totals.\nimport test") and "beforeEach" in piece.source
        assert "later" not in piece.source and piece.source.count("() => {}") < 5
    dropped: Counter[str] = Counter()
    assert not forms.of_javascript("test('open', () => {", "javascript", dropped) and dropped.total() == 1


def test_tests_of_go_are_taken_apart() -> None:
    code = (
        'package cart_test\n\nimport (\n\t"strings"\n\t"testing"\n\n\tshop "example.com/shop/v2"\n)\n\n'
        "type row struct{ n int }\n\nfunc helped(n int) int { return n }\n\n"
        "func TestUpper(t *testing.T) { strings.ToUpper(shop.Name) }\n\n"
        "func TestRow(t *testing.T) { _ = row{1} }\n\nfunc TestHelped(t *testing.T) { helped(1) }\n\n"
        "func Testing() {}\n"
    )
    dropped: Counter[str] = Counter()
    (piece,) = forms.of_go(code, dropped)
    assert piece.name == "TestUpper" and '\t"strings"\n\t"testing"\n\tshop "example' in piece.source
    assert dropped == {"it needs declarations that other tests could have as well": 2}


def test_tests_of_rust_are_taken_apart() -> None:
    code = (
        "use shop::total;\n\nfn ten() -> i32 { 10 }\n\n// Ten.\n#[test]\n"
        "#[should_panic]\nfn of_ten() { total(ten()); }\n\n"
        "#[cfg(test)]\nmod others {\n    #[test]\n    fn hidden() {}\n}\n"
    )
    (piece,) = forms.of_rust(code, Counter())
    assert piece.name == "of_ten" and "#[test]\n#[should_panic]\nfn of_ten()" in piece.source
    assert piece.source.startswith("use shop::total;\nfn ten()")
    dropped: Counter[str] = Counter()
    assert not forms.of_rust("fn plain() {}", dropped) and dropped.total() == 1


Case = tuple[str, Mapping[str, str], str, str, str]
UNITTEST: Case = (
    "python3 -m unittest tests.test_a",
    {
        "cart.py": "def total(prices):\n    return sum(prices)\n", "tests/__init__.py": "",
        "tests/test_a.py": "import unittest\n\n\nclass A(unittest.TestCase):\n"
        "    def test_x(self):\n        pass\n",
    },
    "tests.test_a.A.test_x",
    "```python\nimport unittest\nfrom cart import total\n\nclass Totals(unittest.TestCase):\n"
    "    def test_one(self):\n        self.assertEqual(total([1]), 1)\n\n"
    "    def test_none(self):\n        self.assertEqual(total([]), 7)\n```\n"
    "```python\nfrom nowhere import nothing\nimport unittest\n\nclass Others(unittest.TestCase):\n"
    "    def test_it(self):\n        pass\n```",
    "cart.py",
)  # fmt: skip
NODE: Case = (
    "node --test",
    {
        "package.json": '{"type": "module"}',
        "cart.js": "export const total = (p) => p.reduce((a, b) => a + b, 0);\n",
        "test/a.test.js": "import test from 'node:test';\ntest('x', () => {});\n",
    },
    "test/a.test.js::x",
    "```js\nimport test from 'node:test';\nimport assert from 'node:assert/strict';\n"
    "import { total } from '../cart.js';\n\ntest('one', () => assert.equal(total([1]), 1));\n"
    "test('none', () => assert.equal(total([]), 7));\n```",
    "cart.js",
)  # fmt: skip
GO: Case = (
    "go test ./...",
    {
        "go.mod": "module example.com/shop\n\ngo 1.18\n",
        "cart/cart.go": "package cart\n\nfunc Total(prices ...int) int {\n"
        "\tsum := 0\n\tfor _, price := range prices {\n\t\tsum += price\n\t}\n\treturn sum\n}\n",
        "cart/cart_test.go": 'package cart\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n',
    },
    "example.com/shop/cart.TestX",
    '```go\npackage cart\n\nimport "testing"\n\nfunc TestX(t *testing.T) {\n'
    "\tif Total(1) != 1 {\n\t\tt.Fatal(Total(1))\n\t}\n}\n\n"
    "func TestNone(t *testing.T) {\n\tif Total() != 7 {\n\t\tt.Fatal(Total())\n\t}\n}\n\n"
    "func TestUnknown(t *testing.T) {\n\tif Sum() != 7 {\n\t\tt.Fatal(1)\n\t}\n}\n```",
    "cart/cart.go",
)  # fmt: skip

CARGO: Case = (
    "cargo test --offline",
    {
        "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2018"\n',
        "src/lib.rs": "pub fn total(prices: &[i32]) -> i32 {\n    prices.iter().sum()\n}\n\n"
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn x() {}\n}\n",
    },
    "src/lib.rs::tests::x",
    "```rust\nuse shop::total;\n\n#[test]\nfn one() {\n    assert_eq!(total(&[1]), 1);\n}\n\n"
    "#[test]\nfn none() {\n    assert_eq!(total(&[]), 7);\n}\n\n"
    "#[test]\nfn unknown() {\n    shop::sum();\n}\n```",
    "src/lib.rs",
)  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [UNITTEST, NODE, GO, pytest.param(CARGO, marks=pytest.mark.slow)],
    ids=["unittest", "node", "go", "cargo"],
)
async def test_they_are_really_run(tmp_path: Path, told: Case) -> None:
    line, files, test, reply, source = told
    tool = line.split()[0]
    if shutil.which(tool, path="/usr/bin:/usr/local/bin:/bin") is None:
        pytest.skip(f"{tool} is not installed")
    laid(tmp_path, files)
    known = replace(project(tmp_path, line), required=(test,))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    problem = Problem(statement="s", mode=Mode.CHANGE, limits=LIMITS, project=known)
    change = ChangedFile(path=source, text=files[source] + "\n")
    ready = CandidateReady(candidate="A", round=0, code="+\n", files=(change,))
    written = from_replies(known, [reply], 12)
    async with kit() as made:
        (ran,) = [each async for each in run_written(made, problem, [Attempt(ready)], written.tests)]
    assert isinstance(ran, TestsRun) and ran.tests == len(written.tests)
    assert ran.passed == (0,), [(each.verdict, each.stderr) for each in ran.gave]
    assert "7" in ran.gave[1].stderr or "atlas_written_2" in ran.gave[1].stderr
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
