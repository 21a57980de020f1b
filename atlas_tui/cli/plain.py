"""Text of models and programs made harmless for a terminal."""

from __future__ import annotations

import re

from atlas_tui.visible import FOREIGN


def plain(text: str) -> str:
    """The text with control, bidirectional and invisible characters, and with what is no character (in names
    that are not UTF-8), as ``\\uXXXX`` or ``\\UXXXXXXXX``; newlines and tabs stay."""
    return FOREIGN.sub(_escaped, text)


def one_line(text: str) -> str:
    """The same of what stands within a line, such as the name of a file: nothing in it ends the line."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
