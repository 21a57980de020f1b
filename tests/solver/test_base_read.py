"""What a run writes down about its target before it begins."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from atlas_tui import events
from atlas_tui.settings import Settings
from atlas_tui.solver.runtime import Runtime
from tests.solver.stage_parts import COUNT


async def first(folder: Path, target: str) -> tuple[list[events.Event], list[events.AnyEvent]]:
    """The events of a run up to its problem, as they were told and as they were stored."""
    runtime, seen = Runtime(Settings(), folder), list[events.Event]()
    try:
        run = runtime.solve(COUNT, target)
        async for event in run:
            seen.append(event)
            if isinstance(event, events.ProblemRead):
                break
        await run.aclose()  # type: ignore[attr-defined]
        started = seen[0]
        assert isinstance(started, events.RunStarted)
        return seen, runtime.store.events(started.session)[: len(seen)]
    finally:
        await runtime.close()


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "a.py").write_bytes(b"x = 1\n")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for arguments in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


async def test_the_target_is_told_before_the_problem(repo: Path) -> None:
    content = b"# \xe9\r\nx = 2"
    (repo / "a.py").write_bytes(content)
    (repo / "a.py").chmod(0o755)
    (repo / "new \xe9.py").write_text("y\n")
    told, stored = await first(repo, "a.py")
    assert [event.kind for event in stored] == ["RunStarted", "BaseRead", "ProblemRead"]
    assert told == stored
    base = told[1]
    assert isinstance(base, events.BaseRead)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=repo, check=True, capture_output=True, text=True
    ).stdout.strip()
    # The bytes that are in the working tree, not those of the commit.
    assert (base.path, base.exists, base.sha256) == ("a.py", True, hashlib.sha256(content).hexdigest())
    assert (base.mode, base.eol, base.encoding) == (0o755, "\r\n", "iso8859-1")
    assert (base.final_newline, base.commit, base.dirty) == (False, head, ("a.py", "new \xe9.py"))


async def test_a_target_that_does_not_exist_yet(repo: Path) -> None:
    told, _ = await first(repo, "new.py")
    base = told[1]
    assert isinstance(base, events.BaseRead)
    assert (base.path, base.exists, base.sha256, base.dirty) == ("new.py", False, "", ())


async def test_no_target_and_no_git(tmp_path: Path) -> None:
    told, _ = await first(tmp_path, "")
    assert [type(event) for event in told] == [events.RunStarted, events.ProblemRead]
    told, _ = await first(tmp_path, "a.py")
    base = told[1]
    assert isinstance(base, events.BaseRead) and (base.commit, base.dirty) == ("", ())


@pytest.mark.parametrize("target", ["../a.py", ".git/config", ".", "a.py/b", "\udcff.py"])
async def test_a_run_goes_on_without_a_target_that_cannot_be_used(repo: Path, target: str) -> None:
    told, stored = await first(repo, target)
    assert [type(event) for event in told] == [events.RunStarted, events.Failed, events.ProblemRead]
    failed = told[1]
    assert isinstance(failed, events.Failed) and failed.what and failed.why and failed.todo
    assert len(stored) == 3
