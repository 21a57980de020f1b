"""Values that a program inside the sandbox gave, as they were written down by ``inside.py``.

JSON, with an object ``{"~": kind, "v": content}`` for everything that JSON has no form of its own for.
"""

from __future__ import annotations

import json
from typing import Any

NO_JSON = ""
"""What ``plain`` gives for a value that JSON has no form for."""


class Unlike:
    """A value of a type that is not written down: equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


def python_value(payload: str) -> Any:
    """The value itself: tuples are tuples, sets are sets."""
    return _python(json.loads(payload))


def _python(value: Any) -> Any:  # noqa: PLR0911 — one for each kind
    match value:
        case list():
            return [_python(item) for item in value]
        case {"~": "tuple", "v": items}:
            return tuple(_python(item) for item in items)
        case {"~": "set", "v": items}:
            return _as_set([_python(item) for item in items])
        case {"~": "dict", "v": pairs}:
            return _as_dict([(_python(key), _python(item)) for key, item in pairs])
        case {"~": "float", "v": text}:
            return float(text)
        case {"~": "int", "v": text}:
            return int(text, 16)
        case {"~": "bytes", "v": text}:
            return bytes.fromhex(text)
        case {"~": "complex", "v": [real, imaginary]}:
            return complex(float(real), float(imaginary))
        case dict():
            return Unlike()
    return value


def _as_set(items: list[Any]) -> Any:
    try:
        return set(items)
    except TypeError:
        return Unlike()


def _as_dict(pairs: list[tuple[Any, Any]]) -> Any:
    try:
        return dict(pairs)
    except TypeError:
        return Unlike()


def plain(payload: str) -> str:
    """The value as the sandbox's own calls give it: strict JSON, tuples as lists; ``NO_JSON`` if none."""
    try:
        return json.dumps(_plain(json.loads(payload)), separators=(",", ":"), allow_nan=False)
    except _NoForm:
        return NO_JSON


class _NoForm(Exception):
    """The value has no JSON form."""


def _plain(value: Any) -> Any:
    match value:
        case list():
            return [_plain(item) for item in value]
        case {"~": "tuple", "v": items}:
            return [_plain(item) for item in items]
        case {"~": "dict", "v": pairs}:
            return {_key(key): _plain(item) for key, item in pairs}
        case {"~": "int", "v": text}:
            return int(text, 16)
        case dict():
            raise _NoForm
    return value


def _key(key: Any) -> str:
    """As the JSON encoder turns keys into texts."""
    match key:
        case str():
            return key
        case bool() | None:
            return json.dumps(key)
        case int() | float():
            return json.dumps(key)
    raise _NoForm


def comparable(payload: str) -> str:
    """A text that equal outputs share: plain JSON, or the payload itself for what has no such form."""
    return plain(payload) or payload
