"""A host without room: no run is judged by it, and what was begun is removed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from atlas_tui.events import Verdict
from atlas_tui.sandbox.base import Job, Policy, Ran
from atlas_tui.sandbox.supervisor import oneshot
from tests.sandbox.opening import opened, supervisor, works

MB = 1 << 20


def fill(path: Path) -> None:
    """Write to ``path`` until there is no room."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass


@pytest.fixture
def temporary(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test alone; runs of root's are another user's."""
    folder = Path(tempfile.mkdtemp(prefix="temporary-", dir=tempfile.gettempdir()))
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def small_disk(temporary: Path) -> Iterator[Path]:
    """The temporary folder on a file system of 1 MB; only root can have that."""
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "none", str(temporary)]
    if os.geteuid() != 0 or subprocess.run(mounting, stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield temporary
    subprocess.run(["umount", str(temporary)], check=True)


def failed_for(ran: Ran, *words: str) -> bool:
    return ran.verdict is Verdict.IE and any(word in note for note in ran.facts.notes for word in words)


@pytest.mark.parametrize("boxed", [False, True], ids=["warm", "box"])
async def test_a_full_disk_is_ie_and_the_sandbox_goes_on(
    small_disk: Path, tier: str, boxed: bool, tmp_path: Path
) -> None:
    """In the tier full only the copy of a tree lies on the host's disk."""
    if tier == "full" and not boxed:
        pytest.skip("nothing of it is on the disk")
    (tmp_path / "big").write_bytes(os.urandom(2 * MB) if tier == "full" else b"small")
    job = Job(source="open('mine', 'w').write('x' * 99999)\nprint(1)")
    if boxed:
        job = Job(command=("/bin/sh", "-c", "echo 1"), tree=str(tmp_path), policy=Policy.PROJECT)
    async with opened(tier) as sandbox:
        first = supervisor()
        filler = small_disk / "filler"
        filler.write_bytes(b"")
        if tier == "reduced":
            fill(filler)
        for _ in range(2):
            ran = await sandbox.run(job)
            told = (ran.verdict, ran.facts, ran.stderr)
            # A program's own writing may fail first: then it is its failure, and it is told why.
            own_failure = ran.verdict is Verdict.RE and b"No space left" in ran.stderr
            assert own_failure or failed_for(ran, "No space left", "No such file"), told
        filler.unlink()
        (tmp_path / "big").write_bytes(b"small")
        ran = await sandbox.run(job)
        assert (ran.verdict, ran.stdout) == (Verdict.OK, b"1\n"), ran
        assert supervisor().pid == first.pid
    assert list(small_disk.iterdir()) == []


async def test_a_temporary_folder_that_vanished_is_ie(temporary: Path, tier: str) -> None:
    job = Job(command=("/bin/sh", "-c", "echo 1"), tree=str(Path(__file__).parent), policy=Policy.PROJECT)
    async with opened(tier) as sandbox:
        first, moved = supervisor(), temporary.with_name("moved")
        temporary.rename(moved)
        assert failed_for(await sandbox.run(job), "No such file")
        moved.rename(temporary)
        ran = await sandbox.run(job)
        assert (ran.verdict, ran.stdout) == (Verdict.OK, b"1\n"), ran
        assert await works(sandbox)
        assert supervisor().pid == first.pid


def test_a_copied_tree_may_not_take_the_disk(tmp_path: Path) -> None:
    box = {"tree": str(tmp_path), "files_most": 10**9, "tmp_bytes": 1 << 60}
    run = oneshot.BoxRun({"id": 1, "tier": "reduced", "box": box}, b"")
    run._folder = str(tmp_path)
    run._free_before = oneshot._free(str(tmp_path))
    assert not run._too_many_files(1)
    run._free_before += 3 << 30  # as if so much had been written since
    assert run._too_many_files(1)
