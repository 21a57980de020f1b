"""The message of a commit, as git gets it."""

from __future__ import annotations

import re

from atlas_tui.errors import InputError

_TRAILER = re.compile(r"[A-Za-z0-9-]+: \S.*")


def checked(message: str, trailer: str = "") -> str:
    """The message with the trailer (such as ``Assisted-by: Atlas TUI``, or empty) as its last line.

    Raises:
        InputError: it is empty or cannot be one.
    """
    text = message.strip()
    if not text:
        raise InputError("The commit has no message", "it is empty", "write one line about the change")
    if "\0" in text:
        raise InputError("The commit message cannot be used", "it holds a NUL character", "remove it")
    if trailer.strip():
        text = _with_trailer(text, trailer.strip())
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "The commit message cannot be used", "it is not valid Unicode", "retype it"
        ) from error
    return text


def _with_trailer(text: str, trailer: str) -> str:
    if not _TRAILER.fullmatch(trailer) or not trailer.isprintable():
        raise InputError(
            "The trailer cannot be used", f"{trailer[:60]!r} is not of the form Name: value", "correct it"
        )
    body = text.partition("\n")[2]
    last = body.strip().rpartition("\n\n")[2].splitlines()
    if trailer in last:
        return text
    among = bool(last) and all(_TRAILER.fullmatch(line) for line in last)
    return f"{text}\n{trailer}" if among else f"{text}\n\n{trailer}"
