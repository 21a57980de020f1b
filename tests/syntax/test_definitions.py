"""Where a name is defined in a source."""

from __future__ import annotations

import random

import pytest

from atlas_tui.syntax import definition_span, definitions

SOURCE = """# é before
import os

@cache
@other(1)
def f(x):
    return x  # last

async def g():
    def inner(): ...

class A:
    '''Doc.'''
    @property
    def m(self): return 1

    class B:
        def n(self): pass

if os:
    def h(): return 1
else:
    def h(): return 2

def twice(): return 1
def twice(): return 2
""".encode()

SPANS = {
    "f": "@cache\n@other(1)\ndef f(x):\n    return x  # last",
    "g": "async def g():\n    def inner(): ...",
    "A.m": "@property\n    def m(self): return 1",
    "A.B": "class B:\n        def n(self): pass",
    "A.B.n": "def n(self): pass",
    "h": "def h(): return 2",
    "twice": "def twice(): return 2",
}


@pytest.mark.parametrize("name", SPANS)
def test_the_span_of_a_definition(name: str) -> None:
    span = definition_span(SOURCE, name)
    assert span is not None
    assert SOURCE[slice(*span)].decode() == SPANS[name]


@pytest.mark.parametrize(
    "name", ["", "inner", "x", "os", "A.x", "m", "n", "f.x", ".", "..", "A.", "A..m", "é", "f "]
)
def test_what_is_not_defined_has_no_span(name: str) -> None:
    assert definition_span(SOURCE, name) is None


def test_names_in_their_order() -> None:
    assert definitions(SOURCE) == ("f", "g", "A", "A.m", "A.B", "h", "twice")


def test_line_ends_and_faults_elsewhere_do_not_matter() -> None:
    source = b"x = = 1\r\ndef f():\r\n\treturn 1\r\n\r\ny = (\r\n"
    span = definition_span(source, "f")
    assert span is not None and source[slice(*span)] == b"def f():\r\n\treturn 1"


def test_any_bytes_are_answered() -> None:
    rng = random.Random(5)
    for size in (0, 1, 10, 1000, 5000):
        data = rng.randbytes(size)
        definitions(data)
        assert definition_span(data + b"\ndef zzz(): pass\n", "qqq") is None
