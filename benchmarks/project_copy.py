"""How soon a test starts in a private copy of a large tree, and what the copies cost.

    python benchmarks/project_copy.py [--files 5000] [--runs 5] [--json FILE]

The tree is generated: modules of a few kB in folders of fifty, a git repository with one file changed.
Measured are the listing of its files, the first snapshot of it and the next one, and then runs of a command
that only tells the time, each in a copy of its own in which one file is changed: until it starts and until
the answer is there. At the end the tree must be as it was. See that the machine is idle. On an ext4 without a
journal every run after the first is slower: there the kernel passes over what was deleted a moment ago.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from atlas_tui.events import Verdict
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import Snapshot, snapshot
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Policy, Tier
from atlas_tui.settings import SandboxSettings

IN_A_FOLDER = 50
CHANGED = "package_0/module_0.py"
MOST_SECONDS = 2.0
"""From the request until the first test starts; what the person waits for before that is told beside it."""
Figures = dict[str, float]


@contextmanager
def timed(figures: Figures, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    figures[name] = time.perf_counter() - started


def plant(root: Path, files: int) -> None:
    """A repository of so many files."""
    for number in range(files):
        folder = root / f"package_{number // IN_A_FOLDER}"
        folder.mkdir(parents=True, exist_ok=True)
        text = f"def function_{number}(value):\n    return value + {number}\n\n\n"
        (folder / f"module_{number % IN_A_FOLDER}.py").write_text(text * (10 + number % 90))
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    for words in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "all")):
        subprocess.run(["git", *words], cwd=root, check=True)
    (root / CHANGED).write_text("changed = True\n")


def state(root: Path) -> list[tuple[str, int, int, int]]:
    """All files with what would tell that one was touched."""
    found = []
    for path in sorted(root.rglob("*")):
        told = path.lstat()
        found.append((str(path), told.st_mode, told.st_mtime_ns, told.st_ctime_ns))
    return found


async def starts(taken: Snapshot, tier: str, runs: int) -> list[tuple[float, float]]:
    """Seconds until each run has started, and until its answer; none where the tier is not there."""
    sandbox = LocalSandbox(SandboxSettings(tier=tier))
    try:
        if (await sandbox.probe()).tier is Tier.NONE:
            return []
        found = []
        for number in range(runs):
            job = Job(
                command=("/bin/date", "+%s.%N"), tree=taken.base, policy=Policy.PROJECT,
                files=((CHANGED, b"number = %d\n" % number),),
            )  # fmt: skip
            asked, began = time.time(), time.perf_counter()
            ran = await sandbox.run(job)
            if ran.verdict is not Verdict.OK:
                raise SystemExit(f"the run failed: {ran}")
            found.append((float(ran.stdout) - asked, time.perf_counter() - began))
        return found
    finally:
        await sandbox.close()


def measured(root: Path, runs: int) -> Figures:
    figures: Figures = {}
    before = state(root)
    with timed(figures, "listing"):
        files = list_files(root)
    with timed(figures, "first snapshot"):
        first = snapshot(root, files)
    with timed(figures, "next snapshot"):
        again = snapshot(root, files)
    assert again == first
    for tier in ("full", "reduced"):
        found = asyncio.run(starts(first, tier, runs))
        if found:
            figures[f"{tier}: first start"], figures[f"{tier}: first answer"] = found[0]
            figures[f"{tier}: median start"] = statistics.median(start for start, _ in found)
            figures[f"{tier}: slowest start"] = max(start for start, _ in found)
            figures[f"{tier}: median answer"] = statistics.median(answer for _, answer in found)
    assert state(root) == before, "the tree was touched"
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="project-copy-") as folder:
        os.environ["ATLAS_TUI_HOME"] = f"{folder}/home"
        root = Path(folder) / "tree"
        root.mkdir()
        plant(root, chosen.files)
        figures = measured(root, chosen.runs)
    print(f"{chosen.files:,} files, {chosen.runs} runs a tier, {os.cpu_count()} processors")
    for name, seconds in figures.items():
        goal = f"   <= {MOST_SECONDS:g} s " + ("met" if seconds <= MOST_SECONDS else "MISSED")
        print(f"{name:<26}{seconds:8.2f} s{goal if name.endswith('start') else ''}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
