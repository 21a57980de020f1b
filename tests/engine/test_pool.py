"""Means of hidden states over ranges of an answer."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from atlas_tui.engine.base import Span
from atlas_tui.engine.llama.pool import SpanMeans, components, mean_vector
from atlas_tui.events import Vector

ANSWER_BIT, CODE_BIT = 1, 2


def code_of(tokens: list[str]) -> list[str]:
    """The tokens that count as code."""
    means = SpanMeans((Span.ANSWER, Span.CODE))
    marks = [means.mark(token.encode()) for token in tokens]
    assert all(mark & ANSWER_BIT for mark in marks)
    return [token for token, mark in zip(tokens, marks, strict=True) if mark & CODE_BIT]


@pytest.mark.parametrize(
    ("tokens", "code"),
    [
        (["Hi", "\n", "```", "python", "\n", "n", " =", " 1", "\n", "```", "\n", "So"], "n| =| 1|\n"),
        # fences cut anywhere
        (["a\n`", "``py", "thon\n", "x", "\n``", "`\n", "y"], "x"),
        (["```\n", "x", "\n", "`", "`", "`", "\n", "y"], "x|\n"),
        # a token with text of the block and the newline of its fence belongs to it
        (["```py", "\nx", " = 1\n", "\n", "y\n```", "\n"], "\nx| = 1\n|\n"),
        # only the first block
        (["```\n", "x\n", "```\n", "and\n", "```\n", "y\n", "```"], "x\n"),
        # a block that is not closed
        (["```\n", "x\n", "y"], "x\n|y"),
        (["~~~\n", "x\n", "```\n", "y\n", "~~~\n", "z"], "x\n|```\n|y\n"),
        (["~~~\n", "```\n", "~~~~\n", "z"], "```\n"),
        # longer fences hold shorter ones; their first tokens might have been the end
        (["````md\n", "a\n", "```", "py\n", "b\n", "````\n", "c"], "a\n|py\n|b\n"),
        # in a list, indented, with other line ends
        (["1. ", "```\n", "   x\n", "   ```\n", "y"], "   x\n"),
        (["```py\r\n", "x\r\n", "```\r\n", "y"], "x\r\n"),
        # no fences
        (["``", "x``", " and ``` in a line\n", "x"], ""),
        (["```x``` is code\n", "y\n"], ""),
        (["no code at all"], ""),
        ([], ""),
    ],
)
def test_code_is_what_lies_inside_the_first_fence(tokens: list[str], code: str) -> None:
    assert code_of(tokens) == ([] if not code else code.split("|"))


def test_every_way_to_cut_an_answer_gives_the_same_code() -> None:
    answer = "Here:\n\n```python\nfor x in y:\n    print(x)\n\n```\nDone `x`.\n```\nmore\n```\n"
    rng = np.random.default_rng(1)
    for _ in range(200):
        cuts = sorted({0, len(answer), *rng.integers(0, len(answer), rng.integers(1, 40)).tolist()})
        tokens = [answer[begin:end] for begin, end in itertools.pairwise(cuts)]
        inside = "".join(code_of(tokens))
        assert "`" not in inside
        # What is missing is in tokens that also have a part of a fence.
        assert inside in "\nfor x in y:\n    print(x)\n\n"
        if max(map(len, tokens)) == 1:
            assert inside == "for x in y:\n    print(x)\n\n"
    assert "".join(code_of(list(answer))) == "for x in y:\n    print(x)\n\n"


def test_bytes_that_are_no_characters_do_not_disturb() -> None:
    means = SpanMeans((Span.CODE,))
    marks = [means.mark(data) for data in (b"\xf0\x9f", b"\n```\n", b"\xff", b"", b"\n```\n")]
    assert marks == [0, 0, 1, 0, 0]


def test_long_lines_cost_no_more() -> None:
    means = SpanMeans((Span.CODE,))
    means.mark(b"```\n")
    assert all(means.mark(b"x" * 50) for _ in range(2000))
    assert len(means._block._line) < 1000


def test_means_of_what_was_marked() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(6, 40)).astype(np.float32)
    means = SpanMeans((Span.CODE, Span.ANSWER))
    tokens = [b"Hi\n", b"```\n", b"x", b"=1\n", b"```", b"\n"]
    shared = np.empty(40, np.float32)
    for token, row in zip(tokens, rows, strict=True):
        shared[:] = row  # llama.cpp's memory is used again
        means.add(means.mark(token), shared)
    code, answer = means.vectors()
    assert (code.origin, answer.origin) == ("generated-mean/code", "generated-mean/answer")
    assert np.allclose(components(code), rows[2:4].mean(axis=0), atol=2e-3)
    assert np.allclose(components(answer), rows.mean(axis=0), atol=2e-3)


def test_spans_without_rows_have_no_vector() -> None:
    means = SpanMeans((Span.ANSWER, Span.CODE))
    assert means.vectors() == ()
    means.add(means.mark(b"text"), np.ones(3, np.float32))
    assert [one.origin for one in means.vectors()] == ["generated-mean/answer"]
    assert SpanMeans(()).mark(b"text") == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e6])
def test_what_is_no_half_float_is_left_out(value: float) -> None:
    means = SpanMeans((Span.ANSWER, Span.CODE))
    for data, row in ((b"```\n", [value, 1.0]), (b"x", [1.0, 1.0])):
        means.add(means.mark(data), np.array(row, np.float32))
    assert [one.origin for one in means.vectors()] == ["generated-mean/code"]
    assert mean_vector(np.array([value]), 1, "standalone-mean") is None
    assert mean_vector(np.array([1.0]), 0, "standalone-mean") is None


def test_a_mean_keeps_its_direction() -> None:
    """A thousand rows, summed and stored as half floats, still point where their exact mean points."""
    rng = np.random.default_rng(4)
    rows = (rng.normal(size=(1000, 512)) + rng.normal(size=512)).astype(np.float32)
    vector = mean_vector(rows.sum(axis=0, dtype=np.float64), 1000, "standalone-mean")
    assert vector is not None and vector.origin == "standalone-mean"
    got, exact = components(vector).astype(np.float64), rows.mean(axis=0, dtype=np.float64)
    assert got @ exact / np.linalg.norm(got) / np.linalg.norm(exact) > 0.9999999


def test_a_vector_of_another_size_than_it_says_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("2 components holds 1")):
        components(Vector(origin="x", size=2, half="AAA="))
