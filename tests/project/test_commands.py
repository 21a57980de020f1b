"""Test commands: what a person types, and what the files of a repository tell."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.project.commands import CommandRefused, parse_command
from atlas_tui.project.finding import find
from tests.project.suites import laid


@pytest.mark.parametrize(
    ("line", "words", "runner", "named"),
    [
        ("pytest -q tests/test_x.py", "pytest -q tests/test_x.py", "pytest", ["tests/test_x.py"]),
        ("python3 -m pytest -k 'a or b' tests", "python3 -m pytest -k|a or b|tests", "pytest", ["tests"]),
        ("python -W error -m pytest", "python -W error -m pytest", "pytest", []),
        ("uv run pytest -x", "pytest -x", "pytest", []),
        ("poetry run coverage run -m pytest a/b", "python -m pytest a/b", "pytest", ["a/b"]),
        ("pytest -k 'a|b'", "pytest -k a|b", "pytest", []),
        ("python -m unittest tests.test_x", "python -m unittest tests.test_x", "unittest", ["tests.test_x"]),
        ("python -m unittest discover -s tests -p '*.py'", None, "unittest", ["tests"]),
        ("node --test --import ./x.mjs test/a.test.js", None, "node", ["test/a.test.js"]),
        ("npx jest src/a.test.js", "jest src/a.test.js", "jest", ["src/a.test.js"]),
        ("node_modules/.bin/vitest run a.test.ts", None, "vitest", ["a.test.ts"]),
        ("mocha -R dot test/a.js", None, "mocha", ["test/a.js"]),
        ("go test ./a -run X", None, "go", ["./a"]),
        ("cargo test adds -- --nocapture", None, "cargo", ["adds"]),
        ("make test", None, "command", []),
        ("python manage.py test shop.tests", None, "django", ["shop.tests"]),
        ("./manage.py test --settings x", None, "django", []),
        ("uv run --group dev -p 3.12 pytest -x", "pytest -x", "pytest", []),
        ("uv run python -m pytest", "python -m pytest", "pytest", []),
        ("uv run -m pytest a", "python -m pytest a", "pytest", ["a"]),
        ("uv run manage.py test", "python manage.py test", "django", []),
        ("hatch run pytest -q", "pytest -q", "pytest", []),
        ("pdm run pytest", "pytest", "pytest", []),
        ("coverage run --source x -p -m pytest a", "python -m pytest a", "pytest", ["a"]),
        ("python -m coverage run -m unittest", "python -m unittest", "unittest", []),
    ],
)
def test_what_is_typed(line: str, words: str | None, runner: str, named: list[str]) -> None:
    command = parse_command(line)
    assert (command.runner, list(command.named)) == (runner, named)
    if words is not None and "|" not in words:
        assert list(command.words) == words.split()


def test_variables_before_a_command() -> None:
    command = parse_command("env A=1 B='x y' pytest -q")
    assert command.environment == (("A", "1"), ("B", "x y"))
    assert command.words == ("pytest", "-q")


@pytest.mark.parametrize(
    "line",
    ["", "  ", "A=1", "pytest | tail", "pytest || ls", "export A=1 && pytest", "pytest > x", "pytest; ls",
     "pytest 'a", "pytest $(ls)", "pytest `ls`", "pytest\nls", "pytest &", "pytest a\0b", "x" * 9_000],
)  # fmt: skip
def test_what_needs_a_shell_is_refused_in_one_line(line: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        parse_command(line)
    assert "\n" not in str(refused.value)
    assert ";" in str(refused.value)  # it says what to do as well


def test_scripts_of_node_are_looked_up(tmp_path: Path) -> None:
    laid(
        tmp_path,
        {"package.json": '{"scripts": {"test": "jest --ci", "both": "a && b", "t2": "npm run test"}}'},
    )
    assert parse_command("npm run t2", tmp_path).words == ("jest", "--ci")
    assert parse_command("npm test -- a.js", tmp_path).words == ("jest", "--ci", "a.js")
    assert parse_command("yarn test", tmp_path).runner == "jest"
    for line in ("npm run both", "npm run missing"):
        assert parse_command(line, tmp_path).runner == "command"
    assert parse_command("npm test").runner == "command"


FOUND = [
    ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, ["pytest"]),
    ({"tox.ini": "[pytest]\n"}, ["pytest"]),
    ({"setup.cfg": "[tool:pytest]\n"}, ["pytest"]),
    ({"tests/conftest.py": ""}, ["pytest"]),
    ({"tests/test_a.py": "def test_a(): pass\n"}, ["pytest"]),
    ({"tests/test_a.py": "import unittest\nclass A(unittest.TestCase): pass\n"},
     ["python -m unittest discover -s tests", "pytest"]),
    ({"tests/__init__.py": "", "tests/test_a.py": "import unittest\nclass A(unittest.TestCase): pass\n"},
     ["python -m unittest discover -s tests -t .", "pytest"]),
    ({"test_a.py": "import unittest\nclass A(unittest.TestCase): pass\n"}, ["python -m unittest", "pytest"]),
    ({"tox.ini": "[testenv]\ncommands =\n    ruff check\n    pytest -q {posargs:tests}\n"},
     ["pytest -q tests"]),
    ({"noxfile.py": "def tests(session):\n    session.run('pytest', '-q', *session.posargs)\n"},
     ["pytest -q"]),
    ({"Makefile": "test: build\n\t@$(PYTHON) -m pytest -q\nlint:\n\truff\n"},
     ["python -m pytest -q", "make test"]),
    ({"Makefile": "check:\n\t./run.sh && true\n"}, ["make check"]),
    ({"Makefile": "test := x\n"}, []),
    ({"package.json": '{"scripts": {"test": "node --test"}}'}, ["node --test"]),
    ({"package.json": '{"scripts": {"test": "tsc && node --test"}}'}, ["tsc && node --test"]),
    ({"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'}, []),
    ({"test/a.test.mjs": ""}, ["node --test"]),
    ({"Cargo.toml": "[package]\n"}, ["cargo test"]),
    ({"Cargo.toml": "[workspace]\n"}, ["cargo test --workspace"]),
    ({"go.mod": "module x\n"}, ["go test ./..."]),
    ({"pom.xml": "<project/>"}, ["mvn test"]),
    ({"build.gradle.kts": "", "gradlew": ""}, ["./gradlew test"]),
    ({"README.md": "pytest"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("files", "commands"), FOUND)
def test_what_files_tell(files: dict[str, str], commands: list[str], tmp_path: Path) -> None:
    found = find(laid(tmp_path, files))
    assert [str(command) for command in found] == commands
    assert all(command.why for command in found)


def test_files_that_hold_anything(tmp_path: Path) -> None:
    names = ["pyproject.toml", "tox.ini", "setup.cfg", "noxfile.py", "package.json", "Makefile", "Cargo.toml"]
    for content in (
        b"\xff\xfe\0[",
        b"[" * 100_000,
        b"{" * 100_000,
        b"[testenv]\ncommands = %(x)s\n",
        b"[x]\n[x]\n",
    ):
        for name in names:
            (tmp_path / name).write_bytes(content)
        find(tmp_path)
    for name in names:
        (tmp_path / name).unlink()
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "go.mod")
    (tmp_path / "pom.xml").symlink_to("pom.xml")
    assert find(tmp_path) == ()
