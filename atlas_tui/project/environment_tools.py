"""What tests in Go and Rust need of the person's environment, and other programs of a test command."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from atlas_tui.project.environment_parts import SYSTEM_PATH, Parts, existing
from atlas_tui.project.names import shown
from atlas_tui.project.there import is_file, is_folder
from atlas_tui.sandbox import placing

_SHEBANG_BYTES = 400


def add_go(parts: Parts) -> None:
    """The toolchain and the modules that were downloaded."""
    if parts.toolchain("go") is None:
        return
    cache = Path(parts.given.get("GOCACHE") or parts.given.get("XDG_CACHE_HOME") or parts.home / ".cache")
    cache = cache if "GOCACHE" in parts.given else cache / "go-build"
    # Tests see it through links in a folder of their own (``with_go``).
    if is_folder(cache) and parts.show(cache):
        parts.variables["GOCACHE"] = str(cache)
    first = parts.given.get("GOPATH", "").split(os.pathsep)[0] or str(parts.home / "go")
    modules = Path(parts.given.get("GOMODCACHE") or f"{first}/pkg/mod")
    if is_folder(modules):
        if parts.show(modules):
            parts.variables["GOMODCACHE"] = str(modules)
            parts.notes.append(f"Go: modules of {shown(str(modules))}")
    elif "go.sum" in parts.files.paths and not existing([parts.root / "vendor"]):
        parts.notes.append(
            f"the modules of go.sum are not in {shown(str(modules))}, and the tests have no network:"
            " run go mod download"
        )


def add_rust(parts: Parts) -> None:
    """The toolchain and the crates that were downloaded."""
    if parts.toolchain("rust", beside="cargo") is None:
        return
    home = Path(parts.given.get("CARGO_HOME") or parts.home / ".cargo")
    crates = existing([home / "registry", home / "git"])  # not what lies beside them: credentials
    if crates:
        if parts.show(*crates):
            parts.variables["CARGO_HOME"] = str(home)
            parts.notes.append(f"Rust: crates of {shown(str(home))}")
    elif _names_crates(parts):
        parts.notes.append(
            f"the crates of Cargo.lock are not in {shown(str(home))}, and the tests have no network:"
            " run cargo fetch"
        )


def add_program(parts: Parts, name: str) -> None:
    """A program of the test command, unless the system or what is shown already brings it."""
    if os.sep in name or _is_there(parts, name):
        return
    before = len(parts.notes)
    for found in placing.on_path((name,), parts.search_path):
        if _add(parts, found):
            del parts.notes[before:]  # why others could not be shown
            return
    # One that is nowhere is told of by the run that misses it.
    parts.notes[before:] = [f"{shown(name)}: {note}" for note in parts.notes[before:]]


def _add(parts: Parts, program: str) -> bool:
    """Whether a program can be shown, and who runs it where it is a script."""
    try:
        wanted = [placing.place(program)]
        interpreter = _interpreter(program)
        if interpreter:
            wanted.append(placing.place(interpreter))
    except (OSError, ValueError) as error:
        parts.notes.append(f"{shown(program)} cannot be shown to the tests: {error}")
        return False
    neighbours = placing.packages(wanted[0].path)
    if not all(parts.show(*one.mounts) for one in wanted) or not parts.show(*neighbours):
        return False
    same = Path(wanted[0].path).name == Path(program).name
    # A link of another name than what it leads to is shown as a file of that name.
    if not same and not parts.show(program):
        return False
    parts.folders.append(str(Path(wanted[0].path if same else program).parent))
    return True


def _is_there(parts: Parts, name: str) -> bool:
    return shutil.which(name, path=os.pathsep.join([*parts.folders, *SYSTEM_PATH])) is not None


def _interpreter(program: str) -> str:
    """Who runs a script; empty where the system does, or it is no script."""
    with Path(program).open("rb") as file:
        line = file.read(_SHEBANG_BYTES).partition(b"\n")[0]
    words = os.fsdecode(line[2:]).split() if line.startswith(b"#!") else []
    if not words or not Path(words[0]).is_absolute() or placing.is_shown(words[0], ()):
        return ""
    return words[0] if is_file(Path(words[0])) else ""


def _names_crates(parts: Parts) -> bool:
    try:
        return "registry+" in (parts.root / "Cargo.lock").read_text("utf-8", "replace")
    except OSError:
        return False
