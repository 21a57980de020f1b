"""Problems out of statements: every layout of samples, exactly or with a note."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atlas_tui.problem import Mode, Problem
from atlas_tui.solver.read import NO_SAMPLES, read_problem


def program(text: str) -> list[tuple[str, str]]:
    problem = read_problem(text)
    assert problem.mode is Mode.PROGRAM and problem.entry_point == ""
    return [(sample.given, sample.expected) for sample in problem.samples]


def function(text: str, name: str) -> list[tuple[list[Any], Any]]:
    problem = read_problem(text)
    assert (problem.mode, problem.entry_point) == (Mode.FUNCTION, name)
    return [(json.loads(sample.given), json.loads(sample.expected)) for sample in problem.samples]


def noted(problem: Problem, words: str) -> bool:
    return any(words in note for note in problem.notes)


PROGRAMS = {
    "colon, next lines": "Sum.\n\nInput:\n3\n1 2 3\n\nOutput:\n6\n",
    "colon, no blank line": "Sum.\nInput:\n3\n1 2 3\nOutput:\n6",
    "bold and fenced": "Sum.\n\n**Input**\n```\n3\n1 2 3\n```\n**Output**\n```\n6\n```\n",
    "bold with colon inside": "Sum.\n\n**Input:**\n3\n1 2 3\n\n**Output:**\n6\n",
    "headings": (
        "# Sum\n## Input\nThe first line holds n.\n\n## Output\nPrint the sum.\n\n"
        "## Example\n### Input\n```text\n3\n1 2 3\n```\n### Output\n```text\n6\n```\n"
    ),
    "sample 1": "Sum.\n\nSample Input 1\n\n3\n1 2 3\n\nSample Output 1\n\n6\n\nThe sum of 1, 2 and 3 is 6.\n",
    "sample 1, glued": "Print the sum.Sample Input 1:\n3\n1 2 3\n\nSample Output 1:\n\n6\n",
    "sample 0, fenced": (
        "Input Format\n\nThe first line contains n.\n\nOutput Format\n\nThe sum.\n\n"
        "Sample Input 0\n\n```\n3\n1 2 3\n```\n\nSample Output 0\n\n```\n6\n```\n\n"
        "Explanation 0\n\n1 + 2 + 3 = 6\n"
    ),
    "contest site": (
        "A. Sum\ntime limit per test1 second\nInput\n"
        "The first line contains n. The second n numbers.\n\nOutput\nPrint their sum.\n\n"
        "Example\nInputCopy\n3\n1 2 3\nOutputCopy\n6\nNote\nIt is 6.\n"
    ),
    "copied by hand": "Sum.\nExample\ninput\nCopy\n3\n1 2 3\noutput\nCopy\n6\n",
    "format in prose": (
        "Input\nThe input consists of two lines.\n\nOutput\nOutput a single integer.\n\n"
        "Constraints\n1 <= n\n\nSample Input\n3\n1 2 3\n\nSample Output\n6\n"
    ),
    "numbered labels": "Sum.\n\nInput 1:\n3\n1 2 3\n\nOutput 1:\n6\n",
    "public example": "Example input:\n3\n1 2 3\n\nExample output:\n6\n\nConstraints:\nn < 10\n",
    "output for the sample input": "Sample Input\n3\n1 2 3\nOutput for the Sample Input\n6\n",
    "windows": "Sum.\r\n\r\nInput:\r\n3\r\n1 2 3\r\n\r\nOutput:\r\n6\r\n",
    "indented": "Sum.\n\n    Input:\n    3\n    1 2 3\n    Output:\n    6\n",
    "list items": "Example:\n- Input:\n```\n3\n1 2 3\n```\n- Output:\n```\n6\n```\n",
    "explained": "Example 1:\nInput:\n3\n1 2 3\nOutput:\n6\nExplanation: 1 + 2 + 3\n",
    "explained at once": "Example:\nInput:\n3\n1 2 3\nOutput:\n6\nThis is because the sum of them is 6.\n",
}


@pytest.mark.parametrize("layout", PROGRAMS)
def test_samples_of_a_program(layout: str) -> None:
    assert program(PROGRAMS[layout]) == [("3\n1 2 3\n", "6\n")]


def test_several_samples_in_their_order() -> None:
    text = "".join(
        f"Sample Input {i}\n\n{i}\n\nSample Output {i}\n\n{i * i}\n\nWords about it.\n\n" for i in range(1, 6)
    )
    assert program(text) == [(f"{i}\n", f"{i * i}\n") for i in range(1, 6)]


def test_outputs_after_all_inputs_belong_by_number() -> None:
    text = "Sample Input 1\n5\nSample Input 2\n6\nSample Output 1\n25\nSample Output 2\n36\n"
    assert program(text) == [("5\n", "25\n"), ("6\n", "36\n")]


@pytest.mark.parametrize(
    "text",
    [
        "Input: 1 2\nOutput: 3",
        "Test case 1:\nInput: 1 2\nExpected output: 3",
        "Example: Input: 1 2 Output: 3",
        "* **Input:** `1 2`\n* **Output:** `3`",
        "Input: 1 2 -> Output: 3",
        "Example 1. Input: 1 2\nOutput: 3 Explanation: 1 + 2",
        "Input = 1 2\nOutput = 3",
    ],
)
def test_samples_on_one_line(text: str) -> None:
    assert program(text) == [("1 2\n", "3\n")]


def test_blank_lines_inside_a_fenced_sample_stay() -> None:
    assert program("Input:\n```\n1\n\n2\n```\nOutput:\n```\n3\n\n4\n```\nWords.") == [
        ("1\n\n2\n", "3\n\n4\n")
    ]


def test_blank_lines_inside_an_input_stay() -> None:
    assert program("Sample Input 1:\n2\n\nab\n\ncd\n\nSample Output 1:\n\nYES\nNO\n") == [
        ("2\n\nab\n\ncd\n", "YES\nNO\n")
    ]


def test_data_that_looks_like_words_is_data() -> None:
    text = "Input:\nthe quick brown fox jumps\nOutput:\nxof nworb\n\nInput:\nnote\nOutput:\neton\n"
    assert program(text) == [("the quick brown fox jumps\n", "xof nworb\n"), ("note\n", "eton\n")]
    assert program("Sample Input\n2\ntest\nsource\nSample Output\nAlice wins the game\n") == [
        ("2\ntest\nsource\n", "Alice wins the game\n")
    ]


def test_grids_are_no_headings() -> None:
    assert program("Sample Input 1\n\n2 3\n# . #\n## .\n\nSample Output 1\n\n# #\n") == [
        ("2 3\n# . #\n## .\n", "# #\n")
    ]


def test_a_cut_output_is_told() -> None:
    problem = read_problem("Sample Input\n1\nSample Output\n5\n\n2 + 3 = 5\n")
    assert problem.samples[0].expected == "5\n"
    assert noted(problem, "sample 1: text after the output was taken for an explanation")
    problem = read_problem("Sample Input\n1\nSample Output\n5\n\n6\n")
    assert problem.samples[0].expected == "5\n\n6\n"
    assert noted(problem, "sample 1: its output has blank lines in it")


@pytest.mark.parametrize(
    "text",
    [
        "Read a number and print it.",
        "Input\nThe input consists of one line.\n\nOutput\nPrint the answer.\n",
        "Input: an array of integers and a number.\nOutput: the index of the number in the array.",
        "Input:\nOutput:\n",
        "Sample Input 1 \tSample Output 1\n3 6\n",
        "Output the sum of all inputs.\nInput numbers are small.",
    ],
)
def test_descriptions_are_no_samples(text: str) -> None:
    problem = read_problem(text)
    assert (problem.mode, problem.samples) == (Mode.PROGRAM, ())
    assert problem.notes[0] == NO_SAMPLES


LEETCODE = """Given an array of integers nums and an integer target, return indices of two numbers.

Example 1:

Input: nums = [2,7,11,15], target = 9
Output: [0,1]
Explanation: Because nums[0] + nums[1] == 9, we return [0, 1].

Example 2:

Input: nums = [3,3], target = 6
Output: [0,1]

Constraints:

2 <= nums.length <= 104

"""


@pytest.mark.parametrize(
    ("starter", "signature"),
    [
        (
            "class Solution:\n    def twoSum(self, nums: List[int], target: int) -> List[int]:\n        ",
            "class Solution:\n    def twoSum(self, nums: List[int], target: int) -> List[int]:",
        ),
        ("```python\ndef twoSum(nums, target):\n    pass\n```", "def twoSum(nums, target):"),
        (
            "def twoSum(\n    nums: list[int],\n    target: int = 0,\n):\n    # here\n    ...",
            "def twoSum( nums: list[int], target: int = 0, ):",
        ),
        ("Write a function `twoSum(nums, target)`.", "def twoSum(nums, target):"),
        (
            "Implement `def twoSum(nums: list[int], target: int) -> list[int]`.",
            "def twoSum(nums: list[int], target: int) -> list[int]:",
        ),
    ],
)
def test_named_arguments_in_the_order_of_the_signature(starter: str, signature: str) -> None:
    expected = [([[2, 7, 11, 15], 9], [0, 1]), ([[3, 3], 6], [0, 1])]
    assert function(LEETCODE + starter, "twoSum") == expected
    assert function(starter + "\n\n" + LEETCODE, "twoSum") == expected
    assert read_problem(LEETCODE + starter).signature == signature


def test_the_signature_puts_arguments_in_order() -> None:
    text = "def f(b, a):\n    pass\n\nInput: a = 1, b = 'x, y = 2'\nOutput: true"
    assert function(text, "f") == [(["x, y = 2", 1], True)]


def test_arguments_that_do_not_fit_the_signature_are_told() -> None:
    problem = read_problem(
        "def f(a, b):\n    pass\n\nInput: a = 1, c = 2\nOutput: 3\n\nInput: a = 1, b = 2\nOutput: 3\n"
    )
    assert [sample.given for sample in problem.samples] == ["[1, 2]"]
    assert noted(problem, "a sample could not be read: c is no parameter of f")


def test_without_a_name_the_function_is_called_solve() -> None:
    assert function(LEETCODE, "solve")[0] == ([[2, 7, 11, 15], 9], [0, 1])
    problem = read_problem(LEETCODE)
    assert problem.signature == "def solve(nums, target):"
    assert noted(problem, "the statement names no function; it will be called solve(nums, target)")


CALLS = [
    'def f(a, k=1):\n    """Do it.\n\n    >>> f([1, 2], 3)\n    [4, 5]\n    """\n',
    "Write `f(a, k)`.\n\n>>> f([1, 2], 3)\n[4, 5]",
    ">>> f([1,\n...    2], 3)\n[4,\n 5]\n\nWords.",
    ">>> f([1, 2], 3) == [4, 5]\nTrue",
    "Example: f([1, 2], 3) -> [4, 5]",
    "f([1, 2], 3) → [4, 5].",
    "f([1, 2], 3) => [4, 5]",
    "assert f([1, 2], 3) == [4, 5]",
    "Write a function called f. f([1, 2], 3) returns [4, 5], for instance.",
    "For example, `f([1, 2], 3)` should return `[4, 5]`.",
    "def f(a, k): ...\n\nf([1, 2], k=3) # [4, 5]",
    "def f(a, k): ...\n\nf(k=3, a=(1, 2)) = (4, 5) because of this",
    "def f(a, k): ...\n\nSolution().f([1, 2], 3) == [4, 5]",
    "Write a function `f(a, k)`.\nFor a = [1, 2], k = 3 the output should be [4, 5].",
    "Write a function `f(a, k)`.\n\nInput: f([1, 2], 3)\nOutput: [4, 5]",
    "Write a function `f(a, k)`.\n\nInput:\n[1, 2]\n3\nOutput:\n[4, 5]",
    "Write a function `f(a, k)`.\n\nInput: [1, 2], 3\nOutput: [4, 5]",
    "Write a function `f(a, k)`.\n\nInput: a = [1, 2]\nk = 3\nOutput: [4, 5]\nExplanation: so.",
]


@pytest.mark.parametrize("text", CALLS)
def test_samples_given_as_calls(text: str) -> None:
    assert function(text, "f") == [([[1, 2], 3], [4, 5])]


def test_literals_of_python_and_json_become_json() -> None:
    text = "\n".join(
        f"Example: f({value}) -> {value}"
        for value in (
            "True",
            "None",
            "(1, 'a')",
            "{'k': [1.5, -2]}",
            '"é\\n"',
            "true",
            "[null]",
            "1e3",
            "-0",
            "''",
        )
    )
    problem = read_problem(text)
    expected = [True, None, [1, "a"], {"k": [1.5, -2]}, "é\n", True, [None], 1000.0, 0, ""]
    assert [json.loads(sample.expected) for sample in problem.samples if sample.expected != "true"] == [
        value for value in expected if value is not True
    ]
    assert '"é\\n"' in [sample.expected for sample in problem.samples]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("{1, 2}", "a set has no JSON form"),
        ("3j", "a complex has no JSON form"),
        ("[b'x']", "a bytes has no JSON form"),
        ("{1: 2}", "a dictionary whose keys are not text has no JSON form"),
        ("1e999", "infinity and NaN have no JSON form"),
        ("[Node(1)]", "not a plain value"),
        ("1 + 1", "not a plain value"),
        ('""abc"', "not a plain value"),
        ("[" * 80 + "]" * 80, "nested too deeply"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        ("0x" + "f" * 9000, "a number of too many digits"),
    ],
)
def test_values_without_a_json_form_are_told(value: str, why: str) -> None:
    problem = read_problem(f"def f(x): ...\n\n>>> f(1)\n{value}\n\n>>> f(2)\n3\n")
    assert [(sample.given, sample.expected) for sample in problem.samples] == [("[2]", "3")]
    assert noted(problem, f"a sample could not be read: {why}")
    assert all(len(note) < 160 for note in problem.notes)


def test_a_recurrence_is_no_list_of_samples() -> None:
    text = "def tri(n):\n    pass\n\ntri(1) = 3\ntri(n) = tri(n - 1) + 1\nExample:\ntri(4) = [1, 3]\n"
    assert function(text, "tri") == [([4], [1, 3])]


def test_a_function_that_is_only_mentioned_does_not_make_function_mode() -> None:
    text = "Let the function f(x) be the sum of digits, so f(12) = 3. Read x and print f(x).\n"
    assert read_problem(text).mode is Mode.PROGRAM
    assert program(text + "\nSample Input\n12\nSample Output\n3\n") == [("12\n", "3\n")]


def test_helpers_of_the_statement_are_not_the_entry_point() -> None:
    text = 'def helper(x):\n    return x + 1\n\n\ndef f(x):\n    """Twice.\n    >>> f(1)\n    4\n    """\n'
    assert function(text, "f") == [([1], 4)]


STACK = "class Stack:\n\n    def __init__(self):\n        \n\n    def push(self, x: int) -> None:\n        \n"
CALLS_OF_STACK = (
    'Example 1:\n\nInput\n["Stack", "push"]\n[[], [1]]\nOutput\n[null, null]\n\n'
    "Explanation\nStack s = new Stack();\n\n"
)


@pytest.mark.parametrize("starter", [STACK, ""])
@pytest.mark.parametrize("glue", ["Input\n", "Input: ", "**Input**\n"])
def test_a_list_of_method_calls_is_a_sample_of_the_class(starter: str, glue: str) -> None:
    text = CALLS_OF_STACK.replace("Input\n", glue) + starter
    assert function(text, "Stack") == [([["Stack", "push"], [[], [1]]], [None, None])]
    problem = read_problem(text)
    assert problem.notes == ()
    assert problem.signature == starter.rstrip()


def test_method_calls_that_do_not_fit_are_told() -> None:
    problem = read_problem(CALLS_OF_STACK.replace("[[], [1]]", "[[]]") + STACK)
    assert (problem.samples, problem.mode, problem.entry_point) == ((), Mode.FUNCTION, "Stack")
    assert noted(problem, "not one list of arguments for each method")
    problem = read_problem(CALLS_OF_STACK.replace("[null, null]", "[null]") + STACK)
    assert noted(problem, "not one result for each call")


def test_a_list_of_words_is_no_list_of_method_calls() -> None:
    text = 'def f(words):\n    pass\n\nInput: ["Ab", "c"]\nOutput: 2\n'
    assert function(text, "f") == [([["Ab", "c"]], 2)]


def test_a_signature_beside_standard_input_is_told() -> None:
    problem = read_problem("def main():\n    pass\n\nSample Input\n3 4\nSample Output\n7\n")
    assert problem.mode is Mode.PROGRAM and len(problem.samples) == 1
    assert noted(problem, "the statement gives a function main, but its samples look like standard input")


@pytest.mark.parametrize(
    ("text", "cpu", "memory"),
    [
        ("time limit per test2 seconds\nmemory limit per test256 megabytes\nx", 2.0, 256 << 20),
        ("Time Limit: 2 sec / Memory Limit: 1024 MB", 2.0, 1024 << 20),
        ("**Time limit:** 1500 ms", 1.5, 512 << 20),
        ("Time limit: 0.001 s. Memory limit: 1 KB", 0.5, 64 << 20),
        ("time limit: 9999 seconds, memory limit: 900 GB", 60.0, 4 << 30),
        ("there is a time limit", 4.0, 512 << 20),
    ],
)
def test_limits_of_the_statement_within_bounds(text: str, cpu: float, memory: int) -> None:
    limits = read_problem(text).limits
    assert (limits.cpu_seconds, limits.memory_bytes) == (cpu, memory)
    assert limits.wall_seconds >= limits.cpu_seconds


def test_the_statement_and_its_source_are_kept() -> None:
    problem = read_problem("  Sum.\n\nInput:\n1\nOutput:\n1\n", "sum.md")
    assert (problem.statement, problem.source) == ("  Sum.\n\nInput:\n1\nOutput:\n1\n", "sum.md")


def test_the_same_sample_twice_is_one() -> None:
    assert program("Input: 1\nOutput: 2\n\nInput: 1\nOutput: 2\n") == [("1\n", "2\n")]


def test_more_samples_than_are_used_are_told() -> None:
    problem = read_problem("".join(f"Input: {i}\nOutput: {i}\n\n" for i in range(130)))
    assert len(problem.samples) == 100
    assert problem.notes == ("only the first 100 samples are used",)
