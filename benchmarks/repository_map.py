"""Seconds to list, map, rank and pack a generated repository, the first and the second time.

    python benchmarks/repository_map.py [--files 5000] [--budget 8000] [--json]

Peer in the same run: ``git grep`` for one word over the same tree, so that the figures have a scale on any
machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

LINES = 12
"""Functions of a file; a file has about six lines for each."""
PER_FOLDER = 40


def generate(root: Path, number: int) -> None:
    """A package of Python whose modules import and call each other, always the same."""
    chance = random.Random(7)
    for place in range(number):
        folder = root / "src" / "app" / f"part_{place // PER_FOLDER}"
        if place % PER_FOLDER == 0:
            folder.mkdir(parents=True)
            (folder / "__init__.py").write_text("")
        (folder / f"module_{place}.py").write_text(_module(place, chance))


def _module(place: int, chance: random.Random) -> str:
    others = sorted({chance.randrange(place) for _ in range(4)}) if place else []
    lines = [f'"""Module {place}: orders, invoices and receipts."""', ""]
    lines += [f"from app.part_{each // PER_FOLDER}.module_{each} import compute_{each}_0" for each in others]
    for function in range(LINES):
        lines += [
            "",
            "",
            f"def compute_{place}_{function}(amount: int, rate: float = {function}.5) -> float:",
        ]
        lines += [f'    """Rate {function} of the amount."""', f"    total = amount * rate + {place}"]
        lines += [f"    total += compute_{each}_0(amount)" for each in others]
        lines += ["    return round(total, 2)"]
    return "\n".join(lines) + "\n"


def measured(root: Path, budget: int) -> dict[str, float]:
    """Seconds of each step."""
    from atlas_tui.project.hints import Hints
    from atlas_tui.project.listing import list_files
    from atlas_tui.project.mapping import map_repository
    from atlas_tui.project.packing import pack
    from atlas_tui.project.ranking import rank

    hints = Hints(text="The rate of compute_17_3 is not rounded as on the invoice")
    times = [time.perf_counter()]
    listing = list_files(root)
    times.append(time.perf_counter())
    repository = map_repository(listing, hints=hints)
    times.append(time.perf_counter())
    ranked = rank(repository, hints)
    times.append(time.perf_counter())
    pack(repository, ranked, budget, lambda text: len(text) // 3 + 1)
    times.append(time.perf_counter())
    steps = ("list", "map", "rank", "pack")
    return {step: times[at + 1] - times[at] for at, step in enumerate(steps)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )  # fmt: skip
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--budget", type=int, default=8000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["ATLAS_TUI_HOME"] = f"{place}/home"
        root = Path(place) / "tree"
        generate(root, options.files)
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        subprocess.run(["git", "add", "."], cwd=root, check=True)
        first, second = measured(root, options.budget), measured(root, options.budget)
        start = time.perf_counter()
        subprocess.run(["git", "grep", "-q", "nowhere_to_be_found"], cwd=root, check=False)
        peer = time.perf_counter() - start
    if options.json:
        print(json.dumps({"files": options.files, "first": first, "second": second, "git grep": peer}))
        return
    print(f"{options.files:,} files        first s   second s")
    for step in first:
        print(f"{step:18} {first[step]:8.2f}   {second[step]:8.2f}")
    print(f"{'git grep, a word':18} {peer:8.2f}")


if __name__ == "__main__":
    main()
