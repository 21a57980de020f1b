"""A definition is replaced by its node, wherever it stands; every other byte of the file stays."""

from __future__ import annotations

import random

import pytest

from atlas_tui.errors import InputError
from atlas_tui.workspace import How
from tests.workspace.conftest import Tree

NEW = "def solve(n):\n    return n + 1"


def placed(
    tree: Tree, content: bytes | str, code: str, entry_point: str = "solve", how: How = How.AUTO
) -> bytes:
    tree.write("t.py", content)
    workspace = tree.open()
    return workspace.place(workspace.base("t.py"), code, entry_point, how)


def text(tree: Tree, content: str, code: str, entry_point: str = "solve") -> str:
    return placed(tree, content, code, entry_point).decode()


BROKEN = {
    "fault before": "x = = 1\n\n\n{}\n\n\ny = 2\n",
    "fault after": "{}\n\n\ny = (\nz = ]\n",
    "bracket never closed before": "x = (1,\n\n\n{}\n\n\ndef other(n):\n    return 2\n",
    "fault in another function": "def a(:\n    pass\n\n\n{}\n\n\ndef b(:\n    pass\n",
    "conflict markers": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> main\n\n\n{}\n",
    "text": "not python at all (\n\n{}\n\n'''\ndef solve(n): 'in a string'\n'''\n",
    "string like it before": "'''\ndef solve(n): pass\n'''\ny = )\n\n{}\n",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("old", ["def solve(n):\n    return n", "@a\n@b(1)\nasync def solve(n):\n\treturn n"])
def test_faults_elsewhere_in_the_file_do_not_matter(plain: Tree, name: str, old: str) -> None:
    new = NEW.replace("    ", "\t") if "\t" in old else NEW
    assert text(plain, BROKEN[name].format(old), NEW) == BROKEN[name].format(new)


@pytest.mark.parametrize(
    "old",
    [
        "def solve(n):\n    x = (1,\n    return x",
        "def solve(n:\n    return n",
        "def solve(n):\n    return (",
        "def solve(n)\n    if n:\n        return n",
        "def solve(n):\n    x = [\n# at the margin\n    1\n    return x",
    ],
)
def test_a_broken_definition_is_replaced_alone(plain: Tree, old: str) -> None:
    frame = "import os\n\n\n{}\n\n\ndef other(n):\n    return os\n\n\nz = 1\n"
    assert text(plain, frame.format(old), NEW) == frame.format(NEW)


def test_broken_class_with_the_method(plain: Tree) -> None:
    old = "x = (\n\nclass Solution:\n    a = 1\n\n    def solve(self, n):\n        return n\n\ny = 1\n"
    code = "class Solution:\n    def solve(self, n):\n        return 7"
    assert text(plain, old, code) == old.replace("return n\n", "return 7\n")


def test_comments_above_stay_and_those_inside_go(plain: Tree) -> None:
    old = (
        "# above\n\n# near\n@dec  # it\ndef solve(n):  # a\n    return n\n    # last\n\n    # end\n# below\n"
    )
    assert text(plain, old, NEW) == f"# above\n\n# near\n{NEW}\n# below\n"


def test_overloads_stay(plain: Tree) -> None:
    stubs = "@overload\ndef solve(n: int) -> int: ...\n@overload\ndef solve(n: str) -> str: ...\n"
    assert text(plain, stubs + "def solve(n):\n    return n\n\nx = 1\n", NEW) == stubs + NEW + "\n\nx = 1\n"
    # A solution may bring its own, which then go with it; only the definition that counts is taken.
    assert text(plain, "def solve(n):\n    return n\n", stubs + NEW) == NEW + "\n"


def test_every_branch_that_may_run_is_replaced(plain: Tree) -> None:
    old = (
        "if {}:\n    def solve(n):\n        return n\nelse:\n    # s\n    def solve(n):\n        return -n\n"
    )
    for condition in ("True", "False"):
        new = text(plain, old.format(condition), NEW)
        space: dict[str, object] = {}
        exec(new, space)
        assert space["solve"](1) == 2  # type: ignore[operator]
        assert new == old.format(condition).replace("return n", "return n + 1").replace(
            "return -n", "return n + 1"
        )


def test_stub_for_type_checkers_stays(plain: Tree) -> None:
    old = "if TYPE_CHECKING:\n    def solve(n: int) -> int: ...\nelse:\n    def solve(n):\n        return n\n"
    assert text(plain, old, NEW) == old.replace("return n\n", "return n + 1\n")


def test_fallback_of_an_import(plain: Tree) -> None:
    old = (
        "try:\n    from fast import solve\nexcept ImportError:\n    def solve(n):\n        return n\nx = 1\n"
    )
    assert text(plain, old, NEW) == old.replace("return n\n", "return n + 1\n")


def test_what_comes_with_it_stands_around_the_block(plain: Tree) -> None:
    old = "if True:\n    def solve(n):\n        return n\n\n    y = 1\nz = 2\n"
    code = "K = 1\ndef solve(n):\n    return n + help()\n\ndef help():\n    return K\n\nsolve.mark = help()"
    new = text(plain, old, code)
    assert new == (
        "K = 1\n\n\ndef help():\n    return K\n\n\nif True:\n    def solve(n):\n        return n + help()\n"
        "\n    y = 1\n\n\nsolve.mark = help()\nz = 2\n"
    )
    exec(new, {})


def test_only_the_last_of_two_counts(plain: Tree) -> None:
    old = "def solve(n):\n    return 1\n\n\ndef solve(n):\n    return n\n"
    assert text(plain, old, NEW) == old.replace("return n\n", "return n + 1\n")


def test_nested_functions_are_named_with_a_dot(plain: Tree) -> None:
    old = "def outer():\n    def solve(n):\n        return n\n    return solve\n"
    assert text(plain, old, NEW) == f"{old}\n\n{NEW}\n", "the inner one is another function"
    code = "def outer():\n    def solve(n):\n        return n * 2\n    return solve"
    assert text(plain, old, code, "outer.solve") == old.replace("return n\n", "return n * 2\n")


def test_async_becomes_plain_and_back(plain: Tree) -> None:
    assert text(plain, f"async {NEW}\nx = 1\n", NEW) == f"{NEW}\nx = 1\n"
    assert text(plain, f"{NEW}\nx = 1\n", f"async {NEW}") == f"async {NEW}\nx = 1\n"


PROPERTY = (
    "class A:\n    @property\n    def m(self):\n        return self._m\n\n"
    "    @m.setter\n    def m(self, value):\n        self._m = value\n\n    def z(self): pass\n"
)


def test_getter_and_setter_are_told_apart(plain: Tree) -> None:
    code = "class A:\n    @property\n    def m(self):\n        return 5"
    assert text(plain, PROPERTY, code, "A.m") == PROPERTY.replace("return self._m", "return 5")
    setter = "class A:\n    @m.setter\n    def m(self, value):\n        self._m = 9"
    assert text(plain, PROPERTY, setter, "A.m") == PROPERTY.replace("self._m = value", "self._m = 9")


def test_class_is_replaced_whole_when_it_was_asked_for(plain: Tree) -> None:
    code = "class A(B):\n    def m(self):\n        return 1"
    assert text(plain, f"# c\n@dec\n{PROPERTY}\nx = 1\n", code, "A") == f"# c\n{code}\n\nx = 1\n"


CLASS = (
    'class Solution(Base):\n    """Doc."""\n\n    limit = 3\n\n    def other(self):\n        return 1\n\n'
    "    # Of solve.\n    def solve(self, n):\n        return n\n\n    async def z(self): pass\n\n\nx = 1\n"
)


def test_members_of_the_class_that_the_solution_does_not_have_stay(plain: Tree) -> None:
    code = (
        "import math\n\n\nclass Solution:\n    limit = 3\n    more = 4\n\n    # H.\n    def helper(self):\n"
        "        return math.pi\n\n    def solve(self, n):\n        return self.helper()\n"
    )
    assert text(plain, CLASS, code) == "import math\n\n\n" + CLASS.replace(
        "return n\n", "return self.helper()\n"
    ).replace(
        "    # Of solve.\n",
        "    more = 4\n\n    # H.\n    def helper(self):\n        return math.pi\n\n    # Of solve.\n",
    )


def test_method_that_the_class_does_not_have_goes_to_its_end(plain: Tree) -> None:
    old = "class Solution:\n    def other(self):\n        return 1\n\n\nx = 1\n"
    code = "class Solution:\n    def solve(self, n):\n        return n"
    assert text(plain, old, code) == old.replace(
        "return 1\n", "return 1\n\n    def solve(self, n):\n        return n\n"
    )


def test_class_on_one_line_is_replaced(plain: Tree) -> None:
    code = "class Solution:\n    def solve(self, n):\n        return n"
    assert text(plain, "class Solution: pass\nx = 1\n", code) == f"{code}\nx = 1\n"


def test_strings_of_several_lines_keep_their_text(plain: Tree) -> None:
    code = (
        'class Solution:\n    def solve(self, n):\n        """Doc.\n\n        More.\n        """\n'
        '        return """\n    a\n        b\n"""'
    )
    old = "class Solution:\n  def solve(self, n):\n    return n\n\n  def other(self): pass\n"
    new = text(plain, old, code)
    assert 'return """\n    a\n        b\n"""\n' in new
    space: dict[str, object] = {}
    exec(new, space)
    assert space["Solution"]().solve(1) == "\n    a\n        b\n"  # type: ignore[operator]


def test_tabs_stay_tabs(plain: Tree) -> None:
    old = "class Solution:\n\tdef solve(self, n):\n\t\treturn n\n\n\tdef other(self):\n\t\tpass\n"
    code = (
        "class Solution:\n    def help(self):\n        return 2\n\n    def solve(self, n):\n        if n:\n"
        "            return (1,\n                    2)\n        return n"
    )
    assert text(plain, old, code) == (
        "class Solution:\n\tdef help(self):\n\t\treturn 2\n\n\tdef solve(self, n):\n"
        "\t\tif n:\n\t\t\treturn (1,\n\t\t\t\t\t2)\n\t\treturn n\n\n\tdef other(self):\n\t\tpass\n"
    )


def test_uneven_steps_are_left_in_spaces(plain: Tree) -> None:
    code = "def solve(n):\n  if n:\n     return 1\n  else:\n    return 2"
    new = text(plain, "def solve(n):\n\treturn n\n", code)
    compile(new, "t.py", "exec")


def test_import_under_type_checking_is_no_import(plain: Tree) -> None:
    old = "if TYPE_CHECKING:\n    from math import gcd\n\n\ndef solve(n):\n    return n\n"
    new = text(plain, old, "from math import gcd\n\n\ndef solve(n):\n    return gcd(n, 2)")
    assert new.startswith("from math import gcd\n")


def test_solution_that_defines_it_under_a_condition(plain: Tree) -> None:
    code = (
        "import b\nif b.a:\n    def solve(n):\n        return 1\nelse:\n    def solve(n):\n        return 2"
    )
    assert text(plain, "x = 1\ndef solve(n):\n    return n\ny = 2\n", code) == f"x = 1\n{code}\ny = 2\n"


def test_escapes_that_python_frowns_on_print_nothing(plain: Tree, capfd: pytest.CaptureFixture[str]) -> None:
    placed(plain, "p = '\\d'\ndef solve(n):\n    return n\n", "def solve(n):\n    return '\\w'")
    assert capfd.readouterr().err == ""


def test_how_can_be_chosen(plain: Tree) -> None:
    old = "x = 1\n\n\ndef solve(n):\n    return n\n"
    assert placed(plain, old, NEW, how=How.WHOLE) == f"{NEW}\n".encode()
    assert placed(plain, old, NEW, how=How.IN_PLACE) == placed(plain, old, NEW)
    with pytest.raises(InputError, match="no single function"):
        placed(plain, old, "print(1)", "", How.IN_PLACE)
    assert placed(plain, "", "print(1)", "", How.IN_PLACE) == b"print(1)\n"


STYLES = [
    (encoding, mark, eol, last)
    for encoding, mark in (
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("latin-1", b""),
        ("utf-16-le", b"\xff\xfe"),
    )
    for eol in ("\n", "\r\n", "\r")
    for last in ("", "end")
]


@pytest.mark.parametrize(("encoding", "mark", "eol", "last"), STYLES)
def test_every_style_keeps_every_other_byte(
    plain: Tree, encoding: str, mark: bytes, eol: str, last: str
) -> None:
    frame = "# é ü\nclass B:\n\tx = 'é'  \n\n\n@a\nclass Solution:\n\n    def a(self): pass\n    # ß\n"
    frame += "    def solve(self, n):\n        {}\n\x0c\n\n\ny = 'é' \t\n"
    frame = (frame + (last or "\n")).replace("\n", eol)
    old, new = (mark + frame.format(body).encode(encoding) for body in ("return n", "return n + 1"))
    code = "class Solution:\n    def solve(self, n):\n        return n + 1"
    assert placed(plain, old, code) == new


def test_random_files_keep_their_other_bytes(plain: Tree) -> None:
    rng = random.Random(20)
    parts = [
        "x = 1", "", "", "# é", "@dec", "def other(n):", "    return n", "\treturn n", "class A:", "y = (",
        ")", "'''", "  z", "if x:", "else:", "import os", "\x0c", "    # c", "async def g(): pass",
    ]  # fmt: skip
    for _ in range(150):
        above, below = ([rng.choice(parts) for _ in range(rng.randrange(8))] for _ in range(2))
        old = "\n".join([*above, "", "def solve(n):", "    return 'old'", "", "x = 0", *below, ""])
        new = text(plain, old, "def solve(n):\n    return 'new'")
        in_place = old.replace("return 'old'", "return 'new'")
        appended = new.startswith(old) and new.removeprefix(old).lstrip("\n").startswith("def solve(n):")
        decorated = in_place.replace("@dec\n\ndef solve", "def solve")
        assert new in (in_place, decorated) or appended, old
