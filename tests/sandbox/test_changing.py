"""Files that are written over the private copy of a tree: where they land, and where they never do."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Policy
from atlas_tui.sandbox.supervisor.changing import Change, ChangeRefused, change
from tests.sandbox.test_copying import names


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pkg" / "a.py").write_bytes(b"old a longer than the new one\n")
    (folder / "run.sh").write_bytes(b"old\n")
    (folder / "run.sh").chmod(0o751)
    return folder


def listing(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def changed(tree: Path, *changes: Change) -> dict[str, bytes]:
    before = names("/proc/self/fd")
    try:
        change(str(tree), changes)
    finally:
        assert names("/proc/self/fd") == before, "a descriptor stayed open"
    return listing(tree)


def test_files_are_written_over_made_and_removed(tree: Path) -> None:
    odd = os.fsdecode(b"\xff\n -x")
    given = (("pkg/a.py", None), ("run.sh", b"new"), ("deep/er/new.bin", b"\x00\r\n"), (odd, b""))
    assert changed(tree, *given) == {"run.sh": b"new", "deep/er/new.bin": b"\x00\r\n", odd: b""}
    assert (tree / "run.sh").stat().st_mode & 0o777 == 0o751
    assert (tree / "deep/er/new.bin").stat().st_mode & 0o777 == 0o644


def test_what_is_not_there_may_be_removed(tree: Path) -> None:
    assert set(changed(tree, ("nothing", None), ("no/where", None))) == {"pkg/a.py", "run.sh"}
    assert not (tree / "no").exists()


def test_a_folder_becomes_a_file_and_a_file_a_folder(tree: Path) -> None:
    given = (("pkg", b"file"), ("run.sh/inner", b"x"), ("pkg/a.py", None), ("run.sh", None))
    assert changed(tree, *given) == {"pkg": b"file", "run.sh/inner": b"x"}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        *((path, "no path inside") for path in ("", "/etc/x", "../x", "pkg/../../x", "./x")),
        *((path, "no path inside") for path in ("pkg//x", "x/", "a\0b")),
        *((path, "history") for path in (".git/config", "sub/.git", ".GIT/hooks/pre-commit")),
        ("pkg", "not empty"),
        ("run.sh/x", "not a folder"),
        ("file", "it is a link"),
        ("folder/x", "not a folder"),
        ("here/a.py", "not a folder"),
        ("pipe", "no file"),
        ("x" * 300, "too long"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("content", [b"new", None], ids=["written", "removed"])
def test_what_would_lead_elsewhere_is_refused(
    tree: Path, tmp_path: Path, path: str, why: str, content: bytes | None
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(b"theirs")
    (tree / "file").symlink_to(outside / "x")
    (tree / "folder").symlink_to(outside)
    (tree / "here").symlink_to("pkg")
    os.mkfifo(tree / "pipe")
    before = listing(tree)
    if path == "pkg" and content is None:
        why = "no file"
    with pytest.raises(ChangeRefused, match=why) as caught:
        changed(tree, (path, content))
    assert "\0" not in str(caught.value)
    assert listing(tree) == before and listing(outside) == {"x": b"theirs"}


def test_a_path_that_is_named_twice_is_refused(tree: Path) -> None:
    with pytest.raises(ChangeRefused, match="twice"):
        changed(tree, ("run.sh", b"1"), ("run.sh", b"2"))


# --- through the sandbox


@pytest.mark.asyncio(loop_scope="session")
async def test_a_run_sees_its_own_changes_and_the_tree_none(sandbox: LocalSandbox, tree: Path) -> None:
    before = listing(tree)
    script = "cat pkg/a.py new/b.txt; ls; ./run.sh; echo mine > pkg/a.py"
    jobs = [
        Job(
            command=("/bin/sh", "-c", script), tree=str(tree), policy=Policy.PROJECT, stdin=b"given",
            files=(("new/b.txt", b"new %d\n" % number), ("pkg/a.py", b"a\n"),
                   ("run.sh", b"#!/bin/sh\ncat\n"), ("gone", None)),
        )
        for number in range(2)
    ]  # fmt: skip
    rans = await asyncio.gather(*(sandbox.run(job) for job in jobs))
    for number, ran in enumerate(rans):
        assert (ran.verdict, ran.stderr) == (Verdict.OK, b""), ran
        assert ran.stdout == b"a\nnew %d\nnew\npkg\nrun.sh\ngiven" % number
    assert listing(tree) == before


@pytest.mark.asyncio(loop_scope="session")
async def test_a_program_of_ours_gets_them_too(sandbox: LocalSandbox, tree: Path) -> None:
    source = "print(open('pkg/a.py').read(), end='')"
    files = (("pkg/a.py", b"new\n"), ("run.sh", None))
    ran = await sandbox.run(Job(source=source, tree=str(tree), policy=Policy.PROJECT, files=files))
    assert (ran.verdict, ran.stdout) == (Verdict.OK, b"new\n"), ran


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("job", "why"),
    [
        (Job(files=(("a", b""),)), "for the policy project"),
        (Job(command=("true",), policy=Policy.PROJECT, files=(("a", b""),)), "none is named"),
    ],
)
async def test_changes_without_a_tree_are_refused(sandbox: LocalSandbox, job: Job, why: str) -> None:
    ran = await sandbox.run(job)
    assert ran.verdict is Verdict.IE and why in ran.facts.notes[0]


@pytest.mark.asyncio(loop_scope="session")
async def test_a_change_through_a_link_is_not_run(sandbox: LocalSandbox, tree: Path, tmp_path: Path) -> None:
    (tree / "out").symlink_to(tmp_path)
    job = Job(command=("/bin/echo", "1"), tree=str(tree), policy=Policy.PROJECT, files=(("out/x", b"x"),))
    ran = await sandbox.run(job)
    assert (ran.verdict, ran.stdout) == (Verdict.IE, b"")
    assert "'out/x' is not changed" in ran.facts.notes[0], ran.facts.notes
    assert not (tmp_path / "x").exists()


@pytest.mark.asyncio(loop_scope="session")
async def test_much_output_of_a_run_on_a_tree_is_taken_while_it_runs(
    sandbox: LocalSandbox, tree: Path
) -> None:
    job = Job(
        source="import os\nfor _ in range(4000): os.write(1, b'x' * 250)\n", policy=Policy.PROJECT,
        tree=str(tree), limits=Limits(wall_seconds=20.0, output_bytes=2 << 20),
    )  # fmt: skip
    ran = await sandbox.run(job)
    assert (ran.verdict, len(ran.stdout)) == (Verdict.OK, 1_000_000), "more than a pipe holds"
