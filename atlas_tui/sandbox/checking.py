"""Judging by a checker program, for problems with several right answers; it runs in the sandbox too.

A checker is Python that defines ``check(given, printed, expected)`` and returns True or False. It comes from
the person or from a problem set, and is trusted with expected outputs, but not with this machine. What the
candidate printed reaches it as a string, never as code; the candidate's program does not reach it at all.
"""

from __future__ import annotations

import json

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox.base import Job, Ran, Sandbox
from atlas_tui.sandbox.judging import printed

ENTRY_POINT = "check"
_SHOWN = 300


async def check(
    sandbox: Sandbox, checker_source: str, given: str, ran: Ran, expected: str, limits: Limits | None = None
) -> tuple[Verdict, str]:
    """The verdict of ``ran``: its own unless it ended well, then what the checker says; and a note.

    Only True is OK and only False is WA; the note is empty then. A checker that does anything else (fails,
    runs out of its ``limits``, answers 1) has told nothing about the candidate: IE, and the note says how.
    """
    if ran.verdict is not Verdict.OK:
        return ran.verdict, ""
    job = Job(
        source=checker_source,
        entry_point=ENTRY_POINT,
        arguments=json.dumps([given, printed(ran), expected]),
        limits=limits or Limits(),
    )
    checked = await sandbox.run(job)
    if checked.verdict is not Verdict.OK:
        return Verdict.IE, f"the checker failed: {_end_of(checked)}"
    if checked.result == "true":
        return Verdict.OK, ""
    if checked.result == "false":
        return Verdict.WA, ""
    answer = (checked.result or "nothing")[:_SHOWN]
    return Verdict.IE, f"the checker failed: it returned {answer}, not true or false"


def _end_of(checked: Ran) -> str:
    """How a checker failed, in one line."""
    last_line = checked.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    words = dict.fromkeys([*checked.facts.notes, *last_line])
    return ", ".join([str(checked.verdict), *words])[:_SHOWN]
