"""What git and the hooks printed, made fit to be kept and shown: few lines, no control characters."""

from __future__ import annotations

import re

_READ_BYTES = 32 << 10
_REPORT_LINES, _REPORT_WIDTH = 40, 240
_BRIEF_LINES, _BRIEF_CHARS = 4, 400
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)


def report(output: bytes) -> str:
    """The last lines of a program's output, each of bounded width."""
    return "\n".join(line[:_REPORT_WIDTH] for line in _lines(output)[-_REPORT_LINES:])


def brief(output: bytes) -> str:
    """The very last lines, in one; a plain sentence where nothing was printed."""
    lines = [line.strip() for line in _lines(output)[-_BRIEF_LINES:]]
    return " / ".join(lines)[-_BRIEF_CHARS:] or "git gave no reason"


def _lines(output: bytes) -> list[str]:
    text = _ESCAPE.sub("", output[-_READ_BYTES:].decode("utf-8", "replace"))
    # Of a line that was drawn over, as progress is, the last drawing counts.
    lines = [line.rstrip().rpartition("\r")[2] for line in text.split("\n")]
    return [_printable(line) for line in lines if line.strip()]


def _printable(line: str) -> str:
    spaced = line.expandtabs(4).rstrip()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in spaced)
