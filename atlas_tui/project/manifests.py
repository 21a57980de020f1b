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
    scripts = _package(root).get("scripts")
    if not isinstance(scripts, dict):
        return {}
    return {name: line for name, line in scripts.items() if isinstance(line, str)}


def package_dependencies(root: Path) -> frozenset[str]:
    """The packages that package.json names; none where that cannot be read."""
    value = _package(root)
    groups = [value.get(key) for key in ("dependencies", "devDependencies")]
    return frozenset(name for group in groups if isinstance(group, dict) for name in group)


def _package(root: Path) -> dict[str, Any]:
    try:
        value = json.loads(text(root / "package.json") or "null")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


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
    except (ValueError, RecursionError):  # also of a number with too many digits
        return {}


def table_of(values: object, *names: str) -> dict[str, Any]:
    """The table below these names, each in the one before; empty where there is none."""
    for name in names:
        values = values.get(name) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def ini(path: Path) -> configparser.RawConfigParser:
    """The sections of an INI file; none where it is no such file."""
    return ini_of(text(path))


def ini_of(written: str) -> configparser.RawConfigParser:
    """The sections of a text as of an INI file; none where it is no such text."""
    found = configparser.RawConfigParser(strict=False)
    try:
        found.read_string(written)
    except configparser.Error:
        return configparser.RawConfigParser()
    return found
