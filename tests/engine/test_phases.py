"""Text, room and phases of one sequence."""

from __future__ import annotations

import random
import time

import pytest

from atlas_tui.engine.base import ContextTooSmall, Phase, StopReason, ThinkingEnd
from atlas_tui.engine.llama.loops import EVERY, LEAST_TOKENS, MOST_PERIOD, LoopWatch
from atlas_tui.engine.llama.phases import LEAST_ANSWER, Limits, Progress, Tags, Taken, Wish, share_room
from atlas_tui.engine.llama.text import TextStream


def feed(stream: TextStream, *parts: bytes) -> list[str]:
    return [stream.feed(part) for part in parts]


def test_half_characters_wait_for_their_rest() -> None:
    stream = TextStream()
    snake = "é🐍".encode()
    given = feed(stream, *(snake[index : index + 1] for index in range(len(snake))))
    assert given == ["", "é", "", "", "", "🐍"]
    assert stream.text == "é🐍"


def test_an_incomplete_last_character_is_dropped_and_wrong_bytes_are_shown() -> None:
    stream = TextStream()
    assert feed(stream, b"a\xff", "🐍".encode()[:2]) == ["a\ufffd", ""]
    assert stream.finish() == ""
    assert stream.text == "a\ufffd"


def test_the_begin_of_a_stop_string_is_held_back() -> None:
    stream = TextStream(("END", "``` x"))
    assert feed(stream, b"a E", b"N", b"G E", b"ND b") == ["a ", "", "ENG ", ""]
    assert (stream.stopped, stream.text) == (True, "a ENG ")
    other = TextStream(("END",))
    assert feed(other, b"a EN") == ["a "]
    assert other.finish() == "EN"
    assert not other.stopped


def test_the_first_of_several_stop_strings_counts() -> None:
    stream = TextStream(("two", "one"))
    feed(stream, b"zero one two")
    assert stream.text == "zero "


@pytest.mark.parametrize(
    ("wishes", "cells", "longest", "given"),
    [
        # all fits
        ([(100, 0, 50), (120, 0, 60)], 1000, 1000, [(0, 50), (0, 60)]),
        # equal parts of what is left: 300 - 80 - 20 - 40 = 160
        ([(100, 0, 500), (120, 0, 500)], 300, 1000, [(0, 80), (0, 80)]),
        # who wants little leaves the rest
        ([(100, 0, 500), (120, 0, 30)], 300, 1000, [(0, 130), (0, 30)]),
        # no sequence grows over what the model was trained for
        ([(100, 0, 500), (120, 0, 500)], 5000, 200, [(0, 100), (0, 80)]),
        # thinking gives way before the answer
        ([(100, 1000, 50)], 253, 1000, [(100, 50)]),
        ([(100, 100, 1000)], 203, 1000, [(49, 51)]),
        ([(100, 1000, 50)], 120, 1000, [(7, 10)]),
    ],
)
def test_room_is_shared(
    wishes: list[tuple[int, int, int]], cells: int, longest: int, given: list[tuple[int, int]]
) -> None:
    asked = [Wish(prompt, thinking, answer, 3) for prompt, thinking, answer in wishes]
    shared = 100 if len(wishes) == 1 else 80
    limits = share_room(asked, shared, cells, longest)
    assert [(one.thinking, one.answer) for one in limits] == given


def test_room_that_is_too_small_is_told_in_numbers() -> None:
    two = [Wish(100, 0, 500, 0), Wish(120, 0, 500, 0)]
    with pytest.raises(ContextTooSmall) as refused:
        share_room(two, 80, 171, 1000)
    assert (refused.value.needed, refused.value.available) == (140 + 2 * LEAST_ANSWER, 171)
    assert [one.answer for one in share_room(two, 80, 172, 1000)] == [16, 16]
    with pytest.raises(ContextTooSmall) as refused:
        share_room(two, 80, 1000, 130)
    assert (refused.value.needed, refused.value.available) == (120 + LEAST_ANSWER, 130)


OPEN, CLOSE, END = 1, 2, 0
TAGS = Tags(open=OPEN, close=CLOSE, forced=(8, CLOSE, 9), wait=(4, 5), wait_text=" Wait,")


def test_thinking_is_closed_at_its_budget() -> None:
    progress = Progress(Limits(2, 5), (), TAGS, inside=False)
    assert progress.opening() == ()
    assert progress.take(OPEN, b"<think>", end=False) == Taken("", (OPEN,), False)
    assert progress.phase is Phase.THINKING
    assert progress.take(50, b"\nhm", end=False) == Taken("hm", (50,), False)
    assert progress.take(51, b" so", end=False) == Taken(" so", (51, *TAGS.forced), False)
    assert (progress.phase, progress.thinking_end) == (Phase.ANSWER, ThinkingEnd.BUDGET)
    assert progress.take(52, b"answer", end=False) == Taken("answer", (52,), True)
    assert progress.take(END, b"", end=True) == Taken("", (), False)
    assert (progress.thinking, progress.answer, progress.reason) == ("hm so", "answer", StopReason.END)
    assert (progress.thinking_tokens, progress.answer_tokens) == (2, 1)


def test_a_block_without_budget_is_closed_before_anything_is_drawn() -> None:
    inside = Progress(Limits(0, 5), (), TAGS, inside=True)
    assert inside.opening() == TAGS.forced
    assert (inside.phase, inside.thinking_end) == (Phase.ANSWER, ThinkingEnd.BUDGET)
    assert inside.opening() == ()
    opened = Progress(Limits(0, 5), (), TAGS, inside=False)
    assert opened.take(OPEN, b"<think>", end=False).feed == (OPEN, *TAGS.forced)
    assert opened.take(50, b"a", end=False) == Taken("a", (50,), True)
    assert opened.thinking_tokens == 0


def test_a_close_of_its_own_ends_the_thinking() -> None:
    progress = Progress(Limits(20, 5), (), TAGS, inside=True)
    progress.take(50, b"hm", end=False)
    assert progress.take(CLOSE, b"</think>", end=False) == Taken("", (CLOSE,), False)
    assert (progress.phase, progress.thinking_end) == (Phase.ANSWER, ThinkingEnd.CLOSED)


def test_a_turn_that_ends_while_thinking_is_led_to_its_answer() -> None:
    progress = Progress(Limits(20, 5), (), TAGS, inside=True)
    progress.take(50, b"hm", end=False)
    assert progress.take(END, b"", end=True) == Taken("", TAGS.forced, False)
    assert progress.reason is None
    assert (progress.phase, progress.thinking_end) == (Phase.ANSWER, ThinkingEnd.TURN)


@pytest.mark.parametrize("end", [False, True])
def test_below_the_floor_a_close_becomes_wait(end: bool) -> None:
    progress = Progress(Limits(20, 5, floor=6, waits=2), (), TAGS, inside=True)
    token = END if end else CLOSE
    progress.take(50, b"hm", end=False)
    assert progress.take(token, b"", end=end) == Taken(" Wait,", TAGS.wait, False)
    assert (progress.thinking_tokens, progress.waits, progress.phase) == (3, 1, Phase.THINKING)
    assert progress.take(token, b"", end=end).feed == TAGS.wait
    # Both waits are used up.
    assert progress.take(token, b"", end=end).feed == (TAGS.forced if end else (CLOSE,))
    assert progress.thinking_end is (ThinkingEnd.TURN if end else ThinkingEnd.CLOSED)
    assert (progress.thinking, progress.thinking_tokens, progress.waits) == ("hm Wait, Wait,", 5, 2)


def test_at_the_floor_a_close_counts() -> None:
    progress = Progress(Limits(20, 5, floor=2, waits=9), (), TAGS, inside=True)
    for token in (50, 51):
        progress.take(token, b"x", end=False)
    progress.take(CLOSE, b"", end=False)
    assert (progress.thinking_end, progress.waits) == (ThinkingEnd.CLOSED, 0)


def test_the_budget_is_stronger_than_the_floor() -> None:
    progress = Progress(Limits(4, 5, floor=100, waits=100), (), TAGS, inside=True)
    progress.take(50, b"x", end=False)
    assert progress.take(CLOSE, b"", end=False).feed == TAGS.wait
    assert progress.take(CLOSE, b"", end=False).feed == (CLOSE,)
    assert progress.thinking_tokens == 3


def test_a_model_that_does_not_think_answers_at_once() -> None:
    progress = Progress(Limits(20, 2), (), TAGS, inside=False)
    assert progress.take(50, b"\n\nan", end=False) == Taken("an", (50,), True)
    assert progress.take(51, b"swer", end=False) == Taken("swer", (), False)
    assert (progress.answer, progress.reason) == ("answer", StopReason.LENGTH)
    assert progress.thinking_end is ThinkingEnd.NONE


def test_a_stop_string_ends_the_answer_and_is_left_out() -> None:
    progress = Progress(Limits(0, 50), ("\n\n",), None, inside=False)
    assert progress.take(50, b"a\n", end=False) == Taken("a", (50,), True)
    assert progress.take(51, b"\nb", end=False) == Taken("", (), False)
    assert (progress.answer, progress.reason) == ("a", StopReason.END)


def test_a_cancelled_answer_gives_what_was_held_back() -> None:
    progress = Progress(Limits(0, 50), ("\n\n",), None, inside=False)
    progress.take(50, b"a\n", end=False)
    assert progress.stop(StopReason.CANCELLED) == "\n"
    assert (progress.answer, progress.reason) == ("a\n", StopReason.CANCELLED)


@pytest.mark.parametrize("period", [1, 2, 7, 23, 24, 25, 63, 64])
def test_a_loop_in_the_thinking_is_ended(period: int) -> None:
    rng = random.Random(period)
    progress = Progress(Limits(4000, 50), (), TAGS, inside=True)
    for _ in range(700):
        assert progress.take(100 + rng.randrange(1000), b"x", end=False).feed[1:] == ()
    cycle = [2000 + number for number in range(period)]
    for count in range(1, 400):
        token = cycle[count % period]
        taken = progress.take(token, b"x", end=False)
        if taken.feed != (token,):
            break
    needed = max(LEAST_TOKENS, 4 * period)
    assert needed <= count <= needed + EVERY
    assert taken == Taken("x", (token, *TAGS.forced), False)
    assert (progress.thinking_end, progress.phase) == (ThinkingEnd.LOOP, Phase.ANSWER)


def test_a_loop_from_the_first_token_on_is_found_at_its_least_length() -> None:
    watch = LoopWatch()
    found = [watch.repeats(7) for _ in range(LEAST_TOKENS)]
    assert found == [False] * (LEAST_TOKENS - 1) + [True]


def test_what_only_looks_like_a_loop_is_none() -> None:
    rng = random.Random(1)
    watch = LoopWatch()
    assert not any(
        watch.repeats(token % (MOST_PERIOD + 1)) for token in range(1000)
    )  # longer than is looked for
    assert not any(watch.repeats(rng.randrange(2)) for _ in range(4000))
    period = list(range(30))
    for _ in range(30):  # the same sentence, with another number in it every time
        period[15] += 1
        assert not any(watch.repeats(token) for token in period)
    # three times is not four
    block = [rng.randrange(9999) for _ in range(60)]
    assert not any(watch.repeats(token) for token in block * 3)


def test_every_sequence_leaves_thinking_within_its_budget() -> None:
    """Whatever is drawn: tokens fed before the answer begins are at most the budget and what closes it."""
    rng = random.Random(3)
    ends = set()
    for _ in range(400):
        limits = Limits(rng.randrange(0, 150), 5, floor=rng.randrange(0, 150), waits=rng.randrange(0, 5))
        progress = Progress(limits, (), TAGS, inside=rng.random() < 0.5)
        closing = rng.choice((0.0, 0.02, 0.3))
        fed = len(progress.opening())
        steps = 0
        while progress.phase is Phase.THINKING or not (steps or fed):
            steps += 1
            draw = rng.random()
            if draw < closing:
                taken = progress.take(CLOSE, b"", end=False)
            elif draw < 2 * closing:
                taken = progress.take(END, b"", end=True)
            else:
                taken = progress.take(OPEN if steps == 1 else 50 + rng.randrange(2), b"x", end=False)
            fed += len(taken.feed)
            if progress.reason is not None or progress.answer_tokens:
                break
        assert progress.phase is Phase.ANSWER or progress.reason is not None
        assert progress.thinking_tokens <= limits.thinking
        assert steps <= limits.thinking + 2
        assert fed <= limits.thinking + 1 + len(TAGS.forced)
        ends.add(progress.thinking_end)
    assert ends >= {ThinkingEnd.BUDGET, ThinkingEnd.CLOSED, ThinkingEnd.TURN}


def test_the_cost_of_a_token_does_not_grow() -> None:
    """The last thousand of 8,000 tokens cost about as much as the first: what is kept has one size."""
    rng = random.Random(5)
    progress = Progress(Limits(9000, 50), (), TAGS, inside=True)
    tokens = [100 + rng.randrange(40) for _ in range(8000)]
    spent = []
    for begin in range(0, 8000, 1000):
        before = time.thread_time()
        for token in tokens[begin : begin + 1000]:
            progress.take(token, b" x", end=False)
        spent.append(time.thread_time() - before)
    assert progress.phase is Phase.THINKING
    assert min(spent[-3:]) < 3 * min(spent[:3])
