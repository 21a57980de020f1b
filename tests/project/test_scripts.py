"""Commands by the names that a repository has for them, found and typed: each is what it starts."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from atlas_tui.problem import Project
from atlas_tui.project.commands import CommandRefused, parse_command
from atlas_tui.project.finding import find
from atlas_tui.project.runners import known
from atlas_tui.ui.repository import asked_in
from tests.project.suites import laid

FILES = {
    "pyproject.toml": """
[tool.hatch.envs.default.scripts]
test = "pytest {args:tests}"
cov = "test --cov"
[tool.hatch.envs.lint.scripts]
test = ["ruff check", "pytest lint"]
[tool.pdm.scripts]
unit = {cmd = ["pytest", "-k", "a b"], env = {LEVEL = "1"}}
[tool.poe.tasks]
check = "python -m pytest -q"
both = {shell = "pytest; ls"}
[tool.taskipy.tasks]
test = "python -m unittest"
""",
    "tox.ini": """
[testenv]
setenv =
    MODE = fast
    PIP_X = 1
commands =
    ruff check
    {envpython} -m pytest \\
        --basetemp={envtmpdir} {posargs:{toxinidir}/tests}
[testenv:lint]
commands = ruff check
[testenv:away]
changedir = docs
commands = pytest
""",
    "noxfile.py": """
import nox
@nox.session(name="unit")
def tests(session):
    session.install("x")
    session.run("pytest", "-q", *(session.posargs or ["tests/unit"]), env={"A": "1"})
    session.run("pytest", WHERE)
""",
    "Makefile": """
PY ?= python3
RUN = $(PY) -m pytest
.PHONY: test
test:
\t@$(RUN) -q $(ARGS)
built: build
\tpytest
shell:
\tcd src && pytest $$HOME
""",
    "Pipfile": '[scripts]\ntest = "pytest pip"\n',
    "manage.py": "import django\n",
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hatch run test", "pytest tests"),
        ("hatch run test a.py", "pytest a.py"),
        ("hatch run cov", "pytest --cov"),
        ("hatch -e lint run test", "pytest lint"),
        ("hatch run lint:test", "pytest lint"),
        ("hatch test -q", "pytest -q"),
        ("pdm run unit", "LEVEL=1 pytest -k 'a b'"),
        ("pdm unit x", "LEVEL=1 pytest -k 'a b' x"),
        ("uv run poe check", "python -m pytest -q"),
        ("poe both", "poe both"),
        ("task test", "python -m unittest"),
        ("pipenv run test", "pytest pip"),
        ("tox", "MODE=fast python -m pytest ./tests"),
        ("A=2 tox -e py311 -- a.py", "A=2 MODE=fast python -m pytest a.py"),
        ("tox -e lint", "tox -e lint"),
        ("tox -e away", "tox -e away"),
        ("nox -s unit", "A=1 pytest -q tests/unit"),
        ("nox -s unit-3.12 -- b.py", "A=1 pytest -q b.py"),
        ("nox -s other", "nox -s other"),
        ("make test", "python3 -m pytest -q"),
        ("make built", "make built"),
        ("make test ARGS=x", "make test ARGS=x"),
    ],
)
def test_what_is_typed_is_looked_up(typed: str, meant: str, tmp_path: Path) -> None:
    root = laid(tmp_path, FILES)
    command = parse_command(typed, root)
    assert str(command) == meant
    assert (command.runner == "command") == (typed == meant)
    # It can be read back, as when a session is run again.
    assert str(parse_command(str(command), root)) == meant


def test_what_is_found_says_by_what(tmp_path: Path) -> None:
    found = {str(command): command.why for command in find(laid(tmp_path, FILES))}
    assert found["MODE=fast python -m pytest ./tests"] == "tox.ini runs it in [testenv]"
    assert found["A=1 pytest -q tests/unit"] == "noxfile.py runs it in the session unit"
    assert found["python3 -m pytest -q"] == "Makefile runs it for test"
    assert found["pytest tests"] == "pyproject.toml runs it in [tool.hatch.envs.default.scripts]"
    assert found["python manage.py test"] == "manage.py is there"
    assert not any(line.startswith(("tox", "make test")) for line in found)


@pytest.mark.parametrize("file", ["pyproject.toml", "tox.toml"])
def test_tox_in_toml(file: str, tmp_path: Path) -> None:
    head = "[tool.tox." if file == "pyproject.toml" else "["
    commands = '[["pytest", { replace = "posargs", default = ["tests"], extend = true }]]'
    root = laid(tmp_path, {file: f"{head}env_run_base]\ncommands = {commands}\n"})
    assert str(parse_command("tox -- a.py", root)) == "pytest a.py"
    assert [str(command) for command in find(root)] == ["pytest tests"]


def test_tests_beside_the_code_deep_in_the_tree(tmp_path: Path) -> None:
    files = {"pkg/inner/tests/test_a.py": "def test_a(): pass\n", ".venv/pyvenv.cfg": ""}
    assert [str(command) for command in find(laid(tmp_path, files))] == ["pytest"]


def test_another_folder_is_refused_with_what_to_do() -> None:
    with pytest.raises(CommandRefused, match=r"another folder .*; open that folder"):
        parse_command("uv run --directory sub pytest")


def test_a_program_of_an_environment_is_called_by_its_whole_path(tmp_path: Path) -> None:
    laid(tmp_path, {".venv/pyvenv.cfg": "", ".venv/bin/pytest": "", "tools/run": ""})
    assert parse_command(".venv/bin/pytest -q", tmp_path).words == (f"{tmp_path}/.venv/bin/pytest", "-q")
    assert parse_command("tools/run", tmp_path).words == ("tools/run",)


def test_scripts_that_call_themselves(tmp_path: Path) -> None:
    scripts = '[tool.pdm.scripts]\na = "b"\nb = "a"\nc = "pdm run c"\n[tool.poe.tasks]\nx = 3\n'
    recipes = "A = $(A)\nx:\n\t$(A)\ny:\n\tmake y\n"
    root = laid(tmp_path, {"pyproject.toml": scripts, "Makefile": recipes})
    for line in ("pdm run a", "pdm run c", "poe x", "make x", "make y"):
        parse_command(line, root)
    find(root)


CHAIN = ["test", *"bcdef", "pytest"]
MUCH = {
    "a variable": {"Makefile": f"A = {'$(A)' * 400}\ntest:\n\t{'$(A)' * 400}\n"},
    "a target": {"Makefile": "test:\n" + "\tmake test\n" * 20},
    "a script": {"package.json": json.dumps({"scripts": {"test": " && ".join(["npm test"] * 300)}})},
    "scripts": {
        "pyproject.toml": "[tool.hatch.envs.x.scripts]\n"
        + "".join(f"{name} = {[other] * 100}\n" for name, other in pairwise(CHAIN))
    },
    "places": {
        "pyproject.toml": "[tool.hatch.envs.x.scripts]\n" + "".join(
            f"{name} = '{other} {'{args} ' * 300}'\n" for name, other in pairwise(CHAIN)
        )
    },
    "a number": {"pyproject.toml": f"a = {'1' * 5000}\n"},
    "a home": {"Makefile": "test:\n\t~nobody-of-this-name/bin/pytest\n"},
    "a name": {"Makefile": f"test:\n\t./{'a' * 300}/bin/pytest\n"},
}  # fmt: skip


@pytest.mark.parametrize("what", MUCH)
def test_what_stands_for_ever_more_is_given_up(what: str, tmp_path: Path) -> None:
    """Each of these would else take hours, all memory, or raise."""
    root = laid(tmp_path, MUCH[what])
    for line in ("make test", "npm test", "hatch run test"):
        parse_command(line, root)
    assert len(find(root)) < 5


def test_what_is_set_before_a_command_is_kept_when_a_session_is_run_again(tmp_path: Path) -> None:
    command = parse_command("LEVEL='a b' pytest -k 'x or y' && ./check", tmp_path)
    project = Project(
        root=str(tmp_path), base=str(tmp_path), identity="", command=command.words, runner=command.runner,
        assigned=command.environment,
    )  # fmt: skip
    again = parse_command(asked_in(project).tests, tmp_path)
    assert (again.words, again.environment) == (command.words, command.environment)


def test_steps_keep_their_order_and_what_is_not_run_is_said(tmp_path: Path) -> None:
    command = parse_command("./gen && pytest && ./between && python -m unittest && ./upload", tmp_path)
    steps = known.steps(command.words)
    assert steps.before == (("./gen",),) and steps.main == ("pytest",)
    assert steps.after == (("./between",), ("python", "-m", "unittest"))
    assert command.left_out == ("./upload",) and "not run as tests: ./upload" in command.caution
    assert "not run" not in parse_command("pytest && python -m unittest", tmp_path).caution
