"""What is found out about one file of a repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas_tui.syntax.outline import Outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the content of a file tells."""

    unread: str = ""
    """Why it was not looked into, in words."""
    words: Mapping[str, int] = field(default_factory=dict)
    """Words that the problem is about, of comments and strings as well, and how often each occurs."""
    length: int = 0
    """Words in all."""
    outline: Outline | None = None
    """Of the text with plain line ends, in UTF-8. None where it is in no language that is read, or where a
    large repository was searched by words alone."""
