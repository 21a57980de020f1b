"""Which Python environment is that of a project: the active one, one in the tree, or one of its tools."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from atlas_tui.project.environment_parts import Parts, existing
from atlas_tui.project.manifests import text
from atlas_tui.project.there import is_file, is_folder
from atlas_tui.sandbox import placing

_USUAL = (".venv", "venv", "env", ".env", ".pixi/envs/default")
_LARGEST = 1 << 20
_VERSION = re.compile(r"[\w][\w.+-]*")


def chosen(parts: Parts, programs: Sequence[str] = ()) -> Path | None:
    """The environment of this project; the one that we run in only where there is no other.

    Args:
        parts: what is known of the person and the tree.
        programs: what the test command calls: one of an environment says that it is meant, and where nothing
            else does, the environment is taken that they, or Python, are found in on the PATH.
    """
    given = parts.given
    active = [Path(given[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if given.get(name)]
    ours = os.path.realpath(sys.prefix)
    named = given.get("UV_PROJECT_ENVIRONMENT")
    candidates = [
        *_of_programs(program for program in programs if program.startswith(os.sep)),
        *(path for path in active[:1] if given.get("VIRTUAL_ENV") and os.path.realpath(path) != ours),
        *([parts.root / named] if named else []),
        *(folder / name for folder in parts.upwards() for name in _USUAL),
        *_of_tools(parts),
        *pyenv_folders(parts),
        *(path for path in active if os.path.realpath(path) != ours),
        *(path for path in _on_path(parts, programs) if os.path.realpath(path) != ours),
        *active,
        *_on_path(parts, programs),
    ]
    return next((path for path in candidates if is_environment(path)), None)


def _on_path(parts: Parts, programs: Sequence[str]) -> Iterator[Path]:
    """Environments that the programs, and Python, are of, as a shell of the person would find them."""
    search = parts.given.get("PATH", os.defpath)
    names = (name for name in (*programs, "python", "python3") if os.sep not in name)
    found = (shutil.which(name, path=search) for name in names)
    return _of_programs(path for path in found if path and path.startswith(os.sep))


def _of_programs(programs: Iterable[str]) -> Iterator[Path]:
    """What would be the environments of these: above the ``bin`` that they lie in, or what they link to."""
    for program in programs:
        yield Path(program).parent.parent
        yield from (Path(step).parent.parent for step in placing.chain(program))


def pyenv_folders(parts: Parts) -> list[Path]:
    """Installations and environments of pyenv that the person, or the tree, names; the first is meant."""
    home = Path(parts.given.get("PYENV_ROOT") or parts.home / ".pyenv")
    named = parts.given.get("PYENV_VERSION", "").replace(":", " ").split()
    for folder in parts.upwards():
        named = named or text(folder / ".python-version").split()
    # The tree may name anything, but nothing beyond this folder.
    inside = (home / "versions" / name for name in named if _VERSION.fullmatch(name))
    return existing(inside)


def _of_tools(parts: Parts) -> Iterator[Path]:
    """What tools have made for this project that manage environments themselves."""
    yield from _of_poetry(parts)
    yield from _of_pipenv(parts)
    yield from _of_pdm(parts)
    yield from _of_hatch(parts)
    made = [path for name in (".tox", ".nox") for path in _inside(parts.root / name) if is_environment(path)]
    yield from sorted(made, key=_likely, reverse=True)


def _likely(environment: Path) -> tuple[bool, float]:
    """Of several one with pytest, then the newest, is likely the one that the person runs the tests in."""
    return is_file(environment / "bin" / "pytest"), environment.stat().st_mtime


def _of_pdm(parts: Parts) -> list[Path]:
    """PDM notes which interpreter it uses."""
    noted = beginning(parts.root / ".pdm-python").strip()
    return [Path(noted).parent.parent] if noted.startswith(os.sep) else []


def _of_hatch(parts: Parts) -> list[Path]:
    """Hatch names folders after the project and a hash of where it lies."""
    if "pyproject.toml" not in parts.files.paths:
        return []
    data = parts.given.get("HATCH_DATA_DIR") or parts.home / ".local" / "share" / "hatch"
    digest = hashlib.sha256(os.fsencode(parts.root)).digest()
    mark = base64.urlsafe_b64encode(digest).decode()[:8]
    folders = [path / mark for path in _inside(Path(data) / "env" / "virtual")]
    made = [path for folder in folders for path in _inside(folder) if is_environment(path)]
    return sorted(made, key=_likely, reverse=True)


def is_environment(folder: Path) -> bool:
    """Whether it stands on a Python: an environment that came with the tree could lead anywhere."""
    interpreter = interpreter_of(folder)
    if interpreter is None or not is_python(interpreter):
        return False
    return is_file(folder / "pyvenv.cfg") or is_folder(folder / "conda-meta")


def is_python(interpreter: Path) -> bool:
    """Whether a file has the name, and the neighbours, of an interpreter."""
    real = Path(os.path.realpath(interpreter))
    if re.fullmatch(r"(python|pypy)[0-9.]*t?", real.name) is None or not os.access(real, os.X_OK):
        return False
    prefix = real.parent.parent
    return any(True for name in ("python", "pypy") for _ in prefix.glob(f"lib*/{name}3*"))


def interpreter_of(folder: Path) -> Path | None:
    return next((path for name in ("python", "python3") if is_file(path := folder / "bin" / name)), None)


def _of_poetry(parts: Parts) -> list[Path]:
    """Poetry names its folders after the project and a hash of where it lies."""
    if "poetry.lock" not in parts.files.paths:
        return []
    cache = parts.given.get("POETRY_CACHE_DIR") or parts.home / ".cache" / "pypoetry"
    folder = Path(parts.given.get("POETRY_VIRTUALENVS_PATH") or Path(cache) / "virtualenvs")
    digest = hashlib.sha256(os.fsencode(parts.root)).digest()
    mark = base64.urlsafe_b64encode(digest).decode()[:8]
    found = [path for path in _inside(folder) if f"-{mark}-py" in path.name]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _of_pipenv(parts: Parts) -> list[Path]:
    """Pipenv notes in each folder which project it is of."""
    if "Pipfile" not in parts.files.paths:
        return []
    folder = Path(parts.given.get("WORKON_HOME") or parts.home / ".local" / "share" / "virtualenvs")
    return [path for path in _inside(folder) if beginning(path / ".project").strip() == str(parts.root)]


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(existing(folder.iterdir()))
    except OSError:
        return []


def beginning(path: Path) -> str:
    """The beginning of a small file; empty where it cannot be read."""
    try:
        if not is_file(path):
            return ""
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
