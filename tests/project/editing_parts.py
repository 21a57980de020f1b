"""Small projects for the tests of what a reply changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atlas_tui.problem import Project
from atlas_tui.project.editing import Reply, read_reply


def project_of(folder: Path, files: Mapping[str, str | bytes], **more: Any) -> Project:
    """A project whose base holds these files, written into ``folder``."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return Project(root=str(folder), base=str(folder), identity="", **more)


def replied(folder: Path, files: Mapping[str, str | bytes], text: str, **more: Any) -> Reply:
    """What a reply makes of these files."""
    return read_reply(text, project_of(folder, files, **more))


SHOP = '''\
#!/usr/bin/env python
"""A small shop."""

import math
from dataclasses import dataclass

LIMIT = 3  # items
NAMES = {
    "a": 1,
}


@dataclass
class Item:
    """What is sold."""

    name: str
    price: int = 0

    # Above total.
    def total(self, count: int) -> int:
        return self.price * count

    @property
    def label(self) -> str:
        return self.name

    @label.setter
    def label(self, value: str) -> None:
        self.name = value


class Cart(list):
    def add(self, item):
        self.append(item)

    def cost(self):
        return sum(i.price for i in self)


def rounded(value):
    # Up.
    return math.ceil(value)


async def fetch(url):
    return url


if __name__ == "__main__":
    print(rounded(1.5))
'''


def text(reply: Reply, path: str = "") -> str:
    """The content of the changed file; of the only one without ``path``."""
    return next((c.content or b"").decode() for c in reply.changes if path in ("", c.path))


def shop(tmp_path: Path, code: str, heading: str = "### shop.py") -> str:
    """The shop after a reply of one block."""
    reply = replied(tmp_path, {"shop.py": SHOP}, f"{heading}\n```python\n{code}\n```")
    assert not reply.fault, reply
    return text(reply)
