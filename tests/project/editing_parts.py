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
