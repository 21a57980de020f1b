"""A file while the pieces of a reply go into it: what they do not name keeps every byte."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

from atlas_tui.workspace.edits import Edit, join
from atlas_tui.workspace.text import Style, decode, encode, split, style_of

_COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")

MOST_PIECES = 300
"""Of one block that are placed one by one; bounds the time for a reply that goes round in circles."""
_FEW = 2
"""Of so few names all may be new."""


class Unplaced(Exception):
    """A piece of a reply has no place in its file; says why, to fit after "path: "."""


@dataclass(slots=True)
class Draft:
    """A text file that is being changed."""

    path: str
    text: str
    """Without byte order mark, with the line ends that it has."""
    style: Style
    notes: list[str] = field(default_factory=list)
    """What of the reply was left out, to fit after "path: "."""

    @classmethod
    def of(cls, path: str, content: bytes) -> Draft:
        """Raises: InputError: the content is binary."""
        style = style_of(content, path)
        return cls(path, decode(content, style), style)

    @property
    def lines(self) -> list[str]:
        """Without their ends."""
        return [line.text for line in split(self.text)]

    @property
    def source(self) -> str:
        """The text with plain line feeds."""
        return "\n".join(self.lines)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def change(self, edits: Sequence[Edit]) -> None:
        """Apply edits of ``lines``; what they add ends its lines as most of the file does."""
        if not edits:
            return
        old = split(self.text)
        kept_end = self.style.final_newline or any(edit.start == len(old) for edit in edits)
        self.text = join(old, list(edits), self.style.eol, kept_end)

    def rewrite(self, code: str) -> None:
        """Take other lines for all of it; blank lines around them, and a missing last line end, stay."""
        old, new = self.lines, code.strip("\n").split("\n")
        if not self.is_blank:
            above, below = _blank(old), _blank(old[::-1])
            last = old[len(old) - 1 - below]
            new = [*old[:above], *new[:-1], last if new[-1] == last.rstrip() else new[-1]]
            new += old[len(old) - below :]
        self.change([Edit(0, len(old), tuple(new))]) if old else self._fill(new)

    def content(self) -> bytes:
        """Raises: InputError: the encoding of the file has no such character."""
        style = self.style
        if not style.bom and not self.text.isascii() and self.path.endswith((".py", ".pyi", ".pyw")):
            style = replace(style, encoding=self._declared() or "utf-8")
        return encode(self.text, style, self.path)

    def _declared(self) -> str:
        """What the file says its encoding is: Python goes by that, and takes it for UTF-8 otherwise."""
        said = next((match[1] for line in self.lines[:2] if (match := _COOKIE.match(line))), "")
        try:
            return codecs.lookup(said).name if said else ""
        except LookupError:
            return ""

    def _fill(self, lines: list[str]) -> None:
        self.text = "".join(f"{line}{self.style.eol}" for line in lines)


def has_most(there: Set[str], given: Set[str]) -> bool:
    """Whether what is said to be all of a file, and defines ``given``, is: models say so of parts too."""
    return len(there) <= _FEW or 2 * len(there & given) >= len(there)


def _blank(lines: list[str]) -> int:
    """How many blank lines they begin with."""
    return next((number for number, line in enumerate(lines) if line.strip()), len(lines))
