"""The lines of a file as bytes: put together again they are the file, whatever it holds."""

from __future__ import annotations

import re

from atlas_tui.workspace.text import Style


def split(content: bytes, style: Style) -> list[bytes]:
    """The lines with their ends, split at line feeds, as git does, or at the prevailing carriage returns."""
    width = _width(style)
    if width == 1 and style.eol != "\r":
        *whole, last = content.split(b"\n")
        return [line + b"\n" for line in whole] + ([last] if last else [])
    if width == 1:
        return content.splitlines(keepends=True)
    ends = b"|".join(re.escape(end.encode(style.encoding)) for end in _ends(style))
    line = re.compile(b"(?s)(?:%s)*?(?:%s)|.+" % (b"." * width, ends))
    return [match[0] for match in line.finditer(content)]


def text(line: bytes, style: Style) -> str:
    """The line with its end, without the byte order mark. Never fails; wrong bytes look wrong."""
    if style.bom:
        line = line.removeprefix(style.bom)
    try:
        return line.decode(style.encoding)
    except UnicodeDecodeError:
        return line.decode("latin-1") if _width(style) == 1 else line.decode(style.encoding, "replace")


def bare(line: bytes, style: Style) -> str:
    """The line as ``text`` gives it, without its end."""
    return text(line, style).removesuffix(end(line, style))


def end(line: bytes, style: Style) -> str:
    """Its line end; empty only for a last line without one."""
    tail = line[-2 * _width(style) :]
    names = ("\r\n", "\n", "\r") if style.eol == "\r" else ("\r\n", "\n")
    encoding = style.encoding if _width(style) > 1 else "ascii"
    return next((name for name in names if tail.endswith(name.encode(encoding))), "")


def is_wide(style: Style) -> bool:
    """Its characters have several bytes each, also those of ASCII (UTF-16 and UTF-32)."""
    return _width(style) > 1


def _ends(style: Style) -> tuple[str, ...]:
    return ("\r\n", "\r", "\n") if style.eol == "\r" else ("\n",)


def _width(style: Style) -> int:
    if not style.bom:
        return 1
    return {"utf-16": 2, "utf-32": 4}.get(style.encoding[:6], 1)
