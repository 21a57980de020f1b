"""Where tests that the model wrote are put so that their runner finds them, and what it calls them then.

They lie beside a test that decides, and are named as that one is. Looks at the private copy of the tree.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.problem import Project
from atlas_tui.project.runners import known, words as said

STEM = "atlas_written"
DOTTED = ("unittest", "django")
"""Runners that name tests by modules."""
JAVASCRIPT = ("node", "jest", "vitest", "mocha")
_NAME = re.compile(
    r"(?P<before>test[-_.])?.*?(?P<after>[-_.](?:test|tests|spec))?(?P<ending>\.[cm]?[jt]sx?)", re.IGNORECASE
)
_PICKING = {
    "pytest": ("-k", "-m", "--deselect", "--ignore", "--ignore-glob"),
    "unittest": ("-k",),
    "django": ("-k", "--tag", "--exclude-tag"),
    "node": ("--test-name-pattern", "--test-skip-pattern", "--test-shard"),
    "jest": ("-t", "--testNamePattern", "--testPathPattern", "--testPathPatterns", "--shard"),
    "vitest": ("-t", "--testNamePattern", "--shard"),
    "mocha": ("-g", "--grep", "-f", "--fgrep"),
    "go": ("-skip",),
    "cargo": (),
}
"""Options, with a value each, by which a command leaves tests out: those that were written would be, too."""
_MODULE_LINE = re.compile(r"^module\s+\"?([^\s\"]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the written tests of a project lie."""

    runner: str
    folder: str
    """Of the tests, below the root of the tree; empty for the root itself."""
    like: str
    """A file of tests that decide, beside which they are; of go, which names none, the folder."""
    prefix: str = ""
    """What stands before the name of a test in its id: the dotted package of unittest, the package of go."""

    def path(self, number: int) -> str:
        """The file of the test of this number, from 1."""
        return posixpath.join(self.folder, self._name(number))

    def id_of(self, number: int, name: str) -> str:
        """What the runner calls it; a file of JavaScript is a test as a whole."""
        if self.runner in JAVASCRIPT:
            return self.path(number)
        if self.runner == "go":
            return f"{self.prefix}.{name}"
        if self.runner in DOTTED:
            module = posixpath.splitext(self._name(number))[0]
            return f"{self.prefix}{module}.{name}"
        return f"{self.path(number)}::{name.replace('.', '::')}"

    def _name(self, number: int) -> str:
        written, name = f"{STEM}_{number}", posixpath.basename(self.like)
        if self.runner == "go":
            return f"{written}_test.go"
        if self.runner == "cargo":
            return f"{written}.rs"
        if self.runner in JAVASCRIPT and (match := _NAME.fullmatch(name)):
            return f"{match['before'] or ''}{written}{match['after'] or ''}{match['ending']}"
        stem = posixpath.splitext(name)[0]
        behind = "" if stem.startswith("test") else next(
            (end for end in ("_test", "_tests") if stem.endswith(end)), ""
        )  # fmt: skip
        return f"{written}{behind}.py" if behind else f"test_{written}.py"


def place_of(project: Project) -> Place | None:
    """Where tests of this project can be put; None where its runner, or the disk, does not tell."""
    for test in (*project.required, *project.kept):
        found = _of_go(project, test) if project.runner == "go" else _beside(project, test)
        if found:
            return found
    return None


def running(project: Project, place: Place, numbers: Sequence[int]) -> Project:
    """The project with a command that would run the tests of these numbers, and need not run others."""
    runner, steps = known.named(project.runner), known.steps(project.command)
    kept, names = said.without(steps.main, _PICKING.get(runner.name, ())), set(runner.named(steps.main))
    if runner.name == "pytest":
        end = kept.index("--") if "--" in kept else len(kept)
        options = [word for word in kept[:end] if word not in names]
        kept = (*options, *map(place.path, numbers), *kept[end:])
    elif runner.name in DOTTED and "discover" not in kept:
        modules = [place.id_of(number, "").rstrip(".") for number in numbers]
        kept = (*(word for word in kept if word not in names), *modules)
    return replace(project, command=said.joined([*steps.before, kept]))


def _beside(project: Project, test: str) -> Place | None:
    file = known.named(project.runner).file_of(test)
    if not file or project.runner not in _PICKING:
        return None
    folders = [""]
    words = known.steps(project.command).main
    if project.runner == "unittest" and "discover" in words:
        # Names begin at the folder that is searched.
        folders += known.named("unittest").named(words)[:1]
    for folder in folders:
        path = posixpath.normpath(posixpath.join(folder, file))
        if project.runner == "cargo" and path.endswith("src/lib.rs") and _there(project, path):
            # What a library has for others to use is tested from outside of it.
            return Place("cargo", posixpath.join(path.removesuffix("src/lib.rs"), "tests"), path)
        if project.runner == "cargo" and posixpath.basename(posixpath.dirname(path)) != "tests":
            continue
        if _there(project, path):
            dotted = posixpath.dirname(file).replace("/", ".")
            prefix = f"{dotted}." if dotted and project.runner in DOTTED else ""
            return Place(project.runner, posixpath.dirname(path), path, prefix)
    return None


def _of_go(project: Project, test: str) -> Place | None:
    """The folder of a package: its path below that of the module at the root."""
    package = re.split(r"\.(?:Test|Example|Fuzz|Benchmark)(?![a-z])", test, maxsplit=1)[0]
    try:
        text = (Path(project.base) / "go.mod").read_text("utf-8", "replace")
    except OSError:
        return None
    module = _MODULE_LINE.search(text)
    if module is None or not (package == module[1] or package.startswith(f"{module[1]}/")):
        return None
    folder = package[len(module[1]) :].strip("/")
    return Place("go", folder, folder or ".", package) if _there(project, folder, folder=True) else None


def _there(project: Project, path: str, *, folder: bool = False) -> bool:
    place = Path(project.base) / path
    try:
        return place.is_dir() if folder else place.is_file()
    except (OSError, ValueError):
        return False
