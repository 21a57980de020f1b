"""What the app and ``doctor`` show about this machine: one list of checks, each with its fix."""

from __future__ import annotations

import asyncio
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from atlas_tui import __version__, paths
from atlas_tui.engine import bundled_model_path, gpu_build, hardware
from atlas_tui.errors import AtlasError
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Tier
from atlas_tui.settings import Settings
from atlas_tui.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing about this machine. ``fix`` says what to do where it could be better."""

    name: str
    value: str
    good: bool = True
    fix: str = ""


async def checks(settings: Settings, folder: Path) -> list[Check]:
    """Everything worth knowing before a run; tries the sandbox, and starts no model."""
    return [
        Check(name="version", value=f"atlas-tui {__version__}, Python {platform.python_version()}"),
        model(settings),
        *await asyncio.to_thread(llama),
        *await isolation(settings),
        await asyncio.to_thread(working_tree, folder),
        Check(name="settings", value=str(paths.config_file())),
        Check(name="sessions", value=str(paths.database())),
        Check(name="log", value=str(paths.log_dir())),
    ]


def model(settings: Settings) -> Check:
    """The model file that would be loaded."""
    path = Path(settings.model.path or bundled_model_path()).expanduser()
    name = path.name if settings.model.path else f"{path.name} (bundled)"
    try:
        return Check(name="model", value=f"{name}, {path.stat().st_size / 1e6:,.1f} MB")
    except OSError as error:
        fix = "set model.path to a GGUF file" if settings.model.path else "reinstall, or run `make model`"
        return Check(name="model", value=f"{path}: {error.strerror}", good=False, fix=fix)


def llama() -> list[Check]:
    """The build of llama.cpp, and whether it uses the GPU that is here."""
    found = hardware.look()
    version = metadata.version("llama-cpp-python")
    memory = f"{found.cores} cores, {found.memory_free / 1e9:,.1f} GB of memory free"
    rows = [Check(name="machine", value=memory)]
    if found.gpus:
        names = ", ".join(f"{gpu.description} ({gpu.free / 1e9:,.1f} GB free)" for gpu in found.gpus)
        return [*rows, Check(name="llama.cpp", value=f"llama-cpp-python {version}, on {names}")]
    value = f"llama-cpp-python {version}, on the CPU"
    if found.note:
        return [*rows, Check(name="llama.cpp", value=f"{value}; {found.note}", good=False, fix="see the log")]
    if found.backend != "cpu":
        arguments = gpu_build.cmake_args(found.backend)
        fix = f'build it for the GPU: `make run GPU={found.backend}`, or CMAKE_ARGS="{arguments}" with pip'
        return [*rows, Check(name="llama.cpp", value=value, good=False, fix=fix)]
    return [*rows, Check(name="llama.cpp", value=value)]


async def isolation(settings: Settings) -> list[Check]:
    """How candidates are held, and the interpreter they run on."""
    sandbox = LocalSandbox(settings.sandbox)
    try:
        found = await sandbox.probe()
    finally:
        await sandbox.close()
    if found.tier is Tier.NONE:
        fix = "candidates are not run without it"
        return [Check(name="isolation", value=str(found), good=False, fix=fix)]
    fix = "" if found.tier is Tier.FULL else "install bubblewrap for full isolation"
    return [
        Check(name="isolation", value=str(found), good=not fix, fix=fix),
        Check(name="candidates run on", value=f"{found.python} ({found.python_version})"),
    ]


def working_tree(folder: Path) -> Check:
    """The git working tree that solutions would go to."""
    try:
        tree = Workspace.open(folder)
    except AtlasError as error:
        return Check(name="working tree", value=str(error), good=False, fix=error.todo)
    return Check(name="working tree", value=f"{tree.root}, {tree.head()}")
