"""How a run begins: what is written down of the set, the model, the settings and the machine."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import platform
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from atlas_tui import __version__, paths
from atlas_tui.bench.conditions import Condition
from atlas_tui.bench.folder import RunFolder, safe
from atlas_tui.bench.lensing import RunLens, lens_for
from atlas_tui.bench.progress import Message
from atlas_tui.bench.records import Hardware, Header, LensUsed, Recipe
from atlas_tui.bench.runner import Parts, Plan, Runner
from atlas_tui.bench.sitting import Sitting
from atlas_tui.bench.task import Kind, ProblemSet, Task
from atlas_tui.engine import energy, hardware, seen_gpus
from atlas_tui.engine.base import Engine, ModelInfo
from atlas_tui.engine.opening import open_engine
from atlas_tui.errors import InputError, Refused
from atlas_tui.lens.scorer import Scorer
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Sandbox, Tier
from atlas_tui.settings import SandboxSettings, Settings
from atlas_tui.solver import budgets

_PROMPTS = ("solver/prompts", "bench/prompts")
_RUN = (Kind.CODE, Kind.FILE, Kind.STEPS)
"""Kinds of answers that have to be run to be scored."""
_LONGEST_NAME = 40
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Shard:
    """The part of a set that one process does."""

    index: int = 1
    """From 1."""
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The part that ``1/2`` names; an empty text is all. Raises: InputError."""
        index, slash, count = (text or "1/1").partition("/")
        if not (slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
            raise InputError(f"{text!r} is no part of a whole", "", "write 1/2 for the first of two")
        return cls(int(index), int(count))

    def of(self, tasks: Sequence[Task]) -> Sequence[Task]:
        """Its tasks: every so many, so that all parts are alike."""
        return tasks[self.index - 1 :: self.count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks to be run."""

    problems: ProblemSet
    options: Mapping[str, str]
    """Of the set."""
    conditions: Sequence[Condition]
    settings: Settings
    seed: int = 1
    in_flight: int = 16
    shard: Shard = Shard()
    again: bool = False
    """Run what failed once more."""

    @property
    def plan(self) -> Plan:
        """What this process is to do."""
        return Plan(
            tasks=self.shard.of(self.problems.tasks),
            conditions=self.conditions,
            seed=self.seed,
            in_flight=self.in_flight,
            again=self.again,
        )


@contextlib.asynccontextmanager
async def opened(
    asked: Asked, out: Path | None, tell: Callable[[Message], None]
) -> AsyncIterator[tuple[Runner, RunFolder]]:
    """A run that is ready to begin, with a model and a sandbox of its own; all is closed at the end.

    Raises: as ``begin`` and ``lens_of``.
    """
    engine, sandbox = open_engine(asked.settings), LocalSandbox(asked.settings.sandbox)
    try:
        lens = await lens_of(asked, engine)
        folder, sitting = await begin(asked, engine, sandbox, out, lens.used if lens else None)
        try:
            with_what = parts(engine, sandbox, asked.settings, lens.scorer if lens else None)
            yield Runner(asked.plan, folder, with_what, sitting=sitting, tell=tell), folder
        finally:
            folder.close()
    finally:
        await asyncio.gather(engine.close(), sandbox.close())


async def lens_of(asked: Asked, engine: Engine) -> RunLens | None:
    """The lens that the conditions want; None where none of them does.

    Raises: Refused: there is none for this model, or it was trained on a problem of the set, which is named.
        AtlasError: the model cannot be loaded.
    """
    if not any(one.lens for one in asked.conditions):
        return None
    return await asyncio.to_thread(lens_for, asked.problems.tasks, await engine.load())


async def begin(
    asked: Asked, engine: Engine, sandbox: Sandbox, out: Path | None, lens: LensUsed | None = None
) -> tuple[RunFolder, Sitting]:
    """The folder of a run, new or to go on with, and what this process writes down of itself.

    The model is loaded, for its fingerprint is part of what makes results comparable. ``lens`` is that of the
    conditions that use it.

    Raises: Refused: there is no isolation, and the set is of programs. AtlasError: the model cannot be
        loaded; the folder is in use, cannot be written, or holds something else.
    """
    isolation = await sandbox.probe()
    if isolation.tier is Tier.NONE and any(task.kind in _RUN for task in asked.problems.tasks):
        raise Refused("Nothing of this set could be scored", isolation.why, "see `atlas-tui doctor`")
    info = await engine.load()
    here = await asyncio.to_thread(_machine, isolation)
    header = _header(asked, info, isolation, here, lens)
    folder = await asyncio.to_thread(RunFolder.create_or_resume, out or place_of(header), header)
    now = time.time()
    sitting = Sitting(
        id=f"{now:.3f}-{os.getpid()}-{here.host}",
        started=now,
        hardware=here,
        shard=(asked.shard.index, asked.shard.count),
        in_flight=asked.in_flight,
    )
    return folder, sitting


def place_of(header: Header) -> Path:
    """The folder that is taken where none is named: the same for the same set, model and part."""
    index, count = header.shard
    part = f"-{index}-of-{count}" if count > 1 else ""
    readable = safe(header.model).rpartition("-")[0][:_LONGEST_NAME] or "model"
    model = f"{readable}-{hashlib.sha256(header.model_hash.encode()).hexdigest()[:8]}"
    return Path(paths.USUAL_RUNS) / f"{header.set}-{header.set_identity[:8]}-{model}{part}"


def parts(engine: Engine, sandbox: Sandbox, settings: Settings, lens: Scorer | None = None) -> Parts:
    """What a run works with; the energy of a server elsewhere is unknown."""
    address = settings.remote.base_url
    elsewhere = address and (urlsplit(address).hostname or "") not in _LOCAL
    meter = energy.unknown("the server is another machine") if elsewhere else energy.open_meter()
    return Parts(engine=engine, sandbox=sandbox, meter=meter, lens=lens)


def _header(
    asked: Asked, info: ModelInfo, isolation: Isolation, here: Hardware, lens: LensUsed | None
) -> Header:
    problems = asked.problems
    local = not asked.settings.remote.base_url
    version = f"llama-cpp-python {metadata.version('llama-cpp-python')}" if local else info.path
    return Header(
        set=problems.name,
        set_version=problems.version,
        set_identity=problems.identity,
        set_source=problems.source,
        set_rules=problems.rules,
        set_caveats=problems.caveats,
        window=problems.window,
        options=tuple(sorted(asked.options.items())),
        tasks=tuple(task.id for task in problems.tasks),
        skipped=tuple((one.place, one.why) for one in problems.skipped),
        conditions=tuple(_in_force(one, info, lens) for one in asked.conditions),
        seed=asked.seed,
        model=info.name,
        model_hash=info.fingerprint or info.path,
        engine=f"{version}, KV cache {info.kv_type}" if local else version,
        prompts=prompts_now(),
        version=__version__,
        sandbox=_sandbox(asked.settings.sandbox, isolation),
        shard=(asked.shard.index, asked.shard.count),
        in_flight=asked.in_flight,
        hardware=(here,),
        started=time.time(),
    )


def _in_force(condition: Condition, info: ModelInfo, lens: LensUsed | None) -> Recipe:
    """The condition with what it leaves to the model: how tokens are drawn, and how long it thinks."""
    chosen = condition.settings
    thinking = budgets.thinking_tokens(chosen, info)
    drawn = budgets.sampler(chosen, info, 0, thinking=thinking > 0)
    settings = {
        **condition.recipe.settings,
        "temperature": drawn.temperature,
        "top_p": drawn.top_p,
        "top_k": drawn.top_k,
        "min_p": drawn.min_p,
        "thinking_tokens": thinking,
    }
    return replace(condition.recipe, settings=settings, lens=lens if condition.lens else None)


def prompts_now() -> str:
    """SHA-256 over all prompts, by name and content."""
    digest, room = hashlib.sha256(), Path(__file__).resolve().parent.parent
    for folder in _PROMPTS:
        for file in sorted((room / folder).rglob("*")):
            if file.is_file():
                digest.update(f"{folder}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _sandbox(settings: SandboxSettings, isolation: Isolation) -> str:
    python = f"Python {isolation.python_version}" if isolation.python_version else "nothing can be run"
    limits = f"{settings.cpu_seconds:g} s of CPU, {settings.memory_mb} MB, {settings.output_kb} kB of output"
    return f"{python}; {limits} a run of a candidate"


def _machine(isolation: Isolation) -> Hardware:
    return Hardware(
        host=platform.node(),
        processor=hardware.processor(),
        cores=hardware.physical_cores(),
        memory_bytes=hardware.total_memory(),
        gpus=tuple(gpu.name for gpu in seen_gpus.look()),
        isolation=str(replace(isolation, cached=False)),
    )
