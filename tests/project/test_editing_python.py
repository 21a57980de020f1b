"""A reply put into a file of Python: what it names is replaced, everything else keeps every byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.project.base import FileChange
from tests.project.editing_parts import SHOP, replied, shop, text


def test_a_function_replaces_its_like_and_nothing_else(tmp_path: Path) -> None:
    reply = replied(
        tmp_path,
        {"shop.py": SHOP},
        "### shop.py\n```python\ndef rounded(value):\n    return math.floor(value)\n```",
    )
    assert reply.fault == "" and reply.notes == () and reply.flags == ()
    expected = SHOP.replace("    # Up.\n    return math.ceil(value)", "    return math.floor(value)")
    assert reply.changes == (FileChange("shop.py", expected.encode()),)
    assert reply.lines == 3
    assert reply.diff.startswith("diff --git a/shop.py b/shop.py\n--- a/shop.py\n+++ b/shop.py\n@@ ")


HEADINGS = [
    "### shop.py\n```python\n{}\n```",
    "### `shop.py`\n\n```python\n{}\n```",
    "**shop.py**\n```python\n{}\n```",
    "1. **`shop.py`**:\n```python\n{}\n```",
    "File: shop.py\n```py\n{}\n```",
    "`shop.py`:\n```\n{}\n```",
    "shop.py\n~~~python\n{}\n~~~",
    "```python shop.py\n{}\n```",
    "```python:shop.py\n{}\n```",
    '```python title="shop.py"\n{}\n```',
    "```shop.py\n{}\n```",
    "```python\n# shop.py\n{}\n```",
    "```python\n# File: ./shop.py\n{}\n```",
    "Here is the new version of `shop.py`, as asked:\n```python\n{}\n```",
    "### shop.py::rounded\n```python\n{}\n```",
    "```python\n{}\n```",
    "<think>```python\nno\n```</think>\n### shop.py\n```python\n{}\n```",
    "### src/shop.py\nText.\n\n### shop.py (rounded)\n\n```python\n{}\n```\nDone.",
    "{}",
]


@pytest.mark.parametrize("form", HEADINGS)
def test_many_ways_to_name_the_file(tmp_path: Path, form: str) -> None:
    code = "def rounded(value):\n    return 1"
    reply = replied(
        tmp_path, {"shop.py": SHOP, "src/other.py": "x = 1\n"}, form.format(code), targets=("shop.py",)
    )
    assert [change.path for change in reply.changes] == ["shop.py"], reply
    assert "    return 1\n" in text(reply) and "math.ceil" not in text(reply)
    assert text(reply).startswith(SHOP[:400])


def test_a_class_with_one_method_keeps_the_rest(tmp_path: Path) -> None:
    code = (
        "class Cart:\n    def cost(self):\n        return 0\n\n    def clear_all(self):\n        self.clear()"
    )
    expected = SHOP.replace(
        "        return sum(i.price for i in self)\n",
        "        return 0\n\n    def clear_all(self):\n        self.clear()\n",
    )
    assert shop(tmp_path, code) == expected


def test_fields_of_a_class_are_replaced_and_added(tmp_path: Path) -> None:
    code = "@dataclass\nclass Item:\n    price: int = 1\n    tax: float = 0.0\n"
    assert shop(tmp_path, code) == SHOP.replace("price: int = 0\n", "price: int = 1\n    tax: float = 0.0\n")


def test_the_head_of_a_class_changes(tmp_path: Path) -> None:
    code = (
        "@dataclass(frozen=True)\nclass Item(Base):\n"
        "    def total(self, count: int) -> int:\n        return 1"
    )
    expected = SHOP.replace("@dataclass\nclass Item:", "@dataclass(frozen=True)\nclass Item(Base):")
    assert shop(tmp_path, code) == expected.replace("return self.price * count", "return 1")


def test_only_the_setter_changes(tmp_path: Path) -> None:
    code = "class Item:\n    @label.setter\n    def label(self, value):\n        self.name = value.strip()"
    expected = SHOP.replace(
        "def label(self, value: str) -> None:\n        self.name = value",
        "def label(self, value):\n        self.name = value.strip()",
    )
    assert shop(tmp_path, code) == expected


def test_decorators_that_are_forgotten_stay(tmp_path: Path) -> None:
    source = (
        "class A:\n    @staticmethod\n    def s(x):\n        return 1\n\n    @property\n    def p(self):\n"
        "        return 1\n\n\n@lru_cache\ndef f(x):\n    return 1\n\n\n"
        "@contextmanager\ndef g():\n    yield 1\n"
    )
    code = source.replace("return 1", "return 2").replace("yield 1", "yield 2")
    bare = "\n".join(line for line in code.split("\n") if "@" not in line)
    reply = replied(tmp_path, {"m.py": source}, f"### m.py\n```python\n{bare}\n```")
    # What a cache does may be what was wrong; a property is one whatever it returns.
    assert text(reply) == code.replace("@lru_cache\n", "")
    moved = replied(
        tmp_path,
        {"m.py": source},
        "### m.py\n```\nclass A:\n    def s(self, x):\n        pass\n```",
    )
    assert "@staticmethod" not in text(moved)


@pytest.mark.parametrize("heading", ["### shop.py", "### shop.py::Cart.cost", "### shop.py::Cart"])
def test_a_method_alone_goes_to_its_class(tmp_path: Path, heading: str) -> None:
    code = "    def cost(self):\n        return 0"
    assert shop(tmp_path, code, heading) == SHOP.replace("sum(i.price for i in self)", "0")


def test_a_method_of_no_known_class_is_a_fault(tmp_path: Path) -> None:
    reply = replied(tmp_path, {"shop.py": SHOP}, "### shop.py\n```python\ndef other(self):\n    pass\n```")
    assert reply.fault == "shop.py: other is a method, and it is not said of which class"
    assert reply.changes == ()


def test_new_functions_stand_behind_what_they_follow(tmp_path: Path) -> None:
    code = (
        "def first():\n    pass\n\n\ndef rounded(value):\n"
        "    return second(value)\n\n\ndef second(value):\n    return value"
    )
    expected = SHOP.replace(
        "def rounded(value):\n    # Up.\n    return math.ceil(value)\n",
        (
            "def first():\n    pass\n\n\ndef rounded(value):\n"
            "    return second(value)\n\n\ndef second(value):\n    return value\n"
        ),
    )
    assert shop(tmp_path, code) == expected


def test_what_is_only_new_stands_above_the_program(tmp_path: Path) -> None:
    expected = SHOP.replace("if __name__", "def fresh():\n    return 1\n\n\nif __name__")
    assert shop(tmp_path, "def fresh():\n    return 1") == expected


def test_constants_are_replaced(tmp_path: Path) -> None:
    expected = SHOP.replace("LIMIT = 3  # items", "LIMIT = 4").replace(
        '    "a": 1,\n', '    "a": 2,\n    "b": 3,\n'
    )
    assert shop(tmp_path, 'LIMIT = 4\nNAMES = {\n    "a": 2,\n    "b": 3,\n}') == expected


def test_new_constants_stand_before_what_needs_them(tmp_path: Path) -> None:
    expected = SHOP.replace("LIMIT = 3  # items", "STEP = 2\nLIMIT = 2 * STEP")
    assert shop(tmp_path, "STEP = 2\nLIMIT = 2 * STEP") == expected
    last = '    "a": 1,\n}\n'
    expected = SHOP.replace(last, f"{last}# Most.\nMOST = 9\n").replace("math.ceil(value)", "MOST")
    assert shop(tmp_path, "# Most.\nMOST = 9\n\ndef rounded(value):\n    # Up.\n    return MOST") == expected
    late = "def fresh():\n    return 1\n\n\nTABLE = {1: fresh}"
    assert shop(tmp_path, late) == SHOP.replace("if __name__", f"{late}\n\n\nif __name__")


def test_missing_imports_are_added_and_others_stay(tmp_path: Path) -> None:
    code = (
        "import re\nimport os\nfrom dataclasses import dataclass, field\n"
        "from shop import Item\n\n\ndef rounded(value):\n"
        "    return re.sub('a', json.dumps(field), Decimal(1))\n\n"
        "print(rounded(3))\nassert rounded(3)"
    )
    new = shop(tmp_path, code)
    assert "import math\nfrom dataclasses import dataclass\nimport re\nfrom dataclasses import field\n" in new
    assert "import json\n" in new and "from decimal import Decimal\n" in new
    assert "import os" not in new and "import Item" not in new and "print(rounded(3))" not in new


def test_an_import_alone_is_meant(tmp_path: Path) -> None:
    files = {"pkg/__init__.py": 'from .a import one\n\n__all__ = ["one"]\n', "pkg/a.py": "one = two = 1\n"}
    answer = '### pkg/__init__.py\n```python\nfrom .a import one, two\n\n__all__ = ["one", "two"]\n```'
    assert text(replied(tmp_path, files, answer)) in (
        'from .a import one, two\n\n__all__ = ["one", "two"]\n',
        'from .a import one\nfrom .a import two\n\n__all__ = ["one", "two"]\n',
    )


def test_a_whole_file_and_a_new_one(tmp_path: Path) -> None:
    answer = (
        "### pkg/old.py (whole file)\n```python\nimport math\n\n\ndef one(value):\n    return 2\n```\n"
        "### shop.py (whole file)\n```python\ndef rounded(value):\n    return 2\n```\n"
        "### pkg/new/tax.py\n```python\nRATE = 0.1\n```\n"
    )
    files = {"shop.py": SHOP, "pkg/old.py": "import os\n\none = two = os\nos.x()\n"}
    reply = replied(tmp_path, files, answer)
    assert text(reply, "pkg/old.py") == "import math\n\n\ndef one(value):\n    return 2\n"
    # Models call a part the whole file as well: too much would be lost.
    assert text(reply, "shop.py") == SHOP.replace("    # Up.\n    return math.ceil(value)", "    return 2")
    assert text(reply, "pkg/new/tax.py") == "RATE = 0.1\n"
    assert "new file mode 100644\n--- /dev/null\n+++ b/pkg/new/tax.py\n" in reply.diff


def test_a_new_file_may_be_empty(tmp_path: Path) -> None:
    answer = "### pkg/__init__.py\n```python\n```\n### shop.py\n```python\n```\n"
    reply = replied(tmp_path, {"shop.py": SHOP}, answer)
    assert reply.changes == (FileChange("pkg/__init__.py", b""),)
    assert reply.notes == ("shop.py: the block for it is empty",)


def test_what_has_everything_is_the_whole_file(tmp_path: Path) -> None:
    new = (
        SHOP.replace("# Above total.", "# Over total.")
        .replace("LIMIT = 3", "LIMIT = 5")
        .replace("# Up.", "# Down.")
    )
    assert shop(tmp_path, new) == new


def test_a_note_that_the_rest_stays_is_no_code(tmp_path: Path) -> None:
    code = (
        "# ... existing code ...\n\nclass Cart(list):\n"
        "    # ... other methods unchanged ...\n    def cost(self):\n"
        "        return 0\n\n# rest of the file stays the same"
    )
    assert shop(tmp_path, code, "### shop.py (whole file)") == SHOP.replace("sum(i.price for i in self)", "0")
    reply = replied(
        tmp_path,
        {"shop.py": SHOP},
        "### shop.py\n```python\ndef rounded(value):\n    x = 1\n    # ... rest unchanged\n```",
    )
    assert "is not whole" in reply.fault


def test_what_is_repeated_without_its_body_stays(tmp_path: Path) -> None:
    bare = SHOP.replace("return self.price * count", "...").replace(
        "return sum(i.price for i in self)", "..."
    )
    bare = (
        bare.replace("        self.append(item)", "        ...")
        .replace("return url", "...")
        .replace("LIMIT = 3", "LIMIT = 4")
    )
    for heading in ("### shop.py", "### shop.py (whole file)"):
        assert shop(tmp_path, bare, heading) == SHOP.replace("LIMIT = 3", "LIMIT = 4")
    none = replied(tmp_path, {"shop.py": SHOP}, "### shop.py\n```python\ndef rounded(value):\n    ...\n```")
    assert none.fault == "shop.py: the code for it has no bodies"
    new = "class Shape(Protocol):\n    def area(self) -> float: ..."
    assert new in shop(tmp_path, f"from typing import Protocol\n\n\n{new}")


INNER = """class A:
    def run(self):
        return 1

    class Inner:
        limit = 1

        def run(self):
            return 2

        def keep(self):
            return 3
"""


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("m.py::A.Inner.run", "def run(self):\n    return 9"),
        ("m.py", "class A:\n    class Inner:\n        def run(self):\n            return 9"),
    ],
)
def test_a_class_in_a_class_keeps_the_rest(tmp_path: Path, heading: str, code: str) -> None:
    reply = replied(tmp_path, {"m.py": INNER}, f"### {heading}\n```python\n{code}\n```")
    assert text(reply) == INNER.replace("return 2", "return 9"), reply


def test_what_strings_hold_at_the_left_edge_loses_no_method(tmp_path: Path) -> None:
    inner = INNER.replace("return 3", 'return """\nselect\n"""')
    code = "class A:\n    class Inner:\n        def run(self):\n            return 9"
    reply = replied(tmp_path, {"m.py": inner}, f"### m.py\n```python\n{code}\n```")
    assert text(reply) == inner.replace("return 2", "return 9"), reply
    named = inner.replace("        def keep", "        @property\n        def keep")
    code = 'class A:\n    class Inner:\n        def keep(self):\n            return """\nupdate\n"""'
    reply = replied(tmp_path, {"m.py": named}, f"### m.py\n```python\n{code}\n```")
    assert text(reply) == named.replace("select", "update"), reply


def test_an_overload_that_is_left_out_is_told(tmp_path: Path) -> None:
    old = "@overload\ndef f(x: int) -> int: ...\ndef f(x):\n    return x\n"
    block = "### m.py\n```python\n{}```"
    same = replied(tmp_path, {"m.py": old}, block.format(old.replace("return x", "return -x")))
    assert text(same) == old.replace("return x", "return -x") and same.notes == ()
    other = old.replace("int) -> int", "str) -> str").replace("return x", "return -x")
    reply = replied(tmp_path, {"m.py": old}, block.format(other))
    assert text(reply) == text(same) and reply.notes == ("m.py: the overloads of f stay as they are",)
