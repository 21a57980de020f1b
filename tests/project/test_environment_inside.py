"""What tests have of the person's environment in the sandbox: to read, never to write to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from atlas_tui.events import Verdict
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import snapshot
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Policy, Ran, Tier
from atlas_tui.settings import SandboxSettings
from tests.project.environments import PACKAGES, found, made, needs_python


@pytest_asyncio.fixture
async def sandbox(home: Path) -> AsyncIterator[LocalSandbox]:
    made = LocalSandbox(SandboxSettings(tier="full"))
    if (await made.probe()).tier is Tier.NONE:
        await made.close()
        pytest.skip("no isolation here")
    yield made
    await made.close()


async def ran(
    sandbox: LocalSandbox, root: Path, *command: str, files: tuple[tuple[str, bytes | None], ...] = ()
) -> Ran:
    environment = found(root, command[0], PATH=os.environ["PATH"])
    base = snapshot(root, list_files(root), environment.links).base
    job = Job(
        command=command, tree=base, shown=environment.shown, environment=environment.variables,
        policy=Policy.PROJECT, files=files,
    )  # fmt: skip
    return await sandbox.run(job)


LOOK = """
import dep, os, pkg, sys
print(pkg.NAME, pkg.__file__, dep.NAME, sys.prefix)
for path in (dep.__file__, sys.prefix + "/new"):
    try:
        print(open(path, "a"))
    except OSError as error:
        print(error.strerror)
print(os.path.exists(os.path.dirname(sys.prefix) + "/pkg"))
"""


@needs_python
async def test_the_copy_is_imported_with_the_persons_packages(sandbox: LocalSandbox, root: Path) -> None:
    """Nothing of the person's tree is seen but the environment, which cannot be written to."""
    packages = made(root / ".venv") / PACKAGES
    (packages / "dep.py").write_text("NAME = 'dep'\n")
    for path in (packages / "dep.py", root / ".venv"):  # as far as permissions go it may be written to
        path.chmod(0o777)
    (packages / "pkg").mkdir()
    (packages / "pkg" / "__init__.py").write_text("NAME = 'installed'\n")
    (packages / "__editable__.pth").write_text(f"{root}\n")
    for name in ("first", "changed"):
        files = () if name == "first" else (("pkg/__init__.py", b"NAME = 'changed'\n"),)
        ended = await ran(sandbox, root, "python", "-c", LOOK, files=files)
        assert ended.verdict is Verdict.OK, ended
        assert ended.stdout.decode().splitlines() == [
            f"{name} /tree/pkg/__init__.py dep {root}/.venv",
            "Read-only file system", "Read-only file system", "False",
        ]  # fmt: skip


async def test_packages_of_node_are_used_and_not_written_to(sandbox: LocalSandbox, root: Path) -> None:
    (root / "package.json").write_text("{}")
    environment = found(root, PATH=os.environ["PATH"])
    if any("javascript is not installed" in note for note in environment.notes):
        pytest.skip("no Node here")
    (root / "node_modules" / "left").mkdir(parents=True)
    (root / "node_modules" / "left" / "index.js").write_text("module.exports = 'left';")
    script = "console.log(require('left')); require('fs').writeFileSync('node_modules/left/x', '')"
    ended = await ran(sandbox, root, "node", "-e", script)
    assert (ended.verdict, ended.stdout) == (Verdict.RE, b"left\n"), ended
    assert b"EROFS" in ended.stderr
