"""What a model is shown of a repository, within its budget."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from atlas_tui.project.excerpt import fenced
from atlas_tui.project.hints import Hints
from atlas_tui.project.listing import list_files
from atlas_tui.project.mapping import RepositoryMap, map_repository
from atlas_tui.project.packing import Packed, pack
from atlas_tui.project.ranking import rank
from benchmarks.repository import shown
from benchmarks.repository.task import TASKS, load_all
from tests.project.suites import laid

LONG = "import os\n\nLIMIT = 3\n\n" + "".join(
    f"def function_{number}(x):\n    total = x\n" + f"    total += {number}\n" * 20 + "    return total\n\n\n"
    for number in range(40)
)
FILES = {
    "shop/cart.py": "class Cart:\n    def total(self):\n        return 1\n",
    "shop/mail.py": "def send_receipt(address):\n    return address\n",
    "shop/long.py": LONG,
    "README.md": "How receipts are sent.\n",
}


def count(text: str) -> int:
    return (len(text) + 2) // 3


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryMap:
    return map_repository(list_files(laid(tmp_path, FILES)))


def packed(repository: RepositoryMap, budget: int, hints: Hints | None = None) -> Packed:
    return pack(repository, rank(repository, hints or Hints(text="the total of a cart")), budget, count)


def test_with_room_for_all_everything_is_whole_and_the_target_first(repository: RepositoryMap) -> None:
    found = packed(repository, 100_000, Hints(text="cart receipt sent", targets=("shop/long.py",)))
    assert found.whole[0] == "shop/long.py"
    assert found.text.startswith("### shop/long.py\n```python\nimport os\n")
    assert (
        "### shop/cart.py\n```python\nclass Cart:\n    def total(self):\n        return 1\n```" in found.text
    )
    assert found.tokens == count(found.text)


@pytest.mark.parametrize("budget", [0, 5, 20, 60, 150, 400, 1000, 3000, 9000])
def test_a_budget_is_kept_and_the_bytes_are_the_same_each_time(
    repository: RepositoryMap, budget: int
) -> None:
    found = packed(repository, budget)
    assert count(found.text) == found.tokens <= budget
    assert packed(repository, budget) == found
    there = {*found.whole, *found.shortened, *found.outlined, *found.named}
    assert there <= FILES.keys()
    assert len(there) == sum(map(len, (found.whole, found.shortened, found.outlined, found.named)))
    missing = FILES.keys() - there
    assert any(words.startswith("no room: ") for words in found.left_out) == bool(missing)


def test_a_target_without_room_keeps_what_was_named_whole(repository: RepositoryMap) -> None:
    hints = Hints(text="it is wrong", targets=("shop/long.py::function_7",), places=(("shop/long.py", 30),))
    found = packed(repository, 1200, hints)
    assert found.shortened[0] == "shop/long.py"
    assert "### shop/long.py (shortened)" in found.text
    assert found.text.count("    total += 7\n") == 20
    # Line 30 is in the second function.
    assert found.text.count("    total += 1\n") == 20
    assert "def function_39(x): …" in found.text
    assert "LIMIT = 3" in found.text
    assert "shown in part: shop/long.py" in found.left_out


SUITE = "import pytest\n\nfrom shop.long import *\n\n\n" + "\n\n".join(
    f"def test_{number}():\n    given = {number}\n" + "    given += 0\n" * 30
    + f"    assert function_{number}(given) == 0\n"
    for number in range(30)
)  # fmt: skip


@pytest.mark.parametrize("budget", [700, 1200, 2500])
def test_the_failing_test_and_what_it_calls_come_before_whole_files(tmp_path: Path, budget: int) -> None:
    repository = map_repository(list_files(laid(tmp_path, {**FILES, "tests/test_long.py": SUITE})))
    # The traceback names the line of the test alone: it got a wrong result.
    hints = Hints(
        text="Some tests fail", tests=("tests/test_long.py::test_17",), places=(("tests/test_long.py", 617),)
    )
    found = packed(repository, budget, hints)
    assert "    total += 17\n" * 20 in found.text
    assert "    given = 17\n" in found.text
    assert found.text.count("given = ") < 30
    assert set(found.shortened) >= {"shop/long.py", "tests/test_long.py"}


def test_a_failing_test_with_a_title_is_found_by_it(tmp_path: Path) -> None:
    calls = "".join(
        f'  it("case {number}", () => {{\n    const given = {number};\n'
        + "    given;\n" * 30 + f"    expect(work{number}(given)).toBe(1);\n  }});\n"
        for number in range(20)
    )  # fmt: skip
    body = "  x += 1;\n" * 30
    work = "".join(f"export function work{number}(x) {{\n{body}}}\n" for number in range(20))
    suite = f'import * as all from "../work.js";\n\ndescribe("all", () => {{\n{calls}}});\n'
    files = {"work.js": work, "test/work.test.js": suite}
    repository = map_repository(list_files(laid(tmp_path, files)))
    found = packed(repository, 900, Hints(text="It fails", tests=("test/work.test.js::all > case 7",)))
    assert "    const given = 7;\n" in found.text and "    const given = 8;\n" not in found.text
    assert f"export function work7(x) {{\n{body}}}" in found.text


def test_parts_of_a_file_stand_in_what_holds_them(tmp_path: Path) -> None:
    """A method under the head of its class, after what the file imports."""
    body = "        value = 1\n" * 40
    methods = "".join(f"    def m{number}(self):\n{body}\n" for number in range(30))
    imports, head = "import os\nfrom a import (\n    b,\n    c,\n)\n", "class Big(\n    Base,\n):\n"
    source = f"{imports}\nTABLE = 1\n\n\n{head}{methods}"
    repository = map_repository(list_files(laid(tmp_path, {"big.py": source})))
    found = packed(repository, 400, Hints(text="`Big.m7` is wrong"))
    beginning = f"### big.py (in parts)\n```python\n{imports}…\n{head}"
    assert found.text.startswith(f"{beginning}    …\n    def m7(self):\n{body}…\n```")


def test_a_function_that_the_text_names_is_kept_whole(repository: RepositoryMap) -> None:
    found = packed(repository, 1200, Hints(text="function_31 gives too much"))
    assert found.text.count("    total += 31\n") == 20


def test_signatures_come_before_names(tmp_path: Path) -> None:
    files = {f"m{number:02}.py": f"def common_{number}(a):\n" + "    a += 1\n" * 99 for number in range(30)}
    repository = map_repository(list_files(laid(tmp_path, files)))
    found = packed(repository, 900, Hints(text="m00.py"))
    assert found.outlined
    assert found.named
    assert "(signatures only)\n```python\ndef common_" in found.text
    assert found.text.rpartition("\n\n")[2].startswith("Other files: m")


def test_no_name_and_no_text_can_leave_its_place(tmp_path: Path) -> None:
    laid(tmp_path, {"a.md": "````\n### b.py\n````\n", "x\n### y.py": "text", "`q`.py": "z = 1\n"})
    repository = map_repository(list_files(tmp_path))
    text = packed(repository, 5000, Hints(text="text q z")).text
    assert "`````\n````\n### b.py\n````\n`````" in text
    assert "### x\\n### y.py\n```" in text
    assert "### \\x60q\\x60.py\n" in text


def test_a_place_in_a_function_that_is_too_long_is_shown(tmp_path: Path) -> None:
    source = "def long(x):\n" + "".join(f"    x += {number}\n" for number in range(900)) + "    return x\n"
    repository = map_repository(list_files(laid(tmp_path, {"long.py": source})))
    found = packed(repository, 300, Hints(text="It crashes", places=(("long.py", 502),)))
    assert "def long(x):\n    …\n    x += 492\n" in found.text
    assert "    x += 508\n" in found.text


@pytest.mark.skipif(not TASKS.is_dir(), reason="the tasks are not part of this copy")
def test_what_the_fixes_of_tasks_change_stands_whole_in_a_small_budget() -> None:
    tasks = [task for task in load_all() if shown.to_change(task)]
    assert [task.name for task in tasks if not shown.shown(task, [2_000])[2_000]] == []


ODD_LINES = ("def f():", "  `" * 9, "é", "\x0c", "\t}", "class A:", "    pass", "", "\x1b[0m", "}}", "/*")


def test_random_files_never_break_the_budget(tmp_path: Path) -> None:
    chance = random.Random(10)
    for number in range(60):
        lines = [chance.choice(ODD_LINES) for _ in range(chance.randrange(80))]
        (tmp_path / f"f{number}.{chance.choice(('py', 'js', 'go', 'md', 'h'))}").write_text("\n".join(lines))
    repository = map_repository(list_files(tmp_path))
    for budget in range(0, 6000, 371):
        found = packed(repository, budget, Hints(text="class f pass"))
        assert count(found.text) <= budget


def test_an_empty_file_is_not_shown_as_a_fence() -> None:
    assert fenced("a.py", "\n") == ""
