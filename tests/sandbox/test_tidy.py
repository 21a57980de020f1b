"""Removing what a hostile program left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.sandbox.inside import tidy


def test_modes_of_zero(tmp_path: Path) -> None:
    top = tmp_path / "box"
    inner = top / "a" / "b" / "c"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    for folder in (inner, inner.parent, inner.parent.parent, top):
        folder.chmod(0)
    tidy.remove(str(top))
    assert not top.exists()


def test_nesting_deeper_than_any_path(tmp_path: Path) -> None:
    top = tmp_path / "box"
    top.mkdir()
    place = os.open(top, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("deep" * 10, dir_fd=place)
        deeper = os.open("deep" * 10, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = deeper
    os.close(place)
    tidy.remove(str(top))
    assert not top.exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    top = tmp_path / "box"
    (top / "sub").mkdir(parents=True)
    (top / "link").symlink_to(kept)
    (top / "sub" / "link").symlink_to(kept)
    (top / "dangling").symlink_to("nowhere")
    os.mkfifo(top / "fifo")
    mode = kept.stat().st_mode
    tidy.remove(str(top))
    assert not top.exists() and (kept / "file").read_text() == "x" and kept.stat().st_mode == mode


def test_what_is_not_there_is_fine(tmp_path: Path) -> None:
    tidy.remove(str(tmp_path / "nothing"))


def test_what_cannot_be_removed_is_said(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(OSError):
        tidy.remove(str(file))
