"""Pulling from a server that behaves like the hub: resuming, checksums, cuts, refusals."""

from __future__ import annotations

import errno
import hashlib
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator

import pytest

from atlas_tui import paths
from atlas_tui.engine import hub as hub_client, pulling, stored
from atlas_tui.engine.catalog import Source
from atlas_tui.engine.hub import PullError
from atlas_tui.engine.pulling import Progress, PullPaused, pull
from atlas_tui.errors import AtlasError, Refused
from tests.engine.hub_server import COMMIT, Cut, FakeHub, in_place_of_the_hub

MIB = 1 << 20
ONE = Source("maker/Model-GGUF", "model-Q4_K_M.gguf")
SPLIT = Source("maker/Large-GGUF", "Q8/large-00001-of-00003.gguf")
CONTENT = random.Random(1).randbytes(5 * MIB + 123)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setattr(pulling, "WAITS", (0.01, 0.01, 0.01))
    with in_place_of_the_hub(monkeypatch) as server:
        server.put(ONE.repo, ONE.file, CONTENT)
        server.put(ONE.repo, "README.md", b"# a card")
        yield server


def refused(source: Source = ONE, kind: type[AtlasError] = PullError) -> AtlasError:
    with pytest.raises(kind) as caught:
        pull(source)
    assert "\n" not in caught.value.one_line()
    return caught.value


def left() -> list[str]:
    """Names of all files in the models' folder."""
    return sorted(path.name for path in paths.models_dir().rglob("*") if path.is_file())


def test_a_model_comes_whole_with_its_record(hub: FakeHub) -> None:
    seen: list[Progress] = []
    pulled = pull(ONE, seen.append)
    assert pulled.path == ONE.path and pulled.path.read_bytes() == CONTENT
    assert (pulled.size, pulled.fetched, pulled.checked) == (len(CONTENT), len(CONTENT), True)
    record = stored.read_record(ONE.path)
    assert record is not None
    assert (record.repo, record.file, record.commit) == (ONE.repo, ONE.file, COMMIT)
    assert (record.sha256, record.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert left() == [ONE.file, f"{ONE.file}.json"]
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert seen[-1].done == seen[-1].total == len(CONTENT)
    assert seen[-1].rate > 0 and not any(one.checking for one in seen)


def test_the_commit_that_was_asked_about_is_the_one_that_is_fetched(hub: FakeHub) -> None:
    pull(ONE)
    asked = [one.path for one in hub.requests if one.server == "hub"]
    assert asked == [f"/{ONE.repo}/resolve/{revision}/{ONE.file}" for revision in ("main", COMMIT)]


def test_what_is_here_already_is_not_fetched_again(hub: FakeHub) -> None:
    pull(ONE)
    hub.requests.clear()
    again = pull(ONE)
    assert (again.fetched, again.size) == (0, len(CONTENT))
    assert not hub.fetches()


def test_a_newer_version_replaces_the_old_one(hub: FakeHub) -> None:
    pull(ONE)
    hub.put(ONE.repo, ONE.file, CONTENT[::-1])
    hub.commit = "f" * 40
    pull(ONE)
    assert ONE.path.read_bytes() == CONTENT[::-1]
    record = stored.read_record(ONE.path)
    assert record is not None and record.commit == "f" * 40
    assert not stored.verify(ONE, lambda *_: None)


@pytest.mark.parametrize("reset", [False, True])
def test_cut_connections_are_continued_where_they_were_cut(hub: FakeHub, reset: bool) -> None:
    hub.cuts = [Cut(MIB, reset), Cut(0, reset), Cut(2 * MIB + 7, reset)]
    pulled = pull(ONE)
    assert ONE.path.read_bytes() == CONTENT
    starts = [int(one.range[6:-1] or 0) if one.range else 0 for one in hub.fetches()]
    assert len(starts) == 4 and starts == sorted(starts)
    # A reset may take away bytes that were on their way.
    assert reset or starts[1:] == [MIB, MIB, 3 * MIB + 7]
    assert pulled.fetched == len(CONTENT)


def test_a_busy_content_server_is_asked_again(hub: FakeHub) -> None:
    hub.busy = [503, 429, 500]
    assert pull(ONE).fetched == len(CONTENT)


def test_too_many_cuts_end_the_pull_and_keep_what_came(hub: FakeHub) -> None:
    hub.cuts = [Cut(2 * MIB), *(Cut(0) for _ in range(10))]
    error = refused()
    assert error.what == "The pull was cut off" and "pull it again" in error.todo
    assert not ONE.path.exists() and stored.stored(ONE).paused == 2 * MIB
    hub.cuts.clear()
    assert pull(ONE).fetched == len(CONTENT) - 2 * MIB
    assert ONE.path.read_bytes() == CONTENT


def test_a_silent_connection_counts_as_cut(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_client, "SILENCE", 0.2)
    hold = threading.Event()
    hub.cuts = [Cut(MIB, hold=hold)]
    try:
        assert pull(ONE).fetched == len(CONTENT)
    finally:
        hold.set()


def test_a_server_without_ranges_starts_over(hub: FakeHub) -> None:
    hub.ranges = False
    hub.cuts = [Cut(2 * MIB)]
    pull(ONE)
    assert ONE.path.read_bytes() == CONTENT
    assert hub.fetches()[-1].range


def test_a_wrong_checksum_is_never_put_in_place(hub: FakeHub) -> None:
    hub.checksums[ONE.file] = "0" * 64
    error = refused()
    assert "damaged" in error.what and "checksum" in str(error)
    assert left() == []


def test_a_damaged_beginning_is_found_out_at_the_end(hub: FakeHub) -> None:
    hub.cuts = [Cut(2 * MIB), *(Cut(0) for _ in range(10))]
    refused()
    hub.cuts.clear()
    (partial,) = stored.partials(ONE.path)
    with partial.open("r+b") as file:
        file.write(b"\0\0\0\0")
    assert "damaged" in refused().what
    assert left() == []
    assert pull(ONE).fetched == len(CONTENT)


def test_a_partial_file_that_is_too_long_is_begun_anew(hub: FakeHub) -> None:
    etag = hashlib.sha256(CONTENT).hexdigest()
    partial = stored.partial_place(ONE.path, etag)
    partial.parent.mkdir(parents=True)
    partial.write_bytes(CONTENT + b"more")
    assert pull(ONE).fetched == len(CONTENT)


def test_the_rest_of_another_version_is_not_continued(hub: FakeHub) -> None:
    old = stored.partial_place(ONE.path, "another")
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x" * MIB)
    assert pull(ONE).fetched == len(CONTENT)
    assert not old.exists()


def test_a_file_whose_record_was_lost_is_checked_and_not_fetched(hub: FakeHub) -> None:
    pull(ONE)
    stored.record_place(ONE.path).unlink()
    seen: list[Progress] = []
    assert pull(ONE, seen.append).fetched == 0
    assert any(one.checking for one in seen) and stored.read_record(ONE.path) is not None


def test_a_split_model_comes_with_all_its_parts(hub: FakeHub) -> None:
    contents = [random.Random(number).randbytes(MIB + number) for number in range(3)]
    for file, content in zip(SPLIT.files, contents, strict=True):
        hub.put(SPLIT.repo, file, content)
    seen: list[Progress] = []
    pulled = pull(SPLIT, seen.append)
    assert pulled.path == SPLIT.path and not SPLIT.missing
    assert [SPLIT.place(file).read_bytes() for file in SPLIT.files] == contents
    assert {one.total for one in seen} == {sum(map(len, contents))}
    assert seen[-1].done == seen[-1].total
    SPLIT.place(SPLIT.files[1]).unlink()
    assert SPLIT.missing == (SPLIT.files[1],)
    assert pull(SPLIT).fetched == len(contents[1])


def test_a_missing_part_on_the_hub_is_told_before_anything_is_fetched(hub: FakeHub) -> None:
    hub.put(SPLIT.repo, SPLIT.files[0], b"first")
    hub.put(SPLIT.repo, SPLIT.files[1], b"second")
    assert SPLIT.files[2] in str(refused(SPLIT))
    assert not hub.fetches()


def test_a_repository_that_was_renamed_is_found(hub: FakeHub) -> None:
    old = Source("former/Name-GGUF", ONE.file)
    hub.moved[old.repo] = ONE.repo
    assert pull(old).fetched == len(CONTENT)


def test_a_file_without_checksum_or_size_still_comes(hub: FakeHub) -> None:
    hub.names_size = False
    hub.checksums[ONE.file] = "a" * 40
    seen: list[Progress] = []
    pulled = pull(ONE, seen.append)
    assert not pulled.checked and pulled.path.read_bytes() == CONTENT
    assert {one.total for one in seen} == {None}
    record = stored.read_record(ONE.path)
    assert record is not None and record.sha256 == hashlib.sha256(CONTENT).hexdigest() and not record.checked
    assert pull(ONE).fetched == 0


REFUSALS = [
    ((403, {"X-Error-Code": "GatedRepo"}), "gated", "accept them on"),
    ((401, {"X-Error-Code": "RepoNotFound"}), "no such repository", "HF_TOKEN"),
    ((401, {}), "wants a login", "HF_TOKEN"),
    ((403, {}), "refuses to hand out", "HF_TOKEN"),
    ((404, {"X-Error-Code": "EntryNotFound"}), "no such file", f"models pull hf:{ONE.repo}"),
    ((404, {}), "no such file", ""),
    ((429, {}), "asks to wait", "minutes"),
    ((500, {}), "has trouble", "later"),
    ((503, {}), "has trouble", "later"),
    ((418, {}), "refuses", "later"),
]


@pytest.mark.parametrize(("answer", "what", "todo"), REFUSALS, ids=lambda one: str(one)[:30])
def test_each_refusal_has_its_words(
    hub: FakeHub, answer: tuple[int, dict[str, str]], what: str, todo: str
) -> None:
    hub.refusals[ONE.file] = answer
    error = refused()
    assert what in error.what and todo in error.todo
    assert left() == []


def test_a_server_that_is_no_hub_is_told(hub: FakeHub) -> None:
    hub.names_commit = False
    assert hub.address in str(refused())


def test_offline_is_one_clear_message(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    error = refused()
    assert error.what == "The hub cannot be reached" and "connect to the internet" in error.todo


@pytest.mark.parametrize("address", ["nowhere", "ftp://x", "http://", "http://[", "http://x:port"])
def test_a_bad_endpoint_is_named(hub: FakeHub, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert "HF_ENDPOINT" in refused().what


def test_a_login_goes_to_the_hub_and_nowhere_else(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull(ONE)
    assert {one.login for one in hub.requests if one.server == "hub"} == {"Bearer hf_secret"}
    assert {one.login for one in hub.fetches()} == {""}


Usage = namedtuple("Usage", "total used free")


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = len(CONTENT) + pulling.SPARE
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(free, 0, free - 1))
    error = refused(kind=Refused)
    assert "too small" in error.what and "MB are free" in str(error)
    assert not hub.fetches()
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(free, 0, free))
    assert pull(ONE).fetched == len(CONTENT)


def test_what_is_here_already_needs_no_space(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(ONE)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1, 1, 0))
    assert pull(ONE).fetched == 0


def test_a_disk_that_takes_no_more_is_told_and_what_came_is_kept(hub: FakeHub) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB + 5, hard))
    try:
        error = refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.what == "The model cannot be written"
    assert stored.stored(ONE).paused == 2 * MIB + 5
    assert pull(ONE).fetched == len(CONTENT) - 2 * MIB - 5


def test_a_full_disk_has_its_own_words() -> None:
    error = pulling._disk_error(OSError(errno.ENOSPC, "No space left on device"))
    assert error.what == "The disk is full" and "free some space" in error.todo


def test_two_pulls_of_one_model_do_not_meet(hub: FakeHub) -> None:
    hold = threading.Event()
    hub.cuts = [Cut(MIB, hold=hold)]
    done: list[object] = []
    first = threading.Thread(target=lambda: done.append(pull(ONE)))
    first.start()
    try:
        until(lambda: stored.stored(ONE).paused >= MIB)
        assert "being pulled already" in refused(kind=Refused).what
        assert "being pulled already" in _not_removed()
    finally:
        hold.set()
        first.join(30)
    assert done and ONE.path.read_bytes() == CONTENT
    assert left() == [ONE.file, f"{ONE.file}.json"]


def _not_removed() -> str:
    with pytest.raises(Refused) as caught:
        stored.remove(ONE)
    return caught.value.what


def test_a_pull_can_be_paused_and_goes_on(hub: FakeHub) -> None:
    stop = threading.Event()

    def report(progress: Progress) -> None:
        if progress.done >= 2 * MIB:
            stop.set()

    with pytest.raises(PullPaused):
        pull(ONE, report, stop)
    here = stored.stored(ONE).paused
    assert 2 * MIB <= here < len(CONTENT) and not ONE.path.exists()
    assert pull(ONE).fetched == len(CONTENT) - here


def until(good: object, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not good():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "atlas_tui", "models", "pull", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_after_a_kill_only_the_rest_is_fetched(hub: FakeHub, end: signal.Signals) -> None:
    hold = threading.Event()
    hub.cuts = [Cut(3 * MIB, hold=hold)]
    process = start(ONE.spec)
    try:
        until(lambda: stored.stored(ONE).paused == 3 * MIB)
        process.send_signal(end)
        _, words = process.communicate(timeout=30)
    finally:
        hold.set()
        process.kill()
        process.wait()
    if end is signal.SIGINT:
        assert process.returncode == 130
        assert b"paused: 3.1 MB of 5.2 MB are here; go on by `atlas-tui models pull hf:" in words
    assert not ONE.path.exists()
    hub.requests.clear()
    again = start(ONE.spec)
    out, words = again.communicate(timeout=60)
    assert again.returncode == 0, words
    assert [one.range for one in hub.fetches()] == [f"bytes={3 * MIB}-"]
    assert out.decode().strip() == str(ONE.path) and ONE.path.read_bytes() == CONTENT
    assert b"2.1 MB fetched" in words and b"checksum right" in words


def test_the_files_of_a_repository_are_listed(hub: FakeHub) -> None:
    assert hub_client.gguf_files(ONE.repo) == [(ONE.file, len(CONTENT))]
    with pytest.raises(PullError):
        hub_client.gguf_files("nobody/Nothing")
