"""Solve every problem of examples/ with the bundled model: pass or fail, seconds, tokens.

    python benchmarks/examples.py [--seed 1] [--json]

Runs ``atlas-tui solve`` as a person would, one after another, with a state folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def solve(problem: Path, seed: int, home: str) -> dict[str, object]:
    """One run: how it ended, wall seconds of the whole command, tokens written by the model."""
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "atlas_tui", "solve", str(problem), "--json", "--seed", str(seed)],
        capture_output=True,
        env=os.environ | {"ATLAS_TUI_HOME": home},
        check=False,
    )
    seconds = time.monotonic() - started
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    chosen = next((event for event in events if event["kind"] == "Chosen"), None)
    return {
        "problem": problem.stem,
        "exit": ran.returncode,
        "passed": chosen["passed"] if chosen else 0,
        "samples": chosen["samples"] if chosen else 0,
        "chosen": f"{chosen['candidate']}, {chosen['grade']}" if chosen else "nothing",
        "seconds": round(seconds, 2),
        "tokens": sum(event["tokens_out"] for event in events if event["kind"] == "Usage"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    problems = sorted(path for path in EXAMPLES.glob("*.md") if path.stem != "README")
    with tempfile.TemporaryDirectory() as home:
        for problem in problems:
            row = solve(problem, options.seed, home)
            if options.json:
                print(json.dumps(row), flush=True)
            else:
                verdict = "pass" if row["exit"] == 0 else f"fail ({row['exit']})"
                print(
                    f"{row['problem']:28} {verdict:9} {row['passed']}/{row['samples']} samples  "
                    f"{row['chosen']:16} {row['seconds']:6.2f} s  {row['tokens']:5} tokens",
                    flush=True,
                )


if __name__ == "__main__":
    main()
