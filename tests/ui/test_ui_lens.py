"""What the app tells of the lens: scores with spread and margin, its state, and the map."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import pytest
from textual.pilot import Pilot

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    Event,
    LensMapped,
    LensScored,
    RepairTried,
    RunStarted,
    from_json,
    to_json,
)
from atlas_tui.ui.actions import WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.fold import fold
from atlas_tui.ui.screens.lens_map import MapOfLens
from atlas_tui.ui.state import Candidate, RunState
from atlas_tui.ui.widgets import lens_map, lens_words
from atlas_tui.ui.widgets.candidate_words import facts
from tests.ui import story, why_story
from tests.ui.fake import fake_app, screen_text, started, until

BEGUN = RunStarted(
    session="s", model="m", candidates=("A", "B", "C"), seed=1, isolation="full", version="1"
)  # fmt: skip
MAP = LensMapped(
    left=0.0, right=10.0, bottom=0.0, top=4.0, cells=((1.0, 0.2, None), (1.0, 0.1, 3.0)), candidates=7
)
MAPPED = why_story.contested(lens=True)
ODD = "[/b]\x1b[31m\u202e\x00"


def told(*events: Event) -> RunState:
    return reduce(fold, (BEGUN, *events), RunState())


def score(
    label: str, value: float | None, state: Literal["untrained", "closed", "open"] = "open", **more: Any
) -> LensScored:
    return LensScored(**{"candidate": label, "subject": "candidate", "state": state, "score": value, **more})


def entry(state: RunState, label: str = "A") -> Candidate:
    found = state.candidate(label)
    assert found is not None
    return found


def card(*events: Event, label: str = "A", room: int = 0) -> str:
    state = told(*events)
    return lens_words.card(entry(state, label), state, room).plain


def test_a_card_says_what_the_lens_really_has() -> None:
    assert card() == "lens untrained" == card(score("A", None, "untrained", subject="plan"))
    assert card(score("A", 0.74, spread=0.05)) == "lens open ▇▇▇▇▇▒▒▁ 0.74 ±0.05"
    assert card(score("A", 0.5, "closed", subject="plan")) == "lens closed plan ▇▇▇▇▁▁▁▁ 0.50, spread unknown"
    assert card(score("A", -3.2, spread=1.0)) == "lens open -3.20 ±1.00", "only a share has a place on a bar"
    assert card(score("B", 0.5, "closed")) == "lens closed, no score"
    assert card(score("A", float("nan"))) == "lens open, no score"


@pytest.mark.parametrize(
    ("value", "spread", "drawn"),
    [
        (0.5, 0.0, "▇▇▇▇▁▁▁▁"),
        (0.5, 0.125, "▇▇▇▒▒▁▁▁"),
        (0.02, 0.5, "▒▒▒▒▒▁▁▁"),
        (1.0, 3.0, "▒▒▒▒▒▒▒▒"),
        (0.5, float("inf"), "▇▇▇▇▁▁▁▁"),
        (1.5, 0.1, ""),
    ],
)
def test_the_spread_is_marked_on_the_bar(value: float, spread: float, drawn: str) -> None:
    assert lens_words.bar(value, spread, 8).plain == drawn


def test_the_margin_is_told_as_far_as_there_is_room() -> None:
    both = (score("A", 0.61, spread=0.06), score("B", 0.74, spread=0.05))
    assert card(*both, label="B").endswith("0.74 ±0.05, +0.13 to A")
    assert card(*both).endswith("0.61 ±0.06, -0.13 to B")
    assert card(*both, label="B", room=40) == "lens open ▇▇▇▇▇▒▒▁ 0.74 ±0.05"
    assert card(*both, label="B", room=22) == "lens open 0.74 ±0.05"
    assert card(*both, label="C") == "lens open, no score"
    assert "to" not in card(both[0], score("B", 0.9, subject="plan")), "a plan is no program"


def test_beside_agreement_the_lens_takes_what_is_left() -> None:
    found = AgreementFound(clusters=(("A", "B"), ("C",)), inputs=4)
    state = told(CandidateReady(candidate="A", round=0, code="a"), score("A", 0.74, spread=0.05), found)
    assert facts(entry(state), state).plain == "lens open ▇▇▇▇▇▒▒▁ 0.74 ±0.05  agrees ●B ○C on 4 inputs"
    assert facts(entry(state), state, room=48).plain == "lens open 0.74 ±0.05  agrees ●B ○C on 4 inputs"
    two = facts(entry(state), state, room=48, rows=2).plain
    assert two == "lens open ▇▇▇▇▇▒▒▁ 0.74 ±0.05\nagrees ●B ○C on 4 inputs", "where there is a row for it"
    assert "\n" not in facts(entry(state), state, room=70, rows=2).plain
    narrow = facts(entry(state), state, slim=True, room=22, rows=2).plain
    assert narrow == "lens open 0.74 ±0.05\nagrees ●B ○C on 4 inputs"


def panel(*events: Event) -> list[str]:
    return lens_words.panel(told(*events), 60).plain.split("\n")


def test_the_panel_tells_scores_margin_and_state() -> None:
    lines = panel(
        score("A", 0.61, spread=0.06), score("B", 0.74, spread=0.05), score("C", None, subject="plan")
    )
    assert [line[:11] for line in lines[:3]] == ["A program  ", "B program  ", "C plan     "]
    assert lines[1].endswith("▇▒▒▒▁▁▁▁▁ 0.74 ± 0.05") and lines[2].endswith("no score")
    assert lines[3] == "B leads A by 0.13, beyond their spread"
    assert lines[4] == "open: it decides where the rules before it leave a tie"
    close = panel(score("A", 0.5, spread=0.1), score("B", 0.6, spread=0.1))
    assert close[2] == "B leads A by 0.10, within their spread"
    assert panel(score("A", 0.5), score("B", 0.6))[2] == "B leads A by 0.10", (
        "of unknown spreads nothing is said"
    )
    assert panel(score("A", 0.5), score("B", 0.5))[2] == "A and B have the same score"


def test_each_state_is_a_word() -> None:
    assert panel() == ["untrained: it has no part in the choice"]
    assert panel(score("A", None, "untrained")) == ["untrained: it has no part in the choice"]
    assert panel(score("A", 0.5, "closed"))[1].startswith("closed, not used:")
    assert panel(score("A", None, "closed"))[0] == "no score was computed"
    changed = (score("A", 0.5, "closed"), score("B", 0.5, "open"))
    assert lens_words.state(told(*changed)) == "closed and open"
    assert panel(*changed)[-1] == "closed and open: its gate changed in this run"


def test_a_score_is_that_of_the_program_it_stands_for() -> None:
    events: list[Event] = [CandidateReady(candidate="A", round=0, code="a"), score("A", 0.4, round=0)]
    events += [CandidateReady(candidate="A", round=1, code="b")]
    assert card(*events) == "lens untrained", "the repair was not scored yet"
    events += [score("A", 0.9, round=1)]
    assert "0.90" in card(*events)
    events += [RepairTried(candidate="A", round=1, perspective="p", kept=False, reason="worse")]
    assert "0.40" in card(*events)


def drawn(state: RunState, width: int = 60, height: int = 10) -> list[str]:
    return lens_map.drawn(state, width, height).plain.split("\n")


def test_the_map_marks_low_energy_and_the_candidates() -> None:
    state = told(MAP, score("A", 0.7, place=(5.1, 0.9)), score("B", 0.5, place=(0.1, 3.9)))
    lines = drawn(state, 30, 8)
    assert len(lines) == 8 and all(len(line) <= 30 for line in lines)
    assert lines[0].rstrip() == "B" + "·" * 19, "nobody lies in the corner"
    assert lines[3] == "·" * 10 + "▒" * 5 + "A" + "▒" * 4 + "·" * 10
    assert "low energy" in " ".join(lines[-3:]) and "7 programs it" in " ".join(lines).replace("\n", " ")


def test_candidates_in_one_place_stand_side_by_side_and_those_beyond_are_named() -> None:
    state = told(MAP, *(score(label, 0.5, place=(5.1, 3.9)) for label in "ABC"))
    assert "CAB" in drawn(state)[0] or "BAC" in drawn(state)[0] or "ABC" in drawn(state)[0]
    state = told(MAP, score("A", 0.5, place=(99.0, -99.0)), score("B", 0.5))
    lines = drawn(state)
    assert "A lies beyond the edge" in " ".join(lines) and any(line.endswith("A") for line in lines)


def test_without_a_lens_there_is_a_sentence_and_odd_maps_break_nothing() -> None:
    assert drawn(told(), 80) == [lens_map.NOTHING]
    odd = [
        replace(MAP, right=0.0), replace(MAP, top=float("nan")), replace(MAP, candidates=-3),
        *(replace(MAP, cells=cells) for cells in ((), ((), ()), ((None,), (None, 1.0, 2.0)))),
    ]  # fmt: skip
    for each in odd:
        for size in ((60, 10), (1, 1), (0, 0)):
            assert drawn(told(each, score("A", 0.5, place=(1.0, float("nan")))), *size)
    state = fold(
        fold(replace(told(), candidates=(Candidate(ODD), Candidate("漢"))), MAP),
        score(ODD, 0.5, place=(1, 1)),
    )
    state = fold(state, score("漢", 0.5, place=(20, 1)))
    for text in ("\n".join(drawn(state)), lens_words.panel(state, 60).plain):
        assert not set("\x1b\u202e\x00") & set(text)


def test_places_on_an_earlier_map_are_not_shown_on_another() -> None:
    state = told(MAP, score("A", 0.5, place=(1, 1)), replace(MAP, right=4.0), score("B", 0.5, place=(2, 2)))
    said = entry(state).lens
    assert said is not None and said.place is None and said.score == 0.5
    text = "\n".join(drawn(state)[:-2])
    assert "A" not in text and "B" in text


async def why(pilot: Pilot[int], app: AtlasApp) -> None:
    await started(pilot)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: app.desk.run.ended)
    await pilot.press("w")
    await until(pilot, lambda: app.current_mode == WHY and "results" in screen_text(app))


async def test_a_key_shows_the_map_of_a_stored_session_too(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, [from_json(to_json(event)) for event in MAPPED])
    async with app.run_test(size=(120, 36)) as pilot:
        await why(pilot, app)
        assert "lens  open" in screen_text(app) and "B leads A by 0.13" in screen_text(app)
        assert "g shows the map" in screen_text(app)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MapOfLens) and "low energy" in screen_text(app))
        text = screen_text(app)
        assert "map of the lens, open" in text and "▒B▒" in text and "·A·" in text
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "▒B▒" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, MapOfLens))


async def test_where_there_is_room_the_map_stands_beside_the_table(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, MAPPED)
    async with app.run_test(size=(160, 48)) as pilot:
        await why(pilot, app)
        assert "low energy" in screen_text(app) and "·B▒" in screen_text(app)
        await pilot.resize_terminal(160, 39)
        await until(pilot, lambda: "g shows the map" in screen_text(app))


async def test_without_a_lens_the_key_says_so(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(100, 30)) as pilot:
        await why(pilot, app)
        assert "lens  untrained" in screen_text(app) and "shows the map" not in screen_text(app)
        await pilot.press("m")
        await until(pilot, lambda: "There is no map" in screen_text(app))
