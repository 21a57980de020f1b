"""Self-tests: read strictly, checked against samples, trusted by agreement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atlas_tui.engine.base import StopReason
from atlas_tui.events import Event, TestsWritten, Text, Usage
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver import prompting, prompting_more
from atlas_tui.solver.layouts import Layout, grammar_of_tests, layout_of, read_inputs, read_tests
from atlas_tui.solver.sample_shape import Shape
from atlas_tui.solver.write_tests import CHARACTERS, from_replies, write_tests
from tests.solver.stage_parts import COUNT, STACK, SUM, TWICE, all_of, kit, reply


def pairs(problem: Problem, text: str, cut: bool = False) -> list[tuple[str, str]]:
    return [(pair.given, pair.expected) for pair in read_tests(problem, text, cut).pairs]


def counted(event: TestsWritten) -> dict[str, int]:
    return {each.why: each.number for each in event.dropped}


def test_tests_of_a_program_are_read_line_by_line() -> None:
    text = "Input:\n2\n7 8\nOutput:\n15\n\nInput: 1\n4\nOutput: 4\n"
    assert pairs(SUM, text) == [("2\n7 8\n", "15\n"), ("1\n4\n", "4\n")]


def test_decoration_of_tests_is_not_taken_for_content() -> None:
    first = "Here they are.\n**Test 1:**\n```\n**Input:**\n1\n7\n**Output:**\n7\n```\n"
    text = first + "### Test 2\nInput:\n1\n2\nOutput:\n2"
    assert pairs(SUM, text) == [("1\n7\n", "7\n"), ("1\n2\n", "2\n")]


def test_what_is_no_whole_test_is_malformed() -> None:
    text = "Input:\n1\n2\n\nInput:\n\nOutput:\n3\n\nInput:\n1\n5\nOutput:\n5\nExplanation: one number\n"
    read = read_tests(SUM, text)
    assert read.pairs == () and read.malformed == 3


def test_the_last_test_of_a_cut_reply_is_left_out() -> None:
    text = "Input:\n1\n7\nOutput:\n7\n\nInput:\n1\n123\nOutput:\n12"
    assert pairs(SUM, text, cut=True) == [("1\n7\n", "7\n")]


def test_calls_are_read_as_literals_and_never_evaluated() -> None:
    text = (
        "count_items([1, 2], 2) == 1\n"
        "assert count_items(items=[3], x=3) == 1  # one\n"
        "- `Solution().count_items([], -1) == 0`\n"
        "count_items([1] * 10**9, 2) == 0\n"
        "count_items(list(range(3)), 2) == 1\n"
        "count_items([1], wrong=2) == 1\n"
        "count_items([1], 2)\n"
        "other([1], 2) == 1\n"
        "prose\n"
    )
    read = read_tests(COUNT, text)
    assert [(pair.given, pair.expected) for pair in read.pairs] == [
        ("[[1, 2], 2]", "1"),
        ("[[3], 3]", "1"),
        ("[[], -1]", "0"),
    ]
    assert read.malformed == 6


def test_calls_of_a_class_are_read_as_arrays() -> None:
    assert layout_of(STACK) is Layout.CALLS
    right = 'Input:\n["Stack","push","top"]\n[[],[5],[]]\nOutput:\n[null,null,5]\n\n'
    read = read_tests(STACK, right + 'Input:\n["Stack"]\n[[],[]]\nOutput:\n[null]\n')
    assert [(pair.given, pair.expected) for pair in read.pairs] == [
        ('[["Stack", "push", "top"], [[], [5], []]]', "[null, null, 5]")
    ]
    assert read.malformed == 1


def test_inputs_alone_are_read_without_answers() -> None:
    assert [pair.given for pair in read_inputs(SUM, "Input:\n1\n2\n\nInput:\n1\n3").pairs] == [
        "1\n2\n",
        "1\n3\n",
    ]
    calls = read_inputs(COUNT, "count_items([1], 2)\ncount_items([], 0) == 0\nnothing(1)")
    assert [pair.given for pair in calls.pairs] == ["[[1], 2]", "[[], 0]"] and calls.malformed == 1


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("4\n1 2 3 4\n", True),
        ("0\n\n", False),
        ("4\n1 2 3\n", False),
        ("4\n1 2 3 x\n", False),
        ("4 1\n1 2 3 4\n", False),
        ("4\n", False),
    ],
)
def test_inputs_must_match_the_sizes_of_the_samples(given: str, fits: bool) -> None:
    assert (Shape(SUM).fault(given) == "") is fits


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("[[1], 2]", True),
        ("[[], 2]", True),
        ("[[1]]", False),
        ('[["a"], 2]', False),
        ("[[1], true]", False),
        ("[[[1]], 2]", False),
        ("3", False),
        ("{", False),
    ],
)
def test_arguments_must_be_of_the_samples_types(given: str, fits: bool) -> None:
    assert (Shape(COUNT).fault(given) == "") is fits


def test_two_rules_that_hold_by_chance_are_both_left_out() -> None:
    problem = Problem(statement="s", mode=Mode.PROGRAM, samples=(Sample(given="3 3\n5 2 9\n", expected="9"),))
    assert Shape(problem).fault("2 1\n4 4\n") == "" and Shape(problem).fault("1 2\n4 4\n") == ""
    assert Shape(replace(problem, samples=())).fault("anything at\nall") == ""


SAMPLE = "Input:\n3\nOutput:\n6\n\n"
FIVE, SEVEN = "Input:\n5\nOutput:\n10\n", "Input:\n7\nOutput:\n14\n"


def test_agreement_with_samples_and_between_draws_raises_trust() -> None:
    event = from_replies(
        TWICE, [reply(SAMPLE + FIVE + SEVEN), reply(FIVE), reply("Input:\n7\nOutput:\n49\n")]
    )
    assert [(test.given, test.expected, test.origin, test.trust) for test in event.tests] == [
        ("5\n", "10\n", "tests 1+2", 0.6),
        ("7\n", "14\n", "tests 1", 0.4),
        ("7\n", "49\n", "tests 3", 0.25),
    ]
    assert event.draws == 3 and counted(event) == {"a sample again": 1}


def test_a_draw_that_contradicts_a_sample_is_dropped_whole() -> None:
    event = from_replies(TWICE, [reply("Input:\n3\nOutput:\n9\n\nInput:\n5\nOutput:\n25\n"), reply(SEVEN)])
    assert [test.given for test in event.tests] == ["7\n"]
    assert counted(event) == {"another answer than a sample's": 1, "in a reply that contradicts a sample": 1}


def test_a_samples_answer_in_another_spelling_is_no_contradiction() -> None:
    assert counted(from_replies(TWICE, [reply("Input:\n3 \nOutput:\n6.0\n")])) == {"a sample again": 1}
    assert counted(from_replies(COUNT, [reply("count_items([1,2,1], 1) == 2.0")])) == {"a sample again": 1}


def test_everything_dropped_is_counted() -> None:
    large = "1 " * CHARACTERS
    text = f"{FIVE}{FIVE}Input:\n{large}\nOutput:\n1\n\nInput:\nx\nOutput:\n1\n\nOutput:\n4\n"
    event = from_replies(TWICE, [reply(text)])
    assert [test.given for test in event.tests] == ["5\n"]
    assert counted(event) == {
        "fields that are no integers": 1,
        "not in the form asked for": 1,
        "the same input again": 1,
        "too large": 1,
    }
    assert sum(counted(event).values()) == 4


def test_answers_of_another_type_are_dropped_but_none_may_be_one() -> None:
    text = 'count_items([1], 2) == "none"\ncount_items([2], 2) == None\ncount_items([2], 3) == 0.0\n'
    event = from_replies(COUNT, [reply(text)])
    assert [test.expected for test in event.tests] == ["null", "0.0"]


def test_there_are_at_most_so_many() -> None:
    text = "".join(f"Input:\n{n}\nOutput:\n{2 * n}\n\n" for n in range(30, 60))
    event = from_replies(TWICE, [reply(text)], most=4)
    assert len(event.tests) == 4 and counted(event) == {"more than are used": 26}


def test_odd_names_have_no_grammar() -> None:
    assert grammar_of_tests(replace(COUNT, entry_point='f" | root'), 3) is None
    assert grammar_of_tests(replace(COUNT, entry_point="Solution.count_items"), 3) is not None


@pytest.mark.parametrize("problem", [TWICE, COUNT, STACK], ids=["program", "function", "class"])
def test_prompts_of_tests_begin_as_all_prompts_do_and_hold_no_candidate(problem: Problem) -> None:
    begin = prompting.observe(problem)[1].content.split("# Task\n\n")[0]
    for messages in (
        prompting_more.tests(problem, 6),
        prompting_more.generator(problem, 6, 100),
        prompting_more.differ(problem, "a = {1}", "b = 2", 6),
        prompting_more.judge(problem, problem.samples[0].given, "{x}", ""),
        prompting_more.diagnose(problem, "a = {1}", "{}"),
        *(prompting_more.repair(problem, "a = {1}", "{}", each) for each in prompting_more.perspectives()),
    ):
        assert messages[0] == prompting.observe(problem)[0]
        assert messages[1].content.startswith(begin + "# Task\n\n")


def written(seen: list[Event]) -> TestsWritten:
    assert isinstance(seen[-1], TestsWritten)
    return seen[-1]


async def test_the_model_writes_tests_of_a_program() -> None:
    replies = {"tests for this problem": [SAMPLE + FIVE, SAMPLE + SEVEN]}
    async with kit(replies) as made:
        seen = await all_of(write_tests(made, TWICE, draws=4))
        again = await all_of(write_tests(made, TWICE, draws=4))
    event = written(seen)
    assert event.draws == 4 and counted(event) == {"a sample again": 4}
    assert {test.given for test in event.tests} <= {"5\n", "7\n"} and event.tests
    assert sum(test.origin.count("+") + 1 for test in event.tests) == 4
    assert all(text.candidate == "" for text in seen if isinstance(text, Text))
    assert any(isinstance(each, Usage) for each in seen)
    assert written(again).tests == event.tests, "the run's seed decides"


async def test_the_grammar_lets_calls_and_classes_through() -> None:
    calls = "count_items([1, 2], 2) == 1\ncount_items([], 1) == 0"
    stack = 'Input:\n["Stack","push","top"]\n[[],[5],[]]\nOutput:\n[null,null,5]'
    async with kit({"count_items(arguments)": [calls], "names of the calls": [stack]}) as made:
        function = written(await all_of(write_tests(made, COUNT, draws=1)))
        made_class = written(await all_of(write_tests(made, STACK, draws=1)))
    assert {test.given for test in function.tests} == {"[[1, 2], 2]", "[[], 1]"}
    assert [test.expected for test in made_class.tests] == ["[null, null, 5]"]


async def test_prose_cannot_get_past_the_grammar() -> None:
    async with kit(["I would rather not write any tests today, thank you very much."]) as made:
        event = written(await all_of(write_tests(made, COUNT, draws=1, tokens=40)))
    assert event.tests == () and sum(counted(event).values()) <= 2


async def test_a_reply_cut_at_its_budget_gives_its_whole_tests() -> None:
    text = "".join(f"Input:\n{n}\nOutput:\n{2 * n}\n\n" for n in range(30, 60))
    event = from_replies(TWICE, [reply(text[:-4], StopReason.LENGTH)], most=99)
    assert len(event.tests) == 29


def test_samples_that_were_edited_into_nonsense_break_nothing() -> None:
    odd = replace(COUNT, samples=(Sample(given="nope", expected="nope"), COUNT.samples[0]))
    event = from_replies(odd, [reply("count_items([1, 2, 1], 1) == 2\ncount_items([5], 1) == 0")])
    assert [test.given for test in event.tests] == ["[[5], 1]"]
