"""What tests get of the person's environment: found, shown read-only, and never a home folder as a whole."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.project.environment import find_environment
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import snapshot
from tests.project.environments import (
    PACKAGES,
    PYTHON,
    SYSTEM,
    found,
    made,
    needs_node,
    needs_python,
    path_of,
)

# --- Python, as it is found


@needs_python
def test_the_environment_in_the_tree_and_its_interpreter(root: Path) -> None:
    made(root / ".venv")
    environment = found(root)
    assert str(root / ".venv") in environment.shown
    assert not any(root.is_relative_to(path) for path in environment.shown)
    variables = dict(environment.variables)
    assert variables["PATH"] == f"{root}/.venv/bin:{SYSTEM}"
    assert variables["VIRTUAL_ENV"] == str(root / ".venv")
    assert path_of(environment) == "/tree"


@needs_python
def test_which_environment_is_chosen(root: Path, home: Path) -> None:
    active, conda = made(home / "active"), made(home / "conda", "conda-meta")
    made(root / "named")
    made(root / ".venv")

    def chosen(**given: str) -> str:
        variables = dict(found(root, **given).variables)
        return variables.get("VIRTUAL_ENV") or variables.get("CONDA_PREFIX", "")

    assert chosen() == str(root / ".venv")
    assert chosen(VIRTUAL_ENV=str(active)) == str(active)
    assert chosen(CONDA_PREFIX=str(conda)) == str(root / ".venv")
    assert chosen(UV_PROJECT_ENVIRONMENT="named") == str(root / "named")
    assert chosen(VIRTUAL_ENV=sys.prefix) == str(root / ".venv")
    (root / ".venv" / "pyvenv.cfg").unlink()
    assert chosen(CONDA_PREFIX=str(conda)) == str(conda)
    assert chosen(VIRTUAL_ENV=str(home / "nowhere")) == ""
    assert any(path.startswith(sys.prefix) for path in found(root, VIRTUAL_ENV=sys.prefix).shown)


@needs_python
def test_the_environment_that_is_found_on_the_path(root: Path, home: Path) -> None:
    """As a shell would find it: by the program of the test command, then by Python."""
    first, tools = made(home / "first"), made(home / "tools")
    for program in (first / "bin" / "pytest", tools / "bin" / "mytest"):
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    (home / "links").mkdir()
    (home / "links" / "mytest").symlink_to(tools / "bin" / "mytest")

    def chosen(*programs: str, search: str) -> str:
        return dict(found(root, *programs, PATH=search).variables).get("VIRTUAL_ENV", "")

    assert chosen("pytest", search=f"{first}/bin:{SYSTEM}") == str(first)
    assert chosen("mytest", search=f"{home}/links:{first}/bin:{SYSTEM}") == str(tools)
    assert chosen(f"{tools}/bin/python", search=f"{first}/bin:{SYSTEM}") == str(tools)
    made(root / ".venv")
    assert chosen("pytest", search=f"{first}/bin:{SYSTEM}") == str(root / ".venv")


@needs_python
def test_the_environments_of_pyenv_hatch_pdm_and_tox(root: Path, home: Path) -> None:
    def chosen(**given: str) -> str:
        return dict(found(root, **given).variables).get("VIRTUAL_ENV", "")

    tox = made(root / ".tox" / "py311")
    (root / ".gitignore").write_text(".tox\n.pdm-python\n")
    assert chosen() == str(tox)
    newer = made(root / ".tox" / "py310")
    os.utime(tox, (1, 1))
    assert chosen() == str(newer)
    (tox / "bin" / "pytest").touch()
    os.utime(tox, (1, 1))
    assert chosen() == str(tox)
    shutil.rmtree(root / ".tox")
    own = made(home / ".pyenv" / "versions" / "own")
    (root / ".python-version").write_text("own\n")
    assert chosen() == str(own)
    (root / ".python-version").write_text("../../secret\n")
    assert chosen() == ""
    assert chosen(PYENV_VERSION="own") == str(own)
    (root / "pyproject.toml").touch()
    mark = base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(root)).digest()).decode()[:8]
    hatch = made(home / ".local" / "share" / "hatch" / "env" / "virtual" / "project" / mark / "project")
    assert chosen() == str(hatch)
    pdm = made(home / "pdm")
    (root / ".pdm-python").write_text(f"{pdm}/bin/python")
    assert chosen() == str(pdm)


def test_variables_before_the_command(root: Path, home: Path) -> None:
    """What they name of the tree is meant in the copy."""
    (home / "more").mkdir()
    assigned = (("PYTHONPATH", f"lib:{home}/more"), ("LEVEL", "1"))
    given = {"PATH": SYSTEM, "HOME": str(home)}
    environment = find_environment(root, list_files(root), (), given, assigned)
    assert path_of(environment) == f"/tree/lib:/tree:{home}/more"
    assert dict(environment.variables)["LEVEL"] == "1"


def test_what_was_made_in_place_is_in_the_copy(root: Path) -> None:
    """A version that a tool wrote, and metadata of an editable install: git ignores both."""
    (root / "pkg" / "_version.py").write_text("version = '1'\n")
    (root / "pkg.egg-info").mkdir()
    translation = "pkg/locale/de/LC_MESSAGES/pkg.mo"
    (root / translation).parent.mkdir(parents=True)
    (root / translation).touch()
    (root / "pkg" / "other_pb2.py").symlink_to("/etc/passwd")
    files = replace(list_files(root), entries=tuple(
        entry for entry in list_files(root).entries if entry.path == "pkg/__init__.py"
    ))  # fmt: skip
    given = {"PATH": SYSTEM, "HOME": os.environ["HOME"]}
    environment = find_environment(root, files, (), given)
    assert dict(environment.links) == {
        path: f"{root}/{path}" for path in ("pkg.egg-info", "pkg/_version.py", translation)
    }
    assert {f"{root}/pkg.egg-info", f"{root}/pkg/_version.py"} <= set(environment.shown)


def test_a_link_that_came_with_the_tree_is_no_metadata(root: Path, home: Path) -> None:
    """It could have any folder of the person shown."""
    (home / ".ssh").mkdir()
    (root / "pkg.egg-info").symlink_to(home / ".ssh")
    environment = found(root)
    assert environment.links == () and str(home / ".ssh") not in environment.shown


@needs_python
def test_places_that_no_disk_has(root: Path, home: Path) -> None:
    """Names that are too long, or with a NUL, in files and variables: they name nothing."""
    packages, long = made(root / ".venv") / PACKAGES, f"{home}/{'a' * 300}"
    (packages / "odd.pth").write_text(f"{long}\n/a\0b\n")
    (root / ".pdm-python").write_text(f"{long}/bin/python")
    (root / ".python-version").write_text("a" * 300)
    for name in ("package.json", "go.mod", "Cargo.toml", "pom.xml", "build.gradle", "poetry.lock", "Pipfile"):
        (root / name).touch()
    given = dict.fromkeys(
        ("VIRTUAL_ENV", "PYTHONPATH", "GOCACHE", "GOMODCACHE", "CARGO_HOME", "GRADLE_USER_HOME", "PYENV_ROOT",
        "WORKON_HOME", "HATCH_DATA_DIR", "PYTHONUSERBASE"), long,
    )  # fmt: skip
    environment = found(root, **given)
    assert dict(environment.variables)["VIRTUAL_ENV"] == str(root / ".venv")
    assert not [path for path in environment.shown if "aaa" in path]


@needs_python
def test_the_environments_of_poetry_and_pipenv(root: Path, home: Path) -> None:
    mark = base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(root)).digest()).decode()[:8]
    poetry = made(home / ".cache" / "pypoetry" / "virtualenvs" / f"project-{mark}-py3.11")
    made(home / ".cache" / "pypoetry" / "virtualenvs" / "project-OTHERONE-py3.11")
    pipenv = made(home / "work" / "project-x")
    (pipenv / ".project").write_text(str(root))
    (made(home / "work" / "other-y") / ".project").write_text("/somewhere")
    assert "VIRTUAL_ENV" not in dict(found(root).variables)
    (root / "Pipfile").touch()
    assert dict(found(root, WORKON_HOME=str(home / "work")).variables)["VIRTUAL_ENV"] == str(pipenv)
    (root / "poetry.lock").touch()
    assert dict(found(root).variables)["VIRTUAL_ENV"] == str(poetry)


def test_without_an_environment_it_is_the_persons_python_and_packages(root: Path, home: Path) -> None:
    own = home / ".local" / PACKAGES
    own.mkdir(parents=True)
    environment = found(root)
    assert str(own) in environment.shown and str(home / ".local") not in environment.shown
    assert dict(environment.variables)["PYTHONUSERBASE"] == str(home / ".local")
    assert any("no virtual environment" in note for note in environment.notes)


@needs_python
def test_what_is_installed_as_editable_is_imported_from_the_copy(root: Path, home: Path) -> None:
    packages = made(root / ".venv") / PACKAGES
    other, secret = home / "other", home / ".ssh"
    for folder in (root / "src", root / "lib", other, secret):
        folder.mkdir()
    (root / "src" / "mine.py").touch()
    (other / "pyproject.toml").touch()
    (packages / "__editable__.mine.pth").write_text(f"{root}/lib\n# no\nimport os\n\n{other}\n{secret}\n")
    finder = f"MAPPING: dict[str, str] = {{'pkg': '{root}/deep/pkg'}}\n"
    (packages / "__editable___pkg_finder.py").write_text(f"import sys\n{finder}NAMESPACES = {{}}\n")
    (packages / "__editable___bad_finder.py").write_text("MAPPING = {print(1)}\n")
    environment = found(root)
    assert path_of(environment) == "/tree/lib:/tree/deep:/tree/src:/tree"
    assert str(other) in environment.shown and str(secret) not in environment.shown


def test_the_persons_own_import_path(root: Path, home: Path) -> None:
    (home / "more").mkdir()
    given = f"{root}/lib:{home}/more:relative:{home}/none:{home}"
    environment = found(root, PYTHONPATH=given)
    assert path_of(environment) == f"/tree/lib:/tree:{home}/more"
    assert any("home folder" in note for note in environment.notes)
    assert str(home) not in environment.shown


def test_modules_of_the_tree_never_hide_those_of_python(root: Path) -> None:
    (root / "src").mkdir()
    (root / "src" / "types.py").touch()
    (root / "test").mkdir()
    (root / "test" / "__init__.py").touch()
    assert path_of(found(root)) == "/tree"
    (root / "random").mkdir()
    (root / "random" / "__init__.py").touch()
    environment = found(root)
    assert path_of(environment) == ""
    assert any("the top of the tree" in note and "random" in note for note in environment.notes)


@needs_python
@pytest.mark.skipif(os.geteuid() != 0, reason="only for root are the tests run as somebody else")
def test_an_interpreter_that_only_root_may_reach_is_replaced(root: Path, home: Path) -> None:
    hidden = home / "hidden" / "python"
    (hidden / "bin").mkdir(parents=True)
    (hidden / "lib" / PYTHON.name).mkdir(parents=True)
    (hidden / "bin" / PYTHON.name).write_text("#!/bin/sh\n")
    (hidden / "bin" / PYTHON.name).chmod(0o755)
    packages = made(root / ".venv", python=hidden / "bin" / PYTHON.name) / PACKAGES
    assert str(hidden) in found(root).shown
    hidden.parent.chmod(0o700)
    environment = found(root)
    assert environment.shown == (str(packages),)
    assert path_of(environment) == f"/tree:{packages}"
    assert dict(environment.variables)["PATH"] == SYSTEM


@needs_python
@pytest.mark.parametrize("trap", ["interpreter", "home", "link"])
def test_an_environment_that_came_with_the_tree_shows_nothing_else(root: Path, home: Path, trap: str) -> None:
    secret = home / ".ssh"
    (secret / "bin").mkdir(parents=True)
    for name in ("id_rsa", "bin/python3"):
        (secret / name).write_text("secret")
        (secret / name).chmod(0o755)
    venv = made(root / ".venv")
    match trap:
        case "interpreter":
            (venv / "bin" / "python").unlink()
            (venv / "bin" / "python").symlink_to(secret / "id_rsa")
        case "home":
            (venv / "pyvenv.cfg").write_text(f"home = {secret}/bin\n")
        case "link":
            (root / "package.json").write_text("{}")
            (root / "node_modules").symlink_to(secret)
    environment = found(root)
    assert not any(path.startswith(str(secret)) for path in environment.shown)
    assert environment.links == ()


# --- others


@needs_node
def test_installed_packages_of_node_are_linked_to(root: Path) -> None:
    for folder in ("node_modules/left", "node_modules/@scope/far", "packages/own", "packages/app"):
        (root / folder).mkdir(parents=True)
    for folder in (".", "packages/own", "packages/app"):
        (root / folder / "package.json").write_text('{"dependencies": {"left": "1"}}')
    assert found(root).links == (("node_modules", str(root / "node_modules")),)
    (root / "node_modules" / "@scope" / "own").symlink_to("../../packages/own")
    links = dict(found(root).links)
    assert links["node_modules/left"] == str(root / "node_modules/left")
    assert links["node_modules/@scope/far"] == str(root / "node_modules/@scope/far")
    assert links["node_modules/@scope/own"] == "../../packages/own"
    taken = snapshot(root, list_files(root), tuple(links.items()))
    assert (Path(taken.base) / "node_modules/@scope/own/package.json").is_file()


def test_missing_packages_are_said(root: Path) -> None:
    (root / "package.json").write_text('{"devDependencies": {"jest": "1"}}')
    (root / "go.mod").write_text("module m\n")
    (root / "go.sum").write_text("x v1.0.0 h1:x\n")
    notes = "\n".join(found(root).notes)
    assert "run npm install" in notes or "javascript is not installed" in notes
    assert "run go mod download" in notes or "go is not installed" in notes


def test_downloaded_modules_of_go_and_crates_of_rust(root: Path, home: Path) -> None:
    for place, names in (("old", ("rustc",)), ("new", ("rustc", "cargo"))):
        for name in names:
            tool = home / place / "bin" / name
            tool.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy("/bin/true", tool)
    search = f"{home}/old/bin:{home}/new/bin:{os.environ['PATH']}"
    (root / "go.mod").write_text("module m\n")
    (root / "Cargo.toml").write_text("[package]\n")
    for folder in ("go/pkg/mod", ".cargo/registry"):
        (home / folder).mkdir(parents=True)
    (home / ".cargo" / "credentials.toml").write_text("secret")
    environment = found(root, PATH=search)
    variables = dict(environment.variables)
    if not any("go is not installed" in note for note in environment.notes):
        assert str(home / "go/pkg/mod") in environment.shown
        assert variables["GOMODCACHE"] == str(home / "go/pkg/mod")
    if shutil.which("cc"):  # which Rust links with
        assert variables["PATH"].split(":").count(f"{home}/new/bin") == 1
        assert f"{home}/old/bin" not in variables["PATH"] and str(home / "old") not in environment.shown
        assert str(home / ".cargo/registry") in environment.shown
        assert variables["CARGO_HOME"] == str(home / ".cargo")
    assert str(home / ".cargo") not in environment.shown


def test_a_program_of_the_test_command_is_found_where_the_person_has_it(root: Path, home: Path) -> None:
    tool = home / "tools" / "bin" / "mytest"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    environment = found(root, "mytest", "sh", "nothing-of-this-name", PATH=f"{tool.parent}:{SYSTEM}")
    assert str(home / "tools") in environment.shown
    assert dict(environment.variables)["PATH"].startswith(str(tool.parent))
    # The run that misses it tells that, once.
    assert not [note for note in environment.notes if "nothing-of-this-name" in note]
