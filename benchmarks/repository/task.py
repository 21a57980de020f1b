"""A task in a repository: a folder with ``task.toml``, a ``tree`` with a fault, and the ``fix``."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from atlas_tui.project.base import FileChange
from atlas_tui.store.settings_file import literal_of

TASKS = Path(__file__).parent / "tasks"
LANGUAGES = ("python", "javascript", "go", "rust")
_FIELDS = {"title": str, "kind": str, "language": str, "command": str, "text": str}
_LISTS = ("required", "touched")
_DECIDING = (
    "test/*",
    "tests/*",
    "test_*.py",
    "*_test.*",
    "*/tests/*",
    "*/test/*",
    "*_test.go",
    "conftest.py",
)
"""Files of tests; a fix leaves them alone."""
_AUTHOR = ("-c", "user.name=A. Author", "-c", "user.email=author@example.org", "-c", "commit.gpgsign=false")


class BadTask(ValueError):
    """The folder is no task; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryTask:
    """One task as its file tells it."""

    folder: Path
    title: str
    kind: str
    """Of the fault, in words."""
    language: str
    command: str
    """The test command, as a person would type it."""
    text: str
    """What a person would write of it; the first line of the problem is ``title``."""
    required: tuple[str, ...]
    """Ids of the tests that fail and have to pass."""
    touched: tuple[str, ...]
    """Files that the fix changes or adds."""

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def statement(self) -> str:
        """The text of the problem."""
        return f"{self.title}\n\n{self.text}"

    def fix(self) -> tuple[FileChange, ...]:
        """The files as they should be. Raises: OSError."""
        return tuple(FileChange(path, (self.folder / "fix" / path).read_bytes()) for path in self.touched)


def load(folder: Path) -> RepositoryTask:
    """The task in a folder. Raises: BadTask."""
    try:
        told = tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadTask(f"{folder.name}: task.toml cannot be read: {error}") from error
    unknown = set(told) - {*_FIELDS, *_LISTS}
    if unknown:
        raise BadTask(f"{folder.name}: task.toml knows no {', '.join(sorted(unknown))}")
    for field, kind in _FIELDS.items():
        if not isinstance(told.get(field), kind) or not told[field].strip():
            raise BadTask(f"{folder.name}: {field} is missing or no text")
    return RepositoryTask(
        folder=folder,
        **{field: told[field] for field in _FIELDS},
        required=_texts(folder, "required", told.get("required")),
        touched=_texts(folder, "touched", told.get("touched")),
    )


def load_all(root: Path = TASKS) -> list[RepositoryTask]:
    """The tasks below ``root`` in order of their names. Raises: BadTask."""
    return [load(file.parent) for file in sorted(root.glob("*/task.toml"))]


def _texts(folder: Path, field: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise BadTask(f"{folder.name}: {field} is no list of texts")
    return tuple(value)


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def faults(task: RepositoryTask) -> Iterator[str]:
    """What is wrong with the form of a task, in words; nothing is run."""
    if task.language not in LANGUAGES:
        yield f"the language {task.language} is not known"
    if not task.touched:
        yield "the fix changes nothing"
    if len(set(task.required)) != len(task.required) or len(set(task.touched)) != len(task.touched):
        yield "a name stands twice in a list"
    files = _files(task.tree)
    fixed = set(_files(task.folder / "fix"))
    if fixed != set(task.touched):
        yield f"the fix holds {sorted(fixed)}, not {sorted(task.touched)}"
        return
    for change in task.fix():
        if any(fnmatch(change.path, pattern) for pattern in _DECIDING):
            yield f"the fix changes {change.path}, which decides"
        if change.path in files and files[change.path].read_bytes() == change.content:
            yield f"{change.path} is the same in the fix"
    links = [path.name for path in task.folder.rglob("*") if path.is_symlink()]
    if links:
        yield f"{links[0]} is a link"


def lay_out(task: RepositoryTask, folder: Path) -> Path:
    """A repository of its own with the tree of the task, as a person has it: all committed, nothing changed.

    Raises: OSError, subprocess.CalledProcessError.
    """
    root = folder / task.name
    shutil.copytree(task.tree, root, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "target"))
    commit = (*_AUTHOR, "commit", "-q", "-m", "As it was")
    for words in (("init", "-q", "-b", "main"), ("add", "-A", "-f"), commit):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
    return root


def write(task: RepositoryTask, tree: dict[str, bytes], fix: dict[str, bytes]) -> None:
    """Write a task and its files into its folder, which must not be there. Raises: OSError, ValueError."""
    for part, files in (("tree", tree), ("fix", fix)):
        for name, content in files.items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"{name!r} lies outside the folder")
            path = task.folder / part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (task.folder / "task.toml").write_text(as_toml(task), encoding="utf-8")


def as_toml(task: RepositoryTask) -> str:
    """What ``load`` reads."""
    values: dict[str, Any] = {field: getattr(task, field) for field in _FIELDS}
    values |= {field: list(getattr(task, field)) for field in _LISTS}
    return "".join(f"{field} = {literal_of(value)}\n" for field, value in values.items())
