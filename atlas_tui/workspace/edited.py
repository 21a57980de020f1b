"""A hunk's new lines as a person typed them, in the bytes of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlas_tui.errors import InputError
from atlas_tui.workspace import raw_lines
from atlas_tui.workspace.matching import matches
from atlas_tui.workspace.text import Style, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The raw lines a text may keep, and where it will stand."""

    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]
    style: Style
    path: str
    is_first: bool
    """It stands at the start of the file, where the byte order mark is."""
    is_last: bool
    """Nothing follows, so it may end without a line end."""

    def lines(self, text: str) -> list[bytes]:
        """The raw lines; those that are as they were keep their bytes.

        Raises:
            InputError: the encoding of the file has no such character, or the text has one of no text file.
        """
        if "\0" in text:
            why = "it holds a NUL character, which would make the file binary"
            raise InputError("The hunk cannot be edited so", why, "remove the character")
        texts = self._split(text)
        kept = {**self._kept(texts, self.removed), **self._kept(texts, self.added)}
        lines = [
            kept[at] if at in kept else self._encoded(line.rstrip("\r")) for at, line in enumerate(texts)
        ]
        if not lines:
            return []
        eol = self._encoded(self.style.eol)
        lines = [line if raw_lines.end(line, self.style) else line + eol for line in lines]
        if self.is_last and not text.endswith("\n") and not self._was_ended():
            lines[-1] = lines[-1].removesuffix(self._encoded(raw_lines.end(lines[-1], self.style)))
        if self._mark():
            lines[0] = self._mark() + lines[0]
        return lines

    def _split(self, text: str) -> list[str]:
        if self.style.eol == "\r":
            return (
                text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else []
            )
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        if all(line.endswith("\r") for line in lines):
            # A text with CRLF ends; in one with some, a carriage return is part of its line.
            lines = [line.removesuffix("\r") for line in lines]
        return lines

    def _kept(self, texts: Sequence[str], known: tuple[bytes, ...]) -> dict[int, bytes]:
        raw = [known[0].removeprefix(self._mark()), *known[1:]] if known else []
        return {j: raw[i] for i, j in matches([raw_lines.bare(line, self.style) for line in raw], texts)}

    def _was_ended(self) -> bool:
        before = self.added or self.removed
        return bool(raw_lines.end(before[-1], self.style)) if before else self.style.final_newline

    def _mark(self) -> bytes:
        first = (self.removed or self.added or (b"",))[0]
        return self.style.bom if self.is_first and first.startswith(self.style.bom) else b""

    def _encoded(self, text: str) -> bytes:
        return encode(text, replace(self.style, bom=b""), self.path)
