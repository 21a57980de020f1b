"""``atlas-tui doctor``: what is here, and what to do where it could be better."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.plain import plain


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False) -> None:
    """Check model, llama.cpp, isolation and working tree."""
    from atlas_tui import status

    rows = asyncio.run(status.checks(load_settings(), Path.cwd()))
    if as_json:
        sys.stdout.write(json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False) + "\n")
        return
    for row in rows:
        mark = "✓" if row.good else "!"
        fix = f"\n{'':20}→ {row.fix}" if row.fix else ""
        sys.stdout.write(plain(f"{mark} {row.name:17} {row.value}{fix}") + "\n")
