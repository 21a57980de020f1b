"""Themes are data: TOML files that come with the package, and those of the person beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

import atlas_tui
from atlas_tui import paths
from atlas_tui.errors import InputError

DEFAULT = "atlas-dark"


def folder() -> Path:
    """Where the shipped themes are: inside an installed package, beside the package in a checkout."""
    package = Path(atlas_tui.__file__).parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def load(file: Path) -> Theme:
    """The theme in a TOML file.

    Raises:
        InputError: it cannot be read, is not TOML, or names a colour that is none.
    """
    try:
        table = tomllib.loads(file.read_text("utf-8"))
        colors: dict[str, str] = {key: _color(key, value) for key, value in table["colors"].items()}
        variables = {
            key: value if key.endswith("-style") else _color(key, value)
            for key, value in table.get("variables", {}).items()
        }
        return Theme(
            name=str(table["name"]), dark=bool(table.get("dark", True)), variables=variables, **_known(colors)
        )
    except KeyError as error:
        raise InputError(f"theme {file.name} cannot be used", f"it has no {error.args[0]!r}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"theme {file.name} cannot be used", " ".join(str(error).split())) from error


def load_all() -> tuple[list[Theme], list[InputError]]:
    """All themes, those of the person last so that theirs win, and what was wrong with the others."""
    themes, faults = [], []
    for file in _files():
        try:
            themes.append(load(file))
        except InputError as error:
            faults.append(error)
    return themes, faults


def shipped() -> list[Path]:
    """The files of the themes that come with the package."""
    return sorted(folder().glob("*.toml"))


def own() -> list[Path]:
    """The files of the person's themes."""
    return sorted((paths.config_dir() / "themes").glob("*.toml"))


def stamp() -> tuple[tuple[str, int, int], ...]:
    """Changes whenever one of the person's files does: name, time and size of each."""
    found = []
    for file in own():
        with suppress(OSError):
            status = file.stat()
            found.append((file.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _files() -> Iterator[Path]:
    yield from shipped()
    yield from own()


def _color(key: str, value: Any) -> str:
    try:
        Color.parse(str(value))
    except ColorParseError as error:
        raise ValueError(f"{key} = {value!r} is not a colour") from error
    return str(value)


def _known(colors: dict[str, str]) -> dict[str, Any]:
    unknown = colors.keys() - {
        "primary", "secondary", "accent", "foreground", "background", "surface", "panel", "boost",
        "success", "warning", "error",
    }  # fmt: skip
    if unknown:
        raise ValueError(f"unknown colours: {', '.join(sorted(unknown))}")
    if "primary" not in colors:
        raise KeyError("primary")
    return dict(colors)
