"""Every screen at three sizes, character by character and colour by colour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui import goldens
from tests.ui.fake import fake_app, started
from tests.ui.goldens import FOLDER, SIZES, UPDATE, compare, file_of
from tests.ui.scenes import SCENES, same_everywhere

DIALOGS = (
    "ask", "bench-begin", "commit", "export", "palette", "review-files", "run-change", "run-hostile",
    "run-reading", "run-scored", "themes", "three-way", "why-cell", "why-change", "why-map",
)  # fmt: skip
"""Scenes that only the slow tests look at: what stands over a screen, and more of the run."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in DIALOGS)) for name in SCENES]
)
async def test_a_screen_is_drawn_as_ever(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_everywhere(monkeypatch)
    # A name that is the same in every run: paths are part of what is shown.
    folder = tmp_path / "quiet"
    folder.mkdir()
    scene = SCENES[name]
    app, _ = scene.make(folder)
    async with app.run_test(size=SIZES[0]) as pilot:
        await scene.reach(pilot, app)
        await compare(pilot, name, tmp_path)


def test_no_frame_is_kept_of_a_screen_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {
        file_of(name, size).name for name in SCENES for size in SIZES
    }


async def test_what_differs_is_told_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_everywhere(monkeypatch)
    monkeypatch.setattr(goldens, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(goldens, "SIZES", ((60, 15),))
    app, _ = fake_app(tmp_path, text="one")
    async with app.run_test(size=(60, 15)) as pilot:
        await started(pilot)
        monkeypatch.setenv(UPDATE, "1")
        await compare(pilot, "problem", tmp_path)
        monkeypatch.delenv(UPDATE)
        await compare(pilot, "problem", tmp_path)
        await pilot.press("t")
        with pytest.raises(AssertionError, match=r"\+│ tone") as told:
            await compare(pilot, "problem", tmp_path)
        assert "-│ one" in str(told.value) and UPDATE in str(told.value)
        assert (tmp_path / "problem.60x15.svg").read_text().startswith("<svg")
        await pilot.press("backspace")
        app.theme = "atlas-light"
        with pytest.raises(AssertionError, match=r"\+a – on #e8e5dd"):
            await compare(pilot, "problem", tmp_path)
