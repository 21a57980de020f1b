"""Names of files as they are shown to a person and to a model: any bytes may be in them."""

from __future__ import annotations

_LONGEST = 200


def shown(path: str) -> str:
    """The path in one line of printable characters, so that it can neither end a line nor a fence."""
    plain = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    clean = "".join(map(_harmless, plain))
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST // 2]}…{clean[-_LONGEST // 2 + 1 :]}"


def _harmless(letter: str) -> str:
    if letter == "`":
        return "\\x60"
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
