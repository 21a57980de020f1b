"""Finds out, by trying, which isolation and which interpreter work on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import interpreters, verdicts
from atlas_tui.sandbox.base import Isolation, Job, Tier
from atlas_tui.settings import SandboxSettings

Ask = Callable[[dict[str, Any], bytes], Awaitable[tuple[dict[str, Any], bytes]]]

_ADVICE = "install bubblewrap (package bubblewrap), or use a kernel with Landlock (Linux 5.13 or newer)"
_LIMITS = Limits(cpu_seconds=10.0, wall_seconds=20.0, memory_bytes=256 << 20)
_VIOLATION = "import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What works here, with what the supervisor needs to use it."""

    isolation: Isolation
    python: dict[str, Any] = field(default_factory=dict)
    bwrap: dict[str, Any] = field(default_factory=dict)
    accident: bool = False
    """Probing itself was disturbed: worth another try."""


def nothing(why: str, accident: bool = False) -> Found:
    """No isolation, and what to do about it."""
    return Found(isolation=Isolation(tier=Tier.NONE, why=why), accident=accident)


def request(tier: str, python: dict[str, Any], bwrap: dict[str, Any], **program: Any) -> dict[str, Any]:
    """A run as the supervisor takes it."""
    return {"op": "run", "tier": tier, "python": python, "bwrap": bwrap, **program}


async def probe(settings: SandboxSettings, ask: Ask) -> Found:
    """The strongest tier (or the one ``settings`` insist on) with the first interpreter that works in it.

    Raises:
        OSError, SupervisorDied: the supervisor does not work.
    """
    bwrap, _ = await ask({"op": "find"}, b"")
    tiers = [Tier.FULL, Tier.REDUCED] if settings.tier == "auto" else [Tier(settings.tier)]
    failures: dict[Tier, str] = {}
    pythons: list[dict[str, Any]] = []
    faults: list[str] = []
    for path in interpreters.candidates(settings.python):
        told, _ = await ask({"op": "ask", "python": path}, b"")
        try:
            pythons.append(interpreters.placed(told) if "error" not in told else _unusable(told))
        except ValueError as error:
            faults.append(f"{path}: {error}")
    if not pythons:
        return nothing(f"no interpreter for candidates works ({'; '.join(faults)}); set sandbox.python")
    for tier in tiers:
        if tier is Tier.FULL and not bwrap["path"]:
            failures[tier] = "bubblewrap is not installed"
            continue
        for python in pythons:
            failures[tier] = await _fault(tier, python, bwrap, ask)
            if not failures[tier]:
                return _found(tier, python, bwrap, failures.get(Tier.FULL, ""))
    reasons = "; ".join(f"{tier}: {why}" for tier, why in failures.items())
    return nothing(f"{reasons}. To run candidates: {_ADVICE}")


def _unusable(told: dict[str, Any]) -> dict[str, Any]:
    raise ValueError(told["error"])


def _found(tier: Tier, python: dict[str, Any], bwrap: dict[str, Any], no_full: str) -> Found:
    version = bwrap["version"] or "bubblewrap"
    why = f"{version}, Landlock and seccomp"
    if tier is Tier.REDUCED:
        why = "Landlock and seccomp without namespaces"
    if tier is Tier.REDUCED and no_full:
        why += f" ({no_full})"
    isolation = Isolation(tier=tier, why=why, python=python["path"], python_version=python["version"])
    return Found(isolation=isolation, python=python, bwrap=bwrap)


async def _fault(tier: Tier, python: dict[str, Any], bwrap: dict[str, Any], ask: Ask) -> str:
    """Why this combination cannot be trusted; empty when every forbidden thing failed."""
    source = (Path(__file__).parent / "forbidden.py").read_text("utf-8")
    async with _bait(ask) as outside:
        arguments = json.dumps([outside])
        attempts = Job(source=source, entry_point="attempt", arguments=arguments, limits=_LIMITS)
        ended, result, notes = await _run(attempts, tier, python, bwrap, ask)
        if ended is not Verdict.OK or result is None:
            return f"{python['path']} does not work inside: {notes}"
        worked, environment = json.loads(result)
        if os.path.exists(outside + ".written"):
            worked.append("write outside")
    if worked:
        return f"it does not hold: {', '.join(worked)} succeeded"
    if sorted(pair.partition("=")[0] for pair in environment) != ["HOME", "LANG", "PATH"]:
        return f"it shows the environment: {', '.join(environment)[:200]}"
    ended, _, notes = await _run(Job(source=_VIOLATION, limits=_LIMITS), tier, python, bwrap, ask)
    return "" if ended is Verdict.SV else f"the system call filter does not work: {ended} {notes}"


async def _run(
    job: Job, tier: Tier, python: dict[str, Any], bwrap: dict[str, Any], ask: Ask
) -> tuple[Verdict, str | None, str]:
    order = request(
        str(tier), python, bwrap, source=job.source, entry_point=job.entry_point, arguments=job.arguments,
        limits=asdict(job.limits),
    )  # fmt: skip
    message, contents = await ask(order, b"")
    if "error" in message:
        return Verdict.IE, None, str(message["error"])
    ran = verdicts.ran(message, contents, job, str(tier))
    last_lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return ran.verdict, ran.result, f"{ran.verdict} {'; '.join([*ran.facts.notes, *last_lines])[:300]}"


@asynccontextmanager
async def _bait(ask: Ask) -> AsyncIterator[str]:
    """The path of a file that anyone may read and write; the supervisor removes it when the app is killed."""
    told, _ = await ask({"op": "bait"}, b"")
    if "error" in told:
        raise OSError(told["error"])
    try:
        yield str(told["path"])
    finally:
        await ask({"op": "unbait"}, b"")
