"""The sandbox as the app uses it: asyncio in front, one supervisor process behind."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from typing import Any

import psutil  # type: ignore[import-untyped]

from atlas_tui.facts import Verdict
from atlas_tui.sandbox import boxes, probing, remembered, verdicts
from atlas_tui.sandbox.base import Isolation, Job, Policy, Ran, Tier
from atlas_tui.sandbox.link import Link, SupervisorDied
from atlas_tui.sandbox.programs import Programs
from atlas_tui.settings import SandboxSettings

log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """All runs were cancelled between two steps of one."""


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
        self._cancelled = 0
        """How often all runs were cancelled."""
        self._programs = Programs(lambda: self._python)
        self._python: dict[str, Any] = {}

    async def probe(self, fresh: bool = False) -> Isolation:
        """What isolation there is; tried once, then remembered, also on disk; tried again if ``fresh``."""
        if fresh:
            self._distrust()
        return (await self._probe()).isolation

    async def run(self, job: Job) -> Ran:
        """Run to its end or its limits; IE when there is no isolation, or no tools for its language.

        Never raises for what the program does.

        Cancelling the awaiting task kills the run and everything it started.
        """
        begun = self._cancelled
        found = await self._probe()
        if found.isolation.tier is Tier.NONE:
            return verdicts.failure(f"not run: no isolation. {found.isolation.why}")
        wrong = _unfit(job)
        if wrong:
            return verdicts.failure(f"not run: {wrong}")
        if job.language != "python" or job.policy is Policy.PROJECT:
            if found.boxes:
                return verdicts.failure(f"not run: {found.boxes}")
            return await self._programs.run(job, partial(self._asked, begun=begun))
        program = {"source": job.source, "entry_point": job.entry_point, "arguments": job.arguments}
        request = {"op": "run", "limits": asdict(job.limits), "group": job.group, **program}
        return await self._asked((request, job.stdin), job, begun)

    async def cancel_all(self) -> None:
        """Kill all that runs or waits: each ends with IE and the note that it was cancelled."""
        self._cancelled += 1
        if self._link is not None and self._link.alive:
            self._link.tell({"op": "kill-all", "id": 0})

    async def close(self) -> None:
        """Kill what runs and leave nothing behind."""
        self._closed = True
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _asked(self, request: boxes.Request, job: Job, begun: int) -> Ran:
        """How a run ended that the supervisor was asked for, if none was cancelled since it was ``begun``."""
        found = await self._probe()
        tier = str(found.isolation.tier)
        order = {"tier": tier, "python": found.python, "bwrap": found.bwrap, **request[0]}
        try:
            message, contents = await self._ask(order, request[1], begun)
        except _Cancelled:
            return verdicts.failure("cancelled")
        except SupervisorDied:
            return verdicts.failure(
                "the sandbox supervisor died during this run; the next one starts it again"
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return verdicts.failure(f"the sandbox could not take this run: {error}")
        if "error" in message:
            ran = verdicts.failure(f"the sandbox failed: {message['error']}")
        else:
            ran = verdicts.ran(message, contents, job, tier)
        if ran.verdict is Verdict.IE and found.isolation.cached and begun == self._cancelled:
            self._distrust()  # what was remembered may hold no more
            return await self._asked(request, job, begun)
        return ran

    async def _probe(self) -> probing.Found:
        async with self._probing:
            if self._found is None:
                found = await self._probe_now()
                self._python = found.python
                if not found.accident:
                    self._found = found
                return found
            return self._found

    def _distrust(self) -> None:
        self._found = None
        remembered.forget()

    async def _probe_now(self) -> probing.Found:
        if sys.platform != "linux":
            return probing.nothing("only Linux has the means it needs; candidates are not run on this system")
        known = remembered.recall(self._settings)
        if known is not None:
            return known
        try:
            found = await probing.probe(self._settings, self._ask)
            remembered.keep(self._settings, found)
            return found
        except (SupervisorDied, OSError, subprocess.SubprocessError) as error:
            log.exception("probing failed")
            why = f"the sandbox supervisor does not work: {str(error) or 'it died'}; see sandbox.log"
            return probing.nothing(why, accident=True)

    async def _ask(
        self, message: dict[str, Any], blob: bytes = b"", begun: int | None = None
    ) -> tuple[dict[str, Any], bytes]:
        async with self._starting:
            if self._closed:
                raise OSError("the sandbox is closed")
            if self._link is None or not self._link.alive:
                if self._link is not None:
                    await self._link.close()
                self._link = await Link.start(self._slots)
            link = self._link
        if begun is not None and begun != self._cancelled:
            raise _Cancelled
        return await link.ask(message, blob)


def _unfit(job: Job) -> str:
    """Why ``job`` makes no sense; empty when it does."""
    if job.entry_point and not _is_array(job.arguments):
        return "the arguments are not a JSON array"
    if job.policy is Policy.STRICT and (job.command or job.tree or job.shown or job.environment or job.files):
        return "commands, trees, folders and variables are for the policy project"
    if job.policy is Policy.PROJECT and job.entry_point:
        return "functions are called under the policy strict only"
    if job.tree and not os.path.isabs(job.tree):
        return f"{job.tree} is not an absolute path"
    if job.files and not job.tree:
        return "files are changed in the copy of a tree, and none is named"
    return ""


def _is_array(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False
