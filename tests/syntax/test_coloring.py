"""What is coloured in a Python program, and that nothing odd makes it fail."""

from __future__ import annotations

import random

import pytest

from atlas_tui.syntax import coloring
from atlas_tui.syntax.coloring import Coloring

TEXT = '''# hi é
@cache.held(1)
def first(x: int) -> str:
    """doc
    more"""
    é = f"x{len(x) + 1}y"
    return True and not é.len'''
PROGRAM = TEXT.split("\n")


def colored(lines: list[str]) -> list[list[tuple[str, str]]]:
    found = Coloring(lines).stretches(0, len(lines))
    return [[(line[a:b], name) for a, b, name in row] for line, row in zip(lines, found, strict=True)]


def test_comments_names_strings_numbers_and_keywords() -> None:
    assert colored(PROGRAM) == [
        [("# hi é", "comment")],
        [("@cache.held", "name"), ("1", "number")],
        [("def", "keyword"), ("first", "name")],
        [('"""doc', "string")],
        [('    more"""', "string")],
        [('f"x', "string"), ("len", "name"), ("1", "number"), ('y"', "string")],
        [("return", "keyword"), ("True", "keyword"), ("and", "keyword"), ("not", "keyword")],
    ]


def test_a_part_is_coloured_as_in_the_whole() -> None:
    whole = Coloring(PROGRAM)
    every = whole.stretches(0, len(PROGRAM))
    assert [whole.stretches(line, line + 1)[0] for line in range(len(PROGRAM))] == every
    assert whole.stretches(5, 99) == every[5:] and whole.stretches(99, 120) == []


@pytest.mark.parametrize(
    "lines", [[], [""], ["def ("], ["'''never closed", "x = 1"], ["\ud800", "x = '\x00'"]]
)
def test_what_is_no_program_does_not_fail(lines: list[str]) -> None:
    assert len(Coloring(lines).stretches(0, 10)) == len(lines)


def test_stretches_rise_stay_apart_and_end_with_their_line() -> None:
    words = [
        "def",
        "f",
        "(",
        ")",
        ":",
        "'é",
        '"""',
        "#",
        "𝒳",
        "{",
        "}",
        "f'",
        " ",
        "1.5",
        "@",
        "class",
        "\t",
        "if",
    ]
    chance = random.Random(6)
    for _ in range(200):
        lines = ["".join(chance.choices(words, k=chance.randrange(12))) for _ in range(8)]
        for line, row in zip(lines, Coloring(lines).stretches(0, 8), strict=True):
            places = [place for start, end, _ in row for place in (start, end)]
            assert places == sorted(places) and all(start < end for start, end, _ in row), lines
            assert not places or places[-1] <= len(line), lines


def test_a_program_that_is_too_long_stays_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coloring, "MAX_BYTES", 10)
    assert Coloring(["x = 1", "y = 'two'"]).stretches(0, 2) == [(), ()]
