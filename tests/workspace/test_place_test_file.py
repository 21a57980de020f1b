"""The test file that is proposed beside a solution really runs, and fails where the solution is wrong."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui.events import WrittenTest
from atlas_tui.problem import Limits, Mode, Problem, Sample
from atlas_tui.workspace import Workspace
from tests.workspace.conftest import Tree

ADD = Problem(
    statement="Add.",
    mode=Mode.FUNCTION,
    entry_point="add",
    samples=(
        Sample(given="[1, 2]", expected="3"),
        Sample(given='["a", "\\u00e9\\n"]', expected='"a\\u00e9\\n"'),
    ),
)
TWICE = Problem(
    statement="Twice.",
    mode=Mode.PROGRAM,
    samples=(Sample(given="1\n2\n", expected="2\n4\n"), Sample(given="", expected="")),
    limits=Limits(wall_seconds=5),
)
GOOD = "def add(a, b):\n    return a + b\n"
PROGRAM = "import sys\nfor line in sys.stdin:\n    print(2 * int(line))\n"


def written(given: str, expected: str, trust: float) -> WrittenTest:
    return WrittenTest(given=given, expected=expected, origin="draw 1", trust=trust)


def made(tree: Tree, problem: Problem, target: str, *tests: WrittenTest) -> str:
    """Writes the test file; gives its path."""
    found = tree.open().test_file(problem, target, tests)
    assert found is not None
    path, content = found
    assert not (tree.root / path).exists()
    ast.parse(content)
    tree.write(path, content)
    return path


def outcome(tree: Tree, *paths: str, mode: str = "prepend") -> str:
    """The last line of pytest, run on them in their folder as a person would."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio", f"--import-mode={mode}", "--rootdir=.")
    ran = subprocess.run(
        [sys.executable, "-B", "-P", "-m", "pytest", *options, *paths],
        cwd=tree.root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.stdout.strip().splitlines()[-1].partition(" in ")[0]


TARGETS = (
    "add.py", "a/add.py", "a-b.py", "random.py", "class.py", "it's \"odd\" {x}$y.py",
    "src/deep/add.py", "script.pyw",
)  # fmt: skip


def test_function_tests_run_and_tell_right_from_wrong(plain: Tree) -> None:
    (plain.root / "tests").mkdir()
    for target in TARGETS:
        # Those of one name differ: each test has to find its own.
        plain.write(target, GOOD.replace("+", "*") if target == "a/add.py" else GOOD)
        made(plain, ADD, target, written("[5, 6]", "11", 0.9), written("[5, 7]", "99", 0.2))
    names = [f"tests/test_add{number}.py" for number in ("", *(f"_{each}" for each in range(2, 9)))]
    assert sorted(str(path.relative_to(plain.root)) for path in plain.root.glob("tests/*")) == sorted(names)
    assert outcome(plain, *names) == "3 failed, 21 passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_function_tests_beside_the_file(plain: Tree, mode: str) -> None:
    plain.write("src/add.py", GOOD)
    path = made(plain, ADD, "src/add.py")
    assert (path, outcome(plain, path, mode=mode)) == ("src/test_add.py", "2 passed")


def test_module_of_a_package_is_imported_as_part_of_it(plain: Tree) -> None:
    for name, content in {
        "src/pkg/__init__.py": "", "src/pkg/sub/__init__.py": "", "tests/.keep": "",
        "src/pkg/one.py": "ONE = 0\n",
        "src/pkg/sub/add.py": f"from ..one import ONE\n\n\n{GOOD}",
    }.items():  # fmt: skip
        plain.write(name, content)
    path = made(plain, ADD, "src/pkg/sub/add.py")
    assert path == "tests/test_add.py"
    assert "import pkg.sub.add as solution" in plain.read(path).decode()
    assert outcome(plain, path) == "2 passed"


def test_program_tests_run_and_tell_right_from_wrong(plain: Tree) -> None:
    (plain.root / "tests").mkdir()
    programs = {
        "twice.py": PROGRAM, "src/a b/script": PROGRAM, "random.py": PROGRAM, "other.py": "print('é')\n",
        "ends.py": f"{PROGRAM}raise SystemExit(3)\n",
    }  # fmt: skip
    paths = []
    for target, content in programs.items():
        plain.write(target, content)
        paths.append(made(plain, TWICE, target, written("7\n", "14.0\n", 0.5), written("8\n", "0\n", 0.49)))
    assert paths == [f"tests/test_{name}.py" for name in ("twice", "script", "random", "other", "ends")]
    assert outcome(plain, *paths) == "6 failed, 9 passed"


def test_programs_are_compared_as_they_are_judged(plain: Tree) -> None:
    answers = ("1.0 2\nnan\nyes  no\n", "1 2.00\nnan\nyes  no", "  1 2 \n nan \nyes  no\n\n")
    plain.write("p.py", "import sys\nprint(sys.stdin.read(), end='')\n")
    problem = Problem(
        statement="",
        mode=Mode.PROGRAM,
        samples=tuple(Sample(given=each, expected=answers[0]) for each in answers),
    )
    wrong = Problem(statement="", mode=Mode.PROGRAM, samples=(Sample(given="yes no", expected="yes  no"),))
    paths = made(plain, problem, "p.py"), made(plain, wrong, "p.py")
    assert outcome(plain, *paths) == "1 failed, 3 passed"


@pytest.mark.slow
def test_answers_are_compared_as_json(plain: Tree) -> None:
    plain.write(
        "f.py", "def f(kind):\n    return {'t': (1, [2]), 'd': {1: None}, 'f': 1.0, 'b': True}[kind]\n"
    )
    samples = tuple(
        Sample(given=f'["{kind}"]', expected=answer)
        for kind, answer in {"t": "[1, [2]]", "d": '{"1": null}', "f": "1", "b": "true"}.items()
    )
    problem = Problem(statement="", mode=Mode.FUNCTION, entry_point="f", samples=samples)
    assert outcome(plain, made(plain, problem, "f.py")) == "4 passed"


@pytest.mark.slow
def test_method_of_a_solution_class(plain: Tree) -> None:
    plain.write("add.py", "class Solution:\n    def add(self, a, b):\n        return a + b\n")
    assert outcome(plain, made(plain, ADD, "add.py")) == "2 passed"


def test_content_that_is_not_written_yet_tells_how_it_is_called(plain: Tree) -> None:
    content = b"class Solution:\n    def add(self, a, b):\n        return a + b\n"
    found = plain.open().test_file(ADD, "add.py", (), content)
    assert found is not None and b"solution.Solution().add(*given)" in found[1]
    assert not plain.everything()


@pytest.mark.slow
def test_class_whose_methods_are_called(plain: Tree) -> None:
    plain.write("stack.py", "class Stack:\n    def __init__(self, n):\n        self.x = [n]\n"
                "    def push(self, n):\n        self.x.append(n)\n        return self.x\n")  # fmt: skip
    problem = Problem(
        statement="", mode=Mode.FUNCTION, entry_point="Stack",
        samples=(Sample(given='[["Stack","push","push"],[[1],[2],[3]]]', expected="[null,[1,2],[1,2,3]]"),),
    )  # fmt: skip
    assert outcome(plain, made(plain, problem, "stack.py")) == "1 passed"


@pytest.mark.slow
def test_names_that_mean_something_to_pytest_or_to_the_file(plain: Tree) -> None:
    paths = []
    for name in ("test_sum", "plain", "json", "solution", "CASES", "pytest"):
        plain.write(f"{name}_it.py", f"def {name}(a, b):\n    return a + b\n")
        problem = Problem(statement="", mode=Mode.FUNCTION, entry_point=name, samples=ADD.samples[:1])
        paths.append(made(plain, problem, f"{name}_it.py"))
    assert outcome(plain, *paths) == "6 passed"


def test_it_goes_to_the_nearest_tests_folder_or_beside(repo: Tree, tmp_path: Path) -> None:
    def path(target: str, problem: Problem = ADD) -> str:
        found: tuple[str, bytes] | None = repo.open().test_file(problem, target)
        assert found is not None
        return found[0]

    assert path("lib/x.py") == "lib/test_add.py"
    assert path("lib/x.py", TWICE) == "lib/test_x.py"
    (tmp_path / "away").mkdir()
    (repo.root / "tests").symlink_to(tmp_path / "away")
    assert path("lib/x.py") == "lib/test_add.py", "nothing is written through a link"
    (repo.root / "tests").unlink()
    (repo.root / "tests").mkdir()
    assert path("lib/x.py") == "tests/test_add.py"
    (repo.root / "lib" / "tests").mkdir(parents=True)
    assert path("lib/x.py") == "lib/tests/test_add.py"
    repo.write("lib/tests/test_add.py", "mine\n")
    assert path("lib/x.py") == "lib/tests/test_add_2.py", "a file of the person is never replaced"
    below = Workspace.open(repo.root / "lib")
    found = below.test_file(ADD, "lib/x.py")
    assert found is not None and found[0] == "tests/test_add_2.py" and not below.base(found[0]).exists
    above = below.test_file(ADD, "a.py")
    assert above is not None and not below.base(above[0]).exists


def test_nothing_to_test_by(plain: Tree) -> None:
    workspace = plain.open()
    bare = Problem(statement="", mode=Mode.FUNCTION, entry_point="f")
    assert workspace.test_file(bare, "f.py") is None
    assert workspace.test_file(bare, "f.py", [written("[1]", "2", 0.3)]) is None
    assert workspace.test_file(bare, "f.py", [written("[1]", "2", 0.6)]) is not None
    odd = [
        ("x", "1"),
        ("{}", "1"),
        ("[1e999]", "1"),
        ("[NaN]", "1"),
        ("[1]", "?"),
        ("[" * 9999, "1"),
    ]
    assert workspace.test_file(bare, "f.py", [written(*each, 1) for each in odd]) is None
    for problem in (
        Problem(statement="", mode=Mode.FUNCTION, entry_point="f(); import os", samples=ADD.samples),
        Problem(statement="", mode=Mode.PROGRAM, language="rust", samples=TWICE.samples),
    ):
        assert workspace.test_file(problem, "f.py") is None


def test_what_is_left_out_is_told(plain: Tree) -> None:
    plain.write("add.py", GOOD)
    path = made(
        plain, ADD, "add.py", written(f'["{"x" * 30_000}", ""]', "1", 0.9), written("[1, 2]", "9", 0.9)
    )
    assert (
        "tests that a model wrote" not in plain.read(path).decode()
        and "(1 left out)" in plain.read(path).decode()
    )
    assert outcome(plain, path) == "2 passed", "the answer of a sample is not doubted by a self-test"


def test_line_ends_that_the_attributes_ask_for(repo: Tree) -> None:
    repo.write(".gitattributes", "*.py eol=crlf\n")
    found = repo.open().test_file(ADD, "a.py")
    assert found is not None and found[1].count(b"\n") == found[1].count(b"\r\n") > 10
