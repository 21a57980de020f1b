"""The cards of the run screen: what they say, how they share the width, and that they rest at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import (
    AgreementFound,
    Event,
    NextStep,
    Part,
    Progress,
    Stage,
    StageEnded,
    StageStarted,
    Text,
    Usage,
)
from atlas_tui.ui.fold import fold
from atlas_tui.ui.state import Candidate, RunState, Trend
from atlas_tui.ui.widgets.candidate import CandidatePanel
from atlas_tui.ui.widgets.candidate_words import agreement, bar, facts, status, tab, thinking, waiting
from atlas_tui.ui.widgets.lines import Wrapped
from atlas_tui.ui.widgets.meters import meter, sparkline, stages
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, settled, started, until
from tests.ui.reviews import ran_to_its_end
from tests.ui.test_ui_fold import folded


def entry(state: RunState, label: str) -> Candidate:
    found = state.candidate(label)
    assert found is not None
    return found


def begun(stage: Stage, *events: Event, **limits: float) -> RunState:
    """A run that has planned and is in ``stage``."""
    clock = story.Clock()
    start = StageStarted(at=clock(), stage=stage, **limits)  # type: ignore[arg-type]
    return folded([*story.opening(clock), *story.planning(clock), start, *events])


def code(label: str, tokens: int = 3) -> Text:
    return Text(at=1_800_000_010.0, candidate=label, part=Part.CODE, delta="x = 1\n", tokens=tokens)


def test_a_card_says_what_it_waits_for() -> None:
    reading = Progress(stage=Stage.GENERATE, done=10, total=40, reused=0)
    state = begun(Stage.GENERATE, reading)
    assert waiting(entry(state, "C"), state) == "waiting for the prompt"
    state = begun(Stage.GENERATE)
    assert status(entry(state, "C"), state).plain == "plan ready · waiting for the model"
    state = begun(Stage.GENERATE, code("A"), code("B"))
    assert status(entry(state, "C"), state).plain == "plan ready · waiting for A, B"
    assert status(entry(state, "C"), state, slim=True).plain == "waiting for A, B"
    assert status(entry(state, "A"), state).plain == "writing…"
    clock = story.Clock()
    written = [*story.opening(clock), *story.writing(clock)]
    state = folded([*written, StageStarted(at=clock(), stage=Stage.EVIDENCE)])
    assert status(entry(state, "A"), state).plain == "written · waiting for the sandbox"
    events = story.repaired()
    first = next(n for n, event in enumerate(events) if isinstance(event, Text) and event.part is Part.REPAIR)
    state = folded(events[: first + 1])
    assert status(entry(state, "B"), state).plain.endswith("· waiting for the repair of A")
    assert "waiting" not in status(entry(folded(events), "B"), folded(events)).plain


def test_a_slim_card_cuts_no_word() -> None:
    state = begun(Stage.OBSERVE)
    said = [status(entry(state, "C"), state, slim=True).plain]
    for stage in (Stage.EVIDENCE, Stage.CHOOSE, Stage.GENERATE):
        state = begun(stage)
        said.append(status(entry(state, "C"), state, slim=True).plain)
    assert said[0] == "waits for observations" and said[-1] == "waits for model"
    state = folded(story.repaired())
    said += [part(entry(state, "A"), state, slim=True).plain for part in (status, facts)]
    assert said[-2:] == ["✗✗✗ 0/3 wrong answer", "1 repair"]
    thought = Text(candidate="A", part=Part.THINKING, delta="Hm.", tokens=1024)
    thinks = begun(Stage.GENERATE, thought, most_thinking=2048)
    said.append(thinking(entry(thinks, "A"), opened=False, slim=True).plain)
    assert said[-1] == "▸ thought 1 024 tokens"
    assert facts(entry(state, "B"), state, slim=True).plain == "lens untrained"
    assert all(len(words) <= 22 for words in said), said


def test_a_tab_tells_thinking_from_writing() -> None:
    thought = Text(candidate="A", part=Part.THINKING, delta="Hm.", tokens=9)
    state = begun(Stage.GENERATE, thought, code("B"))
    assert tab(entry(state, "A"), state, front=True).plain == "▸A thinking"
    assert tab(entry(state, "B"), state, front=False).plain == " B writing"


def test_nothing_waits_once_the_run_has_ended() -> None:
    state = folded(story.whole())
    assert all(waiting(each, state) == "" for each in state.candidates)


def test_agreement_names_those_with_the_same_outputs() -> None:
    found = AgreementFound(clusters=(("A", "C"), ("B",)), inputs=12)
    state = folded([*story.whole(), found])
    assert agreement(entry(state, "A"), state).plain == "agrees ○B ●C on 12 inputs"
    assert agreement(entry(state, "B"), state).plain == "agrees ○A ○C on 12 inputs"
    state = folded([*story.whole(), AgreementFound(clusters=(("B",),), inputs=0)])
    assert agreement(entry(state, "B"), state).plain == ""
    state = folded([*story.whole(), AgreementFound(clusters=(("A", "B"),), inputs=3)])
    assert agreement(entry(state, "C"), state).plain == ""


def test_repairs_are_counted() -> None:
    state = folded(story.repaired())
    assert facts(entry(state, "C"), state).plain == "lens untrained  1 repair"
    assert facts(entry(state, "B"), state).plain == "lens untrained"


def test_thinking_has_a_count_and_a_bar_of_its_budget() -> None:
    thought = Text(candidate="A", part=Part.THINKING, delta="Hm.", tokens=512)
    state = begun(Stage.GENERATE, thought, most_thinking=2048)
    assert thinking(entry(state, "A"), opened=False).plain == "▸ thinking 512/2 048 tokens ▇▇▁▁▁▁▁▁"
    assert thinking(entry(state, "A"), opened=True).plain.startswith("▾ ")
    assert thinking(entry(state, "B"), opened=False).plain == ""
    state = begun(Stage.GENERATE, thought)
    assert thinking(entry(state, "A"), opened=False).plain == "▸ thought 512 tokens"


def test_candidates_of_a_later_step_have_its_thinking_budget() -> None:
    step = NextStep(step="think", why="none passes", candidates=("D",), thinking=4096)
    again = StageStarted(stage=Stage.GENERATE, most_thinking=1024)
    state = folded([*story.whole(), step, again])
    assert entry(state, "D").thinking_budget == 4096 and entry(state, "A").thinking_budget == 0


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "▁▁▁▁"), (0.5, "▇▇▁▁"), (1, "▇▇▇▇"), (7, "▇▇▇▇"), (-1, "▁▁▁▁")]
)
def test_a_bar_never_leaves_its_cells(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_a_stage_tells_the_scarcer_of_its_budgets() -> None:
    state = begun(Stage.GENERATE, code("A", 600), most_tokens=1000, most_seconds=100.0)
    now = state.stages[-1].started + 10
    assert "▸ write 10 s, 40 % of budget left" in stages(state, now, 160).plain
    assert "▸ write 80 s" not in stages(state, now, 160).plain
    assert "1 min 35 s, 5 % of budget left" in stages(state, now + 85, 160).plain
    assert "0 % of budget left" in stages(state, now + 900, 160).plain
    assert "budget" not in stages(state, now, 62).plain
    assert "budget" not in stages(begun(Stage.GENERATE), now, 160).plain


def test_the_meter_has_speed_context_and_energy_where_they_are_known() -> None:
    used = Usage(stage=Stage.PLAN, tokens_in=1, tokens_out=1, tokens_reused=0, seconds=1.0)
    state = begun(
        Stage.GENERATE, Progress(stage=Stage.GENERATE, done=500, total=500, reused=0), code("A", 300)
    )
    now = state.started + 30
    assert "context 10 %" in meter(state, now, 160, 8000).plain
    assert "context" not in meter(state, now, 160).plain and " J" not in meter(state, now, 160).plain
    for event in (used, replace(used, joules=40.0), replace(used, joules=2.4)):
        state = fold(state, event)
    assert "42 J measured" in meter(state, now, 160).plain
    assert meter(state, now, 40).plain.endswith("30 s")


def test_the_speed_is_drawn_step_by_step() -> None:
    trend = Trend()
    for second in range(40):
        trend = trend.add(1000.0 + second, 10 if second < 20 else 20)
    rates = trend.rates(1040.0)
    assert len(rates) == 16 and rates[0] == 10.0 and rates[-1] == 20.0
    assert sparkline(rates) == "▅" * 6 + "█" * 10 or set(sparkline(rates)) == {"▅", "█"}
    assert trend.rates(1050.0)[-1] == 0.0 and sparkline(()) == "" and sparkline((0.0, 0.0)) == ""


def test_wrapped_text_grows_and_starts_over() -> None:
    wrapped, text = Wrapped(), ""
    for piece in ("one two three ", "four\nfive six", " seven eight nine\n\nten"):
        text += piece
        rows = [row.plain.rstrip() for row in wrapped.lines(text, 12)]
    assert rows == ["one two", "three four", "five six", "seven eight", "nine", "", "ten"]
    assert next(row.plain.rstrip() for row in wrapped.lines(text, 40)) == "one two three four"
    assert [row.plain for row in wrapped.lines("new", 40)] == ["new"]


def thinking_story() -> list[Event]:
    clock = story.Clock()
    events: list[Event] = [*story.opening(clock), *story.planning(clock)]
    events.append(StageStarted(at=clock(), stage=Stage.GENERATE, most_thinking=1024))
    events.append(
        Text(at=clock(), candidate="A", part=Part.THINKING, delta="a [b]secret[/b] thought", tokens=256)
    )
    return [*events, StageEnded(at=clock(), stage=Stage.GENERATE, seconds=1.0)]


async def test_thinking_is_opened_and_closed_with_a_key(tmp_path: Path) -> None:
    events = thinking_story()
    app, runtime = fake_app(tmp_path, events)
    runtime.stop_after = len(events) - 1
    async with app.run_test(size=(140, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "▸ thinking 256/1 024 tokens" in screen_text(app))
        assert "secret" not in screen_text(app) and "t Thinking" in screen_text(app)
        await pilot.press("t")
        await until(pilot, lambda: "a [b]secret[/b] thought" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "secret" not in screen_text(app))
        await pilot.press("escape")


async def test_between_the_widths_two_rails_stand_beside_the_card_in_front(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(110, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        widths = {panel.label: panel.size.width for panel in app.screen.query(CandidatePanel)}
        assert widths["B"] > 2 * widths["A"] and widths["A"] == widths["C"]
        text = screen_text(app)
        assert "while total > k:" in text and "from bisect" not in text
        assert "2/3 wrong answer" in text and "prefix sums and binary" in text
        await pilot.press("1")
        await until(pilot, lambda: "from bisect" in screen_text(app))
        assert "while total > k:" not in screen_text(app)


@pytest.mark.parametrize(("columns", "shown"), [(160, 3), (130, 3), (129, 3), (100, 3), (99, 1), (80, 1)])
async def test_how_many_cards_each_width_has(tmp_path: Path, columns: int, shown: int) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(columns, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        panels = [panel for panel in app.screen.query(CandidatePanel) if panel.display]
        assert len(panels) == shown
        widths = {panel.outer_size.width for panel in panels}
        assert (26 in widths) == (100 <= columns < 130)


async def test_a_run_that_has_ended_is_not_drawn_again_and_again(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(140, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await settled(pilot)
        screen, drawn = app.screen, 0

        def count(now: float) -> None:
            nonlocal drawn
            drawn += 1

        screen.draw = count  # type: ignore[attr-defined]
        await pilot.pause(0.5)
        assert drawn == 0
        app.desk.changed()
        await until(pilot, lambda: drawn == 1)


async def test_escape_stops_while_the_prompt_is_read(tmp_path: Path) -> None:
    events = [*story.opening(story.Clock()), StageStarted(stage=Stage.OBSERVE)]
    events.append(Progress(stage=Stage.OBSERVE, done=128, total=1904, reused=0))
    app, runtime = fake_app(tmp_path, [*events, events[-1]])
    runtime.stop_after = len(events)
    async with app.run_test(size=(140, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "reading 128/1 904 tokens  ▇▁▁▁▁▁▁▁" in screen_text(app))
        assert screen_text(app).count("waiting for the prompt") == 3
        await pilot.press("escape")
        await until(pilot, lambda: app.desk.run.cancelled)
        assert "waiting" not in screen_text(app) and "reading" not in screen_text(app)
