"""Programs that get a box for each run: their tools are found, and they are compiled once."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from atlas_tui.facts import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import boxes, languages, verdicts
from atlas_tui.sandbox.base import Job, Policy, Ran
from atlas_tui.sandbox.languages import NotInstalled, Toolchain, UnknownLanguage

_KEPT_BYTES = 128 << 20
"""Of compiled programs, for their next run."""
_TRYING = Limits(cpu_seconds=20.0, wall_seconds=60.0, memory_bytes=1 << 30, output_bytes=64 << 10)

Box = Callable[[boxes.Request, Job], Awaitable[Ran]]
"""Has the supervisor run a request and gives how it ended."""


@dataclass(frozen=True, slots=True)
class _Missing:
    why: str
    accident: bool = False
    """It was not the tool that failed: worth another try."""


class Programs:
    """Finds tools, compiles and runs. Use within one event loop."""

    def __init__(self, python: Callable[[], dict[str, Any]]) -> None:
        """``python`` tells the interpreter of candidates and what must be shown for it."""
        self._python = python
        self._tools: dict[str, Toolchain | _Missing] = {}
        self._compiled: OrderedDict[str, Ran] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def run(self, job: Job, box: Box) -> Ran:
        """Compile where that is needed, then run; IE when the tools are not there."""
        if job.command:
            return await box(boxes.commanded(job, tuple(self._python()["mounts"])), job)
        try:
            language = languages.named(job.language)
        except UnknownLanguage as error:
            return verdicts.failure(f"not run: {error}")
        if job.entry_point:
            return verdicts.failure(f"not run: functions of {language.name} programs cannot be called")
        toolchain = await self._toolchain(language, box)
        if isinstance(toolchain, _Missing):
            return verdicts.failure(f"not run: {toolchain.why}")
        compiled = await self._program(toolchain, job, box)
        if compiled.verdict is not Verdict.OK:
            return compiled
        return await box(boxes.running(job, toolchain, compiled.stdout), job)

    async def _toolchain(self, language: languages.Language, box: Box) -> Toolchain | _Missing:
        async with self._locks.setdefault(f"tools of {language.name}", asyncio.Lock()):
            known = self._tools.get(language.name)
            if known is None or (isinstance(known, _Missing) and known.accident):
                known = self._tools[language.name] = await self._found(language, box)
            return known

    async def _found(self, language: languages.Language, box: Box) -> Toolchain | _Missing:
        """The first toolchain that works inside."""
        accident = False
        python = str(self._python()["path"])
        faults = []
        try:
            there = await asyncio.to_thread(
                lambda: list(languages.located(language, os.environ.get("PATH", os.defpath), python))
            )
        except NotInstalled as error:
            return _Missing(str(error))
        for toolchain in there:
            job = Job(command=tuple(toolchain.version_command), shown=toolchain.mounts,
                      policy=Policy.PROJECT, limits=_TRYING)  # fmt: skip
            ran = await box(boxes.commanded(job, ()), job)
            if ran.verdict is Verdict.OK:
                return toolchain
            accident = accident or ran.verdict is not Verdict.RE or bool(ran.facts.limit)
            last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            faults.append(f"{toolchain.tool}: {ran.verdict} {' '.join([*last, *ran.facts.notes])[:200]}")
        return _Missing(f"{language.name} does not work inside the sandbox ({'; '.join(faults)})", accident)

    async def _program(self, toolchain: Toolchain, job: Job, box: Box) -> Ran:
        """The compiled program as what a run printed, or how compiling failed."""
        asked = boxes.compiling(toolchain, job.source)
        if asked is None:
            return Ran(verdict=Verdict.OK, stdout=boxes.as_bytes(job.source))
        words = "\0".join((toolchain.tool, toolchain.language.name, job.source))
        key = hashlib.sha256(boxes.as_bytes(words)).hexdigest()
        async with self._locks.setdefault(key, asyncio.Lock()):
            try:
                if key not in self._compiled:
                    compiled = _as_compiled(await box(asked[1], asked[0]))
                    if compiled.verdict is Verdict.IE:
                        return compiled
                    self._compiled[key] = compiled
            finally:
                self._locks.pop(key, None)
        self._compiled.move_to_end(key)
        found = self._compiled[key]
        while (
            len(self._compiled) > 1 and sum(len(ran.stdout) for ran in self._compiled.values()) > _KEPT_BYTES
        ):
            self._compiled.popitem(last=False)
        return found


def _as_compiled(ran: Ran) -> Ran:
    """The verdict of a program that ``ran`` was to compile."""
    if ran.verdict is Verdict.IE or (ran.verdict is Verdict.OK and ran.stdout):
        return ran
    note = "it does not compile" if ran.verdict is Verdict.RE else f"compiling ended with {ran.verdict}"
    facts = replace(ran.facts, notes=(note, *ran.facts.notes))
    return Ran(verdict=Verdict.CE, stderr=ran.stderr, facts=facts)
