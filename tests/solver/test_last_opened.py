"""A repository is opened again: its tests run anew only where something was changed meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.errors import InputError
from atlas_tui.project.editing_rules import decides
from atlas_tui.project.listing import list_files
from atlas_tui.project.standing import standing
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import Settings
from atlas_tui.solver.change.last_opened import LastOpened
from atlas_tui.solver.change.opening import Opened, Wanted, open_repository

SOURCE = "def half(number):\n    return number\n"
TESTS = """import unittest

from half import half


class HalfTest(unittest.TestCase):
    def test_of_two(self):
        self.assertEqual(half(2), 1)

    def test_of_none(self):
        self.assertEqual(half(0), 0)
"""
RUN = "running python -m unittest twice"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "half.py").write_text(SOURCE)
    (root / "test_half.py").write_text(TESTS)
    return root


class Opening:
    """Opens the tree, and tells whether its tests ran for it."""

    def __init__(self, sandbox: LocalSandbox, root: Path) -> None:
        self._sandbox, self._root, self._last = sandbox, root, LastOpened()
        self.ran = False

    async def __call__(self, text: str, *, again: bool = False, must: str = "") -> Opened:
        told: list[str] = []
        wanted = Wanted(text=text, must_pass=(must,) if must else ())
        settings, head = Settings().project, f"head of {text}"
        opened = await self._last.open(
            self._sandbox, self._root, head, wanted, settings, told.append, again=again
        )
        self.ran = any(RUN in line for line in told)
        return opened


async def test_tests_run_again_only_where_something_changed(tree: Path) -> None:
    sandbox = LocalSandbox(Settings().sandbox)
    try:
        opening = Opening(sandbox, tree)
        first = await opening("", again=True)
        assert opening.ran and first.project.required == ("test_half.HalfTest.test_of_two",)
        same = await opening("Another text")
        assert not opening.ran and same.project.head == "head of Another text"
        assert same.base == first.base
        (tree / "half.py").write_text("def half(number):\n    return number // 2\n")
        mended = await opening("Halve it", must="test_half.HalfTest.test_of_two")
        assert opening.ran and not mended.project.required
        with pytest.raises(InputError, match="empty"):
            await opening(" ", must="test_half.HalfTest.test_of_two")
    finally:
        await sandbox.close()


async def test_files_of_tests_that_no_name_tells_of_are_protected(tree: Path) -> None:
    (tree / "checks").mkdir()
    (tree / "test_half.py").rename(tree / "checks/wrong.py")
    kept = TESTS.replace("HalfTest", "KeptTest").replace("of_two", "of_one").replace("(2), 1", "(1), 1")
    (tree / "checks/right.py").write_text(kept)
    wanted = Wanted(text="Halve it", tests="python3 -m unittest checks.wrong checks.right")
    sandbox, settings = LocalSandbox(Settings().sandbox), Settings().project
    try:
        opened = await open_repository(
            sandbox, tree, list_files(tree), "", wanted, settings, lambda line: None
        )
    finally:
        await sandbox.close()
    assert opened.project.required and opened.project.kept
    for path, so in (("checks/wrong.py", True), ("checks/right.py", True), ("half.py", False)):
        assert decides(opened.project, path) is so, path


def test_whatever_is_written_is_another_standing(tree: Path) -> None:
    seen = {standing(list_files(tree))}
    assert standing(list_files(tree)) in seen
    (tree / "half.py").write_text(SOURCE.replace("number", "numbre"))  # the same length
    seen.add(standing(list_files(tree)))
    os.utime(tree / "half.py", ns=(0, 0))
    seen.add(standing(list_files(tree)))
    (tree / "new.py").touch()
    seen.add(standing(list_files(tree)))
    (tree / "half.py").chmod(0o755)
    seen.add(standing(list_files(tree)))
    (tree / "half.py").unlink()
    assert len({*seen, standing(list_files(tree))}) == 6
