"""What tests get of the person's tools besides Python: where they are, what is said where they are not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.project.testing import run_tests
from tests.project.environments import SYSTEM, found
from tests.project.suites import LIMITS, laid, opened, outcomes, project

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as who starts them, who may enter")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder that whoever runs the tests in the sandbox may enter."""
    with tempfile.TemporaryDirectory(prefix="environment-") as name:
        Path(name).chmod(0o755)
        monkeypatch.setenv("HOME", name)
        yield Path(os.path.realpath(name))


def tool(path: Path, text: str = "exit 0\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)
    return path


def test_programs_of_packages_are_found_as_npm_finds_them(folder: Path) -> None:
    root = laid(folder / "tree", {"package.json": '{"devDependencies": {"mytool": "1"}}'})
    tool(root / "node_modules/.bin/mytool")
    environment = found(root, "mytool")
    if any("is not installed" in note for note in environment.notes):
        pytest.skip("needs node")
    assert f"{root}/node_modules/.bin" in dict(environment.variables)["PATH"].split(":")
    assert not any("mytool" in note for note in environment.notes)


def test_packages_of_the_same_workspace_are_shown(folder: Path) -> None:
    package = '{"dependencies": {"a": "*"}}'
    laid(folder / "w", {"packages/a/package.json": "{}", "packages/b/package.json": package})
    (folder / "w" / ".git").mkdir()
    (folder / "w" / "node_modules").mkdir()
    (folder / "w" / "node_modules" / "a").symlink_to("../packages/a")
    (folder / "w" / "node_modules" / "far").symlink_to(folder)
    environment = found(folder / "w" / "packages" / "b")
    if any("is not installed" in note for note in environment.notes):
        pytest.skip("needs node")
    assert str(folder / "w/packages/a") in environment.shown
    assert str(folder) not in environment.shown and str(folder / "w") not in environment.shown


def test_a_link_of_another_name_is_shown_under_its_own(folder: Path) -> None:
    root = laid(folder / "tree", {"a.c": ""})
    real = tool(folder / "lib/node_modules/mytool/bin/mytool.cjs")
    laid(folder / "lib/node_modules/other", {"index.js": ""})
    (folder / "bin").mkdir()
    (folder / "bin/mytool").symlink_to(real)
    environment = found(root, "mytool", PATH=f"{folder}/bin:{SYSTEM}")
    assert str(folder / "lib/node_modules") in environment.shown
    assert str(folder / "bin/mytool") in environment.shown
    assert dict(environment.variables)["PATH"].startswith(f"{folder}/bin:")


@needs_root
def test_the_next_program_on_the_path_is_taken_where_the_first_is_hidden(folder: Path) -> None:
    root = laid(folder / "tree", {"a.c": ""})
    hidden, open_one = tool(folder / "hidden/bin/mytool"), tool(folder / "open/bin/mytool")
    (folder / "hidden").chmod(0o700)
    search = f"{hidden.parent}:{open_one.parent}:{SYSTEM}"
    environment = found(root, "mytool", PATH=search)
    assert dict(environment.variables)["PATH"].startswith(str(open_one.parent))
    assert not any("mytool" in note for note in environment.notes)
    alone = found(root, "mytool", PATH=f"{hidden.parent}:{SYSTEM}")
    (note,) = [note for note in alone.notes if note.startswith("mytool: ")]
    assert "who may not enter it; install it where all may" in note
    tool(folder / "hidden/bin/other")
    both = found(root, "mytool", "other", PATH=f"{hidden.parent}:{SYSTEM}")
    (line,) = [note for note in both.notes if "not shown to the tests" in note]
    assert line.count(str(folder / "hidden")) == 1


GO_CACHE = """import os, unittest
class Cache(unittest.TestCase):
    def test_it(self):
        folder = os.environ["CACHE"]
        self.assertEqual(open(os.path.join(folder, "0a", "known-d")).read(), "kept")
        open(os.path.join(folder, "0a", "new-d"), "w").close()
        self.assertRaises(OSError, open, os.path.join(folder, "0a", "known-d"), "a")
"""


@pytest.mark.asyncio
async def test_a_cache_is_read_through_links_and_never_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlas_tui.project import testing
    from atlas_tui.project.runners.with_unittest import Unittest

    cache = laid(folder / "cache", {"0a/known-d": "kept", "README": "x"})
    cache.chmod(0o755)
    suite = project(laid(folder / "tree", {"test_c.py": GO_CACHE}), "python3 -m unittest")
    suite = replace(
        suite, shown=(*suite.shown, str(cache)), environment=(*suite.environment, ("CACHE", str(cache)))
    )

    class Cached(Unittest):
        def order(self, words, tests):  # type: ignore[no-untyped-def]
            return replace(super().order(words, tests), linked="CACHE")

    monkeypatch.setattr(testing.known, "named", lambda name: Cached())
    async with opened() as sandbox:
        ran = await run_tests(sandbox, suite, limits=LIMITS)
    assert set(outcomes(ran).values()) == {"passed"}, ran
    assert sorted(path.name for path in (cache / "0a").iterdir()) == ["known-d"]


def test_the_cache_of_go_is_shown(folder: Path) -> None:
    root = laid(folder / "tree", {"go.mod": "module m\n"})
    laid(folder, {".cache/go-build/README": "x"})
    environment = found(root)
    if any("is not installed" in note for note in environment.notes):
        pytest.skip("needs go")
    assert dict(environment.variables)["GOCACHE"] == str(folder / ".cache/go-build")
    assert str(folder / ".cache/go-build") in environment.shown
