"""S*: inputs on which two programs differ, and the judgement of what they really gave."""

from __future__ import annotations

import pytest

from atlas_tui.events import Event, SplitJudged, Usage
from atlas_tui.solver.split import CHARACTERS, separate, tell_apart
from tests.solver.stage_parts import COUNT, SUM, TWICE, all_of, attempt, kit

DOUBLE = attempt("print(2 * int(input()))", label="A")
SQUARE = attempt("print(int(input()) ** 2)", label="B", round_number=2)
ADD = attempt("n = int(input())\nprint(sum(map(int, input().split())))", label="A")
FIRST = attempt("n = int(input())\nprint(int(input().split()[0]) * n)", label="B")

LIKES_A, LIKES_B = "It should be less.\nRight: A", "Right: B"


def judged(seen: list[Event]) -> SplitJudged:
    assert isinstance(seen[-1], SplitJudged)
    return seen[-1]


async def test_inputs_must_really_tell_them_apart() -> None:
    async with kit() as made:
        telling = await tell_apart(made, TWICE, DOUBLE, SQUARE, ["2\n", "70\n", "5\n", "x\n", "6\n"])
        crash = attempt("n = int(input())\nprint(2 * n if n < 7 else 1 // 0)", label="B")
        ends = await tell_apart(made, TWICE, DOUBLE, crash, ["2\n", "8\n", "x\n"])
    assert [(each.given, each.first, each.second) for each in telling] == [
        ("5\n", "10", "25"),
        ("6\n", "12", "36"),
    ]
    (only,) = ends
    assert only.first == "16" and not only.whole
    assert only.second.startswith("no answer: it ended with ZeroDivisionError")


async def test_values_are_compared_as_the_judge_does() -> None:
    one = attempt("def count_items(items, x=0):\n    return (1, 2.0)", label="A")
    other = attempt("def count_items(items, x=0):\n    return [1, 2]", label="B")
    third = attempt("def count_items(items, x=0):\n    return [1, '2']", label="B")
    async with kit() as made:
        assert await tell_apart(made, COUNT, one, other, ["[[1], 1]"]) == []
        (telling,) = await tell_apart(made, COUNT, one, third, ["[[1], 1]"])
    assert (telling.first, telling.second) == ("[1,2.0]", '[1,"2"]')


async def test_the_one_judged_right_in_both_orders_wins() -> None:
    # The first key the prompt holds decides: where A gave 10 the right one is called A, else it is B.
    replies = {"program A gives\n10\n": [LIKES_A], "program B gives\n10\n": [LIKES_B]}
    async with kit(replies) as made:
        forth = judged(await all_of(separate(made, TWICE, DOUBLE, SQUARE, inputs=["5\n"])))
        back = judged(await all_of(separate(made, TWICE, SQUARE, DOUBLE, inputs=["5\n"])))
    assert (forth.winner, forth.votes, forth.written) == ("A", (2, 0), 0)
    assert (back.winner, back.votes) == ("A", (0, 2))
    assert (forth.first, forth.first_round, forth.second, forth.second_round) == ("A", 0, "B", 2)
    (shown,) = forth.inputs
    assert (shown.given, shown.first, shown.second) == ("5\n", "10", "25")
    assert (shown.votes_first, shown.votes_second, shown.votes_neither) == (2, 0, 0)
    assert "A was judged right more often" in forth.why


@pytest.mark.parametrize("answer", [LIKES_A, LIKES_B, "Right: neither", "Both look fine to me."])
async def test_a_judge_that_prefers_a_place_or_none_gives_a_tie(answer: str) -> None:
    async with kit({"Which of the two": [answer]}) as made:
        event = judged(await all_of(separate(made, TWICE, DOUBLE, SQUARE, inputs=["5\n"], judge_tokens=60)))
    assert event.winner == "" and event.votes[0] == event.votes[1] and "tie" in event.why
    assert event.inputs[0].votes_neither == (2 if "neither" in answer else 0)


async def test_the_model_writes_whole_inputs_where_none_are_known() -> None:
    large = "".join(map(str, range(CHARACTERS // 2)))
    inputs = f"Input:\n2\n4 4\n\nInput:\n3\n1 9 2\n\nInput:\n3\n1 2\n\nInput:\n1\n{large}"
    replies = {"gives\n12\n": [LIKES_A], "Two attempts": [inputs]}
    async with kit(replies, seed=3) as made:
        seen = await all_of(separate(made, SUM, ADD, FIRST, inputs=["2\n3 3\n"], tokens=2000))
    event = judged(seen)
    assert event.written == 2, "the third does not fit the samples, the fourth is too large"
    assert [(each.given, each.first, each.second) for each in event.inputs] == [("3\n1 9 2\n", "12", "3")]
    assert sum(each.number for each in event.dropped) == 2
    assert len([each for each in seen if isinstance(each, Usage)]) == 2


async def test_calls_of_functions_are_written_and_judged_too() -> None:
    right = attempt("def count_items(items, x=0):\n    return items.count(x)", label="A")
    wrong = attempt("def count_items(items, x=0):\n    return int(x in items)", label="C")
    replies = {
        "program A gives\n3\n": [LIKES_A],
        "program B gives\n3\n": [LIKES_B],
        "Two attempts": ["count_items([7], 7)\ncount_items([7, 7, 7], 7)"],
    }
    async with kit(replies) as made:
        event = judged(await all_of(separate(made, COUNT, right, wrong)))
    assert (event.winner, event.votes) == ("A", (2, 0))
    assert event.inputs[0].given == "[[7, 7, 7], 7]"


async def test_programs_that_never_differ_are_a_tie() -> None:
    same = attempt("n = int(input())\nprint(n + n)", label="B")
    async with kit({"Two attempts": ["Input:\n4\n\nInput:\n5"]}) as made:
        event = judged(await all_of(separate(made, TWICE, DOUBLE, same)))
    assert (event.winner, event.votes, event.inputs) == ("", (0, 0), ())
    assert event.written == 2 and event.why == "no input was found on which A and B differ"
