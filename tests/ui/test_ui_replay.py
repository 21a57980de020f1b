"""A recorded run shown again: the same state however it is read, and the recorded time in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from atlas_tui.events import Applied, Event, Part, RunEnded, Text
from atlas_tui.ui.fold import fold
from atlas_tui.ui.replay import PAUSE, SPEEDS, Player, folded, gathered
from atlas_tui.ui.state import Pace, RunState
from tests.ui import story


def one_by_one(events: list[Event]) -> RunState:
    state = RunState()
    for event in events:
        state = fold(state, event)
    return state


def timeless(state: RunState) -> RunState:
    """Without what only tells the speed of the last two seconds."""
    candidates = tuple(replace(each, pace=Pace(each.pace.tokens)) for each in state.candidates)
    return replace(state, pace=Pace(state.pace.tokens), candidates=candidates)


@pytest.mark.parametrize("story_of", [story.whole, story.repaired])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_gathered_text_makes_the_same_state(story_of, share: float) -> None:  # type: ignore[no-untyped-def]
    events = story_of()
    events = events[: int(len(events) * share)]
    assert timeless(folded(events)) == timeless(one_by_one(events))
    assert len(list(gathered(events))) <= len(events)


def test_parts_of_one_candidate_are_never_joined() -> None:
    def text(candidate: str, part: Part, delta: str) -> Text:
        return Text(at=1.0, candidate=candidate, part=part, delta=delta, tokens=1)

    pieces = [
        text("A", Part.THINKING, "1"),
        text("B", Part.CODE, "x"),
        text("A", Part.CODE, "2"),
        text("B", Part.CODE, "y"),
        text("A", Part.CODE, "3"),
    ]
    found = [(each.candidate, each.part, each.delta, each.tokens) for each in gathered(pieces)]  # type: ignore[attr-defined]
    assert found == [
        ("A", Part.THINKING, "1", 1),
        ("B", Part.CODE, "xy", 2),
        ("A", Part.CODE, "23", 2),
    ]


def at(seconds: float) -> Text:
    return Text(at=1_000.0 + seconds, candidate="A", part=Part.CODE, delta="x", tokens=1)


async def test_nothing_comes_before_its_time_and_everything_comes() -> None:
    events = [at(0), at(0.05), at(0.3)]
    player = Player(events)
    seen: list[Event] = []
    async for batch in player.play():
        seen += batch
        assert player.now() >= seen[-1].at
    assert seen == events


async def test_faster_is_faster_and_then_the_end() -> None:
    player = Player([at(0), at(3_600)])
    playing = asyncio.create_task(_all(player))
    await asyncio.sleep(0.1)
    for speed in SPEEDS[1:]:
        before = player.now()
        player.faster()
        assert player.speed == speed and not player.ended
        # The shown time goes on from where it was.
        assert 0 <= player.now() - before < 1
    player.faster()
    assert await playing == [at(0)] and player.ended


async def test_what_was_done_a_day_later_is_not_waited_for() -> None:
    end = RunEnded(at=1_000.0, outcome="verified", seconds=1.0)  # type: ignore[arg-type]
    later = Applied(at=90_000.0, path="a.py", entry="e", created=True)
    player = Player([end, later])
    seen: list[Event] = []
    async for batch in player.play():
        seen += batch
    assert seen == [end, later] and PAUSE <= 1.0


async def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    events = [at(0), at(-500), at(-499.9)]
    assert await _all(Player(events)) == events


async def _all(player: Player) -> list[Event]:
    seen: list[Event] = []
    async for batch in player.play():
        seen += batch
    return seen
