"""The message of a commit, proposed by the model from the diff and the statement."""

from __future__ import annotations

import logging
import re

from atlas_tui.engine.base import EngineError, Finished, Message, SequenceRequest, StopReason
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.kit import Kit
from atlas_tui.visible import FOREIGN

log = logging.getLogger(__name__)

LENGTH = 72
"""Most characters of the line."""
TOKENS = 64
"""Budget of the reply."""
DIFF_LIMIT = 4000
"""Most characters of the diff shown to the model."""

_NEW = re.compile(r"^--- /dev/null$", re.MULTILINE)
_PATH = re.compile(r"^(?:\+\+\+ b|--- a)/(.*)$", re.MULTILINE)
_MARKUP = re.compile(r"^[#>*\-\s]+|\*{2,}")
# A verb that begins a sentence: "Add", "Re-order". Its forms for the past and for others are left out below.
_VERB = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)?(?= )")
_NOT_IMPERATIVE = re.compile(r"(?:\w+ed|\w+ing|This|The|A|An|It|I|We|Here|Sure|Commit|Message|Problem)\b")


async def propose(kit: Kit, problem: Problem, diff: str) -> str:
    """One line of at most ``LENGTH`` characters in the imperative.

    The model's, where it gives one clean line; otherwise a plain sentence from the path and the problem.
    """
    diff = diff.encode("utf-8", "replace").decode()  # a path may be none
    plain = plain_message(problem, diff)
    if not diff.strip():
        return plain
    try:
        reply = await _asked(kit, problem, diff)
    except EngineError as error:
        log.warning("no commit message from the model: %s", error)
        return plain
    return clean_line(reply) or plain


async def _asked(kit: Kit, problem: Problem, diff: str) -> str:
    """The model's reply; empty where it did not come to its end."""
    await kit.engine.load()
    request = SequenceRequest(
        id="commit",
        messages=messages(problem, diff),
        sampler=kit.sampler("commit"),
        max_tokens=TOKENS,
    )
    text = ""
    async for item in kit.engine.generate([request]):
        if isinstance(item, Finished) and item.reason is StopReason.END:
            text = item.text
    return text


def messages(problem: Problem, diff: str) -> tuple[Message, ...]:
    """Ask for the message of the commit that makes this change."""
    task = prompting.file_text("commit.md").format(diff=prompting.shorten(diff, DIFF_LIMIT))
    return prompting.asked(problem, task)


def clean_line(reply: str) -> str:
    """The reply as the message, where it is one line that can be one as it is; otherwise nothing."""
    line = reply.strip()
    if len(line) > 1 and line[0] == line[-1] and line[0] in "\"'`":
        line = line[1:-1].strip()
    line = line.removesuffix(".")
    whole = 0 < len(line) <= LENGTH and not line.endswith((":", ",", "."))
    if not whole or FOREIGN.search(line) or any(mark in line for mark in ("\n", "\t", "```")):
        return ""
    return line if _VERB.match(line) and not _NOT_IMPERATIVE.match(line) else ""


def plain_message(problem: Problem, diff: str) -> str:
    """A sentence from the path of the file and what was asked for; no model is asked."""
    paths = list(dict.fromkeys(_PATH.findall(diff)))
    path = _shown(paths[0]) if paths else ""
    verb = "Add" if _NEW.search(diff) else "Change"
    lines = (_shown(_MARKUP.sub("", line)) for line in problem.statement.splitlines())
    title = next(filter(None, lines), "").rstrip(".:")
    if not path:
        return _cut(f"Solve: {title}" if title else "Add a solution")
    if len(path) > LENGTH // 2:
        path = _cut(path.rpartition("/")[2], LENGTH // 2)
    if len(paths) > 1:
        path += f" and {len(paths) - 1} more"
    if problem.entry_point:
        return _cut(f"{verb} {path}: write {_shown(problem.entry_point)}")
    return _cut(f"{verb} {path}: {title}" if title else f"{verb} {path}")


def _shown(text: str) -> str:
    """Without control and invisible characters, in one line."""
    return " ".join(FOREIGN.sub(" ", text).split())


def _cut(text: str, limit: int = LENGTH) -> str:
    """At most so many characters, cut between words where that leaves most of them."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    whole = short.rpartition(" ")[0]
    return (whole if len(whole) > limit // 2 else short).rstrip(" ,;:-") + "…"
