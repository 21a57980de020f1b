"""Pulled models on disk: checking them, finding them, and taking them away."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.engine import catalog, stored
from atlas_tui.engine.catalog import Source
from atlas_tui.engine.pulling import pull
from atlas_tui.errors import Refused
from tests.engine.hub_server import FakeHub, in_place_of_the_hub

ONE = Source("maker/Model-GGUF", "model-Q4_K_M.gguf")
SPLIT = Source("maker/Large-GGUF", "Q8/large-00001-of-00003.gguf")
CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with in_place_of_the_hub(monkeypatch) as server:
        server.put(ONE.repo, ONE.file, CONTENT)
        yield server


def left() -> list[str]:
    """Names of all files in the models' folder."""
    return sorted(path.name for path in paths.models_dir().rglob("*") if path.is_file())


def test_verify_says_what_is_wrong(hub: FakeHub) -> None:
    pull(ONE)
    seen: list[int] = []
    assert stored.verify(ONE, lambda file, read, size: seen.append(read)) == []
    assert seen[-1] == len(CONTENT)
    with ONE.path.open("r+b") as file:
        file.seek(4000)
        file.write(b"\0\0")
    assert "has the checksum" in stored.verify(ONE, lambda *_: None)[0]
    os.truncate(ONE.path, 10)
    assert "has 10 bytes" in stored.verify(ONE, lambda *_: None)[0]
    stored.record_place(ONE.path).write_text(json.dumps({"sha256": 1}))
    assert "no record" in stored.verify(ONE, lambda *_: None)[0]
    ONE.path.unlink()
    assert "is not here" in stored.verify(ONE, lambda *_: None)[0]


def test_removal_takes_all_of_a_model_and_nothing_else(hub: FakeHub, tmp_path: Path) -> None:
    other = Source(ONE.repo, "other.gguf")
    hub.put(other.repo, other.file, b"other")
    pull(ONE)
    pull(other)
    assert stored.remove(ONE) > len(CONTENT)
    assert left() == ["other.gguf", "other.gguf.json"]
    stored.remove(other)
    assert left() == [] and not list(paths.models_dir().iterdir())


def test_removal_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / ONE.file).write_bytes(b"precious")
    ONE.path.parent.mkdir(parents=True)
    ONE.path.symlink_to(mine / ONE.file)
    stored.remove(ONE)
    assert not ONE.path.is_symlink() and (mine / ONE.file).exists()
    ONE.folder.parent.mkdir(parents=True, exist_ok=True)
    ONE.folder.symlink_to(mine, target_is_directory=True)
    with pytest.raises(Refused):
        stored.remove(ONE)
    assert (mine / ONE.file).read_bytes() == b"precious"


def test_what_lies_in_the_folder_is_found(hub: FakeHub) -> None:
    for file in SPLIT.files:
        hub.put(SPLIT.repo, file, b"GGUF" + file.encode())
    pull(SPLIT)
    paused = Source("some/Other-GGUF", "paused.gguf")
    partial = stored.partial_place(paused.path, "x")
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"12345")
    (paths.models_dir() / "own.gguf").write_bytes(b"not pulled")
    found = {one.source: one for one in stored.all_stored()}
    assert set(found) == {SPLIT, paused}
    assert found[SPLIT].whole and found[SPLIT].name == SPLIT.spec
    assert (found[paused].paused, found[paused].whole) == (5, False)
    assert catalog.of_source(paused) is None
