"""Bytes or pasted text to clean text: decoded, newlines made one, control characters taken out."""

from __future__ import annotations

import codecs
import re

from atlas_tui.errors import InputError

MAX_CHARS = 1_000_000
"""Most characters of a problem."""

_MAX_BYTES = 4 * MAX_CHARS + 4
_CONTROL_SHARE = 0.05
"""With more control characters than this it is not text."""

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]P^_X][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, PM, APC, SOS
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_COUNTED = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def clean_text(text: str | bytes) -> str:
    """The text of a problem, safe to show.

    Raises:
        InputError: empty, binary, or more than ``MAX_CHARS`` characters.
    """
    decoded = text if isinstance(text, str) else _decode(text)
    if len(decoded) > MAX_CHARS:
        raise _too_large(f"{len(decoded):,} characters")
    controls = len(_COUNTED.findall(decoded))
    if "\0" in decoded or controls > max(8, _CONTROL_SHARE * len(decoded)):
        raise _binary("control characters")
    plain = decoded.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    plain = _SURROGATE.sub("\ufffd", _CONTROL.sub("", _SEQUENCE.sub("", plain)))
    if not plain.strip():
        raise InputError(
            "the problem is empty", todo="paste or type a problem, or give a file that holds one"
        )
    return plain


def _decode(data: bytes) -> str:
    if len(data) > _MAX_BYTES:
        raise _too_large(f"{len(data):,} bytes")
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8" or b"\0" in data:
            raise _binary(f"not {encoding.upper()}") from None
    text = data.decode("latin-1")
    strange = sum(not (char.isprintable() or char.isspace()) for char in text)
    accented = sum(char > "\x7f" for char in text)
    # Latin-1 decodes anything: only text that is nearly all plain letters is believed.
    if strange or accented > len(text) // 4:
        raise _binary("neither UTF-8 nor Latin-1")
    return text


def _too_large(size: str) -> InputError:
    return InputError(
        "the problem is too large", f"{size}, at most {MAX_CHARS:,} characters", "give the statement alone"
    )


def _binary(why: str) -> InputError:
    return InputError("the problem is not text", why, "give a text file in UTF-8")
