"""Samples of programs in the layouts of many sites: exactly, or with a note."""

from __future__ import annotations

import pytest

from atlas_tui.problem import Mode
from atlas_tui.solver.read import NO_SAMPLES, read_problem

SUM = ("3\n1 2 3\n", "6\n")
ONE = ("1\n5\n", "5\n")


def program(text: str) -> list[tuple[str, str]]:
    problem = read_problem(text)
    assert problem.mode is Mode.PROGRAM
    return [(sample.given, sample.expected) for sample in problem.samples]


def notes(text: str) -> str:
    return "\n".join(read_problem(text).notes)


SINGLE = {
    "dashes, with an explanation": (
        "Add them.\n\n-----Constraints-----\n - 1 \\leq N\n\n-----Input-----\n"
        "Input is given from Standard Input in the following format:\nN\nA_1 A_2\n\n"
        "-----Output-----\nPrint the sum.\n\n-----Sample Input-----\n3\n1 2 3\n\n"
        "-----Sample Output-----\n6\n\n1 + 2 + 3 is 6."
    ),
    "dashes and colons": (
        "Add them.\n\n-----Input:-----\n- First line will contain N.\n\n-----Output:-----\n"
        "For each testcase, output in a single line.\n\n-----Constraints-----\n- $1 \\leq N$\n\n"
        "-----Sample Input:-----\n3\n1 2 3\n\n-----Sample Output:-----\n6\n\n"
        "-----EXPLANATION:-----\nBecause."
    ),
    "dashes, explained with numbers": (
        "Add them.\n\n-----Example Input-----\n3\n1 2 3\n\n-----Example Output-----\n6\n\n"
        "-----Explanation-----\n1 2 3"
    ),
    "blank lines, one": (
        "Add.\n\nInput\n\nThe first line contains n.\n\nOutput\n\nPrint.\n\nExample\n\nInput\n\n3\n"
        "1 2 3\n\n\nOutput\n\n6"
    ),
    "headings in Chinese": (
        "## 题目描述\n求和\n\n## 输入格式\n第一行一个整数。\n\n## 输出格式\n"
        "一个整数。\n\n## 输入输出样例 #1\n\n### 输入 #1\n\n```\n"
        "3\n1 2 3\n```\n\n### 输出 #1\n\n```\n6\n```\n\n## 说明/提示\n\n1+2+3"
    ),
    "output for the input": "Sample Input\n\n3\n1 2 3\n\nOutput for the Sample Input\n\n6\n",
    "bold, indented": (
        "**Input Format**\n\nThe first line contains n.\n\n**Sample Input**\n\n    3\n    1 2 3\n\n"
        "**Sample Output**\n\n    6\n\n**Explanation**\n\n1 + 2 + 3"
    ),
    "headings and tabs": (
        "### Sample Input:\n\t3\n\t1 2 3\n\n### Sample Output:\n\t6\n\n### EXPLANATION:\nsum"
    ),
    "colons below a heading": (
        "Input\nThe first line holds n.\n\nOutput\nThe sum.\n\nExample\n\nInput:\n3\n1 2 3\n\nOutput:\n6\n"
    ),
    "capitals": (
        "INPUT FORMAT (input arrives from the terminal / stdin):\nThe first line contains N.\n\n"
        "OUTPUT FORMAT (print output to the terminal / stdout):\nThe sum.\n\nSAMPLE INPUT:\n3\n"
        "1 2 3\n\nSAMPLE OUTPUT: \n6\n\nThe sum is 6.\n\nSCORING:\nTests 1-3."
    ),
    "names of files": (
        "INPUT FORMAT (file sum.in):\nThe first line contains N.\n\nOUTPUT FORMAT (file sum.out):\n"
        "The sum.\n\nSAMPLE INPUT (file sum.in):\n3\n1 2 3\n\nSAMPLE OUTPUT (file sum.out):\n6\n"
    ),
    "in a sentence": "Ex: If the input is:\n\n3\n1 2 3\n\nthe output is:\n\n6\n",
    "in a sentence, fenced": "For the input\n```\n3\n1 2 3\n```\nthe output should be\n```\n6\n```\n",
    "square brackets": "[Input]\n3\n1 2 3\n[Output]\n6\n",
    "signs of equality": "=== Input ===\n3\n1 2 3\n=== Output ===\n6\n",
    "tags": "<input>\n3\n1 2 3\n</input>\n<output>\n6\n</output>\n",
    "one fence 2": "Sample\n```\nInput\n3\n1 2 3\n\nOutput\n6\n```\n",
    "1. Input": "Example 1.\nInput.\n3\n1 2 3\nOutput.\n6\n",
    "testcase": "Sample Testcase 1:\nInput:\n3\n1 2 3\nOutput:\n6\n",
    "sample io": "Sample Input & Output\nInput\n3\n1 2 3\nOutput\n6\n",
    "examples of input": "Examples of input\n3\n1 2 3\nExamples of output\n6\n",
    "describe then unnamed": (
        "Input\n\nn and then n numbers.\n\nOutput\n\nThe sum.\n\nInput\n\n3\n1 2 3\n\nOutput\n\n6\n"
    ),
    "constraints after": "Sample Input:\n3\n1 2 3\nSample Output:\n6\nConstraints:\n1 <= N <= 100\n",
    "explanation of": "Sample Input 1\n3\n1 2 3\nSample Output 1\n6\nExplanation of Sample 1:\n1+2+3\n",
    "Explanation for": "Sample Input 1\n3\n1 2 3\nSample Output 1\n6\nExplanation for example 1\n7\n",
    "number signs": (
        "Input\n\nOne number n.\n\nOutput\n\nSum.\n\nInput example #1\n3\n1 2 3\n\nOutput example #1\n6\n"
    ),
    "headings in Chinese, fenced": (
        "#### 输入样例：\n\n```\n3\n1 2 3\n```\n\n#### 输出样例：\n\n```\n6\n```\n"
    ),
    "Spanish": (
        "Entrada\nLa primera línea contiene n.\n\nSalida\nLa suma.\n\nEjemplo\nEntrada\n3\n1 2 3\nSalida\n6\n"
    ),
}
SEVERAL = {
    "dashes, several": (
        "Add them.\n\n\n-----Input-----\n\nThe first line contains n.\n\n\n-----Output-----\n\n"
        "Print the sum.\n\n\n-----Examples-----\nInput\n3\n1 2 3\n\nOutput\n6\n\nInput\n1\n5\n\n"
        "Output\n5\n\n\n\n-----Note-----\n\nIn the first example the sum is 6."
    ),
    "blank lines all over": (
        "Add them.\n\nInput\n\nThe first line contains n.\n\nOutput\n\nPrint the sum.\n\n"
        "Examples\n\nInput\n\n3\n1 2 3\n\n\nOutput\n\n6\n\n\nInput\n\n1\n5\n\n\nOutput\n\n5\n\n"
        "Note\n\nIn the first example."
    ),
    "blank lines, format in between": (
        "Add them.\n\nConstraints\n\n* 1 ≤ N\n\nInput\n\n"
        "Input is given from Standard Input in the following format:\n\n\nN\nA_1 A_2\n\n\n"
        "Output\n\nPrint the sum.\n\nExamples\n\nInput\n\n3\n1 2 3\n\n\nOutput\n\n6\n\n\nInput\n\n"
        "1\n5\n\n\nOutput\n\n5"
    ),
    "copied page": (
        "Problem Statement\n\nAdd.\n\nInput\n"
        "The input is given from Standard Input in the following format:\n\nN\nA_1\nOutput\n"
        "Print.\n\nSample Input 1 \nCopy\n3\n1 2 3\nSample Output 1 \nCopy\n6\n"
        "Because the sum of them is 6.\n\nSample Input 2 \nCopy\n1\n5\nSample Output 2 \nCopy\n5\n"
    ),
    "copied page, glued": (
        "Sample Input 1Copy\nCopy\n3\n1 2 3\nSample Output 1Copy\nCopy\n6\n\nSample Input 2Copy\n"
        "Copy\n1\n5\nSample Output 2Copy\nCopy\n5\n"
    ),
    "Japanese": (
        "問題文\n足し算。\n\n制約\n1 ≤ N\n\n入力\n"
        "入力は以下の形式で標準入力から与えられる。\nN\nA_1\n\n出力\n和を出力せよ。\n\n"
        "入力例 1\n\n3\n"
        "1 2 3\n\n出力例 1\n\n6\n\n和は 6 です。\n\n入力例 2\n\n1\n5\n\n出力例 2\n\n5\n"
    ),
    "Chinese": (
        "题目描述\n求和。\n\n输入格式\n第一行一个整数。\n\n输出格式\n一个整数。\n\n"
        "样例输入 1\n3\n1 2 3\n\n样例输出 1\n6\n\n样例输入 2\n1\n"
        "5\n\n样例输出 2\n5\n\n提示\n无"
    ),
    "Russian": (
        "Сложить.\n\nВходные данные\nВ первой строке дано число n.\n\nВыходные данные\n"
        "Выведите сумму.\n\nПримеры\nвходные данные\n3\n1 2 3\nвыходные данные\n6\nвходные данные\n"
        "1\n5\nвыходные данные\n5\nПримечание\nСумма."
    ),
    "Russian, copied": (
        "Сложить.\n\nВходные данные\nВ первой строке дано число n.\n\nВыходные данные\n"
        "Выведите сумму.\n\nПримеры\nВходные данныеСкопировать\n3\n1 2 3\n"
        "Выходные данныеСкопировать\n6\nВходные данныеСкопировать\n1\n5\n"
        "Выходные данныеСкопировать\n5\nПримечание\nСумма."
    ),
    "table with breaks": (
        "Sum.\n\n| Input | Output | Explanation |\n|:--|:-:|--:|\n"
        "| `3`<br>`1 2 3` | `6` | it is 6 |\n| `1`<br>`5` | `5` | |\n"
    ),
    "bold and numbered": (
        "**Sample Input 1:**\n\n```\n3\n1 2 3\n```\n\n**Sample Output 1:**\n\n```\n6\n```\n\n"
        "**Sample Input 2:**\n\n```\n1\n5\n```\n\n**Sample Output 2:**\n\n```\n5\n```\n"
    ),
    "example n": (
        "Example 1\n\nInput\n\n3\n1 2 3\n\nOutput\n\n6\n\nExample 2\n\nInput\n\n1\n5\n\nOutput\n\n"
        "5\n\nExplanation\n\nOnly one."
    ),
    "test n": (
        "#### Test 1\n**Input**\n```\n3\n1 2 3\n```\n**Expected Output**\n```\n6\n```\n"
        "#### Test 2\n**Input**\n```\n1\n5\n```\n**Expected Output**\n```\n5\n```"
    ),
    "one fence": (
        "Example:\n```\nInput:\n3\n1 2 3\nOutput:\n6\n```\n\nExample:\n```\nInput:\n1\n5\nOutput:\n"
        "5\n```\nDone."
    ),
    "numbered in one": "Input 1\n3\n1 2 3\nOutput 1\n6\nInput 2\n1\n5\nOutput 2\n5\n",
    "dash": (
        "Sample Input - 1\n3\n1 2 3\nSample Output - 1\n6\nSample Input - 2\n1\n5\nSample Output - 2\n5\n"
    ),
    "input example": (
        "Input example #1:\n3\n1 2 3\nOutput example #1:\n6\nInput example #2:\n1\n5\nOutput example #2:\n5\n"
    ),
    "page": (
        "<p>Add them.</p>\n<h3>Input</h3><p>The first line contains <var>n</var>.</p>\n"
        "<h3>Output</h3><p>Print the sum.</p>\n<h3>Sample Input 1</h3><pre>3\n1 2 3\n</pre>\n"
        "<h3>Sample Output 1</h3><pre>6\n</pre>\n<p>Because.</p><h3>Sample Input 2</h3><pre>1\n5\n"
        "</pre>\n<h3>Sample Output 2</h3><pre>5\n</pre>"
    ),
    "page with elements as lines": (
        '<div class="header"><div class="title">A. Sum</div><div class="time-limit"><div '
        'class="property-title">time limit per test</div>2 '
        'seconds</div></div><div><p>Add.</p></div><div class="input-specification"><div '
        'class="section-title">Input</div><p>The first line contains n.</p></div><div '
        'class="output-specification"><div '
        'class="section-title">Output</div><p>Sum.</p></div><div '
        'class="sample-tests"><div class="section-title">Examples</div><div '
        'class="sample-test"><div class="input"><div class="title">Input</div><pre>3<br '
        '/>1 2 3<br /></pre></div><div class="output"><div '
        'class="title">Output</div><pre>6<br /></pre></div><div class="input"><div '
        'class="title">Input</div><pre><div class="test-example-line '
        'test-example-line-even">1</div><div '
        'class="test-example-line">5</div></pre></div><div class="output"><div '
        'class="title">Output</div><pre>5\n'
        '</pre></div></div></div><div class="note"><div '
        'class="section-title">Note</div><p>In the first.</p></div>'
    ),
    "sub explanation": (
        "Sample Input 1\n3\n1 2 3\nSample Output 1\n6\nSample Explanation 1\n1+2+3\n"
        "Sample Input 2\n1\n5\nSample Output 2\n5\nSample Explanation 2\n5"
    ),
}
LAYOUTS = SINGLE | SEVERAL


@pytest.mark.parametrize("layout", SINGLE)
def test_one_sample(layout: str) -> None:
    assert program(SINGLE[layout]) == [SUM]


@pytest.mark.parametrize("layout", SEVERAL)
def test_several_samples(layout: str) -> None:
    assert program(SEVERAL[layout]) == [SUM, ONE]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_statement_stays_as_it_was(layout: str) -> None:
    text = LAYOUTS[layout]
    assert read_problem(text).statement == text


def test_rows_of_a_table() -> None:
    text = "Square.\n\n| Input | Output |\n|---|---|\n| 3 | 9 |\n| `a\\|b` | 16 |\n\nThat is all.\n"
    assert program(text) == [("3\n", "9\n"), ("a|b\n", "16\n")]


def test_a_table_of_something_else_is_left_alone() -> None:
    text = "| letter | value |\n|---|---|\n| a | 1 |\n\nInput: 3\nOutput: 9\n"
    assert program(text) == [("3\n", "9\n")]


def test_the_column_of_standard_input() -> None:
    text = (
        "Sample Input\n\nSTDIN       Function\n-----       --------\n3           n = 3\n"
        "1 2 3       a = [1, 2, 3]\n\nSample Output\n\n6\n"
    )
    assert program(text) == [SUM]


def test_indented_data_keeps_its_own_spaces() -> None:
    text = "Sample Input\n\n    2\n      a\n\nSample Output\n\n     *\n    ***\n"
    assert program(text) == [("2\n  a\n", " *\n***\n")]
    assert program("Sample Input\n2\nSample Output\n    *\n   ***\n") == [("2\n", "    *\n   ***\n")]


NUMBERED = "Sample Input 1\n\n3\n\nSample Output 1\n\nabc\n\nSample Input 2\n\n4\n\nSample Output 2\n\n{}\n"


@pytest.mark.parametrize(
    "shown",
    ["\n", "\n\nIn this example, the final string is empty.", "There may be nothing to print.\nSo be it."],
)
def test_an_empty_output_is_a_sample_and_told(shown: str) -> None:
    text = NUMBERED.format(shown)
    assert program(text) == [("3\n", "abc\n"), ("4\n", "")]
    assert "sample 2: its output was taken to be empty" in notes(text)


def test_sentences_that_are_outputs_stay() -> None:
    text = "".join(
        f"Sample Input {i}\n\n{i}\n\nSample Output {i}\n\nThe answer to it is {i}.\n\n" for i in (1, 2)
    )
    assert program(text) == [("1\n", "The answer to it is 1.\n"), ("2\n", "The answer to it is 2.\n")]
    assert notes(text) == ""
    text = "Sample Input\n1\nSample Output\nThe answer to it is 1.\n"
    assert program(text) == [("1\n", "The answer to it is 1.\n")]
    assert "its output reads like a sentence" in notes(text)


@pytest.mark.parametrize(
    "remark",
    [
        "144 is such a number.",
        "2 + 3 = 5",
        "f(1) \\times f(2) is what is asked for.",
        "- First, move the box.\n- Then, move it again.",
        "Initially, S = abc.",
        "和は 5 です。これが答えです。",
        "Сумма этих чисел равна пяти.",
    ],
)
def test_a_remark_right_below_the_output_is_cut_and_told(remark: str) -> None:
    text = f"Sample Input 1\n3\nSample Output 1\n5\n{remark}\n\nSample Input 2\n4\nSample Output 2\n6\n"
    assert program(text) == [("3\n", "5\n"), ("4\n", "6\n")]
    assert "sample 1: text after the output was taken for an explanation" in notes(text)


def test_blank_lines_before_an_explanation_are_told() -> None:
    text = "Sample Input 1\n\n3\n\nSample Output 1\n\n1 2\n\n3\n\nThe first two are on a line of their own.\n"
    assert program(text) == [("3\n", "1 2\n\n3\n")]
    assert "its output has blank lines in it" in notes(text)


def test_columns_side_by_side_are_told_not_guessed() -> None:
    text = "### Sample 1:\nInput\nOutput\n3\n1 2 3\n6\n"
    assert program(text) == []
    assert NO_SAMPLES in notes(text) and "its input and output stand side by side" in notes(text)


def test_named_values_as_standard_input_are_told() -> None:
    assert "sample 1: its input names its values" in notes(
        "Example:\nInput:\nN = 3\nA[] = {1, 2}\nOutput:\n6\n"
    )


@pytest.mark.parametrize(
    "words", ["print any of them", "If there are several, any valid answer will be accepted", "in any order"]
)
def test_several_right_answers_are_told(words: str) -> None:
    words = f"Return the answer {words}." if words.startswith("in") else f"{words}."
    assert "the statement accepts several answers" in notes(f"{words}\n\nInput: 3\nOutput: 9\n")
    assert notes("Print the sum of any two numbers.\n\nInput: 3\nOutput: 9\n") == ""


def test_words_of_other_languages_are_data_where_data_stands() -> None:
    text = "Sample Input\n2\nnota\nсумма\nSample Output\nпример\n"
    assert program(text) == [("2\nnota\nсумма\n", "пример\n")]


@pytest.mark.parametrize(
    ("text", "cpu", "memory"),
    [
        (
            "ограничение по времени на тест2 секунды\nограничение по памяти на тест256 мегабайт",
            2.0,
            256 << 20,
        ),
        ("実行時間制限: 3 sec / メモリ制限: 1024 MiB", 3.0, 1024 << 20),
        ("时间限制：1500 ms 内存限制：256 MB", 1.5, 256 << 20),
        (
            "Time Limit: 2000/1000 MS (Java/Others)    Memory Limit: 65536/131072 K (Java/Others)",
            1.0,
            128 << 20,
        ),
        ("**Time limit**: 1.5 s\n**Memory limit**: 256 MB", 1.5, 256 << 20),
    ],
)
def test_limits_of_other_sites(text: str, cpu: float, memory: int) -> None:
    limits = read_problem(text).limits
    assert (limits.cpu_seconds, limits.memory_bytes) == (cpu, memory)
