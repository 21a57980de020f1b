"""The runs that lie in a folder, seen from outside: also those that another process is at work on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.records import Header
from atlas_tui.errors import InputError
from atlas_tui.store.marks import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A run at a glance."""

    path: Path
    header: Header
    done: int
    """Problems and conditions that have a record."""
    total: int
    """Of this part of the run."""
    at_work: bool
    """A process writes there."""


def runs(folder: Path) -> list[Found]:
    """The runs in ``folder``, newest first; what is no run, or cannot be read, is none."""
    found = []
    try:
        inside = sorted(path for path in folder.iterdir() if (path / "run.json").is_file())
    except OSError:
        return []
    for path in inside:
        try:
            found.append(glance(path))
        except InputError:
            continue
    return sorted(found, key=lambda one: -one.header.started)


def glance(path: Path) -> Found:
    """A run without its records. Raises: InputError: there is none, or its header cannot be read."""
    header = RunFolder.peek(path)
    index, count = header.shard
    tasks = len(header.tasks[index - 1 :: count])
    done = sum(1 for _ in (path / "records").glob("*/[!.]*.json"))
    total = tasks * len(header.conditions)
    return Found(path=path, header=header, done=min(done, total), total=total, at_work=at_work(path))


def at_work(path: Path) -> bool:
    """Whether a process writes into this run now."""
    return held(path / "lock")
