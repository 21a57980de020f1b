"""Pictures of recorded sessions."""

from __future__ import annotations

import html
import os
import subprocess
import sys
from pathlib import Path

from atlas_tui import paths
from atlas_tui.store import Store
from tests.ui import story


def shot(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-m", "atlas_tui.ui.shot", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_session_becomes_a_picture(tmp_path: Path) -> None:
    paths.private(paths.state_dir())
    store = Store(paths.database())
    for event in story.whole():
        store.append("s-1", event)
    store.close()
    done = shot(tmp_path, "s-1", "out.svg", "--size", "120x36", "--theme", "atlas-light")
    assert done.returncode == 0, done.stderr
    text = html.unescape((tmp_path / "out.svg").read_text()).replace("\xa0", " ")
    assert "<svg" in text and "two pointers" in text and "samples only" in text
    assert [path.name for path in tmp_path.iterdir()] == ["out.svg"]


def test_a_session_that_is_not_there(tmp_path: Path) -> None:
    done = shot(tmp_path, "nothing", "out.svg")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
