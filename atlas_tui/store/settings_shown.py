"""Every setting for people: what it means, what it may be, what it is now and who says so."""

from __future__ import annotations

import ast
import inspect
import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from atlas_tui import paths, settings
from atlas_tui.settings import Settings, SettingsError
from atlas_tui.store.settings_file import Value, literal_of, read_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key of the settings."""

    group: str
    key: str
    doc: str
    """What it means, in one line."""
    value: Any
    default: Any
    kind: str
    """What can be given: text, a whole number, a number, yes or no, one of its choices, a table."""
    choices: tuple[str, ...] = ()
    bounds: str = ""
    """The range of a number in words; empty where there is none."""
    optional: bool = False
    """It may be unset."""
    origin: str
    """Who says the value: default, the file, the name of a variable, or the command line."""
    variable: str
    """The environment variable that wins over the file."""

    @property
    def name(self) -> str:
        return f"{self.group}.{self.key}"

    @property
    def from_environment(self) -> bool:
        """The variable is set, so that the file is not asked."""
        return self.origin == self.variable


def all_settings(now: Settings) -> list[Setting]:
    """Every key in the order of its group."""
    written = read_keys(paths.config_file())
    return [
        _setting(now, group, key, written)
        for group in type(now).model_fields
        for key in type(getattr(now, group)).model_fields
    ]


def shown(value: Any) -> str:
    """A value as it is written: ``yes``, ``0.7``, ``unset``; text without its quotes."""
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return literal_of(_plain(value))
    return str(value)


def parse(setting: Setting, text: str) -> Any:
    """The value that was typed, not yet checked against its range; ``unset`` and nothing mean None where that
    can be. Raises: SettingsError: it has another form."""
    typed = text.strip()
    if setting.optional and typed in ("", "unset"):
        return None
    if setting.kind == "yes or no":
        return _yes(setting, typed)
    if setting.kind in ("text", "one of these"):
        return typed
    try:
        return tomllib.loads(f"value = {typed.replace(',', '') if setting.kind != 'a table' else typed}")[
            "value"
        ]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise SettingsError(f"{setting.name} cannot be {typed!r}", f"it is not {setting.kind}") from error


def to_write(now: Settings, setting: Setting) -> Value | None:
    """The value of ``now`` as the file has it; None takes the key out of the file."""
    value: Value | None = _plain(getattr(getattr(now, setting.group), setting.key))
    return value


def _yes(setting: Setting, typed: str) -> bool:
    known = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    if typed.lower() not in known:
        raise SettingsError(f"{setting.name} cannot be {typed!r}", "it is yes or no")
    return known[typed.lower()]


def _plain(value: Any) -> Any:
    """Tables of settings as tables of TOML, without what is unset."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if hasattr(type(value), "model_fields"):
        return {
            name: getattr(value, name)
            for name in type(value).model_fields
            if getattr(value, name) is not None
        }
    return value


def _setting(now: Settings, group: str, key: str, written: dict[str, Any]) -> Setting:
    part = getattr(now, group)
    field, value = type(part).model_fields[key], getattr(part, key)
    choices = _choices(field)
    name = str(field.annotation)
    kinds = {"bool": "yes or no", "int": "a whole number", "float": "a number", "dict": "a table"}
    kind = next((words for word, words in kinds.items() if word in name), "text")
    variable = f"{settings.ENV_PREFIX}{group}__{key}".upper()
    return Setting(
        group=group,
        key=key,
        doc=_docs().get((type(part).__name__, key), ""),
        value=value,
        default=field.default,
        kind="one of these" if choices and kind == "text" else kind,
        choices=choices,
        bounds=_bounds(field),
        optional="None" in name,
        origin=_origin(variable, group, key, written, value != field.default),
        variable=variable,
    )


def _origin(variable: str, group: str, key: str, written: dict[str, Any], changed: bool) -> str:
    if variable in {name.upper() for name in os.environ}:
        return variable
    inner = written.get(group)
    if isinstance(inner, dict) and key in inner:
        return "the file"
    return "the command line" if changed else "default"


def _choices(field: Any) -> tuple[str, ...]:
    """The words of a pattern that is nothing but a list of words."""
    if field.annotation is bool:
        return ("yes", "no")
    pattern = next((rule.pattern for rule in field.metadata if getattr(rule, "pattern", None)), "")
    if found := re.fullmatch(r"\^\(([\w|]+)\)\$", pattern):
        return tuple(found[1].split("|"))
    if found := re.fullmatch(r"\^\[(\w)-(\w)\]\$", pattern):
        return tuple(chr(code) for code in range(ord(found[1]), ord(found[2]) + 1))
    return ()


def _bounds(field: Any) -> str:
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    told: Iterator[str] = (
        f"{said} {getattr(rule, name):,}"
        for name, said in words.items()
        for rule in field.metadata
        if getattr(rule, name, None) is not None
    )
    return ", ".join(told)


@cache
def _docs() -> dict[tuple[str, str], str]:
    """The text below each field, by class and key. It is read from the source: a class forgets it."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(inspect.getsource(settings)).body:
        if isinstance(node, ast.ClassDef):
            for field, below in zip(node.body, node.body[1:], strict=False):
                match field, below:
                    case (
                        ast.AnnAssign(target=ast.Name(id=key)),
                        ast.Expr(value=ast.Constant(value=str() as text)),
                    ):
                        found[node.name, key] = " ".join(text.replace("``", "").split())
    return found
