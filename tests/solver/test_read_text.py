"""What cannot be a problem, and how text of any sort becomes safe to show."""

from __future__ import annotations

import random
import time

import pytest

from atlas_tui import events
from atlas_tui.errors import InputError
from atlas_tui.solver.read import read_problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the problem is empty"),
        (b"", "the problem is empty"),
        (" \n\t\r\n\xa0", "the problem is empty"),
        ("\x1b[2J\x1b]0;title\x07", "the problem is empty"),
        ("abc\0def", "the problem is not text"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "the problem is not text"),
        (bytes(range(256)) * 4, "the problem is not text"),
        (random.Random(1).randbytes(3000).replace(b"\0", b"\1"), "the problem is not text"),
        (b"\xff\xfeodd", "the problem is not text"),
        ("\x01\x02" * 40, "the problem is not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)), "the problem is not text"),
    ],
)
def test_what_is_no_problem_is_refused_in_one_line(text: str | bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(text)
    assert words in str(caught.value)
    assert caught.value.todo
    assert "\n" not in caught.value.one_line()


@pytest.mark.parametrize("text", ["x" * 1_000_001, b"x" * 1_000_001, b"x" * 5_000_000])
def test_a_text_that_is_too_large_says_its_size_and_the_limit(text: str | bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_problem(text)
    assert f"{len(text):,}" in str(caught.value)
    assert "1,000,000 characters" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = "Größe für Zoë: print the café's sum.\nInput: 1\nOutput: é\n"
    problem = read_problem(text.encode(encoding))
    assert problem.statement == text
    assert problem.samples[0].expected == "é\n"


def test_big_endian_utf_16_with_a_mark() -> None:
    assert read_problem(b"\xfe\xff" + "Sum é.".encode("utf-16-be")).statement == "Sum é."


def test_a_million_characters_of_more_than_a_byte_are_read() -> None:
    assert len(read_problem(("é" * 1_000_000).encode()).statement) == 1_000_000


def test_newlines_become_one_kind() -> None:
    assert read_problem("a\r\nb\rc\u2028d\ne").statement == "a\nb\nc\nd\ne"


def test_terminal_controls_are_taken_out_and_text_is_kept() -> None:
    text = "a\x1b[31mred\x1b[0m b\x1b]8;;http://x\x07link\x1b]8;;\x07 c\x07d\x9b1me\x7f"
    text += " f\x0cg \u202eh [bold]i[/]\tj"
    assert read_problem(text).statement == "ared blink cde fg h [bold]i[/]\tj"


def test_half_of_a_surrogate_pair_does_not_break_the_session() -> None:
    problem = read_problem("x \ud800 y\n\nExample: f('\\ud83d') -> '\\ud83d'")
    line = events.to_json(events.ProblemRead(problem=problem))
    read = events.from_json(line)
    assert isinstance(read, events.ProblemRead) and read.problem == problem


def test_any_text_is_read_or_refused() -> None:
    rng = random.Random(13)
    parts = [
        "Input",
        "Output",
        ":",
        "\n",
        "\n",
        "Example 1",
        "Sample ",
        " 1",
        "```",
        "def f(",
        ")",
        "[",
        "]",
        "'",
        '"',
        ">>> ",
        "->",
        "f(",
        "1",
        ",",
        "=",
        "class Solution:",
        "    ",
        "**",
        "# ",
        "x",
        "\x1b[",
        "\r",
        "é",
        "\ud800",
        "time limit 1",
        "return",
        "|",
        "|---|",
        "<pre>",
        "</pre>",
        "assert ",
        "Returns:",
        "If the input is",
        "入力例",
        "1 <= n",
    ]
    for _ in range(1500):
        text = "".join(rng.choice(parts) for _ in range(rng.randint(1, 60)))
        try:
            problem = read_problem(text)
        except InputError:
            continue
        events.to_json(events.ProblemRead(problem=problem))
        assert problem.samples or problem.notes


@pytest.mark.parametrize(
    "piece",
    [
        "f(",
        "f(1) = ",
        "Input: ",
        "def f(a,\n",
        "class A:\n    def f(self):\n",
        ">>> f([\n",
        "`",
        "for x = 1 ",
        "Sample Output 1\n",
        "[",
        " ",
        "<pre>",
        "<!--",
        "<p>Input",
        "|Input|Output|\n|-|-|\n",
        "f(1)" + " " * 1000,
        "Input" + " " * 9000 + "x\n",
        " " * 9000 + "x\n",
        "assert f(",
        ">>> x = f(x)\n",
        "1 + ",
        "入力例",
    ],
)
def test_repetitive_text_of_the_largest_size_is_read_in_bounded_time(piece: str) -> None:
    started = time.monotonic()
    text = "x" + piece * (400_000 // len(piece))
    read_problem(text)
    assert time.monotonic() - started < 60
