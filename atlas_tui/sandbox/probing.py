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
from atlas_tui.sandbox import boxes, interpreters, verdicts
from atlas_tui.sandbox.base import Isolation, Job, Policy, Ran, Tier
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
    boxes: str = ""
    """Why commands of their own cannot be run; empty when they can."""
    accident: bool = False
    """Probing itself was disturbed: worth another try."""


def nothing(why: str, accident: bool = False) -> Found:
    """No isolation, and what to do about it."""
    return Found(isolation=Isolation(tier=Tier.NONE, why=why), accident=accident)


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
            attempts = _Attempts(tier, python, bwrap, ask)
            failures[tier] = await attempts.fault()
            if not failures[tier]:
                return _found(attempts, failures.get(Tier.FULL, ""), await attempts.box_fault())
    reasons = "; ".join(f"{tier}: {why}" for tier, why in failures.items())
    return nothing(f"{reasons}. To run candidates: {_ADVICE}")


def _unusable(told: dict[str, Any]) -> dict[str, Any]:
    raise ValueError(told["error"])


def _found(attempts: _Attempts, no_full: str, no_boxes: str) -> Found:
    tier, python, bwrap = attempts.tier, attempts.python, attempts.bwrap
    version = bwrap["version"] or "bubblewrap"
    why = f"{version}, Landlock and seccomp"
    if tier is Tier.REDUCED:
        why = "Landlock and seccomp without namespaces"
    if tier is Tier.REDUCED and no_full:
        why += f" ({no_full})"
    if no_boxes:
        why += f"; Python programs only: {no_boxes}"
    isolation = Isolation(
        tier=tier, why=why, python=python["path"], python_version=python["version"],
        held=tuple(dict.fromkeys(attempts.held)),
    )  # fmt: skip
    return Found(isolation=isolation, python=python, bwrap=bwrap, boxes=no_boxes)


class _Attempts:
    """Tries what is forbidden in one tier with one interpreter."""

    def __init__(self, tier: Tier, python: dict[str, Any], bwrap: dict[str, Any], ask: Ask) -> None:
        self.tier, self.python, self.bwrap = tier, python, bwrap
        self.held: list[str] = []
        self._ask = ask
        self._source = (Path(__file__).parent / "forbidden.py").read_text("utf-8")

    async def fault(self) -> str:
        """Why candidates cannot be trusted to this; empty when every forbidden thing failed."""
        async with _bait(self._ask) as outside:
            job = Job(
                source=self._source, entry_point="attempt", arguments=json.dumps([outside]), limits=_LIMITS
            )
            ran = await self._candidate(job)
            if ran.verdict is not Verdict.OK or ran.result is None:
                return f"{self.python['path']} does not work inside: {_words(ran)}"
            wrong = self._wrong(json.loads(ran.result), outside)
        if wrong:
            return wrong
        ran = await self._candidate(Job(source=_VIOLATION, limits=_LIMITS))
        return "" if ran.verdict is Verdict.SV else f"the system call filter does not work: {_words(ran)}"

    async def box_fault(self) -> str:
        """Why commands of their own cannot be trusted to this."""
        async with _bait(self._ask) as outside:
            source = f"{self._source}\nimport json\nprint(json.dumps(attempt({outside!r}, False)))\n"
            job = Job(source=source, policy=Policy.PROJECT, limits=_LIMITS)
            line = [self.python["path"], "-I", "-B", "-X", "utf8", f"{boxes.BOX}/main.py"]
            ran = await self._asked(boxes.ours(job, line, tuple(self.python["mounts"])), job)
            if ran.verdict is not Verdict.OK:
                return f"commands do not work inside: {_words(ran)}"
            return self._wrong(json.loads(ran.stdout), outside)

    def _wrong(self, told: list[list[str]], outside: str) -> str:
        worked, failed, environment = told
        if os.path.exists(outside + ".written"):
            worked.append("write outside")
        if worked:
            return f"it does not hold: {', '.join(dict.fromkeys(worked))} succeeded"
        seen = {pair.partition("=")[0] for pair in environment}
        if seen - {"PWD", "_"} != {"HOME", "LANG", "PATH"}:
            return f"it shows the environment: {', '.join(environment)[:200]}"
        self.held += failed
        return ""

    async def _candidate(self, job: Job) -> Ran:
        program = {"source": job.source, "entry_point": job.entry_point, "arguments": job.arguments}
        return await self._asked(({"op": "run", "limits": asdict(job.limits), **program}, b""), job)

    async def _asked(self, request: boxes.Request, job: Job) -> Ran:
        where = {"tier": str(self.tier), "python": self.python, "bwrap": self.bwrap}
        message, contents = await self._ask({**where, **request[0]}, request[1])
        if "error" in message:
            return verdicts.failure(str(message["error"]))
        return verdicts.ran(message, contents, job, str(self.tier))


def _words(ran: Ran) -> str:
    last_lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return f"{ran.verdict} {'; '.join(dict.fromkeys([*ran.facts.notes, *last_lines]))[:300]}"


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
