"""How a text file is written down: encoding, byte order mark, line ends."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from atlas_tui.errors import InputError

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# PEP 263: in the first or second line.
_COOKIE = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n)|([^\r\n]+)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    encoding: str = "utf-8"
    bom: bytes = b""
    eol: str = "\n"
    """The line end of most lines."""
    final_newline: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    end: str
    """Its line end; empty only for a last line without one."""


def style_of(content: bytes, path: str) -> Style:
    """Raises: InputError: the content is binary."""
    bom, encoding, text = _read(content, path)
    ends = Counter(line.end for line in split(text) if line.end)
    return Style(
        encoding=encoding,
        bom=bom,
        eol=ends.most_common(1)[0][0] if ends else "\n",
        final_newline=not text or text[-1] in "\r\n",
    )


def plain_text(content: bytes, path: str) -> str:
    """The text with ``\\n`` at the end of each line, whatever it has. Raises: InputError: it is binary."""
    return _read(content, path)[2].replace("\r\n", "\n").replace("\r", "\n")


def _read(content: bytes, path: str) -> tuple[bytes, str, str]:
    """Byte order mark, encoding, and the text after that mark. Raises: InputError: it is binary."""
    bom, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", ""))
    if not encoding.startswith(("utf-16", "utf-32")) and b"\0" in content:
        raise InputError(f"{path} cannot be used", "it is a binary file", "choose a text file")
    encoding = encoding or _encoding_of(content)
    try:
        return bom, encoding, content[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} cannot be used", f"it begins like {encoding} but is not", "choose a text file"
        ) from error


def decode(content: bytes, style: Style) -> str:
    """The text without its byte order mark."""
    return content[len(style.bom) :].decode(style.encoding)


def encode(text: str, style: Style, path: str) -> bytes:
    """Raises: InputError: the encoding of the file has no such character."""
    try:
        return style.bom + text.encode(style.encoding)
    except UnicodeEncodeError as error:
        raise InputError(
            f"The solution cannot be written into {path}",
            f"the file is in {style.encoding}, which has no {error.object[error.start]!r}",
            "convert the file to UTF-8 first",
        ) from error


def split(text: str) -> list[Line]:
    """The lines of a text, each with the end it has (``str.splitlines`` also splits at form feeds)."""
    return [
        Line(match[1], match[2]) if match[2] else Line(match[3], "")
        for match in _LINE.finditer(text)
    ]  # fmt: skip


def _encoding_of(content: bytes) -> str:
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    declared = _COOKIE.match(content)
    try:
        name = codecs.lookup(declared[1].decode()).name if declared else "iso8859-1"
        # An encoding that does not give back the same bytes would change lines nobody touched.
        return name if content.decode(name).encode(name) == content else "iso8859-1"
    except (LookupError, UnicodeError):
        return "iso8859-1"
