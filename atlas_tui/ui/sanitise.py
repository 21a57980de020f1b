"""The one way foreign text reaches the screen: model output, programs' output, file names, git, statements.

What comes out holds no control character, no reordering or invisible character, and is never parsed as
markup. Nothing is hidden: whatever cannot be shown as it is gets a visible mark instead. The text that is
stored, sent to the model or written to disk is never touched; this is for display alone.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from textual.content import Content

from atlas_tui.visible import FOREIGN

TAB = 4
"""Columns between tab stops."""
LONGEST_LINE = 2_000
"""Most characters of one line that are shown."""
MOST_LINES = 2_000
"""Most lines that are given to a widget at once."""
MOST_MARKS = 4
"""Most combining marks on one character; real scripts need no more."""

_NAMES = {
    0x00AD: "SHY", 0x061C: "ALM", 0x180E: "MVS", 0x200B: "ZWSP", 0x200C: "ZWNJ", 0x200D: "ZWJ",
    0x200E: "LRM", 0x200F: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF",
    0x202D: "LRO", 0x202E: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
    0xFEFF: "BOM",
}  # fmt: skip

_SCRIPTS = (
    (0x300, 0x3100), (0xA600, 0xAC00), (0xFB00, 0xFE30), (0x10000, 0x12000), (0x16A00, 0x17000),
    (0x1D000, 0x1E900),
)  # fmt: skip
"""Where Unicode keeps combining marks; between them are ideographs and syllables only."""


def clean(text: str, *, longest: int = LONGEST_LINE) -> str:
    """``text`` safe to show; its newlines stay, its tabs are expanded, its long lines are cut with a mark."""
    text, rest = text.replace("\r\n", "\n"), dict[int, int]()
    if len(text) > 4 * longest:
        # Cut before the work is done: a megabyte need not be cleaned to show the beginning of its line.
        lines = text.split("\n")
        rest = {at: len(line) - 4 * longest for at, line in enumerate(lines) if len(line) > 4 * longest}
        text = "\n".join(line[: 4 * longest] for line in lines) if rest else text
    text = _visible(text)
    if "\t" in text or len(text) > longest:
        text = "\n".join(_fit(line, longest, rest.get(at, 0)) for at, line in enumerate(text.split("\n")))
    return text


def one_line(text: str, longest: int = 300, *, strip: bool = True) -> str:
    """``text`` safe to show in a single line: newlines become ⏎, what is too long ends in an ellipsis."""
    # Cut before the work is done: a megabyte need not be cleaned to show a label.
    short = text[: 4 * longest]
    flat = _visible(short.strip() if strip else short).replace("\n", "⏎").expandtabs(1)
    cut = len(flat) > longest or len(text) > 4 * longest
    return flat[: longest - 1] + "…" if cut else flat


def in_place(text: str) -> str:
    """One line, safe to show, character for character: an editor needs every column where it was."""
    text = FOREIGN.sub(_single, text)
    return text if text.isascii() else _heap().sub(_dots, text)


def content(text: str, style: str = "", *, longest: int = LONGEST_LINE) -> Content:
    """``clean`` text as something to give to a widget: it is never parsed as markup.

    Of more than ``MOST_LINES`` lines the first are shown: what scrolls further is for the line views.
    """
    begin = text.split("\n", MOST_LINES)
    if len(begin) > MOST_LINES:
        begin[-1] = f"… {begin[-1].count(chr(10)) + 1:,} more lines"
        text = "\n".join(begin)
    shown = clean(text, longest=longest)
    return Content.styled(shown, style) if style else Content(shown)


def label(text: str, style: str = "", longest: int = 300) -> Content:
    """``one_line`` text as something to give to a widget: it is never parsed as markup."""
    return Content.styled(one_line(text, longest), style) if style else Content(one_line(text, longest))


def _visible(text: str) -> str:
    text = FOREIGN.sub(_mark, text.replace("\r\n", "\n"))
    return text if text.isascii() else _heap().sub(_count, text)


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20 or code == 0x7F:
        return _picture(code)
    if 0xFE00 <= code <= 0xFE0F:
        return ""  # picks between two drawings of one character, whose widths terminals disagree on
    if 0xDC80 <= code <= 0xDCFF:
        return f"⟨{code - 0xDC00:02X}⟩"  # a byte that was not UTF-8, as os.fsdecode keeps it
    return f"⟨{_NAMES.get(code) or f'U+{code:04X}'}⟩"


def _single(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _picture(code) if code < 0x20 or code == 0x7F else "◌"


def _picture(code: int) -> str:
    return "␡" if code == 0x7F else chr(0x2400 + code)


def _count(found: re.Match[str]) -> str:
    return f"{found[0][:MOST_MARKS]}⟨+{len(found[0]) - MOST_MARKS}⟩"


def _dots(found: re.Match[str]) -> str:
    return found[0][:MOST_MARKS] + "·" * (len(found[0]) - MOST_MARKS)


@cache
def _heap() -> re.Pattern[str]:
    """More combining marks in a row than any script uses."""
    marks = "".join(
        re.escape(chr(code))
        for start, end in _SCRIPTS
        for code in range(start, end)
        if unicodedata.category(chr(code)) in ("Mn", "Me") and not FOREIGN.match(chr(code))
    )
    return re.compile(f"[{marks}]{{{MOST_MARKS + 1},}}")


def _fit(line: str, longest: int, rest: int) -> str:
    """``rest`` characters of the line were left out before."""
    line = line[: longest + 1].expandtabs(TAB) if len(line) <= longest else line
    if len(line) <= longest:
        return line
    return f"{line[:longest].expandtabs(TAB)} … {len(line) - longest + rest:,} more"
