"""Private copies of trees that may hold anything and may change meanwhile."""

from __future__ import annotations

import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.sandbox.inside import tidy
from atlas_tui.sandbox.supervisor.copying import Copied, CopyLimits, CopyRefused, copy_tree


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "target"
    yield folder
    tidy.remove(str(folder))


def names(folder: str | Path) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def copied(source: Path, target: Path, limits: CopyLimits | None = None) -> Copied:
    before = names("/proc/self/fd")
    try:
        return copy_tree(str(source), str(target), limits)
    finally:
        assert names("/proc/self/fd") == before, "a descriptor stayed open"


def test_content_permissions_and_times_are_kept(source: Path, target: Path) -> None:
    (source / "pkg" / "deep").mkdir(parents=True)
    (source / "pkg" / "deep" / "a.py").write_bytes(b"print(1)\n")
    (source / "empty").touch()
    (source / "run.sh").write_text("#!/bin/sh\n")
    (source / "run.sh").chmod(0o751)
    (source / "big").write_bytes(os.urandom(3_000_001))
    os.utime(source / "run.sh", ns=(1, 1_234_567_890_123_456_789))
    (source / "pkg").chmod(0o555)
    os.utime(source / "pkg", ns=(1, 987_654_321))
    found = copied(source, target)
    assert (found.files, found.bytes, found.skipped) == (4, 9 + 10 + 3_000_001, ())
    assert (target / "pkg" / "deep" / "a.py").read_bytes() == b"print(1)\n"
    assert (target / "big").read_bytes() == (source / "big").read_bytes()
    assert (target / "empty").stat().st_size == 0
    for name in ("pkg", "run.sh"):
        ours, theirs = (target / name).stat(), (source / name).stat()
        assert (ours.st_mode, ours.st_mtime_ns) == (theirs.st_mode, theirs.st_mtime_ns)
    (target / "run.sh").write_text("changed")
    assert (source / "run.sh").read_text() == "#!/bin/sh\n"


def test_special_bits_are_not_kept(source: Path, target: Path) -> None:
    (source / "file").touch()
    (source / "file").chmod(0o6755)
    (source / "folder").mkdir()
    (source / "folder").chmod(0o3777)
    copied(source, target)
    assert stat.S_IMODE((target / "file").stat().st_mode) == 0o755
    assert stat.S_IMODE((target / "folder").stat().st_mode) == 0o777


def test_links_are_copied_and_never_followed(source: Path, target: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("canary")
    (source / "folder").symlink_to(outside)
    (source / "file").symlink_to(outside / "secret")
    (source / "dangling").symlink_to("../nowhere")
    (source / "loop").symlink_to(".")
    os.utime(source / "dangling", ns=(1, 5_000_000_001), follow_symlinks=False)
    found = copied(source, target)
    assert (found.files, found.skipped) == (0, ())
    for name in ("folder", "file", "dangling", "loop"):
        assert (target / name).readlink() == (source / name).readlink()
    assert (target / "dangling").lstat().st_mtime_ns == 5_000_000_001


def test_the_top_may_be_a_link_itself(source: Path, target: Path, tmp_path: Path) -> None:
    (source / "file").write_text("x")
    (tmp_path / "alias").symlink_to(source)
    assert copied(tmp_path / "alias", target).files == 1


def test_only_what_is_named_is_copied(source: Path, target: Path) -> None:
    for path in ("a/b/c.py", "a/b/d.py", "a/e.py", "f/g.py", ".git/config", "h.py"):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text("x")
    (source / "link").symlink_to("h.py")
    only = ["a/b/c.py", "link", ".git/config", "f", "not/there"]
    found = copy_tree(str(source), str(target), CopyLimits(entries=6), only=only)
    assert found == Copied(1, 1, ())
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*")) == [
        "a", "a/b", "a/b/c.py", "f", "link",
    ]  # fmt: skip


def test_the_history_is_left_out_at_any_depth(source: Path, target: Path) -> None:
    (source / ".git" / "hooks").mkdir(parents=True)
    (source / "module").mkdir()
    (source / "module" / ".git").write_text("gitdir: ../.git/modules/module")
    (source / "link").mkdir()
    (source / "link" / ".git").symlink_to("/somewhere")
    (source / ".gitignore").write_text("x")
    assert copied(source, target).skipped == ()
    assert sorted(path.name for path in target.rglob("*")) == [".gitignore", "link", "module"]


def test_what_is_no_file_is_skipped_and_named(source: Path, target: Path) -> None:
    os.mkfifo(source / "fifo")
    (source / "a").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        place = os.open(source / "a", os.O_RDONLY)
        server.bind(f"/proc/self/fd/{place}/s")  # the whole path may be too long for a socket
        os.close(place)
        found = copied(source, target)
    assert sorted(found.skipped) == ["a/s: a socket", "fifo: a FIFO"]
    assert names(target) == ["a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_skipped_and_named(source: Path, target: Path) -> None:
    for name, mode in (("closed", 0), ("listed", 0o600), ("entered", 0o100)):
        (source / name).mkdir()
        (source / name / "file").touch()
        (source / name).chmod(mode)
    (source / "secret").touch(mode=0)
    (source / "fine").write_text("x")
    found = copied(source, target)
    for name in ("closed", "listed", "entered"):
        (source / name).chmod(0o700)
    said = [f"{name}: Permission denied" for name in ("closed", "entered", "listed", "secret")]
    assert sorted(found.skipped) == said
    assert names(target) == ["fine"]


def test_any_name(source: Path, target: Path) -> None:
    given = [b"new\nline", b"\xff\xfe not UTF-8", b"-rf", b" ", b"\x1b[2J", b"..."]
    for name in given:
        (source / os.fsdecode(name)).write_text("x")
    os.mkfifo(source / os.fsdecode(b"\xff\n"))
    found = copied(source, target)
    assert names(target) == sorted(os.fsdecode(name) for name in given)
    assert found.skipped == (os.fsdecode(b"\xff\n: a FIFO"),)


def test_holes_stay_holes(source: Path, target: Path) -> None:
    with (source / "sparse").open("wb") as file:
        file.truncate(64 << 30)
        file.seek(32 << 30)
        file.write(b"middle")
    with (source / "hole").open("wb") as file:
        file.truncate(1 << 40)
    started = time.monotonic()
    found = copied(source, target)
    assert time.monotonic() - started < 10
    assert found.files == 2 and found.bytes < 1 << 20
    assert (target / "sparse").stat().st_size == 64 << 30 and (target / "hole").stat().st_size == 1 << 40
    assert (target / "sparse").stat().st_blocks * 512 < 1 << 20
    with (target / "sparse").open("rb") as file:
        file.seek((32 << 30) - 1)
        assert file.read(8) == b"\0middle\0"


def test_nesting_deeper_than_any_path(source: Path, target: Path) -> None:
    place = os.open(source, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("deep" * 10, dir_fd=place)
        deeper = os.open("deep" * 10, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = deeper
    os.close(os.open("bottom", os.O_WRONLY | os.O_CREAT, dir_fd=place))
    os.close(place)
    assert copied(source, target).files == 1
    tidy.remove(str(source))


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (CopyLimits(entries=9), "more than 9 files"),
        (CopyLimits(bytes=1 << 20), "more than 1 MB"),
        (CopyLimits(seconds=0.0), "longer than 0 s"),
    ],
)
def test_what_is_too_large_is_refused(source: Path, target: Path, limits: CopyLimits, said: str) -> None:
    for number in range(10):
        (source / str(number)).write_bytes(b"x" * (200 << 10))
    with pytest.raises(CopyRefused, match=said):
        copied(source, target, limits)


def test_within_the_limits_is_fine(source: Path, target: Path) -> None:
    for number in range(10):
        (source / str(number)).write_bytes(b"x" * 100)
    assert copied(source, target, CopyLimits(entries=10, bytes=1000)).files == 10


def test_what_is_no_folder_is_refused(tmp_path: Path, target: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CopyRefused, match="Not a directory"):
        copied(tmp_path / "file", target)
    with pytest.raises(CopyRefused, match="No such file"):
        copied(tmp_path / "nothing", target)


def test_a_target_that_holds_something_or_is_a_link_is_refused(source: Path, tmp_path: Path) -> None:
    (source / "file").touch()
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").touch()
    (tmp_path / "link").symlink_to(tmp_path / "full")
    for place in (full, tmp_path / "link"):
        with pytest.raises(CopyRefused):
            copied(source, place)
    assert names(full) == ["mine"]


def test_a_copy_into_the_tree_ends(source: Path) -> None:
    (source / "file").write_text("x")
    found = copied(source, source / "copy")
    assert found.files == 1 and names(source / "copy") == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_everything_can_be_given_away(source: Path, target: Path) -> None:
    (source / "folder").mkdir()
    (source / "folder" / "file").touch()
    (source / "link").symlink_to("/nowhere")
    copy_tree(str(source), str(target), owner=65534)
    for path in (target, *target.rglob("*")):
        assert (path.lstat().st_uid, path.lstat().st_gid) == (65534, 65534)


def test_many_small_files_take_no_time(source: Path, target: Path) -> None:
    for folder in range(50):
        (source / str(folder)).mkdir()
        for name in range(100):
            (source / str(folder) / f"{name}.py").write_bytes(b"x" * 500)
    started = time.monotonic()
    assert copied(source, target).files == 5_000
    assert time.monotonic() - started < 5


def swapped(path: Path, link: Path) -> None:
    """Put a link in the place of ``path``."""
    path.rename(path.with_name("kept"))
    path.symlink_to(link)


def changed_after_a_look(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[], object]) -> None:
    """Have ``change`` happen right after the copy looked at the entry ``name``: the worst moment."""
    look, seen = os.stat, []

    def stat_and_change(path: Any, **options: Any) -> os.stat_result:
        status = look(path, **options)
        if path == name and "dir_fd" in options and not seen:
            seen.append(path)
            change()
        return status

    monkeypatch.setattr(os, "stat", stat_and_change)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """What must not be copied; it has the names of what must be."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("file", "inner.txt", *(f"{number}.txt" for number in range(20))):
        (folder / name).write_text("canary")
    return folder


def texts(folder: Path) -> set[str]:
    return {path.read_text() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


@pytest.mark.parametrize("name", ["inner", "file"])
def test_a_link_in_the_last_moment_is_not_followed(
    name: str, source: Path, target: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "inner").mkdir()
    (source / "inner" / "inner.txt").write_text("fine")
    (source / "file").write_text("fine")
    changed_after_a_look(
        monkeypatch, name, lambda: swapped(source / name, outside / name if name == "file" else outside)
    )
    found = copied(source, target)
    assert "canary" not in texts(target)
    assert len(found.skipped) == 1 and found.skipped[0].startswith(name)


def test_what_vanishes_in_the_last_moment_is_passed_over(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "file").touch()
    (source / "other").touch()
    changed_after_a_look(monkeypatch, "file", (source / "file").unlink)
    assert copied(source, target) == Copied(1, 0, ())


def test_a_file_that_becomes_a_fifo_does_not_block(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "file").touch()

    def change() -> None:
        (source / "file").unlink()
        os.mkfifo(source / "file")

    changed_after_a_look(monkeypatch, "file", change)
    assert copied(source, target).skipped == ("file: no file any more",)


def test_a_folder_that_is_moved_away_leads_nowhere_else(
    source: Path, target: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "inner").mkdir()
    (source / "inner" / "last").touch()
    for number in range(20):
        (source / f"{number}.txt").write_text("fine")
    changed_after_a_look(monkeypatch, "last", lambda: (source / "inner").replace(outside / "inner"))
    with pytest.raises(CopyRefused, match="inner was moved"):
        copied(source, target)
    assert "canary" not in texts(target)


@contextmanager
def repeated(action: Callable[[], None]) -> Iterator[None]:
    """``action`` again and again, by another thread."""
    stop = threading.Event()

    def go() -> None:
        while not stop.is_set():
            action()

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_tree_that_changes_meanwhile_leads_nowhere_else(
    source: Path, tmp_path: Path, outside: Path
) -> None:
    (source / "inner" / "deeper").mkdir(parents=True)
    for name in range(20):
        (source / "inner" / f"{name}.txt").write_text("fine")
    (source / "inner" / "deeper" / "file").write_text("fine")
    (source / "file").write_text("fine")

    def change() -> None:
        (source / "file").rename(source / "kept")
        (source / "file").symlink_to(outside / "file")
        (source / "inner").rename(source / "moved")
        (source / "inner").symlink_to(outside)
        (source / "moved" / "deeper").rename(outside / "deeper")
        (outside / "deeper").rename(source / "moved" / "deeper")
        (source / "inner").unlink()
        (source / "moved").rename(source / "inner")
        (source / "kept").rename(source / "file")

    done = refused = 0
    with repeated(change):
        for number in range(60):
            target = tmp_path / f"copy{number}"
            try:
                copied(source, target)
                done += 1
            except CopyRefused as error:
                assert "moved" in str(error)
                refused += 1
            assert "canary" not in texts(target)
    assert done and done + refused == 60
