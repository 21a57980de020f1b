"""What a reply may look like: several files, corrections, faults, differences, and any text at all."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.editing import read_reply
from tests.project.editing_parts import SHOP, project_of, replied, text


def test_several_files_and_blocks_under_one_heading(tmp_path: Path) -> None:
    files = {"shop.py": SHOP, "lib/b.py": "def b():\n    return 1\n", "lib/c.py": "def c():\n    return 1\n"}
    answer = (
        "I change two files.\n\n### shop.py\nFirst:\n```python\n"
        "def rounded(value):\n    return 1\n```\nThen:\n"
        "```python\nasync def fetch(url):\n    return None\n```\n### b.py\n"
        "```python\ndef b():\n    return 2\n```\n"
        "Run it:\n```bash\npytest -q\n```\n### Tests\n```python\ndef test_b():\n    assert b() == 2\n```\n"
    )
    reply = replied(tmp_path, files, answer, context="### lib/b.py\n### lib/c.py\n")
    assert [change.path for change in reply.changes] == ["lib/b.py", "shop.py"]
    assert "return None" in text(reply, "shop.py") and "return 1\n" in text(reply, "shop.py")
    assert text(reply, "lib/b.py") == "def b():\n    return 2\n"


def test_how_the_code_is_used_goes_nowhere(tmp_path: Path) -> None:
    answer = (
        "### shop.py\n```python\ndef rounded(value):\n    return 1\n```\n"
        "Use it:\n```python\nx = rounded(2)\nprint(x)\n```\n"
        "It prints:\n```\n1\n```\n## More\n```python\ny = rounded(3)\n```\n```json\n{}\n```"
    )
    reply = replied(tmp_path, {"shop.py": SHOP}, answer, targets=("shop.py",))
    assert text(reply) == SHOP.replace("    # Up.\n    return math.ceil(value)", "    return 1")
    assert reply.notes == ()


def test_one_block_with_comments_that_name_files(tmp_path: Path) -> None:
    files = {"a.py": "def a():\n    return 1\n", "b.py": "def b():\n    return 1\n"}
    answer = "```python\n# a.py\ndef a():\n    return 2\n\n# b.py\ndef b():\n    return 3\n```"
    reply = replied(tmp_path, files, answer)
    assert (
        text(reply, "a.py") == "def a():\n    return 2\n"
        and text(reply, "b.py") == "def b():\n    return 3\n"
    )


def test_a_correction_goes_on_top_of_the_candidate(tmp_path: Path) -> None:
    before = [
        FileChange("shop.py", SHOP.replace("LIMIT = 3", "LIMIT = 9").encode()),
        FileChange("new.py", b"a = 1\n"),
    ]
    project = project_of(tmp_path, {"shop.py": SHOP})
    reply = read_reply("### new.py\n```python\na = 2\n```", project, before)
    assert [change.path for change in reply.changes] == ["new.py", "shop.py"]
    assert text(reply, "new.py") == "a = 2\n" and "LIMIT = 9" in text(reply, "shop.py")
    assert (
        read_reply("### new.py\n```python\na = 1\n```", project, before).fault == "the reply changes nothing"
    )


def test_faults_are_told_in_words(tmp_path: Path) -> None:
    files = {"shop.py": SHOP}
    assert replied(tmp_path, files, "I do not know.").fault == "no code in the reply"
    cut = replied(tmp_path, files, "### shop.py\n```python\ndef rounded(value):\n    return (1 +")
    assert cut.fault.startswith("shop.py: the code for it cannot be read: line 2")
    lost = replied(tmp_path, files, "```python\ndef nowhere():\n    pass\n```")
    assert lost.fault == "the reply does not say which file the code for nowhere goes to"
    same = replied(tmp_path, files, "### shop.py\n```python\nLIMIT = 3  # items\n```")
    assert same.fault == "the reply changes nothing" and same.diff == ""


def test_a_difference_is_taken_where_it_surely_fits(tmp_path: Path) -> None:
    code = (
        "--- a/shop.py\n+++ b/shop.py\n@@ -9,9 +9,9 @@\n def rounded(value):\n"
        "     # Up.\n-    return math.ceil(value)\n+    return 1\n"
    )
    new = SHOP.replace("return math.ceil(value)", "return 1")
    assert text(replied(tmp_path, {"shop.py": SHOP}, f"```diff\n{code}```")) == new
    both = replied(
        tmp_path,
        {"shop.py": SHOP, "b.py": "x = 1\n"},
        f"```diff\n--- b.py\n+++ b.py\n-x = 1\n+x = 2\n{code}```",
    )
    assert [change.path for change in both.changes] == ["b.py", "shop.py"] and text(both, "shop.py") == new
    lost = replied(tmp_path, {"shop.py": SHOP}, "### shop.py\n```diff\n-    no such line\n+    x\n```")
    assert lost.fault == "shop.py: a part of the difference for it fits in no place (no such line)"
    twice = replied(tmp_path, {"a.py": "x\nx\n"}, "### a.py\n```diff\n-x\n+y\n```")
    assert "fits in several places" in twice.fault


def test_lines_between_marks_are_exchanged_where_they_surely_stand(tmp_path: Path) -> None:
    def reply(was: str) -> str:
        marks = f"<<<<<<< SEARCH\n{was}\n=======\n    return 2\n>>>>>>> REPLACE"
        return f"### a.py\n```python\n{marks}\n```"

    files = {"a.py": "def f():\n    return 1\n"}
    assert text(replied(tmp_path, files, reply("    return 1"))) == "def f():\n    return 2\n"
    assert "fits in no place" in replied(tmp_path, files, reply("    return 7")).fault
    unnamed = reply("    return 1").partition("\n")[2]
    assert text(replied(tmp_path, files, unnamed, targets=("a.py",))) == "def f():\n    return 2\n"
    assert replied(tmp_path, files, unnamed).fault == "the reply does not say which file it goes to"


def test_a_path_in_other_letters_is_no_second_file(tmp_path: Path) -> None:
    told = "### A.py\n```python\nx = 2\n```"
    found = replied(tmp_path, {"a.py": "x = 1\n"}, told, targets=("a.py",))
    assert [change.path for change in found.changes] == ["a.py"]


def test_a_path_as_tracebacks_have_it(tmp_path: Path) -> None:
    reply = replied(tmp_path, {"shop.py": SHOP}, "### /tree/shop.py\n```python\nLIMIT = 5")
    assert [change.path for change in reply.changes] == ["shop.py"]
    assert reply.notes == ("the reply ends inside of its last block",)


def test_a_file_is_removed_when_it_is_said(tmp_path: Path) -> None:
    reply = replied(tmp_path, {"shop.py": SHOP, "old.py": "x = 1\n"}, "### old.py (delete)\n\nDone.")
    assert reply.changes == (FileChange("old.py", None),)
    assert "deleted file mode 100644\n--- a/old.py\n+++ /dev/null\n" in reply.diff


@pytest.mark.parametrize(
    "content",
    [
        b"def f(a):\r\n\treturn a\r\n\r\n\r\ndef g():\r\n\treturn 1\r\n",
        b"\xef\xbb\xbfdef f(a):\n    return a\n\n\ndef g():\n    return 1",
        (
            "# -*- coding: latin-1 -*-\nX = 'é'\n\n\ndef f(a):\n    return a\n\n\n"
            "def g():\n    return 1\n\n\n"
        ).encode("latin-1"),
        "def f(a):\n  return 'é'\n\n\ndef g():\n  return 1\n".encode("utf-16"),
        b"class C:\n    x = 1\n\ndef f(a): return a\ndef g():\n    return 1  # one\n",
    ],
)
def test_how_a_file_is_written_stays(tmp_path: Path, content: bytes) -> None:
    reply = replied(tmp_path, {"m.py": content}, "### m.py\n```python\ndef g():\n    return 2\n```")
    (change,) = reply.changes
    ends = "\r\n" if b"\r\n" in content else "\n"
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    style = "utf-16" if wide else "latin-1"
    old = content.decode(style)
    where = old.index("def g")
    new = (change.content or b"").decode(style)
    assert new[:where] == old[:where] and new.rstrip().endswith("return 2")
    assert new.count(ends) == old.count(ends) and new.endswith("\n") == old.endswith("\n")


def test_every_definition_replaced_by_itself_changes_nothing(tmp_path: Path) -> None:
    for source in _sources(3):
        project = project_of(tmp_path, {"m.py": source})
        for code in (source, *(code for _, _, code in _definitions(source))):
            reply = read_reply(f"### m.py\n```python\n{code}\n```", project)
            assert reply.diff == "" and reply.fault == "the reply changes nothing", (code, reply)


def test_a_changed_definition_changes_its_lines_alone(tmp_path: Path) -> None:
    for source in _sources(6):
        project = project_of(tmp_path, {"m.py": source})
        lines = source.split("\n")
        for start, end, code in _definitions(source)[:8]:
            if not code.startswith(("def ", "async ")):
                continue
            longer = f"{code}\n    assert True"
            reply = read_reply(f"### m.py\n```python\n{longer}\n```", project)
            assert text(reply) == "\n".join([*lines[:start], *longer.split("\n"), *lines[end:]]), code


def _sources(count: int) -> list[str]:
    """Some files of this repository, always the same ones."""
    root = Path(__file__).parent.parent.parent / "atlas_tui"
    files = [path for room in ("workspace", "syntax", "store") for path in sorted((root / room).glob("*.py"))]
    sources = [path.read_text(encoding="utf-8") for path in random.Random(7).sample(files, 3 * count)]
    return sorted(sources, key=len)[:count]


def _definitions(source: str) -> list[tuple[int, int, str]]:
    """First line (from 0), line after the last, and text."""
    lines = source.split("\n")
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.Assign):
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]) - 1
            end = node.end_lineno or 0
            found.append((first, end, "\n".join(lines[first:end])))
    return found


def test_random_text_never_breaks_it(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"shop.py": SHOP, "a b.py": "x = 1\n"})
    parts = ["### shop.py\n", "```python\n", "```\n", "def rounded(value):\n", "    return 1\n",
             "class Item:\n", "\x00", "é\ud800",
             "### ../x.py\n", "# shop.py\n", "    def total(self):\n", "        pass\n", "(", "'''\n",
             "~~~\n", "### a b.py\n",
             "x = 2\n", "import os\n", "from . import *\n", "@\n", "\t", "\r\n",
             "```json x.json\n", "{}\n"]  # fmt: skip
    for seed in range(400):
        chance = random.Random(seed)
        reply = read_reply("".join(chance.choice(parts) for _ in range(chance.randrange(1, 25))), project)
        assert bool(reply.changes) == bool(reply.diff) and (reply.changes or reply.fault)
    assert _unchanged(project)


def _unchanged(project: Project) -> bool:
    return (Path(project.base) / "shop.py").read_text() == SHOP
