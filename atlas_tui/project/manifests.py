"""Reads the files in which a repository says what it is; they may hold anything."""

from __future__ import annotations

import configparser
import json
import tomllib
from pathlib import Path
from typing import Any

_MOST_BYTES = 512 << 10


def package_scripts(root: Path) -> dict[str, str]:
    """The scripts of package.json; none where that cannot be read."""
    try:
        value = json.loads(text(root / "package.json") or "null")
    except (ValueError, RecursionError):
        return {}
    scripts = value.get("scripts") if isinstance(value, dict) else None
    if not isinstance(scripts, dict):
        return {}
    return {name: line for name, line in scripts.items() if isinstance(line, str)}


def text(path: Path) -> str:
    """The text of a plain file that is not too large, else nothing."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return ""
        return path.read_text("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


def toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file; none where it is no such file."""
    try:
        return tomllib.loads(text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def ini(path: Path) -> configparser.RawConfigParser:
    """The sections of an INI file; none where it is no such file."""
    found = configparser.RawConfigParser(strict=False)
    try:
        found.read_string(text(path))
    except configparser.Error:
        return configparser.RawConfigParser()
    return found
