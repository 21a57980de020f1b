"""What tests in JavaScript need of the person's environment: Node, and the installed packages."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from atlas_tui.project.environment_parts import Parts
from atlas_tui.project.names import shown
from atlas_tui.project.snapshot import Link
from atlas_tui.project.there import is_folder
from atlas_tui.sandbox import placing

_MODULES, _PACKAGE, _PROGRAMS = "node_modules", "package.json", ".bin"
_DEPENDENCIES = ("dependencies", "devDependencies")


def add_javascript(parts: Parts) -> None:
    """Node, and for each folder with a ``package.json`` its packages, linked to from the copy."""
    if parts.toolchain("javascript") is None:
        return
    folders = sorted(
        path.rpartition("/")[0] for path in parts.files.paths if path.rpartition("/")[2] == _PACKAGE
    )
    for folder in folders:
        _add_packages(parts, folder, parts.root / folder / _MODULES)
    if not any(name == _MODULES for name, _ in parts.links):
        above = next((up for up in list(parts.upwards())[1:] if is_folder(up / _MODULES)), None)
        if above is not None:
            _add_packages(parts, "", above / _MODULES)
        elif folders and _needs_packages(parts.root / folders[0] / _PACKAGE):
            parts.notes.append(f"{_PACKAGE} names packages and there is no {_MODULES}: run npm install")


def _add_packages(parts: Parts, folder: str, modules: Path) -> None:
    # A link there could have any folder shown.
    if modules.is_symlink() or not is_folder(modules) or not parts.show(modules):
        return
    here = f"{folder}/{_MODULES}" if folder else _MODULES
    if is_folder(modules / _PROGRAMS) and not folder:
        parts.folders.append(str(modules / _PROGRAMS))
    own = list(_own_packages(modules, parts.root))
    parts.show(*_beside(modules, parts))
    if own:
        parts.links += _one_by_one(here, modules, dict(own))
    else:
        parts.links.append((here, str(modules)))
    parts.notes.append(f"JavaScript: packages of {shown(str(modules))}")


def _own_packages(modules: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Of the packages those that lead back into the tree (a workspace), and where to, below its top."""
    for name in _packages(modules):
        path = modules / name
        if path.is_symlink():
            real = Path(os.path.realpath(path))
            if real.is_relative_to(root) and not real.is_relative_to(os.path.realpath(modules)):
                yield name, str(real.relative_to(root))


def _beside(modules: Path, parts: Parts) -> list[Path]:
    """Packages of the workspace that this folder is one of: they lie beside it in the same repository, as do
    the installed ones where all share one folder of them (pnpm)."""
    top = list(parts.upwards())[-1]
    links = (path for name in _packages(modules) if (path := modules / name).is_symlink())
    named = (os.path.realpath(path) for path in links)
    reals = {Path(next(iter(placing.packages(path)), path)) for path in named}
    inside = (parts.root, Path(os.path.realpath(modules)))
    return sorted(
        real
        for real in reals
        if is_folder(real) and top in real.parents and not any(real.is_relative_to(one) for one in inside)
    )


def _packages(modules: Path) -> Iterator[str]:
    """Their names; a scope holds several."""
    for name in sorted(entry.name for entry in modules.iterdir()):
        if name.startswith("@") and (modules / name).is_dir():
            yield from (f"{name}/{inner.name}" for inner in sorted((modules / name).iterdir()))
        else:
            yield name


def _one_by_one(here: str, modules: Path, own: dict[str, str]) -> Iterator[Link]:
    """A link for each package: those of the tree are the copy's own."""
    for name in _packages(modules):
        place = f"{here}/{name}"
        if name in own:
            yield place, os.path.relpath(own[name], Path(place).parent)
        else:
            yield place, str(modules / name)


def _needs_packages(package: Path) -> bool:
    try:
        told = json.loads(package.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and any(told.get(key) for key in _DEPENDENCIES)
