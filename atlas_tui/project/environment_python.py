"""What tests in Python need of the person's environment: interpreter, packages, and the order of paths."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas_tui.project.environment_choice import beginning, chosen, interpreter_of, is_python, pyenv_folders
from atlas_tui.project.environment_made import add_made
from atlas_tui.project.environment_parts import SYSTEM_PATH, Parts
from atlas_tui.project.names import shown
from atlas_tui.project.there import is_file, is_folder
from atlas_tui.sandbox import placing
from atlas_tui.sandbox.boxes import TREE

_MAPPING = re.compile(r"^MAPPING(?:: [^=\n]+)? = (\{[^\n]*\})$", re.MULTILINE)
"""In the finder that setuptools writes for an editable install."""
_HARMLESS = frozenset({"test", "this", "antigravity", "__main__", "__init__"})
"""Modules of the standard library that nothing needs: a tree may have its own."""


def add_python(parts: Parts, programs: Sequence[str] = ()) -> None:
    """The virtual environment, or the person's own interpreter, and the copy before all that is installed.

    ``programs`` is what the test command calls.
    """
    environment = chosen(parts, programs)
    packages: list[Path] = []
    if environment is not None:
        packages = _add_environment(parts, environment)
    elif found := parts.toolchain("python", first=[path / "bin" for path in pyenv_folders(parts)]):
        packages = _add_own_packages(parts, Path(found.tool).parent.parent)
        parts.notes.append(f"no virtual environment was found: the tests run on {shown(found.tool)}")
    inside, outside = _edited(packages, parts)
    for folder in outside:
        parts.show(folder)
    kept = [parts.variables["PYTHONPATH"]] if "PYTHONPATH" in parts.variables else []
    for path in parts.given.get("PYTHONPATH", "").split(os.pathsep):
        below = _below(Path(path), parts.root)
        if not path.startswith("/"):
            continue  # it would depend on where a program is started
        if below is not None:
            inside.append(below)
        elif is_folder(Path(path)) and parts.show(path):
            kept.append(path)
    folders = _import_folders(parts, inside)
    add_made(parts, folders)
    copied = [f"{TREE}/{path}" if path else TREE for path in folders]
    if copied or kept:
        parts.variables["PYTHONPATH"] = os.pathsep.join([*copied, *kept])


# --- what it takes to use it


def _add_environment(parts: Parts, folder: Path) -> list[Path]:
    """Show an environment and the interpreter it stands on; gives its folders of packages."""
    interpreter = interpreter_of(folder)
    assert interpreter is not None  # it was chosen for that
    try:
        placed = placing.place(str(interpreter), [str(folder)])
    except ValueError as error:
        parts.notes.append(f"{shown(str(folder))} cannot be shown to the tests: {error}")
        return []
    home = re.search(r"^home\s*=\s*(.+)$", beginning(folder / "pyvenv.cfg"), re.MULTILINE)
    # The interpreter looks for its own files at the place named there, which may lead through links.
    bin_folder = Path(home[1].strip()) if home else Path()
    named = next((path for name in ("python3", "python") if is_file(path := bin_folder / name)), None)
    bases = [bin_folder.parent] if named is not None and is_python(named) else []
    packages = sorted(folder.glob("lib/python3*/site-packages"))
    if not parts.show(*placed.mounts, *bases):
        return packages if _use_system(parts, packages) else []
    if not parts.show(folder):
        return []
    parts.folders.append(str(folder / "bin"))
    parts.variables["CONDA_PREFIX" if is_folder(folder / "conda-meta") else "VIRTUAL_ENV"] = str(folder)
    parts.notes.append(f"Python: the environment {shown(str(folder))}")
    return packages


def _use_system(parts: Parts, packages: list[Path]) -> bool:
    """Have the system's Python of the same version use the packages of an environment whose own is hidden."""
    for folder in packages:
        version = folder.parent.name
        if next(placing.on_path((version,), os.pathsep.join(SYSTEM_PATH)), "") and parts.show(folder):
            parts.variables["PYTHONPATH"] = str(folder)
            parts.notes.append(
                f"Python: the {version} of the system with the packages of {shown(str(folder))}"
            )
            return True
    return False


def _add_own_packages(parts: Parts, prefix: Path) -> list[Path]:
    """Packages that the person installed for themselves alone, and those of the interpreter."""
    base = Path(parts.given.get("PYTHONUSERBASE") or parts.home / ".local")
    found = [path for path in sorted(base.glob("lib/python3*/site-packages")) if parts.show(path)]
    if found:
        parts.variables["PYTHONUSERBASE"] = str(base)
    return [*found, *sorted(prefix.glob("lib/python3*/site-packages"))]


# --- what is imported from where


def _edited(packages: list[Path], parts: Parts) -> tuple[list[str], list[Path]]:
    """Folders that editable installs add: those in the tree, below its top, and those elsewhere."""
    inside: list[str] = []
    outside: list[Path] = []
    for folder in packages:
        for path in _added(folder):
            below = _below(path, parts.root)
            if below is not None:
                inside.append(below)
            elif not path.is_relative_to(folder) and _is_project(path):
                outside.append(path)
    return inside, outside


def _added(packages: Path) -> Iterator[Path]:
    for file in sorted((*packages.glob("*.pth"), *packages.glob("*.egg-link"))):
        for line in beginning(file).splitlines():
            is_path = line.strip() and "\0" not in line
            if is_path and not line.startswith(("import ", "import\t", "#")):
                yield Path(os.path.normpath(packages / line.strip()))
    for file in sorted(packages.glob("__editable__*_finder.py")):
        match = _MAPPING.search(beginning(file))
        try:
            mapping = ast.literal_eval(match[1]) if match else {}
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        yield from (Path(str(path)).parent for path in mapping.values())


def _is_project(folder: Path) -> bool:
    """Whether Python is developed there: an environment that came with the tree could name any folder."""
    marks = ("pyproject.toml", "setup.py", "setup.cfg")
    return is_folder(folder) and any(is_file(up / mark) for up in (folder, folder.parent) for mark in marks)


def _below(path: Path, root: Path) -> str | None:
    """Where a folder lies below the root; None when it does not, or in an environment there."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(root) or "site-packages" in real.parts:
        return None
    below = real.relative_to(root).as_posix()
    return "" if below == "." else below


def _import_folders(parts: Parts, inside: list[str]) -> list[str]:
    """Folders of the copy to import from, those that are installed as editable first.

    One whose modules would stand before those of the standard library is passed over.
    """
    paths = parts.files.paths
    usual = ["src"] if any(path.startswith("src/") and path.endswith(".py") for path in paths) else []
    found = []
    for folder in dict.fromkeys((*inside, *usual, "")):
        hidden = sorted(_modules(paths, folder) & (sys.stdlib_module_names - _HARMLESS))
        if hidden:
            where = shown(folder) or "the top of the tree"
            parts.notes.append(f"{where} is not on the import path: it would hide {hidden[0]} of Python")
        else:
            found.append(folder)
    return found


def _modules(paths: tuple[str, ...], folder: str) -> set[str]:
    """Names of the modules and packages that lie in a folder."""
    start = f"{folder}/" if folder else ""
    inside = (path[len(start) :] for path in paths if path.startswith(start))
    return {
        name.removesuffix(".py").removesuffix("/__init__")
        for name in inside
        if name.endswith(".py") and name.count("/") == name.endswith("/__init__.py")
    }
