"""The same program, however it is written."""

from __future__ import annotations

import random

import pytest

from atlas_tui.syntax import normal_form

ONE = '''
def f(a,b,):
    """Doc."""
    # comment
    x = (a,)
    if a: return 'q'; b
    return [1,2,
 3,]
'''
OTHER = """def f(a, b):

  x=(a,)   # other comment
  if a:
      return "q"
      b
  return [
    1, 2, 3
  ]"""

DIFFERENT = [
    ("x = (a,)", "x = (a)"),
    ("x = a[1,]", "x = a[1]"),
    ("if a:\n    b\nc", "if a:\n    b\n    c"),
    ("x = 'a b'", "x = 'a  b'"),
    ("x = 'a'", "x = b'a'"),
    ("x = f'a'", "x = 'a'"),
    ("a = 1", "a = 2"),
    ("a = 1", "b = 1"),
    ("x = not a", "x = nota"),
    ("'doc'\nf'{g()}'\n", "'doc'\n"),
    ("x = (", "x = ["),
    ("def f():\n    def g(): 1\n    2\n", "def f():\n    def g():\n        1\n        2\n"),
]


def test_formatting_comments_and_docstrings_do_not_count() -> None:
    assert normal_form(ONE) == normal_form(OTHER)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_programs_stay_different(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


def test_it_is_a_fixed_form() -> None:
    assert normal_form(normal_form(ONE)) == normal_form(ONE)


def test_line_ends_and_a_byte_order_mark_do_not_count() -> None:
    assert normal_form("\ufeffx = 1\r\ny = 2\r\n") == normal_form("x=1\ny=2")


def test_text_with_faults_keeps_what_differs() -> None:
    assert normal_form("x = (\n\n") == normal_form("x = (  \n")
    assert normal_form("x = (1") != normal_form("x = (2")


def test_any_text_is_answered() -> None:
    rng = random.Random(7)
    for _ in range(200):
        normal_form(
            "".join(
                chr(rng.choice((9, 10, 32, 34, 35, 39, 40, 41, 58, 91, 93, 97, 233, 0xD800)))
                for _ in range(50)
            )
        )
    assert normal_form("") == ""
    assert normal_form("x = " + "-" * 50_000 + "1")
