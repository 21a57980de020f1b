"""What a reply may not do, and what is told of a change before it is accepted."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from atlas_tui.project.base import FileChange
from atlas_tui.project.difference import difference
from atlas_tui.project.editing_rules import CONFIGURATION, deciding_part, is_test_file, protected_paths
from atlas_tui.project.files import Folder, Given, matches
from atlas_tui.project.guard import flags
from tests.project.editing_parts import project_of, replied

FILES = {
    "pkg/__init__.py": "",
    "pkg/a.py": "def a():\n    return 1\n",
    "tests/test_a.py": "def test_a():\n    pass\n",
}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/cron.d/x.py", "absolute"),
        ("../outside.py", "goes up"),
        ("pkg/../../outside.py", "goes up"),
        (".git/hooks/pre-commit.py", "version control"),
        ("pkg/.GIT/config.py", "version control"),
        ("link/inside.py", "symbolic link"),
        ("linked.py", "symbolic link"),
        ("~/x.py", "not expanded"),
        ("C:\\x.py", "Windows"),
        ("other/x.py", "repository of its own"),
    ],
)
def test_nothing_leads_out_of_the_tree(tmp_path: Path, path: str, why: str) -> None:
    project_of(tmp_path / "tree", FILES)
    (tmp_path / "out").mkdir()
    (tmp_path / "tree/link").symlink_to(tmp_path / "out")
    (tmp_path / "tree/linked.py").symlink_to(tmp_path / "out/linked.py")
    (tmp_path / "tree/other/.git").mkdir(parents=True)
    reply = replied(
        tmp_path / "tree",
        FILES,
        f"### {path}\n```python\nx = 1\n```\n### pkg/a.py\n```python\ndef a():\n    return 2\n```",
    )
    assert [change.path for change in reply.changes] == ["pkg/a.py"]
    assert any(why in flag for flag in reply.flags), reply
    assert not list((tmp_path / "out").iterdir())


def test_what_decides_stays_and_the_rest_is_taken(tmp_path: Path) -> None:
    files = {
        **FILES,
        "pyproject.toml": '[project]\nname = "a"\n',
        "package.json": '{"scripts": {"test": "x"}}\n',
    }
    answer = "### pkg/a.py\n```python\ndef a():\n    return 2\n```\n"
    for path, code in {
        "tests/test_a.py": "def test_a():\n    assert True",
        "conftest.py": "import os",
        "pkg/conftest.py": "import os",
        "pytest.ini": "[pytest]",
        "Makefile": "test:\n\ttrue",
        "pyproject.toml": '[project]\nname = "a"\n\n[tool.pytest.ini_options]\naddopts = "-k no"',
        "package.json": '{"scripts": {"test": "true"}}',
        "setup.cfg": "[tool:pytest]\naddopts = -k no",
    }.items():
        answer += f"### {path} (whole file)\n```\n{code}\n```\n"
    reply = replied(tmp_path, files, answer, protected=protected_paths(files))
    assert [change.path for change in reply.changes] == ["pkg/a.py"]
    assert len(reply.notes) == 8 and all("not changed" in note for note in reply.notes)
    assert reply.flags == () and reply.fault == ""
    named = replied(
        tmp_path, files, answer, protected=protected_paths(files), allowed=("tests/test_a.py", "pkg/*")
    )
    assert [change.path for change in named.changes] == ["pkg/a.py", "tests/test_a.py"]
    every = replied(tmp_path, files, answer)
    assert len(every.changes) == 9 and not every.notes
    free = replied(tmp_path, files, '### pyproject.toml (whole file)\n```toml\n[project]\nname = "b"\n```')
    assert [change.path for change in free.changes] == ["pyproject.toml"]


def test_what_cannot_be_written_is_noted(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {**FILES, "b.py": b"\0\1",
             "l.txt": "version https://git-lfs.github.com/spec/v1\noid x\n",
             "n.py": "# coding: latin-1\nx = 1\n"}  # fmt: skip
    answer = "".join(
        f"### {path}\n```{language}\n{code}\n```\n"
        for path, language, code in (
            ("b.py", "python", "x = 1"), ("l.txt", "text", "new"), ("n.py", "python", "x = '\u20ac'"),
            ("fresh.py", "python", "y = 1"),
            ("fresh.py/in.py", "python", "y = 1"),
            ("pkg/a.py", "diff", "-x\n+y"),
        )
    )  # fmt: skip
    reply = replied(tmp_path, files, answer)
    assert [change.path for change in reply.changes] == ["fresh.py"]
    assert [note.partition(":")[0] for note in reply.notes] == [
        "b.py",
        "l.txt",
        "n.py",
        "fresh.py/in.py",
        "pkg/a.py",
    ]
    assert reply.flags == ()


def test_what_is_not_allowed_is_flagged(tmp_path: Path) -> None:
    answer = "### pkg/a.py\n```python\ndef a():\n    return 2\n```\n### new.py\n```python\nx = 1\n```"
    reply = replied(tmp_path, FILES, answer, allowed=("pkg/**",))
    assert [change.path for change in reply.changes] == ["new.py", "pkg/a.py"]
    assert reply.flags == ("new.py is not among the files that may be changed",)


def test_patterns_mean_what_they_mean_to_git() -> None:
    for pattern, path, meant in (
        ("*.py", "a/b.py", True), ("src/*.py", "src/a.py", True), ("src/*.py", "src/a/b.py", False),
        ("src/**/b.py", "src/b.py", True), ("src/**", "src/a/b.py", True), ("src", "src/a/b.py", True),
        ("src/", "x/src/a.py", True), ("/src", "src/a.py", True),
        ("a?.py", "ab.py", True), ("a?.py", "a/.py", False),
        ("app/[id].tsx", "app/[id].tsx", True), ("", "a.py", False),
        ("./a.py", "a.py", True), ("a.py", "ba.py", False),
    ):  # fmt: skip
        assert matches(path, (pattern,)) is meant, (pattern, path)


def test_test_files_are_known_by_their_names() -> None:
    tests = ["tests/a.txt", "test_x.py", "a/x_test.py", "x_test.go", "a.test.ts", "src/x.spec.js",
             "tests/x.rs", "src/test/java/ATest.java", "__tests__/x.js"]  # fmt: skip
    assert all(map(is_test_file, tests)) and not any(
        map(is_test_file, ["a.py", "testing.py", "latest.js", "contest.go"])
    )
    assert protected_paths(["a.py", "check.py", *tests], ["check.py::one"]) == (
        *CONFIGURATION,
        *(path if "/" in path else f"/{path}" for path in sorted(["check.py", *tests])),
    )
    patterns = protected_paths(["check.py", "a/b.py"], ["check.py::one"])
    assert matches("check.py", patterns) and not matches("src/check.py", patterns)


TAMPERING = {
    "import os\nos._exit(0)\n": "it ends the process",
    "from os import _exit as e\n\n\ndef f():\n    e(0)\n": "it ends the process",
    "import sys\nsys.exit(0)\n": "it ends the process when it is imported",
    "raise SystemExit\n": "it ends the process when it is imported",
    "class A:\n    exit()\n": "it ends the process when it is imported",
    "import _pytest.runner\n": "it reaches into the test runner",
    "from unittest import mock\n": "it reaches into the test runner",
    "import gc\ngc.get_objects()\n": "it reaches into objects of others",
    "import ctypes\n": "it reaches under the language",
    "import sys\nx = sys.modules['a']\n": "it reaches into loaded modules",
    "import sys\ngetattr(sys, 'mod' + 'ules')\n": "it reaches into loaded modules",
    "import inspect\ninspect.stack()\n": "it looks at who calls it",
    "exec('x')\n": "it runs text as code",
    "__builtins__['len'] = 1\n": "it changes what is built in",
    "import sys\nx = sys.__dict__\n": "it reaches into loaded modules",
    "import sys\nx = vars(sys)\n": "it reaches into loaded modules",
    "import logging\nx = logging.sys.modules\n": "it reaches into loaded modules",
    "import logging\nx = logging.os._exit\n": "it ends the process",
    "import importlib\nx = importlib.import_module('unit' + 'test')\n": "it imports a module whose name it "
    "computes",
    "import importlib\nx = importlib.import_module('unittest')\n": "it reaches into the test runner",
    "x = object.__subclasses__()\n": "it reaches into objects of others",
    "def f(e):\n    return e.__traceback__.tb_frame.f_back\n": "it looks at who calls it",
    "class E:\n  def __eq__(self, o):\n    return True\n": "it has objects that are equal to everything",
    "class E:\n  def __eq__(self, o):\n    return not 0\n": "it has objects that are equal to everything",
    "class E(int):\n  def __eq__(self, o):\n    return isinstance(o, int)\n": "it has objects that are equal "
    "to everything",
    "class E:\n  __ne__ = lambda self, o: 0\n": "it has objects that are equal to everything",
    "E = type('E', (), {'__eq__': f})\n": "it has objects that are equal to everything",
    "def pytest_runtest_makereport():\n    pass\n": "it defines hooks of the test runner",
    "import os\nos.environ['PYTEST_CURRENT_TEST']\n": "it names the variables of a test runner",
    "open('/proc/self/fd/3')\n": "it looks into the system's view of processes",
    "open('test_a.py').read()\n": "it names a file of the tests that decide",
    "if name == 'test_a': pass\n": "it names a test that decides",
    "x = (\n": "it cannot be read, so it is not known what it does",
}


@pytest.mark.parametrize("code", TAMPERING)
def test_tampering_is_seen_where_it_is_new(tmp_path: Path, code: str) -> None:
    project = project_of(tmp_path, FILES, required=("tests/test_a.py::test_a",))
    change = FileChange("pkg/a.py", code.encode())
    assert f"pkg/a.py: {TAMPERING[code]}" in flags(Folder(tmp_path), [change], project)
    assert (
        flags(Given({"pkg/a.py": code.encode()}), [FileChange("pkg/a.py", code.encode() + b"\n")], project)
        == ()
    )


def test_ordinary_code_is_not_flagged(tmp_path: Path) -> None:
    code = (
        "import os, sys, re, argparse\n\n\ndef main():\n"
        "    sys.exit(run(re.compile('a'), os.environ.get('HOME')))\n\n\n"
        "class P:\n    def __eq__(self, other):\n        return self.x == other.x\n\n\n"
        "class Nothing:\n    def __eq__(self, other):\n        return isinstance(other, Nothing)\n\n"
        "    def __ne__(self, other):\n        return NotImplemented\n\n\n"
        "frozen = hasattr(sys, 'frozen') and sys.version_info > (3, 8)\n"
        "if __name__ == '__main__':\n    sys.exit(main())\n"
    )
    project = project_of(tmp_path, FILES, required=("tests/test_a.py::test_a",))
    changes = [FileChange("pkg/a.py", code.encode()), FileChange("pkg/types.py", b"x = 1\n"),
               FileChange("tests/test_new.py", b"import pytest\n\n\ndef test_new(): pass\n")]  # fmt: skip
    assert flags(Folder(tmp_path), changes, project) == ()


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("random.py", b"x = 1\n", "random.py: it would hide the module random"),
        ("tests/unittest/__init__.py", b"", "tests/unittest/__init__.py: it would hide the module unittest"),
        ("setup.py", b"x = 1\n", "setup.py: a tool runs or obeys a file of this name by itself"),
        ("tests/test_a.py", None, "tests/test_a.py: it removes a test file"),
        ("tests/test_b.py", b"import pytest\npytest.skip()\n", "tests/test_b.py: it skips tests"),
        ("a.js", b"process.exit(0)\n", "a.js: it ends the process"),
        ("a.js", b"assert.strictEqual = () => {}\n", "a.js: it changes what tests check with"),
        ("a.js", b"const a = require('assert')\na.ok = f\n", "a.js: it changes what tests check with"),
        ("a.js", b"require('node:' + 'test')\n", "a.js: it loads a module whose name it computes"),
        ("a.go", b"package a\nfunc init() { os.Exit(0) }\n", "a.go: it ends the process"),
        ("a.rs", b"fn f() { std::process::exit(0) }\n", "a.rs: it ends the process"),
    ],
)
def test_names_and_other_languages(tmp_path: Path, path: str, content: bytes | None, words: str) -> None:
    project_of(tmp_path, FILES)
    assert words in flags(Folder(tmp_path), [FileChange(path, content)])


def test_what_would_be_imported_instead_is_seen(tmp_path: Path) -> None:
    folder, packages = tmp_path / "tree", tmp_path / "packages"
    project = project_of(folder, FILES, shown=(str(packages),))
    for name in ("helped", "tests"):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").touch()
    assert flags(Folder(folder), [FileChange("helped.py", b"x = 1\n")], project) == (
        "helped.py: it would hide the module helped",
    )
    new, package = FileChange("tests/new.py", b"x = 1\n"), FileChange("pkg/a/__init__.py", b"x = 1\n")
    assert not flags(Folder(folder), [new], project), "the tree had that folder before"
    assert flags(Folder(folder), [package], project) == ("pkg/a/__init__.py: it would hide pkg/a.py",)
    assert not flags(Folder(folder), [package, FileChange("pkg/a.py", None)], project), "it becomes a package"


def test_ordinary_javascript_is_not_flagged(tmp_path: Path) -> None:
    code = b"const a = require('assert'), c = await import('./b.js')\na.equal(a.x, 1)\nif (a === 1) c\n"
    assert flags(Folder(tmp_path), [FileChange("a.js", code)]) == ()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_applies_the_difference(tmp_path: Path) -> None:
    old = {
        "a.py": "x = 1\ny = 2\n",
        "with space.txt": "one",
        "gone.py": "z\n",
        "é.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
        "crlf.txt": "a\r\nb\r\n",
    }
    project_of(tmp_path, old)
    changes = [
        FileChange("a.py", b"x = 1\ny = 3\n"), FileChange("with space.txt", b"two\n"),
        FileChange("gone.py", None),
        FileChange("é.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\nä\n".encode()), FileChange("new/b.py", b"n = 1"),
        FileChange("empty.py", b""), FileChange("crlf.txt", b"a\r\nc\r\n"), FileChange("same.py", None),
    ]  # fmt: skip
    made = difference(Folder(tmp_path), changes)
    (tmp_path / "patch").write_bytes(made.text.encode())
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "apply", "patch"], cwd=tmp_path, check=True, env=environment)
    for change in changes:
        path = tmp_path / change.path
        assert (path.read_bytes() if path.exists() else None) == change.content
    assert (made.added, made.removed, made.lines) == (5, 4, 9)


def test_a_binary_file_is_only_named() -> None:
    made = difference(Given({"a.bin": b"\0\1"}), [FileChange("a.bin", b"\0\2"), FileChange("b.bin", b"\0")])
    assert "Binary files a/a.bin and b/a.bin differ\n" in made.text
    assert "new file mode 100644\nBinary files /dev/null and b/b.bin differ\n" in made.text


def test_what_a_build_reads_of_its_tests_is_no_free_file() -> None:
    for path in ("b/rules.mk", "settings.gradle", "app/build.gradle.kts", "buildSrc/src/T.java", "a.cmake"):
        assert matches(path, CONFIGURATION), path
    assert not matches("src/gradle/T.java", CONFIGURATION)


RUST = "fn half(n: i32) -> i32 {\n    n / 3\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn x() {}\n}\n"
DOCTEST = 'def half(n):\n    """Half of it.\n\n    >>> half(4)\n    2\n    """\n    return n // 3\n'


@pytest.mark.parametrize(
    ("path", "test", "text", "better", "worse"),
    [
        pytest.param(
            "src/lib.rs", "src/lib.rs::tests::x", RUST, ("/ 3", "/ 2"), ("fn x() {}", "fn y() {}"), id="rust"
        ),
        pytest.param(
            "lib/half.py",
            "lib/half.py::lib.half.half",
            DOCTEST,
            ("// 3", "// 2"),
            ("    2\n", "    1\n"),
            id="doctest",
        ),
    ],
)
def test_tests_that_stand_in_the_code_they_are_about(
    path: str, test: str, text: str, better: tuple[str, str], worse: tuple[str, str]
) -> None:
    """The code may change, the tests in the same file may not."""
    assert not matches(path, protected_paths([path], [test]))
    old = text.encode()
    assert not deciding_part(path, old, text.replace(*better).encode(), [test])
    assert deciding_part(path, old, text.replace(*worse).encode(), [test]) == "it changes the tests in it"
    assert deciding_part(path, old, None, [test])
    assert not deciding_part(path, old, None), "none of its tests decides"
