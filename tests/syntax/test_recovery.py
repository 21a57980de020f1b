"""Definitions in sources with faults, in several branches and in several roles; and lines inside strings."""

from __future__ import annotations

import random

import pytest

from atlas_tui.syntax import definition_roles, definition_spans, lines_in_strings

PROPERTY = "class A:\n    @property\n    def m(self): return 1\n    @m.setter\n    def m(self, v): pass\n"
IF = "if a:\n    def f(): return 1\nelif b:\n    def f(): return 2\nelse:\n    def f(): return 3\n"
BROKEN_CLASS = (
    "class A:\n    def f(self):\n        x = (1,\n        return x\n\n    def g(self):\n        pass\nz = 1\n"
)


def found(source: str, name: str, role: str = "") -> list[str]:
    data = source.encode()
    return [data[slice(*span)].decode() for span in definition_spans(data, name, role)]


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("x = (1,\n\ndef f():\n    return 1\n\ndef g(): pass\n", "f", ["def f():\n    return 1"]),
        ("x = (\n\n@a\n@b(1)\ndef f():\n    return 1\ny = 2\n", "f", ["@a\n@b(1)\ndef f():\n    return 1"]),
        (
            "x = (\n\nclass A:\n    def f(self): pass\n\n    def h(self): pass\ny\n",
            "A.f",
            ["def f(self): pass"],
        ),
        ("def f(a:\n    return 1\n\ny = 2\n", "f", ["def f(a:\n    return 1"]),
        (
            "def f():\n    x = (1,\n    return x\n\ndef g():\n    pass\n",
            "f",
            ["def f():\n    x = (1,\n    return x"],
        ),
        ("def f():\n    x = (1,\n    return x\n\ndef g():\n    pass\n", "g", ["def g():\n    pass"]),
        ("def f(\n    a,\n):\n    return (\n\ny = 1\n", "f", ["def f(\n    a,\n):\n    return ("]),
        (BROKEN_CLASS, "A.f", ["def f(self):\n        x = (1,\n        return x"]),
        (BROKEN_CLASS, "A.g", ["def g(self):\n        pass"]),
        ("x = 1 +\n'''\ndef f(): pass\n'''\ny = )\n", "f", []),
        ("x = '''never closed\n\ndef f(): pass\n", "f", ["def f(): pass"]),
        (
            "x = (\n\ndef f():\n    return '''\nabc\n'''\n\ny = 1\n",
            "f",
            ["def f():\n    return '''\nabc\n'''"],
        ),
    ],
)
def test_faults(source: str, name: str, expected: list[str]) -> None:
    assert found(source, name) == expected


def test_all_branches_count_and_sequences_do_not() -> None:
    assert found(IF, "f") == [f"def f(): return {number}" for number in (1, 2, 3)]
    assert found(f"def f(): return 0\n{IF}", "f") == found(IF, "f")
    assert found(f"{IF}def f(): return 4\n", "f") == ["def f(): return 4"]
    match = "match x:\n    case 1:\n        def f(): return 1\n    case 2:\n        def f(): return 2\n"
    assert found(match, "f") == [
        "def f(): return 1", "def f(): return 2",
    ]  # fmt: skip
    assert found("if a:\n    def f(): return 1\n    def f(): return 2\n", "f") == ["def f(): return 2"]


def test_stubs_count_only_where_there_is_nothing_else() -> None:
    stub = "@overload\ndef f(a: int) -> int: ...\n"
    assert found(stub + "def f(a): return a\n", "f") == ["def f(a): return a"]
    assert found(stub, "f") == [stub.rstrip()]
    assert found(
        "if not T:\n    def f(): return 1\nelse:\n    def f():\n        '''Doc.'''\n        ...\n", "f"
    ) == ["def f(): return 1"]


def test_roles() -> None:
    assert definition_roles(PROPERTY.encode(), "A.m") == ("", "setter")
    assert definition_roles(PROPERTY.encode(), "A.x") == definition_roles(b"", "") == ()
    assert found(PROPERTY, "A.m") == ["@property\n    def m(self): return 1"]
    assert found(PROPERTY, "A.m", "setter") == ["@m.setter\n    def m(self, v): pass"]
    assert found(PROPERTY, "A.m", "deleter") == found(PROPERTY, "A.m", "setter")


def test_lines_inside_of_strings() -> None:
    source = 'def f():\n    """Doc.\n    more\n    """\n    x = """a\nb\n"""\n    return f"""\n{x}"""\n'
    assert lines_in_strings(source.encode()) == {5, 6, 8}


def test_any_bytes_are_answered() -> None:
    rng = random.Random(7)
    for size in (0, 1, 10, 1000, 5000):
        data = rng.randbytes(size) + b"\n(\ndef zzz(:\n pass\n"
        definition_spans(data, "zzz")
        definition_roles(data, "zzz.y")
        lines_in_strings(data)
