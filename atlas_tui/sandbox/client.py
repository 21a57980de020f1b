"""The sandbox as the app uses it: asyncio in front, one supervisor process behind."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import psutil  # type: ignore[import-untyped]

from atlas_tui.sandbox import probing, verdicts
from atlas_tui.sandbox.base import Isolation, Job, Ran, Tier
from atlas_tui.sandbox.link import Link, SupervisorDied
from atlas_tui.settings import SandboxSettings

log = logging.getLogger(__name__)


class LocalSandbox:
    """Runs candidates on this machine; implements ``sandbox.base.Sandbox``. Use within one event loop."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._slots = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
        self._link: Link | None = None
        self._starting = asyncio.Lock()
        self._probing = asyncio.Lock()
        self._found: probing.Found | None = None
        self._closed = False

    async def probe(self) -> Isolation:
        """What isolation there is; tried once, then remembered."""
        return (await self._probe()).isolation

    async def run(self, job: Job) -> Ran:
        """Run to its end or its limits; IE when there is no isolation.

        Never raises for what the program does.

        Cancelling the awaiting task kills the run and everything it started.
        """
        found = await self._probe()
        if found.isolation.tier is Tier.NONE:
            return verdicts.failure(f"not run: no isolation. {found.isolation.why}")
        if job.language != "python":
            return verdicts.failure(f"not run: {job.language} programs are not supported")
        if job.entry_point and not _is_array(job.arguments):
            return verdicts.failure("not run: the arguments are not a JSON array")
        tier = str(found.isolation.tier)
        try:
            message, contents = await self._ask(_request(job, tier, found), job.stdin)
        except SupervisorDied:
            return verdicts.failure(
                "the sandbox supervisor died during this run; the next one starts it again"
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return verdicts.failure(f"the sandbox could not take this run: {error}")
        if "error" in message:
            return verdicts.failure(f"the sandbox failed: {message['error']}")
        return verdicts.ran(message, contents, job, tier)

    async def close(self) -> None:
        """Kill what runs and leave nothing behind."""
        self._closed = True
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _probe(self) -> probing.Found:
        async with self._probing:
            if self._found is None:
                found = await self._probe_now()
                if not found.accident:
                    self._found = found
                return found
            return self._found

    async def _probe_now(self) -> probing.Found:
        if sys.platform != "linux":
            return probing.nothing("only Linux has the means it needs; candidates are not run on this system")
        try:
            return await probing.probe(self._settings, self._ask)
        except (SupervisorDied, OSError, subprocess.SubprocessError) as error:
            log.exception("probing failed")
            why = f"the sandbox supervisor does not work: {str(error) or 'it died'}; see sandbox.log"
            return probing.nothing(why, accident=True)

    async def _ask(self, message: dict[str, Any], blob: bytes = b"") -> tuple[dict[str, Any], bytes]:
        async with self._starting:
            if self._closed:
                raise OSError("the sandbox is closed")
            if self._link is None or not self._link.alive:
                if self._link is not None:
                    await self._link.close()
                self._link = await Link.start(self._slots)
            link = self._link
        return await link.ask(message, blob)


def _is_array(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _request(job: Job, tier: str, found: probing.Found) -> dict[str, Any]:
    return probing.request(
        tier, found.python, found.bwrap, source=job.source, entry_point=job.entry_point,
        arguments=job.arguments, limits=asdict(job.limits),
    )  # fmt: skip
