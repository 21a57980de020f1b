"""Syntax faults: where they are, and what is none."""

from __future__ import annotations

import keyword
import random
import sysconfig
from pathlib import Path

import pytest

from atlas_tui.syntax import check

FAULTS = {
    "def f():\nreturn 1": (1, 9, "expected an indented block"),
    "class A:\n\n\nx = 1": (1, 9, "expected an indented block"),
    "x = 1\n  y = 2\n": (2, 3, "unexpected indentation"),
    "  x = 1\n": (1, 3, "unexpected indentation"),
    "if 1:\n    a\n  b\n": (3, 3, "unexpected indentation"),
    "def f(:\n  return 1\n": (1, 6, "“(” is never closed"),
    "x = (1,\ny = 2\nz = 3\n": (1, 5, "“(” is never closed"),
    "x = [i for i in range(3)": (1, 5, "“[” is never closed"),
    "a = (1]\n": (1, 7, "“]” closes nothing"),
    "f(a))\n": (1, 5, "“)” closes nothing"),
    "x = 1 y = 2": (1, 5, "unexpected “1”"),
    "x = 1\nwhile True print(1)": (2, 7, "unexpected “True”"),
    "é = = 3": (1, 5, "unexpected “=”"),
    "print 'a'": (1, 1, "print is a function in Python 3: print(…)"),
    "x = 1\nexec 'a'": (2, 1, "exec is a function in Python 3: exec(…)"),
    "1 <> 2": (1, 3, "<> is not an operator in Python 3: use !="),
    "a = 10L": (1, 5, "“10L” is not a number in Python 3"),
    "a = 0777": (1, 5, "“0777” is not a number in Python 3"),
    "try:\n  x\nexcept A, e:\n  y\n": (3, 1, "several exceptions need parentheses, and a name needs 'as'"),
    "": (1, 1, "no code"),
    " \n\t\n": (1, 1, "no code"),
    "x = 'a\0b'": (1, 7, "a NUL character"),
}

SOUND = [
    "x = 1",
    "\ufeffx = 1\n",
    "for i in range(3) :\n  if i: x; y\n  z = [1,\n 2]; w\n",
    'def f(x):\n    """d"""\n    return x\n\n\n# c\nprint(f(1))',
    "match x:\n    case [a, *_] if a: pass\n    case {'k': v}:\n        w\n",
    "def f[T](x: T) -> T: return x\ntype X = int",
    "async def f():\n    async with a as b, c as d:\n        yield [x async for x in y if await z]\n",
    "try:\n    a\nexcept* (A, B) as e:\n    b\nelse:\n    c\nfinally:\n    d",
    "print(*a, sep='')\nprint\nexec('x')\nprint(a) if b else c",
    "f\"{a!r:>{w}} {'b'}\" f'{x=}'",
    "a = 0o777 + 0 + 00 + 1_000 + 0xff + 1j + 1e5",
    "x = lambda *a, b=1, **k: (yield)",
    "with (open(a) as b, open(c) as d):\n\tpass\n",
    "if (n := 3) > 2: pass\nelif x: pass\nelse: pass",
    "@a.b(c)\n@d\nclass E(F, metaclass=G):\n    x: int = 1\n    def m(self, /, y, *, z): ...\n",
    "x = 1 \\\n    + 2\ndef f(a,\n      b):\n    return a",
    "x = {\n'a': 1,\n  }\n# comment at another depth\n    # and another\ny = 2",
    "def f():\n    # only a comment first\n    return '''\nfar left\n'''\n",
]


@pytest.mark.parametrize("code", FAULTS, ids=repr)
def test_a_fault_is_found_at_its_place(code: str) -> None:
    fault = check(code)
    assert fault is not None
    assert (fault.line, fault.column, fault.message) == FAULTS[code]


@pytest.mark.parametrize("code", SOUND, ids=repr)
def test_python_3_has_no_fault(code: str) -> None:
    assert check(code) is None


def test_the_standard_library_has_no_fault() -> None:
    folder = Path(sysconfig.get_path("stdlib"))
    files = sorted(folder.glob("*.py"))[:120]
    assert len(files) > 50
    found = {
        file.name: str(check(file.read_text("utf-8"))) for file in files if file.stat().st_size < 150_000
    }
    assert {name: fault for name, fault in found.items() if fault != "None"} == {}


def test_a_program_beyond_the_limit_is_a_fault_that_says_the_sizes() -> None:
    fault = check("x = 1\n" * 170_000)
    assert fault is not None
    assert fault.message == "1,020,000 characters of code; at most 1,000,000 are read"


def test_deep_nesting_is_read_without_recursion() -> None:
    fault = check("x = " + "[" * 100_000)
    assert fault is not None and "is never closed" in fault.message
    assert check("x = " + "[" * 20_000 + "]" * 20_000) is None


def test_any_text_is_answered() -> None:
    rng = random.Random(3)
    parts = [
        *keyword.kwlist,
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "'",
        '"""',
        "\n",
        "    ",
        "\t",
        "#",
        "\\",
        "é",
        "\ud800",
    ]
    parts += ["f'", "=", "0x", "1", "\0", "\r", "@", "->", "…", "\ufeff", "x"]
    for _ in range(400):
        code = "".join(rng.choice(parts) + rng.choice(("", " ")) for _ in range(rng.randint(0, 60)))
        fault = check(code)
        assert fault is None or (fault.line >= 1 and fault.column >= 1 and fault.message)
        assert fault is None or fault.line <= code.count("\n") + 1
