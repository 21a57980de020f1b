"""The person's own keys: taken where they can be, told where they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.content import Content

from atlas_tui.settings import Settings, UiSettings
from atlas_tui.ui import actions, keys
from atlas_tui.ui.actions import RUN, SCREEN_TITLES
from atlas_tui.ui.screens.details import Details
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, until


def keys_of(keymap: keys.Keymap, screen: str) -> dict[str, str]:
    return {f"{row.id}.{row.argument}".rstrip("."): row.key for row in keymap.rows(actions.on(screen))}


def test_a_key_is_another_one_on_every_screen_of_its_action() -> None:
    keymap, faults = keys.read({"solve": "f14", "focus_candidate.B": "b, 5"})
    assert not faults
    assert keys_of(keymap, "problem")["solve"] == keys_of(keymap, RUN)["solve"] == "f14"
    assert keys_of(keymap, RUN)["focus_candidate.B"] == "b,5"
    assert keys_of(keymap, RUN)["focus_candidate.A"] == "1"


@pytest.mark.parametrize(
    ("written", "name"),
    [("?", "question_mark"), ("/", "slash"), ("R", "R"), ("F6", "f6"), ("ctrl+-", "ctrl+minus")],
)
def test_a_key_may_be_written_as_its_sign(written: str, name: str) -> None:
    assert keys._normal(written) == name


def test_two_actions_may_change_places() -> None:
    keymap, faults = keys.read({"review.undo": "y", "review.redo": "u"})
    assert not faults
    assert keys_of(keymap, "review")["undo"] == "y" and keys_of(keymap, "review")["redo"] == "u"


def test_what_cannot_be_used_is_told_and_the_rest_is_used() -> None:
    keymap, faults = keys.read({"slove": "f7", "zoom": "no key", "help": "ctrl+h"})
    told = [fault.one_line() for fault in faults]
    assert "ui.keys.slove is not used" in told[0] and "did you mean solve?" in told[0]
    assert "ui.keys.zoom" in told[1] and "'no key' is not a key" in told[1]
    assert keys_of(keymap, RUN)["help"] == "ctrl+h"


def test_a_key_that_is_taken_stays_with_its_action() -> None:
    keymap, faults = keys.read({"zoom": "p", "details": "f8"})
    assert keys_of(keymap, RUN)["zoom"] == "z" and keys_of(keymap, RUN)["details"] == "f8"
    assert ["p is already “Plan” on the screen Run" in fault.one_line() for fault in faults] == [True]


@pytest.mark.parametrize("screen", SCREEN_TITLES)
def test_no_action_takes_a_key_of_the_vim_like_keymap(screen: str) -> None:
    taken = {key for row in actions.on(screen) for key in row.key.split(",")}
    assert not taken & keys.VIM.keys()


def test_every_name_in_the_documentation_is_an_action() -> None:
    page = (Path(__file__).parents[2] / "docs" / "habits.md").read_text("utf-8")
    table = page.partition("| action |")[2].partition("\n\n")[0]
    named = [cell.strip(" `") for line in table.splitlines()[2:] for cell in line.split("|")[1:2]]
    assert len(named) > 10
    assert not [name for name in named if not keys._named(name)]


async def test_the_footer_the_help_and_the_app_follow_the_person(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    faults = app.use_habits(UiSettings(keys={"solve": "f14", "help": "f8", "go.run": "f15"}))
    assert [fault.what for fault in faults] == ["ui.keys.help is not used"]
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await until(pilot, lambda: "F14 Run" in screen_text(app).splitlines()[-1])
        assert "F15 Run" in screen_text(app).splitlines()[0]
        await pilot.press("f1")
        await until(pilot, lambda: "F14 " in screen_text(app) and "^R " not in screen_text(app))
        await pilot.press("escape", "ctrl+r")
        assert not app.desk.run.started
        await pilot.press("f14")
        await until(pilot, lambda: app.desk.run.ended)


@pytest.mark.parametrize("keymap", ["default", "vim"])
async def test_vim_keys_move_only_where_no_text_is_typed(
    tmp_path: Path, keymap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = fake_app(tmp_path, text="")
    app.use_habits(UiSettings(keymap=keymap))
    pressed: list[str] = []
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        monkeypatch.setattr(app, "simulate_key", pressed.append)
        await pilot.press("j", "k")
        assert "jk" in screen_text(app) and not pressed
        await pilot.press("f3")
        await until(pilot, lambda: app.current_mode == RUN)
        await pilot.press("j", "G", "colon")
        assert pressed == (["down", "end", "ctrl+p"] if keymap == "vim" else [])
        app.push_screen(Details("A", Content("text")))
        await until(pilot, lambda: isinstance(app.screen, Details))
        await pilot.press("k")
        assert pressed[3:] == (["up"] if keymap == "vim" else [])


def test_settings_hold_keys() -> None:
    settings = Settings(ui={"keys": {"solve": "f14"}})  # type: ignore[arg-type]
    assert settings.ui.keys == {"solve": "f14"}
