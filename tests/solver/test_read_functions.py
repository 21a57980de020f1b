"""Samples of functions: every way in which a statement shows calls and results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atlas_tui.problem import Mode
from atlas_tui.solver.read import read_problem

STARTER = "\n\nclass Solution:\n    def addAll(self, nums: List[int], k: int) -> int:\n        "
WANTED = [([[1, 2], 3], 6), ([[5], 0], 5)]


def function(text: str, name: str) -> list[tuple[list[Any], Any]]:
    problem = read_problem(text)
    assert (problem.mode, problem.entry_point) == (Mode.FUNCTION, name)
    return [(json.loads(sample.given), json.loads(sample.expected)) for sample in problem.samples]


def notes(text: str) -> str:
    return "\n".join(read_problem(text).notes)


BLOCKS = {
    "lc md": (
        "**Example 1:**\n\n**Input:** nums = [1,2], k = 3\n**Output:** 6\n"
        "**Explanation:** 1+2+3 = 6\n\n**Example 2:**\n\n**Input:** nums = [5], k = 0\n"
        "**Output:** 5\n\n**Constraints:**\n\n* `1 <= n`"
    ),
    "lc md2": (
        "**Example 1:**\n\n> **Input:** nums = [1,2], k = 3\n> **Output:** 6\n"
        "> **Explanation:** 1+2+3 = 6\n\n**Example 2:**\n\n> **Input:** nums = [5], k = 0\n"
        "> **Output:** 5"
    ),
    "lc md3": (
        "#### Example 1:\n- **Input:** `nums = [1,2], k = 3`\n- **Output:** `6`\n"
        "- **Explanation:** 1+2+3 = 6\n\n#### Example 2:\n- **Input:** `nums = [5], k = 0`\n"
        "- **Output:** `5`"
    ),
    "lc fence": (
        "Example 1:\n```\nInput: nums = [1,2], k = 3\nOutput: 6\nExplanation: 1+2+3 = 6\n```\n"
        "Example 2:\n```\nInput: nums = [5], k = 0\nOutput: 5\n```"
    ),
    "lc new": (
        "Example 1:\n\nInput: nums = [1,2], k = 3\n\nOutput: 6\n\nExplanation:\n\n1+2+3 = 6\n\n"
        "Example 2:\n\nInput: nums = [5], k = 0\n\nOutput: 5\n\nExplanation:\n\n- five\n\n \n"
        "Constraints:\n\n1 <= n"
    ),
    "lc nextline": (
        "Example 1:\n\nInput:\n\nnums = [1,2], k = 3\n\nOutput:\n\n6\n\nExample 2:\n\nInput:\n"
        "nums = [5]\nk = 0\nOutput:\n5"
    ),
    "lc nextline2": (
        "Example 1:\n\nInput\nnums = [1,2]\nk = 3\n\nOutput\n6\n\nExample 2:\n\nInput\nnums = [5]\n"
        "k = 0\nOutput\n5"
    ),
    "lc lines": (
        "Example 1:\nInput: nums = [\n  1,\n  2\n], k = 3\nOutput: 6\n\nExample 2:\n"
        "Input: nums = [5], k = 0\nOutput: 5"
    ),
    "lc paren": (
        "Example 1:\nInput: nums = [1,2], k = 3\nOutput: 6 (the sum)\n\nExample 2:\n"
        "Input: nums = [5], k = 0\nOutput: 5. It is so."
    ),
    "lc sameline expl": (
        "Example 1:\nInput: nums = [1,2], k = 3\nOutput: 6 Explanation: The sum.\n\nExample 2:\n"
        "Input: nums = [5], k = 0\nOutput: 5 // five"
    ),
    "lc html": (
        '<p>Add.</p>\n\n<p>&nbsp;</p>\n<p><strong class="example">Example 1:</strong></p>\n\n'
        "<pre>\n<strong>Input:</strong> nums = [1,2], k = 3\n<strong>Output:</strong> 6\n"
        "<strong>Explanation:</strong> because 1 &lt; 2\n</pre>\n\n"
        '<p><strong class="example">Example 2:</strong></p>\n\n<pre>\n'
        "<strong>Input:</strong> nums = [5], k = 0\n<strong>Output:</strong> 5\n</pre>\n\n"
        "<p><strong>Constraints:</strong></p>\n\n<ul>\n"
        "\t<li><code>1 &lt;= n &lt;= 10<sup>5</sup></code></li>\n</ul>"
    ),
    "lc html new": (
        '<p>Add.</p>\n<p><strong class="example">Example 1:</strong></p>\n\n'
        '<div class="example-block">\n'
        '<p><strong>Input:</strong> <span class="example-io">nums = [1,2], k = 3</span></p>\n\n'
        '<p><strong>Output:</strong> <span class="example-io">6</span></p>\n\n'
        "<p><strong>Explanation:</strong></p>\n\n<p>So.</p>\n</div>\n\n"
        '<p><strong class="example">Example 2:</strong></p>\n\n<div class="example-block">\n'
        '<p><strong>Input:</strong> <span class="example-io">nums = [5], k = 0</span></p>\n\n'
        '<p><strong>Output:</strong> <span class="example-io">5</span></p>\n</div>'
    ),
    "lc plain": "Example 1:\nInput: [1,2], 3\nOutput: 6\n\nExample 2:\nInput: [5], 0\nOutput: 5",
    "lc plain lines": "Example 1:\nInput:\n[1,2]\n3\nOutput:\n6\n\nExample 2:\nInput:\n[5]\n0\nOutput:\n5",
    "lc colon": (
        "Example 1:\nInput: nums: [1,2], k: 3\nOutput: 6\n\nExample 2:\nInput: nums: [5], k: 0\nOutput: 5"
    ),
    "lc and": (
        "Example 1:\nInput: nums = [1,2] and k = 3\nOutput: 6\n\nExample 2:\n"
        "Input: nums = [5]; k = 0\nOutput: 5"
    ),
    "lc return": (
        "Example 1:\nInput: nums = [1,2], k = 3\nReturn: 6\n\nExample 2:\n"
        "Input: nums = [5], k = 0\nReturns: 5"
    ),
    "lc unquoted": (
        "Example 1:\nInput: nums = [1,2], k = 3\nOutput: ans = 6\n\nExample 2:\n"
        "Input: nums = [5], k = 0\nOutput: 5"
    ),
    "lc table": "| nums | k | Output |\n|---|---|---|\n| [1,2] | 3 | 6 |\n| [5] | 0 | 5 |",
    "lc table2": "| Input | Output |\n|---|---|\n| nums = [1,2], k = 3 | 6 |\n| nums = [5], k = 0 | 5 |",
}
CALLS = {
    "dt": ('def f(a, k):\n    """Do it.\n\n    >>> f([1,2], 3)\n    6\n    >>> f([5], 0)\n    5\n    """\n'),
    "eq": 'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) == 6\n    f([5], 0) == 5\n    """\n',
    "arrow": 'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) ➞ 6\n    f([5], 0) ➞ 5\n    """\n',
    "should": (
        'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) should return 6\n'
        '    f([5], 0) should return 5.\n    """\n'
    ),
    "for ex": (
        'def f(a, k):\n    """Do it.\n\n    For example:\n'
        '    f([1,2], 3) returns 6 and f([5], 0) returns 5.\n    """\n'
    ),
    "# =>": 'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) # => 6\n    f([5], 0) # => 5\n    """\n',
    "#": 'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) # 6\n    f([5], 0)   # returns 5\n    """\n',
    "//": ('def f(a, k):\n    """Do it.\n\n    f([1,2], 3) // 6\n    f([5], 0); // returns 5\n    """\n'),
    "-->": 'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) --> 6\n    f([5], 0) ---> 5\n    """\n',
    "io": (
        'def f(a, k):\n    """Do it.\n\n    Input: [1,2], 3\n    Output: 6\n\n    Input: [5], 0\n'
        '    Output: 5\n    """\n'
    ),
    "io2": (
        'def f(a, k):\n    """Do it.\n\n    Input:\n        a = [1,2]\n        k = 3\n'
        '    Output: 6\n\n    Input:\n        a = [5]\n        k = 0\n    Output: 5\n    """\n'
    ),
    "If": (
        'def f(a, k):\n    """Do it.\n\n    If a = [1,2] and k = 3, the function should return 6.\n'
        '    If a = [5] and k = 0, it should return 5.\n    """\n'
    ),
    "given": (
        'def f(a, k):\n    """Do it.\n\n    Given a = [1,2], k = 3, return 6.\n'
        '    Given a = [5], k = 0, return 5\n    """\n'
    ),
    "for input": (
        'def f(a, k):\n    """Do it.\n\n    For a = [1,2] and k = 3 the result should be 6\n'
        '    for a = [5], k = 0, output should be 5\n    """\n'
    ),
    "vars dt": (
        'def f(a, k):\n    """Do it.\n\n    >>> x = [1,2]\n    >>> f(x, 3)\n    6\n'
        '    >>> y = f([5], 0)\n    >>> y\n    5\n    """\n'
    ),
    "multi": (
        'def f(a, k):\n    """Do it.\n\n    >>> f([1,\n    ...    2], 3)\n    6\n'
        '    >>> f([5], 0)\n    5\n    """\n'
    ),
    "assert": (
        'def f(a, k):\n    """Do it.\n\n    assert f([1,2], 3) == 6\n'
        '    assert f([5], 0) == 5, \'five\'\n    """\n'
    ),
    "assertEqual": (
        'def f(a, k):\n    """Do it.\n\n    self.assertEqual(f([1,2], 3), 6)\n'
        '    Test.assert_equals(f([5], 0), 5)\n    """\n'
    ),
    "sum chain": (
        'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) == 1 + 2 + 3 = 6\n'
        '    f([5], 0) = 5 + 0 = 5\n    """\n'
    ),
    "bullets": (
        'def f(a, k):\n    """Do it.\n\n    Examples\n    * f([1,2], 3) → 6\n'
        '    * For f([5], 0), the output is 5\n    """\n'
    ),
    "outputs": (
        'def f(a, k):\n    """Do it.\n\n    f([1,2], 3) outputs 6\n    f([5], 0) is equal to 5\n    """\n'
    ),
    "yields": (
        'def f(a, k):\n    """Do it.\n\n'
        '    Calling f([1,2], 3) yields 6, and calling f([5], 0) should give 5\n    """\n'
    ),
    "result of": (
        'def f(a, k):\n    """Do it.\n\n    The result of f([1,2], 3) is 6.\n'
        '    The output of f([5], 0) should be 5\n    """\n'
    ),
    "newline =>": (
        'def f(a, k):\n    """Do it.\n\n    f([1,2], 3)\n    => 6\n    f([5], 0)\n    => 5\n    """\n'
    ),
    "newline output": (
        'def f(a, k):\n    """Do it.\n\n    f([1,2], 3)\n    Output: 6\n    f([5], 0)\n'
        '    Output: 5\n    """\n'
    ),
    "ipython": (
        'def f(a, k):\n    """Do it.\n\n    In [1]: f([1,2], 3)\n    Out[1]: 6\n\n'
        '    In [2]: f([5], 0)\n    Out[2]: 5\n    """\n'
    ),
    "table": (
        'def f(a, k):\n    """Do it.\n\n    | a | k | result |\n    |---|---|---|\n'
        '    | [1,2] | 3 | 6 |\n    | [5] | 0 | 5 |\n    """\n'
    ),
    "doctest True": (
        'def f(a, k):\n    """Do it.\n\n    >>> f([1,2], 3) == 6\n    True\n'
        '    >>> assert f([5], 0) == 5\n    """\n'
    ),
    "mid prose": (
        'def f(a, k):\n    """Do it.\n\n    >>> f([1,2], 3)\n    6\n'
        '    This is because the sum is 6.\n    >>> f([5], 0)\n    5\n    """\n'
    ),
    "doctest comment": (
        'def f(a, k):\n    """Do it.\n\n    >>> f([1,2], 3)  # the sum\n    6\n'
        '    >>> f([5], 0) # doctest: +SKIP\n    5\n    """\n'
    ),
    "mbpp": (
        "Write a python function to add.\nYour code should pass these tests:\n\n"
        "assert f([1,2], 3) == 6\nassert f([5], 0) == 5\n"
    ),
    "mbpp2": "Write a function to add.\n\nassert f([1,2], 3) == 6\nassert f([5], 0) == 5",
    "codewars": "# Add\nWrite a function.\n\n```python\nf([1,2], 3) # => 6\nf([5], 0) # => 5\n```",
    "check": (
        "def f(a, k):\n    pass\n\ndef check(candidate):\n    assert candidate([1,2], 3) == 6\n"
        "    assert candidate([5], 0) == 5\n"
    ),
}


@pytest.mark.parametrize("layout", BLOCKS)
def test_blocks_of_named_arguments(layout: str) -> None:
    text = BLOCKS[layout] + STARTER
    assert function(text, "addAll") == WANTED
    assert notes(text) == ""


@pytest.mark.parametrize("layout", CALLS)
def test_calls(layout: str) -> None:
    assert function(CALLS[layout], "f") == WANTED
    assert notes(CALLS[layout]) == ""


DOC = 'def f(a, k):\n    """Do it.\n\n{}    """\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DOC.format("    >>> g([1, 2], 3)\n    6\n    >>> g([5], 0)\n    5\n"), "the examples call g"),
        (DOC.format("    g([1, 2], 3) ==> 6\n    g([5], 0) ==> 5\n"), "they were read as calls of f"),
        (
            DOC.format("    >>> print(f([1, 2], 3))\n    6\n    >>> f([5], 0)\n    5\n"),
            "printed text was taken",
        ),
        (DOC.format("    [1, 2], 3 -> 6\n    [5], 0 -> 5\n"), "lines of values with an arrow"),
        (DOC.format("    * ([1, 2], 3) => 6\n    * ([5], 0) => 5\n"), "lines of values with an arrow"),
        (
            "def f(a, k):\n    pass\n\nInput: x = [1, 2], y = 3\nOutput: 6\n\n"
            "Input: x = [5], y = 0\nOutput: 5\n",
            "x, y in a sample were taken for the parameters of f, in their order",
        ),
    ],
)
def test_what_is_likely_is_read_and_told(text: str, words: str) -> None:
    assert function(text, "f") == WANTED
    assert words in notes(text)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("    f([1, 2], 3) is best computed by hand.\n", "a call shows no result (f([1, 2], 3))"),
        ("    >>> sorted(f([1, 2], 3))\n    [6]\n", "it is not a plain call"),
        (
            "    >>> f([], 0)\n    Traceback (most recent call last):\n        ...\n    ValueError: empty\n",
            "not a plain value",
        ),
        ("    f([1, 2], 3) == 1 + 5\n", "not a plain value"),
    ],
)
def test_what_cannot_be_read_is_told(shown: str, why: str) -> None:
    assert function(DOC.format(shown), "f") == []
    assert why in notes(DOC.format(shown))


def test_two_results_in_one_output_are_told_not_guessed() -> None:
    text = "Example 1:\nInput: nums = [1,2], k = 3\nOutput: 2, nums = [2,2,_,_]\n" + STARTER
    assert function(text, "addAll") == []
    assert "a sample could not be read" in notes(text)


def test_printed_text_is_a_string_where_the_annotation_says_so() -> None:
    text = 'def f(a: str) -> str:\n    """\n    >>> print(f("x"))\n    1\n    two\n    """\n'
    assert function(text, "f") == [(["x"], "1\ntwo")]
    assert notes(text) == ""


def test_results_over_several_lines() -> None:
    text = (
        'def f(a):\n    """\n    >>> f(1)\n    [[1, 2],\n     [3, 4]]\n    >>> f(2)\n    {\'a\': 1}\n'
        '    >>> f(3)\n    \'a\\nb\'\n    """\n'
    )
    assert function(text.replace("\\nb", "\\\\nb"), "f")[:2] == [([1], [[1, 2], [3, 4]]), ([2], {"a": 1})]


def test_words_without_quotes_are_strings_where_the_annotation_says_so() -> None:
    text = 'def f(a: str) -> str:\n    """\n    f("ab") -> "ba"\n    f("x") -> x\n    """\n'
    assert function(text, "f") == [(["ab"], "ba"), (["x"], "x")]


def test_names_that_a_session_binds() -> None:
    text = (
        "def f(a, k): ...\n\n>>> x = [1, 2]\n>>> n: int = 3\n>>> f(x, k=n)\n6\n>>> y = f([5], 0)\n>>> y\n5\n"
    )
    assert function(text, "f") == WANTED


def test_asserts_without_a_comparison() -> None:
    text = "def f(a): ...\n\nassert f(1)\nassert not f(2)\nassert f(3) is None\nassert f(4), 'four'\n"
    assert sorted(function(text, "f"), key=str) == [([1], True), ([2], False), ([3], None), ([4], True)]


def test_explanations_of_blocks_add_no_samples() -> None:
    text = (
        "Example 1:\nInput: nums = [1,2], k = 3\nOutput: 6\n"
        "Explanation: If nums = [1], k = 2, the answer is 3. [4], 5 -> 9\n" + STARTER
    )
    assert function(text, "addAll") == WANTED[:1]


def test_text_in_strings_is_no_separator() -> None:
    text = "def f(a, b):\n    pass\n\nInput: a = 'x and b = 2; c', b = \"it's # 1\"\nOutput: '6 (six)'\n"
    assert function(text, "f") == [(["x and b = 2; c", "it's # 1"], "6 (six)")]
