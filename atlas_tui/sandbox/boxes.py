"""What the supervisor is asked for when something needs a box: compiling, running, a project's tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from atlas_tui.problem import Limits
from atlas_tui.sandbox import languages
from atlas_tui.sandbox.base import Job, Policy
from atlas_tui.sandbox.inside.limits import address_space
from atlas_tui.sandbox.languages import Toolchain
from atlas_tui.sandbox.wire import token

PROCESSES = 64
"""Most tasks while compiling, and of programs that start others."""
_PROJECT_TASKS = max(PROCESSES, 24 * (os.cpu_count() or 1))
"""Most tasks under the policy project: test tools start processes, and those threads, for each processor."""
_THREADS = 128
"""Most tasks of a program that may start no other: some runtimes begin with dozens."""
_COMPILING = Limits(cpu_seconds=60.0, wall_seconds=120.0, memory_bytes=2 << 30, output_bytes=64 << 20)
_TMP_BYTES, _COMPILING_BYTES, _PROJECT_BYTES = 64 << 20, 512 << 20, 1 << 30
_FILE_BYTES, _PROJECT_FILE_BYTES = 64 << 20, 512 << 20
_FILES, _PROJECT_FILES = 5_000, 200_000
_SPARED = ("io_uring_setup", "fanotify_init")
"""Tools of projects try them and do without (node, tsc): they fail instead of ending the run."""

BOX, SCRATCH, TREE = token("box"), token("scratch"), token("tree")


def as_bytes(source: str) -> bytes:
    """A program as a file; what is no text becomes bytes that its compiler refuses."""
    try:
        return source.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return source.encode("utf-8", "surrogatepass")


Request = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """What the supervisor is told of a box (``supervisor.oneshot.BoxRun``)."""

    command: list[str]
    mounts: tuple[str, ...]
    environment: dict[str, str]
    start: str
    files: list[str]
    processes: bool
    network: bool = False
    tree: str = ""
    changes: tuple[tuple[str, bool], ...] = ()
    """Paths in the copy of the tree, and whether there is to be a file: its content is among the parts."""
    tasks: int
    tmp_bytes: int = _TMP_BYTES
    file_bytes: int = _FILE_BYTES
    space_bytes: int = 0
    """Of address space; 0 for no limit."""
    files_most: int = _FILES
    spared: tuple[str, ...] = ()


def compiling(toolchain: Toolchain, source: str) -> tuple[Job, Request] | None:
    """How to compile ``source``; the program is what is printed. None where there is nothing to compile.

    Gives a job with the limits that hold, and the request without tier and interpreter.
    """
    language = toolchain.language
    line = languages.compile_script(
        toolchain, source, f"{BOX}/{language.file}", f"{SCRATCH}/{language.artefact}", SCRATCH
    )
    if line is None:
        return None
    job = Job(source=source, language=language.name, limits=_COMPILING)
    box = _Box(
        command=line, mounts=toolchain.mounts, start=SCRATCH,
        environment=languages.environment(toolchain, _COMPILING, SCRATCH),
        files=[language.file], processes=True, tasks=PROCESSES, tmp_bytes=_COMPILING_BYTES,
        file_bytes=_COMPILING_BYTES, spared=language.spared, files_most=_PROJECT_FILES,
    )  # fmt: skip
    return job, _request(job, box, [b"", as_bytes(source)])


def running(job: Job, toolchain: Toolchain, program: bytes) -> Request:
    """How to run ``program``, compiled where that is needed, as ``job`` says."""
    language = toolchain.language
    line = languages.run_command(toolchain, f"{BOX}/{language.artefact}", job.limits, SCRATCH)
    values = languages.environment(toolchain, job.limits, SCRATCH)
    if job.policy is Policy.PROJECT:
        return _project(job, line, toolchain.mounts, values, [language.artefact], [program])
    box = _Box(
        command=line, mounts=toolchain.mounts, environment=values, start=SCRATCH, files=[language.artefact],
        processes=language.processes, tasks=PROCESSES if language.processes else _THREADS,
        space_bytes=address_space(job.limits.memory_bytes) if language.address_space else 0,
        spared=language.spared,
    )  # fmt: skip
    return _request(job, box, [job.stdin, program])


def commanded(job: Job, mounts: tuple[str, ...]) -> Request:
    """How to run the command of ``job``, a test command of a project."""
    return _project(job, list(job.command), mounts, {}, [], [])


def ours(job: Job, line: list[str], mounts: tuple[str, ...]) -> Request:
    """How to run the source of ``job`` by a command line of ours that names it as ``BOX``/main.py."""
    return _project(job, line, mounts, {}, ["main.py"], [job.source.encode()])


def _project(
    job: Job, line: list[str], mounts: tuple[str, ...], values: Mapping[str, str], files: list[str],
    contents: list[bytes],
) -> Request:  # fmt: skip
    box = _Box(
        command=line, mounts=(*mounts, *job.shown), environment={**values, **dict(job.environment)},
        start=TREE if job.tree else SCRATCH,
        files=files, tree=job.tree, changes=tuple((path, content is not None) for path, content in job.files),
        processes=True, network=True, tasks=_PROJECT_TASKS,
        tmp_bytes=_PROJECT_BYTES, file_bytes=_PROJECT_FILE_BYTES, files_most=_PROJECT_FILES,
        spared=_SPARED,
    )  # fmt: skip
    return _request(job, box, [job.stdin, *contents, *(content or b"" for _, content in job.files)])


def _request(job: Job, box: _Box, parts: list[bytes]) -> Request:
    message = {
        "op": "box", "box": asdict(box), "limits": asdict(job.limits), "group": job.group,
        "sizes": [len(part) for part in parts],
    }  # fmt: skip
    return message, b"".join(parts)
