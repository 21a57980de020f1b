"""What the app and ``doctor`` show about this machine: one list of checks, each with its fix."""

from __future__ import annotations

import asyncio
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from atlas_tui import __version__, paths
from atlas_tui.engine import catalog, fit, hardware, pulling, seen_gpus, shelf, stored
from atlas_tui.engine.llama.gguf_header import check_model
from atlas_tui.engine.pulling import Progress, PullPaused
from atlas_tui.engine.seen_gpus import SeenGpu
from atlas_tui.engine.shelf import Guess, Row
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.lens import standing, teaching
from atlas_tui.lens.standing import Standing
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Tier
from atlas_tui.settings import Settings
from atlas_tui.store import Labels
from atlas_tui.workspace import Workspace

MOST_LENSES = 2
"""That the checks tell of; there is one for each model and version of the prompts."""
__all__ = [
    "Check", "Guess", "Model", "Progress", "Proposed", "PullPaused", "checks", "isolation", "kept", "lens",
    "llama", "model", "models", "proposed", "pull", "remove", "value_for", "verify", "working_tree",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing about this machine. ``fix`` says what to do where it could be better."""

    name: str
    value: str
    good: bool = True
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One model that can be had."""

    row: Row
    guess: Guess | None = None
    """How it may fit, for one that is not here and whose name tells its size."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The model of the catalog that suits this machine best."""

    name: str
    title: str
    guess: Guess


async def checks(settings: Settings, folder: Path) -> list[Check]:
    """Everything worth knowing before a run; tries the sandbox, and starts no model."""
    return [
        Check(name="version", value=f"atlas-tui {__version__}, Python {platform.python_version()}"),
        model(settings),
        *await asyncio.to_thread(llama, settings),
        *await isolation(settings),
        *await asyncio.to_thread(lens, settings),
        await asyncio.to_thread(working_tree, folder),
        Check(name="settings", value=str(paths.config_file())),
        Check(name="sessions", value=str(paths.database())),
        Check(name="log", value=str(paths.log_dir())),
    ]


def model(settings: Settings) -> Check:
    """The model that would be loaded."""
    if settings.remote.base_url:
        return Check(
            name="model", value=f"{settings.remote.model or 'the first'} of {settings.remote.base_url}"
        )
    try:
        path = catalog.locate(settings.model.path)
        name = path.name if settings.model.path else f"{path.name} (bundled)"
        return Check(name="model", value=f"{name}, {path.stat().st_size / 1e6:,.1f} MB")
    except AtlasError as error:
        return Check(name="model", value=str(error), good=False, fix=error.todo)
    except OSError as error:
        fix = "set model.path to a GGUF file" if settings.model.path else "reinstall, or run `make model`"
        return Check(name="model", value=f"{path}: {error.strerror}", good=False, fix=fix)


def llama(settings: Settings) -> list[Check]:
    """The build of llama.cpp, whether it uses the GPUs that are here, and how the model fits."""
    found = hardware.look()
    version = metadata.version("llama-cpp-python")
    memory = f"{found.cores} cores, {found.memory_free / 1e9:,.1f} GB of memory free"
    rows = [Check(name="machine", value=memory)]
    value = f"llama-cpp-python {version}, built for {' + '.join(found.backends) or 'unknown'}"
    if found.note:
        rows.append(Check(name="llama.cpp", value=f"{value}; {found.note}", good=False, fix="see the log"))
    else:
        names = [f"{gpu.description or gpu.name} ({gpu.free / 1e9:,.1f} GB free)" for gpu in found.gpus]
        rows.append(Check(name="llama.cpp", value=f"{value}, on {', '.join(names) or 'the CPU'}"))
        rows += [row for gpu in found.seen if (row := _unused(found, gpu, version)) is not None]
    machine = fit.Machine(found.memory_free, found.gpus, found.gpu_supported)
    return rows if settings.remote.base_url else [*rows, *_fit(settings, machine)]


def _unused(found: hardware.Hardware, gpu: SeenGpu, version: str) -> Check | None:
    """What to do for a GPU that this build of llama.cpp cannot use; None where there is nothing to do."""
    if gpu.library in found.backends:
        if found.gpus:
            return None
        fix = "see the log; its driver may be missing or older than what llama.cpp was built with"
        value = f"{gpu.name}: llama.cpp was built for {gpu.library} and sees no device"
        return Check(name="gpu", value=value, good=False, fix=fix)
    if found.gpus and gpu.backend == "vulkan":
        return None
    needs = f"install {gpu.needs}, then: " if gpu.needs else ""
    value = f"{gpu.name}: this build of llama.cpp cannot use it"
    fix = needs + seen_gpus.install_line(gpu, version)
    return Check(name="gpu", value=value, good=False, fix=fix)


def _fit(settings: Settings, machine: fit.Machine) -> list[Check]:
    """The memory plan of the configured model, and why it is so."""
    try:
        plan = fit.look(catalog.locate(settings.model.path), settings.model, machine).plan
    except AtlasError as error:
        return [Check(name="fit", value=str(error), good=False, fix=error.todo)]
    rows = [Check(name="fit", value=plan.line)]
    rows += [Check(name="given up", value=line) for line in plan.given_up]
    return rows + [Check(name="fit, why", value=line) for line in plan.reasons]


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


def lens(settings: Settings) -> list[Check]:
    """The learned score of every model there are labels of: its state and why, its numbers, its labels."""
    if not settings.lens.enabled:
        return [Check(name="lens", value="off: lens.enabled is false, so nothing is kept and nothing scored")]
    if not paths.labels().exists() and not any(paths.lens_dir().glob("*.npz")):
        return [Check(name="lens", value="untrained: there are no labels with an embedding yet")]
    try:
        labels = Labels(paths.labels())
        try:
            found = teaching.standings(labels, paths.lens_dir())
        finally:
            labels.close()
    except AtlasError as error:
        return [Check(name="lens", value=str(error), good=False, fix=error.todo)]
    rows = [row for each in found[:MOST_LENSES] for row in _lens(each)]
    if len(found) > MOST_LENSES:
        value = f"{len(found) - MOST_LENSES} more, for other models or prompts"
        rows.append(Check(name="lens, others", value=value, fix="see them all: atlas-tui lens status"))
    return rows or [Check(name="lens", value="untrained: there are no labels with an embedding yet")]


def _lens(each: Standing) -> list[Check]:
    fix = "" if each.report else "train it: atlas-tui lens train"
    state = Check(name="lens", value=standing.gate(each.gate), good=not each.broken, fix=fix)
    told = (
        ("lens, numbers", standing.numbers(each)),
        ("lens, labels", standing.learned_from(each)),
        ("lens, for", standing.subject(each)),
    )
    return [state, *(Check(name=name, value=value) for name, value in told if value)]


def models(settings: Settings) -> list[Model]:
    """Every model of the catalog, the pulled ones and the one in use. Takes about a second; no network."""
    machine, told = fit.this_machine(), []
    for row in shelf.rows(settings, machine):
        entry = catalog.named(row.name)
        about = shelf.guess(entry, machine) if entry and row.state != "here" else None
        told.append(Model(row, about, entry.note if entry else ""))
    return told


def proposed() -> Proposed | None:
    """What to begin with on this machine; None where only the bundled model will do. Takes about a second."""
    best = shelf.proposal(fit.this_machine())
    return Proposed(best[0].name, best[0].title, best[1]) if best else None


def pull(name: str, report: Callable[[Progress], None], stop: threading.Event) -> str:
    """Fetch a model or the rest of it, and say in one line how that went. ``stop`` pauses it from elsewhere.

    Raises: PullPaused, and what ``pulling.pull`` raises; ModelLoadError: no such model, or not loadable.
    """
    pulled = pulling.pull(_source(name), report, stop)
    check_model(pulled.path)
    how = "checksum right" if pulled.checked else "the hub has no checksum to compare"
    return f"{name} is here: {stored.words(pulled.size)}, {how}"


def verify(name: str, report: Callable[[int, int], None], stop: threading.Event) -> list[str]:
    """Read a pulled model again; gives a line for each fault. ``report`` is told bytes read and in all.

    Raises: Refused: it was stopped, or is none that was pulled. OSError.
    """

    def tell(file: str, read: int, size: int) -> None:
        report(read, size)
        if stop.is_set():
            raise Refused("The check was stopped", "nothing was changed", "")

    return stored.verify(_source(name), tell)


def kept(name: str) -> int:
    """Bytes that removing this model frees; 0 for one that is not of the hub."""
    found = catalog.source(name)
    return stored.kept(found) if found else 0


def remove(name: str, settings: Settings) -> str:
    """Take a pulled model away, also one that is pulled in part, and say in one line what that gave.

    Raises: Refused: it is in use by these settings, is being pulled, or is none that was pulled.
        InputError: the disk refuses.
    """
    source = _source(name)
    if source.path in shelf.used(settings):
        raise Refused(f"{name} is kept", "it is the model in use", "use another one first")
    return f"{name} is removed, {stored.words(stored.remove(source))} are free again"


def value_for(name: str) -> str:
    """What ``model.path`` must be to use that model.

    Raises: ModelLoadError: it is not here, or is none that can be loaded.
    """
    path = catalog.locate("" if name == catalog.BUNDLED else name)
    check_model(path)
    return shelf.setting_of(name, path)


def _source(name: str) -> catalog.Source:
    found = catalog.source(name)
    if found is None:
        why = f"{name} is not of the hub"
        raise Refused("This model is not fetched", why, "name one as hf:owner/repo:file.gguf")
    return found
