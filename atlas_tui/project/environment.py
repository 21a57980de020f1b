"""The person's own environment for the tests of a repository: what is shown to them, always read-only.

Packages come from where the person has installed them; the code under test comes from the copy. Nothing that
lies in the repository is executed to find out, and no home folder is ever shown as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.project.environment_java import add_java
from atlas_tui.project.environment_javascript import add_javascript
from atlas_tui.project.environment_parts import SYSTEM_PATH, Parts, told_once
from atlas_tui.project.environment_python import add_python
from atlas_tui.project.environment_tools import add_go, add_program, add_rust
from atlas_tui.project.listing import Listing
from atlas_tui.project.snapshot import Link

_OURS = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "GOMODCACHE", "CARGO_HOME", "MAVEN_OPTS")
"""Variables whose paths have to be shown, or to be those of the copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the tests get besides their copy of the tree."""

    shown: tuple[str, ...] = ()
    """For ``Project.shown``: absolute paths of folders and files, read-only."""
    variables: tuple[tuple[str, str], ...] = ()
    """For ``Project.environment``. ``sandbox.boxes.TREE`` stands in them for the copy of the tree."""
    links: tuple[Link, ...] = ()
    """For ``snapshot``: what the tree has, git ignores, and is shown where it is (``node_modules``)."""
    notes: tuple[str, ...] = ()
    """What was found and what is missing, each one line for the person."""


def find_environment(
    root: Path,
    files: Listing,
    programs: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    assigned: Sequence[tuple[str, str]] = (),
) -> Environment:
    """What the tests of the tree at ``root`` need of this machine. Reads only; takes a moment.

    Args:
        root: the person's folder.
        files: what belongs to it.
        programs: what the test command calls, looked for where the person has it if nothing else brings it.
        given: the person's variables; those of this process without it.
        assigned: variables that are set before the test command.
    """
    own = Path(os.path.realpath(root))
    variables = {**(os.environ if given is None else given), **_absolute(dict(assigned), own)}
    parts = Parts(root=own, files=files, given=variables)
    names = {path.rpartition("/")[2] for path in files.paths}
    if any(name.endswith(".py") for name in names):
        add_python(parts, programs)
    if names & {"package.json"} or any(name.endswith((".js", ".mjs", ".cjs", ".ts")) for name in names):
        add_javascript(parts)
    if names & {"pom.xml", "build.gradle", "build.gradle.kts"}:
        add_java(parts)
    if "go.mod" in names:
        add_go(parts)
    if "Cargo.toml" in names:
        add_rust(parts)
    for program in dict.fromkeys(programs):
        add_program(parts, program)
    return _found(parts, assigned)


def _found(parts: Parts, assigned: Sequence[tuple[str, str]]) -> Environment:
    own = {name: value for name, value in assigned if name not in _OURS}
    search = os.pathsep.join(dict.fromkeys((*parts.folders, *SYSTEM_PATH)))
    return Environment(
        shown=tuple(parts.shown),
        variables=tuple({"PATH": search, **parts.variables, **own}.items()),
        links=tuple(parts.links),
        notes=told_once(parts.notes),
    )


def _absolute(assigned: Mapping[str, str], root: Path) -> dict[str, str]:
    """The variables, with folders to import from as seen from the root, where the command is started."""
    path = assigned.get("PYTHONPATH")
    if path is None:
        return dict(assigned)
    folders = [os.path.normpath(root / folder) for folder in path.split(os.pathsep) if folder]
    return {**assigned, "PYTHONPATH": os.pathsep.join(folders)}
