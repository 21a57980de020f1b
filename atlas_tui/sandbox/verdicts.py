"""From what was measured about a run to its verdict."""

from __future__ import annotations

import os
import signal
from typing import Any

from atlas_tui.events import Facts, Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox.base import Job, Ran

_NEAR_LIMIT = 0.9
_STAGE_RUNNING, _STAGE_BAD_SOURCE, _STAGE_LOCKED = "LR", "LC", "L"
_NOTES = {
    "threads": "killed: too many threads",
    "files": "killed: too many or too large files",
    "memory": "out of memory",
    "missing": "does not define what is called",
    "not-json": "the returned value has no JSON form",
    "bad-calls": "the arguments are not a sequence of calls",
    "too-large": "the returned value is too large",
}


def failure(note: str) -> Ran:
    """A run that did not happen, by our fault or for want of isolation."""
    return Ran(verdict=Verdict.IE, stderr=note.encode("utf-8", "replace"), facts=Facts(notes=(note,)))


def ran(message: dict[str, Any], contents: bytes, job: Job, tier: str) -> Ran:
    """What the supervisor's answer (``supervisor.run.Run.answer``) means."""
    sizes = message["sizes"]
    out, err = contents[: sizes[0]], contents[sizes[0] : sizes[0] + sizes[1]]
    inside = message["inside"]
    if message["killed_for"] in ("cancelled", "closed"):
        return failure("cancelled")
    if inside is None:
        return _unreported(message, out, err, tier)
    stage = inside["stage"]
    if stage not in (_STAGE_RUNNING, _STAGE_BAD_SOURCE, _STAGE_LOCKED):
        detail = stage.partition("E")[2] or err.decode("utf-8", "replace").strip()[-300:]
        return failure(f"the sandbox could not be set up: {detail or 'ended without a word'}")
    status, payload = _result(contents[sizes[0] + sizes[1] :])
    facts = _facts(message, inside, status, job, tier)
    verdict = _verdict(stage, status, facts, job, inside["limit"] in ("threads", "files"))
    result = payload if verdict is Verdict.OK and job.entry_point else None
    return Ran(verdict=verdict, stdout=out[: job.limits.output_bytes], stderr=err, result=result, facts=facts)


def _unreported(message: dict[str, Any], out: bytes, err: bytes, tier: str) -> Ran:
    """The first process inside was killed, or never came to be."""
    why = message["killed_for"]
    if why in ("wall", "output"):
        facts = Facts(
            tier=tier, limit=why, stdout_bytes=message["stdout_bytes"], stderr_bytes=message["stderr_bytes"]
        )
        return Ran(verdict=Verdict.TLE if why == "wall" else Verdict.OLE, stdout=out, stderr=err, facts=facts)
    detail = err.decode("utf-8", "replace").strip()[-300:]
    return failure(f"the sandbox ended without a report: {why or detail or 'no reason known'}")


def _result(content: bytes) -> tuple[str, str]:
    """Status and payload that the harness sent behind its key; anything else is a forgery."""
    parts = content.decode("ascii", "replace").split(" ", 2)
    if len(parts) != 3 or parts[0]:
        return "", ""
    return parts[1], parts[2]


def _facts(message: dict[str, Any], inside: dict[str, Any], status: str, job: Job, tier: str) -> Facts:
    code = os.waitstatus_to_exitcode(inside["status"])
    limit = _limit(message, inside, code, status, job.limits)
    notes = [_NOTES[word] for word in (inside["limit"], status) if word in _NOTES]
    notes += [f"tried {word}" for word in inside["tried"]]
    notes += inside.get("notes", [])
    if message["tries"] > 1:
        notes.append("run a second time: the first was kept from the processor, or its worker was killed")
    if job.entry_point and code == 0 and status != "value":
        notes.append("ended before the function returned")
    if inside["stage"] == _STAGE_LOCKED:
        notes.append("ended while it was compiled")
    return Facts(
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        cpu_seconds=round(inside["cpu"], 4),
        wall_seconds=round(inside["wall"], 4),
        peak_bytes=inside["peak"],
        stdout_bytes=message["stdout_bytes"],
        stderr_bytes=message["stderr_bytes"],
        cut=limit == "output" or message["stdout_bytes"] > job.limits.output_bytes,
        limit=limit,
        tier=tier,
        notes=tuple(dict.fromkeys(notes)),
    )


def _limit(message: dict[str, Any], inside: dict[str, Any], code: int, status: str, limits: Limits) -> str:
    """The limit that fired, worst first: time, memory, output."""
    fired = inside["limit"]
    if fired in ("cpu", "wall"):
        return str(fired)
    if code == -signal.SIGXCPU or inside["cpu"] > limits.cpu_seconds:
        return "cpu"
    if inside["wall"] > limits.wall_seconds:
        return "wall"
    # A peak between two looks counts as well; short of the limit only where the program failed.
    share = inside["peak"] / limits.memory_bytes
    if fired == "memory" or status == "memory" or share > 1 or (code != 0 and share >= _NEAR_LIMIT):
        return "memory"
    if message["killed_for"] == "output" or status == "too-large" or code == -signal.SIGXFSZ:
        return "output"
    return ""


def _verdict(stage: str, status: str, facts: Facts, job: Job, ended_for: bool) -> Verdict:
    if stage != _STAGE_RUNNING or status == "missing":
        return Verdict.CE
    if facts.signal == signal.SIGSYS:
        return Verdict.SV
    if facts.limit:
        return {"memory": Verdict.MLE, "output": Verdict.OLE}.get(facts.limit, Verdict.TLE)
    if ended_for or facts.exit_code != 0 or (job.entry_point and status != "value"):
        return Verdict.RE
    return Verdict.OK
