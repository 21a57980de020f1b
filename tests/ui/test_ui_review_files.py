"""A change over several files under review, in a real repository: partly taken, tested, undone, committed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from atlas_tui.events import Applied, Committed, SubsetTested, Undone
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.screens.three_way import ThreeWay
from atlas_tui.ui.widgets.review_files import window
from tests import changes
from tests.ui.fake import screen_text, toasts, until
from tests.ui.reviews import brought_back, git, recorded, shop, shop_app

WIDE = (140, 36)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return shop(tmp_path)


@asynccontextmanager
async def under_review(repository: Path) -> AsyncIterator[tuple[Pilot[int], AtlasApp]]:
    """The app with a recorded run brought back, whose choice is under review."""
    app, _ = shop_app(repository)
    async with app.run_test(size=WIDE) as pilot:
        await brought_back(pilot, app)
        yield pilot, app


def held(repository: Path) -> dict[str, str]:
    """What the files hold that the candidates may change."""
    paths = ("shop/cart.py", "shop/money.py", "shop/tax.py", "shop/old.py")
    return {path: (repository / path).read_text() for path in paths if (repository / path).exists()}


AS_IT_WAS = {path: changes.FILES[path] for path in ("shop/cart.py", "shop/money.py", "shop/old.py")}


async def test_a_part_is_tested_written_undone_and_committed(repository: Path) -> None:
    async with under_review(repository) as (pilot, app):
        text = screen_text(app)
        for words in ("shop/cart.py", "shop/money.py", "shop/tax.py", "+2 −0  new file", "✓ verified 4/4"):
            assert words in text, words
        await pilot.press("f", "space")  # The money stays as it is.
        await until(pilot, lambda: "◌ untested" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "✗ tested 3/4" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "what is taken of it fails" in " ".join(screen_text(app).split())
        await pilot.press("y")
        await until(pilot, lambda: "✓ written 2 files at once" in screen_text(app))
        new = {"shop/cart.py": changes.BOTH, "shop/tax.py": changes.TAX}
        assert held(repository) == AS_IT_WAS | new
        await pilot.press("u")
        await until(pilot, lambda: "are as they were before" in screen_text(app))
        assert held(repository) == AS_IT_WAS
        await until(pilot, lambda: app.desk.now("review").writable)
        assert app.desk.review is not None and app.desk.review.taken == (1, 2, 4)
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Commit))
        area = app.screen.query_one(TextArea)
        assert area.text == "Change shop/cart.py, shop/tax.py: Prices"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.desk.run.committed)
    assert git(repository, "show", "--name-only", "--format=").split() == sorted(new)
    assert git(repository, "status", "--porcelain").splitlines()[:2] == [" M notes.txt", "M  other.txt"]
    kinds = [type(event) for event in recorded(repository)][-8:]
    assert kinds[:3] == [SubsetTested, Applied, Applied] and kinds.count(Undone) == 2
    assert kinds[-1] is Committed


async def test_a_file_that_moved_holds_up_all_and_is_merged(repository: Path) -> None:
    money = repository / "shop" / "money.py"
    mine = "import math\n" + "# mine\n" * 9 + changes.MONEY
    async with under_review(repository) as (pilot, app):
        money.write_text(mine)
        await pilot.press("a")
        await until(pilot, lambda: "shop/money.py is not written" in " ".join(toasts(app)))
        assert held(repository) == AS_IT_WAS | {"shop/money.py": mine}
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay))
        assert "shop/money.py" in screen_text(app)
        await pilot.press("m")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.merged)
        await pilot.press("t")
        await until(pilot, lambda: "✓ tested 4/4" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: len(app.desk.run.writes) == 3)
        merged = mine.replace(changes.MONEY, changes.CENTS)
        assert held(repository) == AS_IT_WAS | changes.WRITTEN | {"shop/money.py": merged}


@pytest.mark.slow
async def test_a_run_that_is_brought_back_later_knows_what_moved(repository: Path) -> None:
    tax = repository / "shop" / "tax.py"
    async with under_review(repository) as (pilot, app):
        await app.desk.changes.open("C")
        tax.write_text("mine = 1\n")
        await app.desk.changes.open("A")
        await until(pilot, lambda: "! moved shop/tax.py" in screen_text(app))
        tax.unlink()
        await pilot.press("r")
        await until(pilot, lambda: "! moved" not in screen_text(app))


@pytest.mark.slow
async def test_what_is_flagged_says_so_and_is_asked_about(repository: Path) -> None:
    async with under_review(repository) as (pilot, app):
        await pilot.press("2")
        await until(pilot, lambda: f"! not chosen by itself: {changes.FLAG}" in screen_text(app))
        assert "shop/old.py" in screen_text(app) and "removed" in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        text = " ".join(screen_text(app).replace("│", " ").split())
        assert "is not chosen by itself" in text and "shop/old.py is removed" in text
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert not (repository / "shop" / "old.py").exists()
        await pilot.press("1")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.label == "A")
        assert not app.desk.changes.moved
        await pilot.press("3")
        await until(pilot, lambda: "this run wrote it; u takes that back first" in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: not app.desk.run.applied)
        assert held(repository) == AS_IT_WAS


@pytest.mark.slow
async def test_compared_with_another_change_and_before_a_repair(repository: Path) -> None:
    async with under_review(repository) as (pilot, app):
        await pilot.press("m")
        await until(pilot, lambda: "A against B" in screen_text(app))
        assert "B also changes shop/old.py, tests/test_shop.py" in screen_text(app)
        await pilot.press("m")
        await until(pilot, lambda: "A against C" in screen_text(app))
        assert "+     return len(list(prices))" in screen_text(app)
        await pilot.press("f")
        await until(pilot, lambda: "A against C  no difference" in screen_text(app))
        await pilot.press("3")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.label == "C")
        for _ in range(3):
            await pilot.press("m")
            await pilot.pause()
        await until(pilot, lambda: "C against itself before repair" in screen_text(app))
        assert "−     return sum(prices) - 0" in screen_text(app)


def test_the_file_in_front_is_among_those_that_are_shown() -> None:
    for at in range(30):
        first, last = window(30, at, 8)
        assert first <= at < last and last - first == 8
    assert window(3, 2, 8) == (0, 3)
