"""What isolation is found, said and refused."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from atlas_tui.events import Verdict
from atlas_tui.sandbox import LocalSandbox, interpreters, probing
from atlas_tui.sandbox.base import Job, Tier
from atlas_tui.sandbox.inside import confine
from atlas_tui.sandbox.link import Link
from atlas_tui.settings import SandboxSettings

NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def bubblewrap_works() -> bool:
    path = shutil.which("bwrap")
    line = [path or "", "--unshare-all", "--ro-bind", "/", "/", "true"]
    return path is not None and subprocess.run(line, capture_output=True, **NOBODY).returncode == 0


def landlock_works() -> bool:
    return sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


@pytest_asyncio.fixture
async def link() -> AsyncIterator[Link]:
    made = await Link.start(1)
    yield made
    await made.close()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that an unprivileged user may enter too."""
    with tempfile.TemporaryDirectory(prefix="atlas-tui-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


async def test_the_strongest_tier_of_this_machine_is_found() -> None:
    sandbox = LocalSandbox(SandboxSettings())
    isolation = await sandbox.probe()
    again = await sandbox.probe()
    await sandbox.close()
    assert again is isolation
    expected = Tier.FULL if bubblewrap_works() else Tier.REDUCED if landlock_works() else Tier.NONE
    assert isolation.tier is expected, isolation.why
    if expected is not Tier.NONE:
        assert Path(isolation.python).is_absolute() and isolation.python_version.startswith("3.")
        assert "seccomp" in isolation.why and str(isolation).startswith(f"{expected}, ")


async def test_nothing_runs_without_isolation() -> None:
    sandbox = LocalSandbox(SandboxSettings(python="/nowhere/python"))
    isolation = await sandbox.probe()
    ran = await sandbox.run(Job(source="print(1)"))
    await sandbox.close()
    assert (
        isolation.tier is Tier.NONE
        and "/nowhere/python" in isolation.why
        and "sandbox.python" in isolation.why
    )
    assert (ran.verdict, ran.stdout) == (Verdict.IE, b"") and isolation.why in ran.facts.notes[0]


async def test_without_bubblewrap_it_is_reduced_and_says_so(link: Link) -> None:
    async def ask(message: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        if message["op"] == "find":
            return {"path": "", "version": "", "options": []}, b""
        return await link.ask(message, blob)

    isolation = (await probing.probe(SandboxSettings(), ask)).isolation
    assert "bubblewrap is not installed" in isolation.why
    assert isolation.tier is (Tier.REDUCED if landlock_works() else Tier.NONE)
    isolation = (await probing.probe(SandboxSettings(tier="full"), ask)).isolation
    assert isolation.tier is Tier.NONE and "install bubblewrap" in isolation.why


async def found_with(link: Link, bwrap: Path, *options: str) -> probing.Found:
    async def ask(message: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        if message["op"] == "find":
            return {"path": str(bwrap), "version": "bubblewrap 0", "options": options}, b""
        return await link.ask(message, blob)

    return await probing.probe(SandboxSettings(tier="full"), ask)


async def test_a_bubblewrap_that_fails_is_not_trusted(link: Link) -> None:
    isolation = (await found_with(link, Path("/bin/false"))).isolation
    assert isolation.tier is Tier.NONE and "does not work inside" in isolation.why


async def test_a_bubblewrap_that_does_not_isolate_is_not_trusted(link: Link, shared: Path) -> None:
    pretender = shared / "bwrap"
    pretender.write_text(
        '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexport HOME=/tmp LANG=C\nexec "$@"\n'
    )
    pretender.chmod(0o755)
    isolation = (await found_with(link, pretender)).isolation
    assert isolation.tier is Tier.NONE, isolation.why
    assert "no process namespace of its own: bubblewrap does not isolate" in isolation.why


@pytest.mark.skipif(not bubblewrap_works(), reason="bubblewrap does not work here")
@pytest.mark.parametrize("options", [(), ("--as-pid-1",), ("--clearenv", "--size"), ("--disable-userns",)])
async def test_an_older_bubblewrap_with_fewer_options_holds_too(link: Link, options: tuple[str, ...]) -> None:
    isolation = (await found_with(link, Path(shutil.which("bwrap") or ""), *options)).isolation
    assert isolation.tier is Tier.FULL, isolation.why


@pytest.mark.skipif(not landlock_works(), reason="no Landlock here")
@pytest.mark.parametrize("abi", [1, 2, 3, 4, 5, 6])
def test_landlock_of_every_abi_holds(abi: int, tmp_path: Path) -> None:
    """A newer kernel takes the rules of an older ABI as that kernel would."""
    if abi > confine.landlock_abi():
        pytest.skip("newer than this kernel")
    program = f"""
import os
from atlas_tui.sandbox.inside import confine
confine.no_new_privileges()
confine.Territory({abi}).enforce(["/usr", "/nowhere"], [{str(tmp_path)!r}, "/dev/null"])
open({str(tmp_path / "mine")!r}, "w").close()
open("/dev/null", "w").close()
os.listdir("/usr")
for path in ("/etc/passwd", "/proc/1/stat", {str(tmp_path.parent)!r}):
    try: os.open(path, os.O_RDONLY)
    except PermissionError: continue
    raise SystemExit(path)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, cwd=Path(__file__).parents[2], text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


async def test_the_chosen_interpreter_is_used(shared: Path) -> None:
    if not Path("/usr/bin/python3").exists():
        pytest.skip("no system interpreter")
    venv = shared / "venv"
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", str(venv)], check=True)
    sandbox = LocalSandbox(SandboxSettings(python=str(venv / "bin" / "python")))
    isolation = await sandbox.probe()
    ran = await sandbox.run(Job(source="import sys; print(sys.prefix)"))
    await sandbox.close()
    if isolation.tier is Tier.NONE:
        assert not (bubblewrap_works() or landlock_works()), isolation.why
        pytest.skip(isolation.why)
    assert isolation.python == str(venv / "bin" / "python")
    assert ran.stdout.decode().strip() == str(venv)


def told(path: str = "/opt/py/bin/python3", version: str = "3.12.1", **changes: Any) -> dict[str, Any]:
    return {"path": path, "prefixes": ["/opt/py"] * 3, "version": version, "magic": "", **changes}


def test_an_interpreter_shows_its_own_prefix_alone() -> None:
    assert interpreters.placed(told())["mounts"] == ["/opt/py"]
    assert interpreters.placed(told("/usr/bin/python3", prefixes=["/usr"] * 3))["mounts"] == []


def test_an_interpreter_in_the_home_folder_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/opt/py")
    with pytest.raises(ValueError, match="must stay hidden"):
        interpreters.placed(told())
    monkeypatch.setenv("HOME", "/opt/py/inner")
    with pytest.raises(ValueError, match="must stay hidden"):
        interpreters.placed(told())


def test_an_old_interpreter_is_refused() -> None:
    with pytest.raises(ValueError, match="too old"):
        interpreters.placed(told(version="3.7.16"))


@pytest.mark.asyncio(loop_scope="session")
async def test_as_root_candidates_run_as_nobody(sandbox: LocalSandbox) -> None:
    if os.geteuid() != 0:
        pytest.skip("only when started as root")
    ran = await sandbox.run(Job(source="import os; print(os.getresuid(), os.getresgid(), os.getgroups())"))
    assert ran.stdout.decode().strip().startswith("(65534, 65534, 65534) (65534, 65534, 65534)")


@pytest.mark.parametrize("tier", ["full", "reduced"])
async def test_an_interpreter_below_tmp_works_and_stays_clean(tier: str, shared: Path) -> None:
    """Its mount lies where runs may write: what they leave there must go, and it must not."""
    base = LocalSandbox(SandboxSettings(tier=tier))
    isolation = await base.probe()
    await base.close()
    if isolation.tier is Tier.NONE:
        pytest.skip(isolation.why)
    made = subprocess.run([isolation.python, "-m", "venv", "--without-pip", str(shared / "venv")],
                          capture_output=True)  # fmt: skip
    if made.returncode:
        pytest.skip("this interpreter makes no virtual environments")
    sandbox = LocalSandbox(SandboxSettings(tier=tier, python=str(shared / "venv/bin/python")))
    try:
        source = f"""
import os, sys, tempfile
print(sys.prefix, sorted(os.listdir(".")))
open("left", "w").close()
with tempfile.NamedTemporaryFile() as file: file.write(b"x")
for place in ("/tmp/left", {str(shared)!r} + "/left", sys.prefix + "/left"):
    try: open(place, "w").close()
    except OSError: continue
    print("could write", place)
"""
        for _ in range(2):
            ran = await sandbox.run(Job(source=source))
            seen = (ran.verdict, ran.stdout.decode().strip(), ran.facts.tier)
            assert seen == (Verdict.OK, f"{shared}/venv []", tier), (ran.stderr, ran.facts)
    finally:
        await sandbox.close()
