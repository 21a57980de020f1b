"""Code out of replies of every shape."""

from __future__ import annotations

import random

import pytest

from atlas_tui.syntax import extract

F = "def f(x):\n    return x\n"
FENCED = f"```python\n{F}```"

REPLIES = {
    "plain": (FENCED, "f", F),
    "prose around": (f"Sure!\n\n{FENCED}\n\nIt returns x.", "f", F),
    "no info string": (f"```\n{F}```", "f", F),
    "odd info string": (f"```py title='a' {{1,2}}\n{F}```", "f", F),
    "attributes": (f"```{{.python .numberLines}}\n{F}```", "f", F),
    "upper case": (f"```Python\n{F}```", "f", F),
    "tildes": (f"~~~python\n{F}~~~", "f", F),
    "longer fence": (f"````python\n{F}````", "f", F),
    "carriage returns": (FENCED.replace("\n", "\r\n"), "f", F),
    "old mac": (FENCED.replace("\n", "\r"), "f", F),
    "unclosed": (f"```python\n{F}", "f", F),
    "closed on its line": ("```python\ndef f(x):\n    return x```", "f", F),
    "opened late": (f"Here it is: ```python\n{F}```", "f", F),
    "in a list": ("1. So:\n   ```python\n   def f(x):\n       return x\n   ```\n2. Done.", "f", F),
    "bullet with fence": ("- ```python\n  def f(x):\n      return x\n  ```", "f", F),
    "quoted": ("> ```python\n> def f(x):\n>     return x\n> ```", "f", F),
    "byte order mark": (f"\ufeff{FENCED}", "f", F),
    "thinking": (f"<think>\n```python\nbad = 1\n```\n</think>\n\n{FENCED}", "f", F),
    "two thoughts": (f"<think>a</think>\n<think>b = 1</think>{FENCED}", "f", F),
    "end of a thought": (f"so x = 1\n```python\nbad = 1\n```\n</think>\n{FENCED}", "f", F),
    "bare": (F, "f", F),
    "bare between prose": (f"Here is the code:\n\n{F}\nThis returns x.\nI hope it helps!", "f", F),
    "entry point wins": (f"```python\nx = 1\ny = 2\nprint(x, y, x, y, x, y)\n```\nor\n{FENCED}", "f", F),
    "method of Solution": (
        "```\nprint(12345678901234567890)\n```\n```\nclass Solution:\n    def f(self): pass\n```",
        "f",
        "class Solution:\n    def f(self): pass\n",
    ),
    "assigned entry point": (
        "```\nfrom m import f\n```\n```\nprint('longer than the other one')\n```",
        "f",
        "from m import f\n",
    ),
    "what parses wins": (f"```python\ndef f(x:\n    return xxxxxxxxxxxxxxxxxxx\n```\n{FENCED}", "f", F),
    "longest that parses": (
        "```python\nprint(1)\n```\n```python\nprint(input())\nprint(2)\n```",
        "",
        "print(input())\nprint(2)\n",
    ),
    "outputs are no code": (
        "```\n15\n```\n```python\nprint(5)\n```\n```\n[1, 2, 3, 4, 5, 6, 7]\n```",
        "",
        "print(5)\n",
    ),
    "other languages are no code": (
        "```python\nprint(5)\n```\n```toml\nx = 1\nyyyyyyyyyyy = 2\n```",
        "",
        "print(5)\n",
    ),
    "the tag as text": ("```python\nprint('</think>')\n```", "", "print('</think>')\n"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_the_code_of_a_reply(case: str) -> None:
    reply, entry_point, code = REPLIES[case]
    extracted = extract(reply, entry_point)
    assert (extracted.code, extracted.error) == (code, "")


def test_fences_inside_a_docstring_do_not_end_the_block() -> None:
    code = (
        'def f(x):\n    """\n    ```python\n    f(1)\n    ```\n    and\n    ```\n    1\n'
        '    ```\n    """\n    return x\n'
    )
    extracted = extract(f"```python\n{code}```\nThe output:\n```\n1\n```\n", "f")
    assert (extracted.code, extracted.error) == (code, "")


def test_a_string_that_stands_far_left_in_an_indented_block() -> None:
    extracted = extract("  ```python\n  x = '''\na\n'''\n  print(x)\n  ```", "")
    assert (extracted.code, extracted.error) == ("x = '''\na\n'''\nprint(x)\n", "")


def test_spaces_inside_a_string_stay() -> None:
    code = "x = '''\na\n   \nb  \n'''\n"
    assert extract(f"```python\n\n{code}```").code == code


def test_blocks_that_need_each_other_are_joined_in_their_order() -> None:
    helper, solution = "MOD = 7\ndef g(x):\n    return x % MOD\n", "def f(x):\n    return g(x)\n"
    extracted = extract(
        f"First\n```python\n{helper}```\nthen\n```python\n{solution}```\nTest:\n```python\nprint(f(3))\n```",
        "f",
    )
    assert (extracted.code, extracted.error) == (f"{helper}\n\n{solution}", "")


def test_a_main_part_is_joined_with_what_it_calls() -> None:
    extracted = extract(
        "```python\ndef solve(n):\n    m = n * 2\n    return m\n```\n```python\nprint(solve(3))\n```"
    )
    assert extracted.code == "def solve(n):\n    m = n * 2\n    return m\n\n\nprint(solve(3))\n"


def test_alternatives_are_not_joined() -> None:
    one, other = "def f(x):\n    return g(x) + 1\ndef g(x): return 1\n", "def f(x):\n    return 2\n"
    assert extract(f"```\n{one}```\n```\n{other}```", "f").code == one


def test_a_joined_block_is_not_taken_when_a_parameter_has_its_name() -> None:
    one, other = "def f(data):\n    return data\n", "data = [1, 2, 3]\n"
    assert extract(f"```\n{other}```\n```\n{one}```", "f").code == one


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ("", "no code in the reply"),
        ("I cannot solve this.", "no code in the reply"),
        ("42", "no code in the reply"),
        ("```python\n```", "no code in the reply"),
        ("<think>```python\nx = 1\n```", "no code in the reply"),
        ("```python\ndef f(x):\n    return (x\n```", "line 2, column 12: “(” is never closed"),
        ("```python\nprint 'x'\n```", "line 1, column 1: print is a function in Python 3: print(…)"),
        ("def f(x):\n    return x +\n", "line 2"),
        ("x" * 1_000_001, "the reply has 1,000,001 characters; at most 1,000,000 are read"),
    ],
)
def test_why_there_is_no_usable_code(reply: str, error: str) -> None:
    extracted = extract(reply, "f")
    assert extracted.error.startswith(error)


def test_a_program_with_a_fault_is_not_cut_to_what_parses() -> None:
    extracted = extract("def f(x):\n    return x\n\nfor i in range(3) print(i)\nprint(f(1))\n", "f")
    assert "print(f(1))" in extracted.code
    assert extracted.error.startswith("line 4")


def test_text_that_cannot_be_written_as_utf_8_becomes_writable() -> None:
    extracted = extract("```python\nprint('\ud800')\n```")
    assert extracted.code.encode() == b"print('?')\n"


def test_any_reply_is_answered() -> None:
    rng = random.Random(11)
    parts = [
        "```",
        "~~~",
        "python",
        "\n",
        "\n",
        "    ",
        "def f(x):",
        "return x",
        "<think>",
        "</think>",
        "'''",
        "`",
        ">",
        "- ",
        "x = 1",
        "(",
        "\0",
        "\ud83d",
        "\x1b[31m",
        "[bold]",
        "\r\n",
    ]
    for _ in range(500):
        reply = "".join(rng.choice(parts) for _ in range(rng.randint(0, 40)))
        extracted = extract(reply, rng.choice(("", "f", "Solution.f", "[")))
        assert extracted.code or extracted.error
        extracted.code.encode()


def test_a_reply_full_of_fences_is_bounded() -> None:
    extracted = extract("```python\nx = (\n```\n" * 5_000)
    assert extracted.error
