"""Where a solution goes in a file, and the diff of it: what it does not touch keeps every byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from atlas_tui.errors import InputError
from atlas_tui.workspace import Base, Diff
from tests.workspace.conftest import Tree

FILE = '"""Sums."""\n\nimport os\n\n\ndef solve(n):\n    return n  # old\n\n\nprint(os, solve(1))\n'


def placed(tree: Tree, content: bytes | str, code: str, entry_point: str = "solve") -> bytes:
    tree.write("t.py", content)
    workspace = tree.open()
    return workspace.place(workspace.base("t.py"), code, entry_point)


def text(tree: Tree, content: str, code: str, entry_point: str = "solve") -> str:
    return placed(tree, content, code, entry_point).decode()


def test_new_file_gets_the_code_and_a_final_newline(plain: Tree) -> None:
    workspace = plain.open()
    base = workspace.base("new.py")
    assert workspace.place(base, "\n\nprint(1)\r\nprint(2)", "") == b"print(1)\nprint(2)\n"
    assert workspace.place(base, "def solve():\n    pass\n\n", "solve") == b"def solve():\n    pass\n"


@pytest.mark.parametrize("blank", ["", "\n", "  \n\n"])
def test_blank_file_is_like_a_new_one(plain: Tree, blank: str) -> None:
    assert text(plain, blank, "def solve():\n    pass") == "def solve():\n    pass\n"


def test_program_replaces_the_whole_file_in_its_style(plain: Tree) -> None:
    assert placed(plain, b"\xef\xbb\xbfold\r\n", "a\nb", "") == b"\xef\xbb\xbfa\r\nb\r\n"
    assert placed(plain, b"caf\xe9\n", "b = 'é'", "") == "b = 'é'\n".encode(), (
        "never in an encoding Python misreads"
    )
    assert placed(plain, "old".encode("utf-16"), "a", "") == b"a\n"


def test_function_is_replaced_where_it_stands(plain: Tree) -> None:
    assert text(plain, FILE, "def solve(n):\n    return n + 1") == FILE.replace(
        "    return n  # old\n", "    return n + 1\n"
    )


def test_decorators_go_with_the_function(plain: Tree) -> None:
    old = "# kept\n@a\n@b(1)\ndef solve(n):\n    return n\n# kept too\n"
    new = text(plain, old, "@c\ndef solve(n):\n    return 2")
    assert new == "# kept\n@c\ndef solve(n):\n    return 2\n# kept too\n"


def test_missing_imports_and_helpers_come_along(plain: Tree) -> None:
    code = (
        "from __future__ import annotations\n"
        "import os, sys\nimport heapq as hq\nfrom math import gcd, inf as INF\nimport re\n\n"
        "LIMIT = 10\nSTEP = 2\n\n\n# Adds.\ndef add(a, b):\n    return hq.nlargest(1, [a + gcd(b, b)])\n\n\n"
        "def solve(n):\n    return add(n, LIMIT) if n < INF else os.sep\n\n\n"
        "if __name__ == '__main__':\n    print(solve(int(sys.argv[1])))\n"
    )
    assert text(plain, FILE, code) == (
        '"""Sums."""\n\nfrom __future__ import annotations\n\n\nimport os\nimport heapq as hq\n'
        "from math import gcd, inf as INF\n\n\n"
        "LIMIT = 10\nSTEP = 2\n\n\n# Adds.\ndef add(a, b):\n    return hq.nlargest(1, [a + gcd(b, b)])\n\n\n"
        "def solve(n):\n    return add(n, LIMIT) if n < INF else os.sep\n\n\nprint(os, solve(1))\n"
    ).replace("annotations\n\n\nimport", "annotations\n\nimport")


def test_imports_that_nothing_kept_needs_stay_away(plain: Tree) -> None:
    new = text(plain, FILE, "import sys\nimport os\n\ndef solve(n):\n    return n\n\nprint(solve(2))\n")
    assert "sys" not in new and new.count("import os") == 1


def test_placing_twice_changes_nothing_more(plain: Tree) -> None:
    code = "import math\nK = 3\n\n# c\ndef half(n):\n    return n // 2\n\n\n"
    code += "# d\ndef solve(n):\n    return half(n) + math.pi + K"
    once = placed(plain, FILE, code)
    assert placed(plain, once, code) == once


def test_helper_of_the_same_name_is_replaced(plain: Tree) -> None:
    old = "def half(n):\n    return n / 2\n\n\ndef solve(n):\n    return n\n\n\nz = 1\n"
    code = "def half(n):\n    return n // 2\n\n\ndef solve(n):\n    return half(n)"
    assert text(plain, old, code) == code + "\n\n\nz = 1\n"


def test_what_uses_the_function_stays_behind_it(plain: Tree) -> None:
    new = text(
        plain,
        "def solve(n):\n    return n\n",
        "def solve(n):\n    return 2\n\nsolve = max(solve, solve, key=id)",
    )
    namespace: dict[str, object] = {}
    exec(new, namespace)
    assert new.index("def solve") < new.index("max(")


def test_import_place_without_imports(plain: Tree) -> None:
    code = "import math\n\ndef solve(n):\n    return math.pi"
    head = "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# What it is.\n"
    body = "def solve(n):\n    return 0\n"
    new = body.replace("0", "math.pi")
    assert text(plain, head + "\n" + body, code) == head + "\nimport math\n\n" + new
    assert text(plain, body, code) == "import math\n\n\n" + new
    assert text(plain, "# About solve.\n" + body, code) == "import math\n\n# About solve.\n" + new


def test_appended_after_two_blank_lines(plain: Tree) -> None:
    code = "import math\n\n\ndef solve(n):\n    return math.pi"
    body = "def solve(n):\n    return math.pi\n"
    assert text(plain, "import os\n\nx = 1\n", code) == "import os\nimport math\n\nx = 1\n\n\n" + body
    assert text(plain, "x = 1", code) == "import math\n\nx = 1\n\n\n" + body
    assert text(plain, "x = 1\n\n\n", code) == "import math\n\nx = 1\n\n\n" + body
    assert text(plain, "class A:\n    def solve(self): pass\n", "def solve(n):\n    return 1") == (
        "class A:\n    def solve(self): pass\n\n\ndef solve(n):\n    return 1\n"
    ), "a method is not the function"


def test_files_that_are_not_python_now(plain: Tree) -> None:
    old = "print 'python 2'\n\n\ndef solve(n):\n    return n\n\n\nprint 'end'\n"
    new = text(plain, old, "import math\n\ndef solve(n):\n    return math.pi")
    assert new == old.replace(
        "def solve(n):\n    return n\n", "import math\n\n\ndef solve(n):\n    return math.pi\n"
    )
    assert text(plain, "some words (\n", "def solve(n):\n    return 1") == (
        "some words (\n\n\ndef solve(n):\n    return 1\n"
    )


def test_method_of_a_solution_class(plain: Tree) -> None:
    code = "class Solution:\n    def solve(self, n):\n        return n + 1"
    old = "class Solution:\n  def other(self):\n    pass\n\n  def solve(self, n):\n    return n\n\nx = 1\n"
    assert text(plain, old, code) == old.replace("    return n\n", "      return n + 1\n")
    more = (
        "import math\n\n\nclass Solution:\n    k = math.pi\n\n    def solve(self, n):\n        return self.k"
    )
    assert (
        text(plain, "class Solution:\n    def solve(self, n): ...\n\n\nx = 1\n", more)
        == more + "\n\n\nx = 1\n"
    )
    assert text(plain, "x = 1\n", code) == "x = 1\n\n\n" + code + "\n"


STYLES = {
    "crlf": b"import os\r\n\r\n\r\ndef solve(n):\r\n    return n\r\n\r\n\r\nx = 1\r\n",
    "mixed": b"import os\n\r\n\ndef solve(n):\n    return n\r\n\n\r\nx = 1\r\ny = 2\r\n",
    "no final newline": b"x = 1\n\n\ndef solve(n):\n    return n",
    "no final newline, other end": b"def solve(n):\n    return n\n\n\nx = 1",
    "bom": b"\xef\xbb\xbf# hi\ndef solve(n):\n    return n\n",
    "latin-1": b"x = 'caf\xe9'\n\n\ndef solve(n):\n    return n\n\n\ny = '\xfc'\n",
    "declared": b"# coding: cp1252\nx = '\x80'\n\n\ndef solve(n):\n    return n\n",
    "utf-16": "# é\r\ndef solve(n):\r\n    return n\r\nx = 1\r\n".encode("utf-16"),
    "old mac": b"x = 1\rdef solve(n):\r    return n\ry = 2\r",
    "form feed": b"x = 1\n\x0c\ndef solve(n):\n    return n\n\x0c\ny = '\xe2\x80\xa8'\n",
    "tabs": b"class A:\n\tpass\n\n\ndef solve(n):\n    return n\n\n\nif x:\n\ty = 1\t\n",
}


@pytest.mark.parametrize("name", STYLES)
def test_bytes_around_the_function_stay(plain: Tree, name: str) -> None:
    old = STYLES[name]
    wide = name == "utf-16"
    mark, change = (
        each.encode("utf-16-le") if wide else each.encode() for each in ("return n", "return n + 1")
    )
    new = placed(plain, old, "def solve(n):\n    return n + 1\n")
    assert new == old.replace(mark, change)


def test_new_lines_end_as_most_lines_do(plain: Tree) -> None:
    new = placed(plain, STYLES["crlf"], "import re\n\ndef solve(n):\n    m = re\n    return m")
    assert b"import os\r\nimport re\r\n" in new and b"    m = re\r\n    return m\r\n" in new
    assert b"\n" not in new.replace(b"\r\n", b"")


def test_character_that_the_encoding_lacks(plain: Tree) -> None:
    with pytest.raises(InputError, match="iso8859-1"):
        placed(plain, STYLES["latin-1"], "def solve(n):\n    return '→'")


def test_damaged_utf_16_is_refused(plain: Tree) -> None:
    plain.write("t.py", b"\xff\xfex")
    with pytest.raises(InputError, match="utf-16"):
        plain.open().base("t.py")


def test_eol_attribute_of_a_new_file(repo: Tree) -> None:
    repo.write(".gitattributes", "*.bat eol=crlf\n")
    workspace = repo.open()
    assert workspace.place(workspace.base("x.bat"), "a\nb", "") == b"a\r\nb\r\n"
    assert workspace.place(workspace.base("x.py"), "a\nb", "") == b"a\nb\n"


def differ(tree: Tree, old: bytes | None, new: bytes) -> Diff:
    (tree.root / "t.py").unlink(missing_ok=True)
    if old is not None:
        tree.write("t.py", old)
    workspace = tree.open()
    return workspace.diff(workspace.base("t.py"), new)


def test_diff_lines_and_numbers(plain: Tree) -> None:
    old = b"".join(b"line %d\n" % number for number in range(1, 21))
    new = old.replace(b"line 2\n", b"").replace(b"line 15\n", b"fifteen\nmore\n")
    found = differ(plain, old, new)
    assert (found.added, found.removed, found.path) == (2, 2, "t.py")
    assert [(line.kind, line.old_no, line.new_no, line.text) for line in found.lines if line.kind != " "] == [
        ("@", None, None, "@@ -1,5 +1,4 @@"),
        ("-", 2, None, "line 2"),
        ("@", None, None, "@@ -12,7 +11,8 @@"),
        ("-", 15, None, "line 15"),
        ("+", None, 14, "fifteen"),
        ("+", None, 15, "more"),
    ]
    same = [line for line in found.lines if line.kind == " "]
    assert all(line.text == f"line {line.old_no}" for line in same)
    assert [line.new_no for line in same] == [1, 2, 3, 4, 11, 12, 13, 16, 17, 18]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\nb\n", b"a\nb"),
        (b"a\nb", b"x\nb"),
        (b"a\r\nb\r\n", b"a\r\nc\r\n"),
        (b"", b"a\n"),
        (b"a\n", b""),
        (b"a\n" * 30, b"a\n" * 10 + b"b\n" + b"a\n" * 25),
        (b"1\n2\n3\n4\n5\n6\n7\n8\n9\n", b"0\n1\n2\n3\n4\n5\n6\n7\n8\n"),
        (None, b"a\nb\n"),
    ],
)
def test_unified_diff_is_one_that_git_applies(
    repo: Tree, old: bytes | None, new: bytes, tmp_path: Path
) -> None:
    found = differ(repo, old, new)
    patch = tmp_path / "patch"
    patch.write_bytes(found.unified.encode())
    subprocess.run(["git", "apply", str(patch)], cwd=repo.root, check=True)
    assert repo.read("t.py") == new


def test_no_difference(plain: Tree) -> None:
    found = differ(plain, b"a\n", b"a\n")
    assert (found.lines, found.added, found.removed, found.unified) == ((), 0, 0, "")


def test_diff_of_other_encodings_can_be_shown(plain: Tree) -> None:
    latin = differ(plain, b"caf\xe9\n", b"caf\xe9s\n")
    assert [line.text for line in latin.lines if line.kind in "+-"] == ["café", "cafés"]
    wide = differ(plain, "é\nb\n".encode("utf-16"), "é\nc\n".encode("utf-16"))
    assert [line.text for line in wide.lines] == ["@@ -1,2 +1,2 @@", "é", "b", "c"]


def test_base_is_a_value(plain: Tree) -> None:
    plain.write("t.py", "x")
    base = plain.open().base("t.py")
    assert isinstance(base, Base) and base == plain.open().base("t.py")
    assert "content" not in repr(base), "a log must not hold the person's files"
