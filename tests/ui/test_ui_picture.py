"""A picture of any screen: from the palette or a key, and of recorded sessions."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from atlas_tui.ui.screens.export import ExportTo, free_name
from tests.ui import why_story
from tests.ui.fake import fake_app, screen_text, started, toasts, until
from tests.ui.reviews import among_sessions, ran_to_its_end


def words_in(path: Path) -> str:
    text = path.read_text("utf-8")
    assert ET.fromstring(text).tag.endswith("svg")
    return html.unescape(text).replace("\xa0", " ")


async def test_a_key_saves_what_the_screen_shows(tmp_path: Path) -> None:
    (tmp_path / "atlas-why.svg").write_text("mine")
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: "B wins by" in screen_text(app))
        await pilot.press("ctrl+backslash")
        await until(pilot, lambda: isinstance(app.screen, ExportTo) and "atlas-why-2.svg" in screen_text(app))
        assert "Markdown" not in screen_text(app), "it is a picture, and of this screen"
        await pilot.press("enter")
        await until(pilot, lambda: any("Written" in each for each in toasts(app)))
        # Given up, it writes nothing.
        await pilot.press("ctrl+backslash")
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ExportTo))
    assert "wins by samples" in words_in(tmp_path / "atlas-why-2.svg")
    assert "save a picture" not in words_in(tmp_path / "atlas-why-2.svg")
    assert (tmp_path / "atlas-why.svg").read_text() == "mine" and not (tmp_path / "atlas-why-3.svg").exists()


async def test_the_palette_saves_the_screen_it_was_opened_on(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+p", *"picture")
        await until(
            pilot, lambda: "Picture  (^\\)" in screen_text(app) and "Help  (F1)" not in screen_text(app)
        )
        # While it still searches, Enter only marks the first hit.
        for _ in range(20):
            if isinstance(app.screen, ExportTo):
                break
            await pilot.press("enter")
            await pilot.pause(0.1)
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "atlas-problem.svg").exists())
    text = words_in(tmp_path / "atlas-problem.svg")
    assert "Longest quiet stretch" in text and "Picture  (^\\)" not in text


async def test_a_picture_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+backslash")
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        monkeypatch.setattr(Path, "exists", lambda self, **more: False)
        (tmp_path / "atlas-problem.svg").mkdir()
        await pilot.press("enter")
        await until(pilot, lambda: any("is not written" in each for each in toasts(app)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("screen", "words"),
    [("problem", "read as"), ("why", "wins by"), ("review", "new lines")],
)
async def test_a_session_is_pictured_on_any_of_its_screens(tmp_path: Path, screen: str, words: str) -> None:
    async with among_sessions(tmp_path) as (pilot, app, _):
        await pilot.press("end")
        await until(pilot, lambda: app.desk.archive.at == "1done")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        assert "picture of" not in screen_text(app)
        await pilot.click("#as-svg")
        await until(pilot, lambda: "● Run" in screen_text(app))
        await pilot.click(f"#of-{screen}")
        await until(pilot, lambda: f"● {screen.title()}" in screen_text(app) and "○ Run" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: any("Written" in each for each in toasts(app)), 60)
    assert words in words_in(tmp_path / "atlas-1done.svg"), screen


def test_a_name_is_proposed_that_nothing_has(tmp_path: Path) -> None:
    assert free_name(tmp_path, "a", ".svg") == "a.svg"
    (tmp_path / "a.svg").touch()
    (tmp_path / "a-2.svg").touch()
    assert free_name(tmp_path, "a", ".svg") == "a-3.svg"
